extension WebURL {
  /// The URL with a parameter of its query set, in the place of all of its name. What else the query has stays byte by byte;
  /// the fragment goes.
  package func with(_ name: String, _ value: String) -> WebURL? {
    var parameter: [UInt8] = []
    URLText.append(name, to: &parameter)
    parameter.append(UInt8(ascii: "="))
    URLText.append(value, to: &parameter)
    let text = String(decoding: parameter, as: UTF8.self)
    let wanted = Array(name.utf8)
    var parts: [Substring] = []
    var isThere = false
    for part in search.dropFirst().split(separator: "&", omittingEmptySubsequences: false) where !search.isEmpty {
      // As forms and most servers read it (WHATWG URL 5.1).
      let key = part.prefix { $0 != "=" }.utf8.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }
      guard !part.isEmpty, PercentEncoding.decode(key.span) == wanted else {
        parts.append(part)
        continue
      }
      if !isThere { parts.append(Substring(text)) }
      isThere = true
    }
    if !isThere {
      if parts.last?.isEmpty == true { parts.removeLast() }
      parts.append(Substring(text))
    }
    let path = hrefWithoutFragment.prefix { $0 != "?" }
    return try? WebURL(parsing: "\(path)?\(parts.joined(separator: "&"))")
  }
}
