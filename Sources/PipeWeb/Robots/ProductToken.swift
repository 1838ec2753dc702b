/// The name by which robots.txt files and robots fields call a crawler (RFC 9309, 2.2.1), compared without case.
package struct ProductToken: Sendable, CustomStringConvertible {
  /// As it was written.
  package let description: String
  let lowercase: [UInt8]

  /// A token alone: letters, digits, `-` and `_`, a letter among them. RFC 9309 has no digits; the names of crawlers do
  /// (`MJ12bot`), and site owners write them.
  package init?(_ text: String) {
    guard text.utf8.allSatisfy(Self.isPart), text.utf8.contains(where: ASCII.isLetter) else { return nil }
    description = text
    lowercase = text.utf8.map(ASCII.lowercase)
  }

  /// The name of the first product of a User-Agent field (RFC 9110, 10.1.5); `nil` where it is not a token, or the one that
  /// every browser claims to be.
  package init?(userAgent: String) {
    let name = userAgent.utf8.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
    guard let token = ProductToken(String(decoding: name, as: UTF8.self)) else { return nil }
    for browser in ["mozilla", "opera"] where token.lowercase.elementsEqual(browser.utf8) { return nil }
    self = token
  }

  /// Whether a text begins with the token and goes on, if at all, with what cannot belong to it:
  /// `FooBot/2.1` and `FooBot (compatible)` name `FooBot`, `FooBot2` and `FooBot-News` do not.
  func isNamed(at start: Int, in text: Span<UInt8>) -> Bool {
    let end = start + lowercase.count
    guard end <= text.count else { return false }
    for offset in lowercase.indices where ASCII.lowercase(text[start + offset]) != lowercase[offset] { return false }
    return end == text.count || !Self.isPart(text[end])
  }

  private static func isPart(_ byte: UInt8) -> Bool {
    ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
  }
}

extension ProductToken: Hashable {
  package static func == (left: ProductToken, right: ProductToken) -> Bool { left.lowercase == right.lowercase }

  package func hash(into hasher: inout Hasher) { hasher.combine(lowercase) }
}
