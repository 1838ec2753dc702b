internal import PipeSpec
internal import PipeText

/// How people write the decimals of a number.
package enum DecimalSign: String, CaseIterable, Sendable {
  case point = "."
  case comma = ","
}

/// Reads numbers, in the one form of computers or in those of people.
enum WrittenNumber {
  /// A number as JSON has it (RFC 8259, 6), with a plus sign and leading zeros allowed too; `nil` for what is none, or
  /// too large for a Double.
  ///
  /// A number whose digits no Double has is not rounded: it stays whole where 64 bits hold it, and JSON otherwise.
  static func value(_ text: String) -> Value? {
    guard let decimal = DecimalNumber(text), let number = Double(text), number.isFinite else { return nil }
    if DecimalNumber(number.description) == decimal { return .double(number) }
    if let whole = decimal.integer { return .int(whole) }
    return .json(jsonText(text))
  }

  /// The same number by the grammar of JSON: without a plus sign, leading zeros, and a decimal sign at either end.
  private static func jsonText(_ text: String) -> String {
    var rest = text.utf8[...]
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
    let whole = rest.prefix { $0 &- 0x30 < 10 }
    rest = rest[whole.endIndex...]
    let digits = whole.drop { $0 == 0x30 }
    if rest.first == UInt8(ascii: "."), rest.dropFirst().first.map({ $0 &- 0x30 < 10 }) != true { rest.removeFirst() }
    return (isNegative ? "-" : "") + (digits.isEmpty ? "0" : String(Substring(digits))) + String(Substring(rest))
  }

  /// The longest text that is read as a person's number, in bytes.
  private static let limit = 128

  /// The number that a person wrote, in the form of computers: `1234.50` for `€ 1,234.50`, `-1.234,50 EUR`, `1 234,50`,
  /// `Rs. 1,234.50` and `1'234.50`; `12` for `12,-` and `12.– kr.`, `0.99` for `$.99`. `nil` where it is none, its digits are not grouped as
  /// digits are, or something other than a currency stands beside them.
  static func canonical(_ text: String, decimal: DecimalSign) -> String? {
    guard text.utf8.count <= limit else { return nil }
    var rest = text.unicodeScalars[...].trimmed
    var sign: Unicode.Scalar?
    // The sign and the currency stand in either order.
    for _ in 0..<2 {
      if let first = rest.first, first.isSign {
        if sign != nil { return nil }
        sign = first
        rest = rest.dropFirst().trimmed
      }
      rest = Currency.dropped(fromStartOf: rest).trimmed
    }
    rest = Currency.dropped(fromEndOf: rest).trimmed
    let decimalSign: Unicode.Scalar = decimal == .point ? "." : ","
    let parts = rest.split(separator: decimalSign, maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first else { return nil }
    // An amount may begin with its decimal sign, and then has digits behind it.
    let isBare = whole.isEmpty && parts.count == 2 && parts[1].first?.isDigit == true
    guard let digits = isBare ? "0" : ungrouped(whole, mark: decimal == .point ? "," : ".") else { return nil }
    var fraction = ""
    if parts.count == 2 {
      let isDash = 1...2 ~= parts[1].count && parts[1].allSatisfy { $0.isSign && $0 != "+" }
      guard isDash || parts[1].allSatisfy(\.isDigit), !parts[1].isEmpty else { return nil }
      // 12.00 is a whole number too.
      if !isDash, parts[1].contains(where: { $0 != "0" }) {
        fraction = "." + String(String.UnicodeScalarView(parts[1]))
      }
    }
    return (sign == nil || sign == "+" ? "" : "-") + digits + fraction
  }

  /// The digits without the marks between groups: three digits a group, but for the first, and two in India's way.
  private static func ungrouped(_ text: Substring.UnicodeScalarView, mark: Unicode.Scalar) -> String? {
    guard let used = text.first(where: { !$0.isDigit }) else { return text.isEmpty ? nil : String(text) }
    guard used == mark || used.isApostrophe || used.isSpace else { return nil }
    // One mark throughout; a space may be of any width.
    let groups = text.split(omittingEmptySubsequences: false) { $0 == used || ($0.isSpace && used.isSpace) }
    guard groups.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isDigit) }) else { return nil }
    let inner = groups.dropFirst().dropLast()
    guard let first = groups.first, first.count <= 3, groups.last?.count == 3,
      inner.allSatisfy({ $0.count == 3 }) || inner.allSatisfy({ $0.count == 2 })
    else { return nil }
    return String(String.UnicodeScalarView(groups.joined()))
  }
}

/// The currency beside an amount. Other words are none: in `5 Mio €` and `1.2k` they change the number.
private enum Currency {
  typealias Text = Substring.UnicodeScalarView

  static func dropped(fromStartOf text: Text) -> Text {
    let word = text.prefix(while: \.isOfCurrency)
    guard isCurrency(word) else { return text }
    let rest = text[word.endIndex...]
    return rest.first == "." && word.last?.isSymbolOfCurrency == false ? rest.dropFirst() : rest
  }

  static func dropped(fromEndOf text: Text) -> Text {
    let isAbbreviated = text.last == "."
    let ended = isAbbreviated ? text.dropLast() : text
    let word = ended.suffix(while: \.isOfCurrency)
    guard isCurrency(word), !(isAbbreviated && word.last?.isSymbolOfCurrency == true) else { return text }
    return text[..<word.startIndex]
  }

  /// A sign, with a country's letters perhaps; a code of ISO 4217; or what people write.
  private static func isCurrency(_ word: Text) -> Bool {
    let letters = word.filter { !$0.isSymbolOfCurrency }
    if letters.count < word.count { return letters.count <= 3 && word.count - letters.count == 1 }
    if word.count == 3, word.allSatisfy({ "A"..."Z" ~= $0 }) { return true }
    return words.contains(String(word).lowercased())
  }

  private static let words: Set<String> = [
    "eur", "euro", "usd", "gbp", "chf", "fr", "sfr", "kr", "kč", "zł", "ft", "lei", "kn", "din", "tl", "лв", "р", "руб",
    "грн", "дин", "ден", "rs", "rp", "rm", "r", "tk", "bs", "元", "円", "圆", "圓", "원",
  ]
}

extension Substring.UnicodeScalarView {
  /// Without the spaces at its ends.
  fileprivate var trimmed: Self {
    guard let last = lastIndex(where: { !$0.isSpace }) else { return prefix(0) }
    return self[...last].drop { $0.isSpace }
  }

  /// The longest end of which all scalars are of a kind.
  fileprivate func suffix(while isOfKind: (Unicode.Scalar) -> Bool) -> Self {
    guard let last = lastIndex(where: { !isOfKind($0) }) else { return self }
    return self[index(after: last)...]
  }
}

extension Unicode.Scalar {
  fileprivate var isDigit: Bool { "0"..."9" ~= self }
  /// A space of any width.
  fileprivate var isSpace: Bool { properties.isWhitespace }
  fileprivate var isApostrophe: Bool { self == "'" || self == "\u{2019}" }
  /// A hyphen, a minus, a dash, a plus.
  fileprivate var isSign: Bool { self == "-" || self == "+" || self == "\u{2212}" || "\u{2013}"..."\u{2014}" ~= self }
  /// The cent sign makes another number of an amount.
  fileprivate var isSymbolOfCurrency: Bool { properties.generalCategory == .currencySymbol && self != "\u{A2}" }
  fileprivate var isOfCurrency: Bool { isSymbolOfCurrency || properties.isAlphabetic }
}
