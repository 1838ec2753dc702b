#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// A moment in UTC, to the nanosecond; years 0 to 9999.
package struct Timestamp: Hashable, Comparable, Sendable {
  /// Seconds since 1970-01-01T00:00:00Z.
  package let seconds: Int
  /// 0 to 999,999,999.
  package let nanoseconds: Int

  package init(seconds: Int, nanoseconds: Int = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// What the system's clock says.
  package static var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(seconds: Int(time.tv_sec), nanoseconds: Int(time.tv_nsec))
  }

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

/// A day of the Gregorian calendar, counted backwards as well.
struct CivilDate {
  let year: Int
  let month: Int
  let day: Int

  /// A day that there is; years 0 to 9999.
  init?(year: Int, month: Int, day: Int) {
    guard 0...9999 ~= year, 1...12 ~= month, day >= 1 else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard day <= lengths[month - 1] else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }

  // Both conversions count in eras of 400 years, whose years begin with March, so that the day that some years have
  // and others have not is a year's last.
  private static let daysOfEra = 146_097
  private static let daysFromMarchOfYear0 = 719_468

  init(daysSince1970 days: Int) {
    let days = days + Self.daysFromMarchOfYear0
    let era = days.dividedDown(by: Self.daysOfEra)
    let dayOfEra = days - era * Self.daysOfEra
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  var daysSince1970: Int {
    let year = month <= 2 ? year - 1 : year
    let era = year.dividedDown(by: 400)
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * Self.daysOfEra + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
      - Self.daysFromMarchOfYear0
  }
}

extension Int {
  /// Division that rounds towards minus infinity.
  fileprivate func dividedDown(by divisor: Int) -> Int {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
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
