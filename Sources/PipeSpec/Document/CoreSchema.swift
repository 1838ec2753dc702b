/// Tag resolution of plain scalars by the YAML 1.2 core schema (YAML 1.2.2, 10.3.2).
package enum CoreSchema {
  /// What a plain scalar means. A whole number beyond `Int` becomes a float.
  package static func value(of text: String) -> Scalar.Value {
    let bytes = text.utf8
    guard let first = bytes.first else { return .null }
    switch first {
    case UInt8(ascii: "~"), UInt8(ascii: "n"), UInt8(ascii: "N"):
      return isOne(text, of: "~", "null", "Null", "NULL") ? .null : .string
    case UInt8(ascii: "t"), UInt8(ascii: "T"):
      return isOne(text, of: "true", "True", "TRUE") ? .bool(true) : .string
    case UInt8(ascii: "f"), UInt8(ascii: "F"):
      return isOne(text, of: "false", "False", "FALSE") ? .bool(false) : .string
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
      return number(text)
    default:
      return .string
    }
  }

  private static func isOne(_ text: String, of words: String...) -> Bool {
    // Bytes are compared: no two of these words are canonically equivalent to anything else.
    words.contains { $0.utf8.elementsEqual(text.utf8) }
  }

  private static func number(_ text: String) -> Scalar.Value {
    if isOne(text, of: ".nan", ".NaN", ".NAN") { return .float(.nan) }
    if text.hasPrefix("0o") { return based(text, radix: 8) }
    if text.hasPrefix("0x") { return based(text, radix: 16) }
    let isNegative = text.utf8.first == UInt8(ascii: "-")
    let isSigned = isNegative || text.utf8.first == UInt8(ascii: "+")
    let rest = isSigned ? text.dropFirst() : text[...]
    if isOne(String(rest), of: ".inf", ".Inf", ".INF") { return .float(isNegative ? -.infinity : .infinity) }
    switch DecimalForm(rest.utf8) {
    case .whole: return Int(text).map { .int($0) } ?? float(text)
    case .fraction: return float(text)
    case nil: return .string
    }
  }

  private static func float(_ text: String) -> Scalar.Value { Double(text).map { .float($0) } ?? .string }

  /// `0o7` or `0xF`: without a sign, with at least one digit.
  private static func based(_ text: String, radix: Int) -> Scalar.Value {
    let digits = text.dropFirst(2)
    guard !digits.isEmpty, digits.utf8.allSatisfy({ isDigit($0, radix: radix) }) else { return .string }
    if let value = Int(digits, radix: radix) { return .int(value) }
    return .float(digits.reduce(0) { $0 * Double(radix) + Double($1.hexDigitValue ?? 0) })
  }

  private static func isDigit(_ byte: UInt8, radix: Int) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "7"): true
    case UInt8(ascii: "8")...UInt8(ascii: "9"): radix > 8
    case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): radix == 16
    default: false
    }
  }

  /// The form of an unsigned decimal number.
  private enum DecimalForm {
    case whole, fraction

    /// `[0-9]+` is whole; `( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?` is a fraction.
    init?(_ bytes: Substring.UTF8View) {
      var rest = bytes[...]
      func skipDigits() -> Int {
        let count = rest.prefix { isDigit($0, radix: 10) }.count
        rest = rest.dropFirst(count)
        return count
      }
      var digits = skipDigits()
      if digits > 0, rest.isEmpty {
        self = .whole
        return
      }
      if rest.first == UInt8(ascii: ".") {
        rest = rest.dropFirst()
        digits += skipDigits()
      }
      guard digits > 0 else { return nil }
      if let mark = rest.first, mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") {
        rest = rest.dropFirst()
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest = rest.dropFirst() }
        guard skipDigits() > 0 else { return nil }
      }
      guard rest.isEmpty else { return nil }
      self = .fraction
    }
  }
}
