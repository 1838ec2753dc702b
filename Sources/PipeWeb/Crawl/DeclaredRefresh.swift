internal import PipeText

/// What a `meta` element with `http-equiv="refresh"`, or a `Refresh` field, asks for (WHATWG HTML 4.2.5.3, "shared
/// declarative refresh steps").
package struct DeclaredRefresh: Hashable, Sendable {
  /// Whole seconds; the fraction is not looked at.
  package let seconds: Int
  /// Where the page goes, as it is written; `nil` where it is loaded again.
  package let reference: String?

  package init(seconds: Int, reference: String?) {
    self.seconds = seconds
    self.reference = reference
  }

  /// - Returns: `nil` where a browser does nothing.
  package init?(_ content: String) {
    var rest = content.utf8[...]
    Self.skipSpace(&rest)
    let digits = rest.prefix(while: ASCII.isDigit)
    guard !digits.isEmpty || rest.first == UInt8(ascii: ".") else { return nil }
    seconds = digits.isEmpty ? 0 : Int(Substring(digits)) ?? .max
    rest = rest.drop { ASCII.isDigit($0) || $0 == UInt8(ascii: ".") }
    guard let next = rest.first else {
      reference = nil
      return
    }
    guard next == UInt8(ascii: ";") || next == UInt8(ascii: ",") || HTMLBytes.isSpace(next) else { return nil }
    Self.skipSpace(&rest)
    if rest.first == UInt8(ascii: ";") || rest.first == UInt8(ascii: ",") { rest.removeFirst() }
    Self.skipSpace(&rest)
    reference = rest.isEmpty ? nil : Self.reference(rest)
  }

  /// What stands behind `url=`, or all of it, without its quotes.
  private static func reference(_ text: Substring.UTF8View) -> String {
    var rest = text
    for letter in "url".utf8 {
      guard let byte = rest.first, ASCII.lowercase(byte) == letter else {
        // "u" alone is where the parsing begins; before it, quotes are looked for.
        return rest.startIndex == text.startIndex ? unquoted(rest) : String(Substring(text))
      }
      rest.removeFirst()
    }
    skipSpace(&rest)
    guard rest.first == UInt8(ascii: "=") else { return String(Substring(text)) }
    rest.removeFirst()
    skipSpace(&rest)
    return unquoted(rest)
  }

  private static func unquoted(_ text: Substring.UTF8View) -> String {
    guard let quote = text.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
      return String(Substring(text))
    }
    return String(Substring(text.dropFirst().prefix { $0 != quote }))
  }

  private static func skipSpace(_ rest: inout Substring.UTF8View) { rest = rest.drop(while: HTMLBytes.isSpace) }
}
