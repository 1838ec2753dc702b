/// A number as its decimal digits: exact, however large or small it is.
package struct DecimalNumber: Sendable {
  private let isNegative: Bool
  /// The digits without zeros at either end; none for zero. The value is 0.DIGITS × 10^`exponent`.
  private let digits: [UInt8]
  private let exponent: Int

  /// Reads digits with an optional sign, fraction and exponent: `12`, `-1.50`, `.5`, `1E400`; `nil` for anything else.
  package init?(_ text: String) {
    var rest = text.utf8[...]
    let sign = rest.first
    if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest.removeFirst() }
    isNegative = sign == UInt8(ascii: "-")
    let whole = rest.prefix { Self.isDigit($0) }
    rest = rest[whole.endIndex...]
    var fraction = rest.prefix(0)
    if rest.first == UInt8(ascii: ".") {
      fraction = rest.dropFirst().prefix { Self.isDigit($0) }
      rest = rest[fraction.endIndex...]
    }
    guard !(whole.isEmpty && fraction.isEmpty) else { return nil }
    var shift = 0
    if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
      rest.removeFirst()
      let sign = rest.first
      if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest.removeFirst() }
      guard !rest.isEmpty, rest.allSatisfy({ Self.isDigit($0) }) else { return nil }
      // Beyond every number that a text of less than a gigabyte can spell out.
      let magnitude = rest.reduce(0) { min($0 * 10 + Int($1 - 0x30), 1 << 40) }
      shift = sign == UInt8(ascii: "-") ? -magnitude : magnitude
      rest = rest[rest.endIndex...]
    }
    guard rest.isEmpty else { return nil }
    var all = Array(whole)
    all += fraction
    let leading = all.prefix { $0 == 0x30 }.count
    let trailing = all.reversed().prefix { $0 == 0x30 }.count
    if leading == all.count {
      digits = []
      exponent = 0
    } else {
      digits = Array(all[leading..<all.count - trailing])
      exponent = whole.count - leading + shift
    }
  }

  /// Whether it has no fraction.
  package var isWhole: Bool { digits.count <= exponent || digits.isEmpty }

  /// Digits behind the point, without zeros behind them.
  package var fractionDigits: Int { max(0, digits.count - exponent) }

  /// The value, if it is whole and fits.
  package var integer: Int? {
    guard isWhole, exponent <= 19 else { return nil }
    var value = 0
    for place in 0..<exponent {
      let digit = place < digits.count ? Int(digits[place] - 0x30) : 0
      let (tens, isLarge) = value.multipliedReportingOverflow(by: 10)
      // Counted downwards: there is one negative number more.
      let (next, isLarger) = tens.subtractingReportingOverflow(digit)
      if isLarge || isLarger { return nil }
      value = next
    }
    if isNegative { return value }
    return value == .min ? nil : -value
  }

  private static func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
}

extension DecimalNumber: Comparable {
  package static func == (left: Self, right: Self) -> Bool { left.order(to: right) == 0 }

  package static func < (left: Self, right: Self) -> Bool { left.order(to: right) < 0 }

  /// Negative if this number is below the other one, zero if they are equal.
  package func order(to other: Self) -> Int {
    if sign != other.sign { return sign - other.sign }
    if exponent != other.exponent { return exponent < other.exponent ? -sign : sign }
    if digits.lexicographicallyPrecedes(other.digits) { return -sign }
    return other.digits.lexicographicallyPrecedes(digits) ? sign : 0
  }

  private var sign: Int { digits.isEmpty ? 0 : isNegative ? -1 : 1 }
}
