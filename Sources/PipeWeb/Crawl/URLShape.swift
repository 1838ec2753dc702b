/// What endlessly many URLs of one page have in common: scheme, host and port, the path with `*` for segments that are
/// counted or made up, and the names of the query's parameters.
struct URLShape {
  /// `https://example.com/calendar/*?month`.
  let text: String
  /// Where the path ends and the names begin.
  private let pathEnd: String.Index
  private let pathStart: String.Index
  /// Where the first segment ends, if there are many.
  private let sectionEnd: String.Index?

  /// A path of more segments is also in the group of all such paths that begin as it does.
  private static let depth = 3

  /// - Parameter isManyValued: Whether segments behind a path count as `*`; given the path as far as it goes, and the
  ///   segment. The first segment names a part of the site and is never asked for.
  init(of url: WebURL, isManyValued: (String, Substring) -> Bool) {
    let href = url.href
    let utf8 = href.utf8
    func place(_ offset: UInt32) -> String.Index {
      utf8.index(utf8.startIndex, offsetBy: Int(offset))
    }
    let (start, query, end) = (
      place(url.layout.pathStart), place(url.layout.queryStart), place(url.layout.fragmentStart)
    )
    var text = String(href[..<start])
    pathStart = text.endIndex
    let segments = href[start..<query].split(separator: "/")
    var sectionEnd: String.Index?
    for (index, segment) in segments.enumerated() {
      // Segments that follow each other are one, so that a path that grows stays in its group.
      if Self.isCounted(segment) || (index > 0 && isManyValued(text, segment)) {
        if !text.hasSuffix("/*") { text += "/*" }
      } else {
        text += "/"
        text += segment
      }
      if index == 0, segments.count > Self.depth { sectionEnd = text.endIndex }
    }
    self.sectionEnd = sectionEnd
    pathEnd = text.endIndex
    if query < end {
      var names = Set<Substring>()
      for parameter in href[utf8.index(after: query)..<end].split(separator: "&").prefix(64) {
        let name = parameter.prefix { $0 != "=" }
        // `&` that was escaped again is part of the name then.
        names.insert(name.hasPrefix("amp;") ? "amp;" : name)
      }
      if !names.isEmpty { text += "?" + names.sorted().joined(separator: "&") }
    }
    self.text = text
  }

  /// The groups that the URL is in: its path and names, its path with any query, its names with any path, and the deep
  /// paths of its section.
  var groups: [String] {
    var groups = [text]
    if pathEnd < text.endIndex {
      groups += [text[..<pathEnd] + "?*", text[..<pathStart] + "/**" + text[pathEnd...]]
    }
    if let sectionEnd { groups.append(text[..<sectionEnd] + "/**") }
    return groups
  }

  /// Whether a segment is a number, a date, a UUID or a hash.
  static func isCounted(_ segment: Substring) -> Bool {
    var (digits, hexadecimal, others) = (0, 0, 0)
    for byte in segment.utf8 {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digits += 1
      case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
        hexadecimal += 1
      case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"),
        UInt8(ascii: "T"),
        UInt8(ascii: "Z"):
        continue
      default: others += 1
      }
    }
    if digits > 0, hexadecimal == 0, others == 0 { return true }
    return others == 0 && digits > 0 && digits + hexadecimal >= 8
  }
}
