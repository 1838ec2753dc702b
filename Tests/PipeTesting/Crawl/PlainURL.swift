import PipeWeb

/// What a crawl asks of URLs, in the plainest way: on texts, character by character. Only resolving is left to the parser
/// of URLs, which has tests of its own.
package enum PlainURL {
  /// The URL that a reference of a document stands for, serialized; `nil` if it is not an http or https URL.
  package static func resolved(_ written: String, at base: String? = nil) -> String? {
    guard let url = WebURL(written, base: base.flatMap { WebURL($0) }) else { return nil }
    return url.href.hasPrefix("http://") || url.href.hasPrefix("https://") ? url.href : nil
  }

  /// What URLs are compared by: the serialization without the fragment, percent-encoding normalized (RFC 3986, 6.2.2).
  package static func identity(of url: String) -> String {
    let href = resolved(url) ?? url
    let characters = Array(href.prefix { $0 != "#" })
    var output = ""
    var place = 0
    while place < characters.count {
      let digits = String(characters[place...].dropFirst().prefix(2))
      if characters[place] == "%", digits.count == 2, let value = UInt8(digits, radix: 16) {
        let character = Character(UnicodeScalar(value))
        let isUnreserved = character.isASCII && (character.isLetter || character.isNumber || "-._~".contains(character))
        output += isUnreserved ? String(character) : "%" + digits.uppercased()
        place += 3
      } else {
        output.append(characters[place])
        place += 1
      }
    }
    return output
  }

  /// What stands behind the `#` of a reference, as a URL has it; `nil` without one.
  static func fragment(of written: String) -> String? {
    guard written.contains("#"), let href = resolved(written, at: "http://base.example/") else { return nil }
    return String(href.drop { $0 != "#" }.dropFirst())
  }

  /// A text with its percent-encoding undone.
  static func decoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// `https` of `https://a.example:8080/x?y`.
  static func scheme(of href: String) -> String { String(href.prefix { $0 != ":" }) }

  /// `a.example:8080` of `https://a.example:8080/x?y`.
  static func host(of href: String) -> String {
    String(href.dropFirst(scheme(of: href).count + 3).prefix { !"/?#".contains($0) })
  }

  /// `/x?y` of `https://a.example:8080/x?y`: the path with its query.
  static func path(of href: String) -> String {
    String(href.dropFirst(scheme(of: href).count + 3 + host(of: href).count).prefix { $0 != "#" })
  }

  /// `/a/` of `/a/b?c/d`.
  static func folder(of href: String) -> String {
    let path = path(of: href).prefix { $0 != "?" }
    return String(path.prefix(through: path.lastIndex(of: "/") ?? path.startIndex))
  }

  /// Whether two hosts are the same name, with or without `www.`.
  static func isSamePlace(_ source: String, _ target: String) -> Bool {
    func name(_ href: String) -> Substring {
      let host = host(of: href)
      return host.hasPrefix("www.") ? host.dropFirst(4) : host[...]
    }
    return name(source) == name(target) && (scheme(of: source) == scheme(of: target) || scheme(of: target) == "https")
  }

  /// Whether a pattern with `*` for any characters matches: all of the path with its query if it begins with `/`, and all
  /// of the URL if it begins with `*`.
  static func matches(_ pattern: String, _ identity: String) -> Bool {
    matches(Array(pattern)[...], Array(pattern.hasPrefix("/") ? path(of: identity) : identity)[...])
  }

  private static func matches(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    if first != "*" { return text.first == first && matches(pattern.dropFirst(), text.dropFirst()) }
    return matches(pattern.dropFirst(), text) || !text.isEmpty && matches(pattern, text.dropFirst())
  }
}
