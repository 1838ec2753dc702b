internal import PipeText

/// A date that a literal gives, in the form in which dates are compared.
///
/// Dates are RFC 3339 texts in UTC, so their order is that of their texts, once the final `Z` is gone:
/// it would put `…:00.5Z` before `…:00Z`. A literal without a time stands for its whole day.
struct DateText: Hashable {
  let text: String
  /// Whether only the day is compared.
  let isDay: Bool

  enum Fault: Error {
    case notADate
    case notInUTC
  }

  /// Reads `2026-01-31` or an RFC 3339 date-time (5.6) that ends with `Z`.
  init(_ literal: String) throws(Fault) {
    let bytes = Array(literal.utf8)
    guard bytes.count >= 10, Self.isDay(bytes[..<10]) else { throw .notADate }
    isDay = bytes.count == 10
    if isDay {
      text = literal
      return
    }
    let time = bytes[11...]
    guard bytes[10] | 0x20 == UInt8(ascii: "t") || bytes[10] == UInt8(ascii: " "), bytes.count >= 20,
      Self.isTime(time.prefix(8))
    else { throw .notADate }
    var rest = time.dropFirst(8)
    if rest.first == UInt8(ascii: ".") {
      let digits = rest.dropFirst().prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
      guard !digits.isEmpty else { throw .notADate }
      rest = rest[digits.endIndex...]
    }
    guard rest.count == 1, rest.first.map({ $0 | 0x20 }) == UInt8(ascii: "z") else { throw .notInUTC }
    text = String(decoding: bytes[..<10] + [UInt8(ascii: "T")] + bytes[11..<rest.startIndex], as: UTF8.self)
  }

  /// The order of a field's date and this one.
  func order(of date: String) -> Int {
    let date = isDay ? String(date.utf8.prefix(10)) ?? date : Self.withoutZone(date)
    return UTF8Order.compare(date, text)
  }

  static func withoutZone(_ date: String) -> String {
    date.utf8.last == UInt8(ascii: "Z") ? String(date.dropLast()) : date
  }

  private static func isDay(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let numbers = numbers(bytes, "0000-00-00") else { return false }
    return CivilDate(year: numbers[0], month: numbers[1], day: numbers[2]) != nil
  }

  private static func isTime(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let numbers = numbers(bytes, "00:00:00") else { return false }
    // 60 is a leap second.
    return numbers[0] < 24 && numbers[1] < 60 && numbers[2] <= 60
  }

  /// The numbers in a text of a form in which `0` stands for a digit.
  private static func numbers(_ bytes: ArraySlice<UInt8>, _ form: StaticString) -> [Int]? {
    guard bytes.count == form.utf8CodeUnitCount else { return nil }
    var numbers = [0]
    for (offset, byte) in bytes.enumerated() {
      if form.utf8Start[offset] == UInt8(ascii: "0") {
        guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
        numbers[numbers.count - 1] = numbers[numbers.count - 1] * 10 + Int(byte - UInt8(ascii: "0"))
      } else {
        guard byte == form.utf8Start[offset] else { return nil }
        numbers.append(0)
      }
    }
    return numbers
  }
}
