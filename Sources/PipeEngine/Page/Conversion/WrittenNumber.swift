/// How people write the decimals of a number.
package enum DecimalSign: String, CaseIterable, Sendable {
  case point = "."
  case comma = ","
}

/// Reads numbers, in the one form of computers or in those of people.
enum WrittenNumber {
  /// A whole number of ASCII digits, with or without a sign.
  static func int(_ text: String) -> Int? { Int(text) }

  /// A number as JSON has it (RFC 8259, 6), with a plus sign and leading zeros allowed too.
  static func double(_ text: String) -> Double? {
    // Swift reads "inf" and "0x1p3" as well.
    let isPlain = text.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "e"), UInt8(ascii: "E"):
        true
      default: false
      }
    }
    guard isPlain, let number = Double(text), number.isFinite else { return nil }
    return number
  }

  /// The longest text that is read as a person's number, in bytes.
  private static let limit = 128

  /// The number that a person wrote, in the form of computers: `1234.50` for `€ 1,234.50`, `-1.234,50 EUR`, `1 234,50`
  /// and `1'234.50`; `12` for `12,-`. `nil` where it is none, or its digits are not grouped as digits are.
  static func canonical(_ text: String, decimal: DecimalSign) -> String? {
    guard text.utf8.count <= limit else { return nil }
    var scalars = text.unicodeScalars.filter { !$0.isSpace }[...]
    var isNegative = false
    // The sign and the currency stand in either order.
    for _ in 0..<2 {
      if let sign = scalars.first, sign.isSign {
        if isNegative { return nil }
        isNegative = sign != "+"
        scalars.removeFirst()
      }
      scalars = scalars.drop { $0.isCurrency }
    }
    while let last = scalars.last, last.isCurrency { scalars.removeLast() }
    let decimalSign: Unicode.Scalar = decimal == .point ? "." : ","
    let parts = scalars.split(separator: decimalSign, maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first, let digits = ungrouped(whole, mark: decimal == .point ? "," : ".") else {
      return nil
    }
    var fraction = ""
    if parts.count == 2 {
      let isDash = parts[1].count == 1 && parts[1].first.map { $0.isSign && $0 != "+" } == true
      guard isDash || parts[1].allSatisfy(\.isDigit), !parts[1].isEmpty else { return nil }
      if !isDash { fraction = "." + String(String.UnicodeScalarView(parts[1])) }
    }
    return (isNegative ? "-" : "") + digits + fraction
  }

  /// The digits without the marks between groups: three digits a group, but for the first, and two in India's way.
  private static func ungrouped(_ text: Substring.UnicodeScalarView, mark: Unicode.Scalar) -> String? {
    let groups = text.split(omittingEmptySubsequences: false) { $0 == mark || $0 == "'" || $0 == "\u{2019}" }
    guard groups.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isDigit) }) else { return nil }
    if groups.count > 1 {
      let inner = groups.dropFirst().dropLast()
      guard let first = groups.first, first.count <= 3, groups.last?.count == 3,
        inner.allSatisfy({ $0.count == 3 }) || inner.allSatisfy({ $0.count == 2 })
      else { return nil }
    }
    return String(String.UnicodeScalarView(groups.joined()))
  }
}

extension Unicode.Scalar {
  fileprivate var isDigit: Bool { "0"..."9" ~= self }
  /// Spaces of any width; as groups' marks too.
  fileprivate var isSpace: Bool { properties.isWhitespace }
  /// A hyphen, a minus, a dash, a plus.
  fileprivate var isSign: Bool { self == "-" || self == "+" || self == "\u{2212}" || "\u{2013}"..."\u{2014}" ~= self }
  /// A currency's sign, or a letter of its name.
  fileprivate var isCurrency: Bool { properties.generalCategory == .currencySymbol || properties.isAlphabetic }
}
