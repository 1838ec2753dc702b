/// Tells texts that a spreadsheet would take for a formula (OWASP, "CSV Injection").
///
/// `=`, `+`, `-` and `@` begin one, also in their full-width forms, which some programs bring into ASCII; tabs and line
/// breaks at the start are dropped by some and then leave the sign behind them in front, and so are spaces.
enum FormulaStart {
  static func begins(_ text: ArraySlice<UInt8>) -> Bool {
    guard let first = text.first else { return false }
    if first == 0x09 || first == 0x0A || first == 0x0D { return true }
    // Most texts begin with a letter or a digit, and are told by their first byte.
    if first < 0x80, first != 0x20 { return isSign(first) }
    let rest = withoutSpaces(text)
    guard let sign = rest.first else { return false }
    if sign == 0x09 || sign == 0x0A || sign == 0x0D { return true }
    if isSign(sign) { return true }
    // U+FF1D, U+FF0B, U+FF0D and U+FF20 in UTF-8.
    guard sign == 0xEF, let second = rest.dropFirst().first, let third = rest.dropFirst(2).first else { return false }
    return second == 0xBC && (third == 0x9D || third == 0x8B || third == 0x8D || third == 0xA0)
  }

  private static func isSign(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "=") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "@")
  }

  /// The text behind spaces of any width at its start, and a byte order mark.
  private static func withoutSpaces(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var rest = text
    while let first = rest.first {
      if first == 0x20 {
        rest = rest.dropFirst()
        continue
      }
      guard first >= 0xC2, let scalar = String(decoding: rest.prefix(4), as: UTF8.self).unicodeScalars.first,
        scalar.properties.isWhitespace || scalar == "\u{FEFF}" || scalar == "\u{200B}"
      else { return rest }
      rest = rest.dropFirst(UTF8.width(scalar))
    }
    return rest
  }
}
