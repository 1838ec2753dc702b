internal import PipeText

/// A moment in UTC, to the nanosecond; years 0 to 9999.
package struct Timestamp: Hashable, Comparable, Sendable {
  /// Seconds since 1970-01-01T00:00:00Z.
  package let seconds: Int
  /// 0 to 999,999,999.
  package let nanoseconds: Int

  /// - Parameters:
  ///   - seconds: In `range`.
  ///   - nanoseconds: 0 to 999,999,999.
  package init(seconds: Int, nanoseconds: Int = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// What a clock tells. It may be set wrong: a moment outside these years is the first or the last one.
  package init(ofClock time: (seconds: Int, nanoseconds: Int)) {
    self.init(
      seconds: min(max(time.seconds, Self.range.lowerBound), Self.range.upperBound),
      nanoseconds: min(max(time.nanoseconds, 0), 999_999_999))
  }

  /// From 0000-01-01T00:00:00Z to 9999-12-31T23:59:59Z.
  static let range = -62_167_219_200...253_402_300_799

  package static func < (left: Self, right: Self) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }

  /// RFC 3339 in UTC, with as many digits of a second as it takes: `2026-01-31T10:20:30.5Z`.
  package var description: String {
    var digits = 9
    var fraction = nanoseconds
    while digits > 0, fraction % 10 == 0 {
      fraction /= 10
      digits -= 1
    }
    return text(digits: digits)
  }

  /// RFC 3339 in UTC to the millisecond: `2026-01-31T10:20:30.500Z`.
  package var inMilliseconds: String { text(digits: 3) }

  private func text(digits: Int) -> String {
    let day = CivilDate(daysSince1970: seconds.dividedDown(by: 86_400))
    let second = seconds - day.daysSince1970 * 86_400
    var text: [UInt8] = []
    text.reserveCapacity(30)
    text.append(day.year, digits: 4)
    text.append(UInt8(ascii: "-"))
    text.append(day.month, digits: 2)
    text.append(UInt8(ascii: "-"))
    text.append(day.day, digits: 2)
    text.append(UInt8(ascii: "T"))
    text.append(second / 3600, digits: 2)
    text.append(UInt8(ascii: ":"))
    text.append(second / 60 % 60, digits: 2)
    text.append(UInt8(ascii: ":"))
    text.append(second % 60, digits: 2)
    if digits > 0 {
      text.append(UInt8(ascii: "."))
      text.append((0..<9 - digits).reduce(nanoseconds) { value, _ in value / 10 }, digits: digits)
    }
    text.append(UInt8(ascii: "Z"))
    return String(decoding: text, as: UTF8.self)
  }
}

extension [UInt8] {
  /// Appends a number with leading zeros.
  fileprivate mutating func append(_ number: Int, digits: Int) {
    let start = count
    var rest = number
    for _ in 0..<digits {
      append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    }
    self[start...].reverse()
  }
}
