/// An escape of another dialect, which PCRE2 refuses, and what PCRE2 has for it.
enum ForeignEscape {
  /// The fault, if the compiler stopped at such an escape.
  ///
  /// - Parameter offset: Where PCRE2 stopped reading, in UTF-8.
  static func fault(before offset: Int, in pattern: String) -> RegularExpression.Fault? {
    let bytes = Array(pattern.utf8)
    // PCRE2 stops behind the letter, or within what follows it.
    for letter in stride(from: min(offset, bytes.count) - 1, to: max(0, offset - 12), by: -1) {
      guard bytes[letter - 1] == UInt8(ascii: "\\") else { continue }
      switch bytes[letter] {
      case UInt8(ascii: "u"), UInt8(ascii: "U"), UInt8(ascii: "N"): break
      default: continue
      }
      let kind = String(decoding: bytes[letter - 1...letter], as: UTF8.self)
      guard let (scalar, end) = scalar(in: bytes, at: letter - 1) else {
        return RegularExpression.Fault(
          "\(kind) is not supported", hint: #"a character is written as itself, or by its number: \x{20ac}"#,
          range: letter - 1..<letter + 1)
      }
      return RegularExpression.Fault(
        "\(kind) is not supported", hint: #"write \x{\#(String(scalar, radix: 16))}"#, range: letter - 1..<end)
    }
    return nil
  }

  /// The number that `\u20ac`, `\u{20ac}`, `\U0001f600` and a pair of surrogates stand for, and where they end.
  private static func scalar(in bytes: [UInt8], at start: Int) -> (scalar: UInt32, end: Int)? {
    guard let (first, end) = unit(in: bytes, at: start) else { return nil }
    if 0xD800...0xDBFF ~= first, let (second, last) = unit(in: bytes, at: end), 0xDC00...0xDFFF ~= second {
      return (0x10000 + (first - 0xD800) << 10 + (second - 0xDC00), last)
    }
    return Unicode.Scalar(first) == nil ? nil : (first, end)
  }

  private static func unit(in bytes: [UInt8], at start: Int) -> (value: UInt32, end: Int)? {
    guard start + 2 < bytes.count, bytes[start] == UInt8(ascii: "\\") else { return nil }
    let count: Int
    switch bytes[start + 1] {
    case UInt8(ascii: "u"): count = 4
    case UInt8(ascii: "U"): count = 8
    default: return nil
    }
    var digits = bytes[(start + 2)...]
    let isBraced = digits.first == UInt8(ascii: "{")
    if isBraced { digits.removeFirst() }
    digits = isBraced ? digits.prefix { $0 != UInt8(ascii: "}") } : digits.prefix(count)
    guard isBraced ? 1...6 ~= digits.count && digits.endIndex < bytes.count : digits.count == count,
      let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { return nil }
    return (value, digits.endIndex + (isBraced ? 1 : 0))
  }
}
