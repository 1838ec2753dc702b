/// A day and second of the proleptic Gregorian calendar in UTC, written as the web's formats want it.
struct CalendarDate: Sendable {
  /// Seconds since 1970-01-01T00:00:00Z.
  let seconds: Int

  /// Noon of a day in 2024 and after, one day later for each number: the made-up date of a page.
  static func ofPage(_ number: Int) -> CalendarDate {
    CalendarDate(seconds: (19_723 + number % 365) * 86_400 + 43_200)
  }

  /// `2024-01-02T12:00:00Z` (RFC 3339).
  var timestamp: String {
    let (year, month, day) = civil
    return "\(year)-\(two(month))-\(two(day))T\(clock)Z"
  }

  /// `2024-01-02`
  var day: String { String(timestamp.prefix(10)) }

  /// `Tue, 02 Jan 2024 12:00:00 GMT` (RFC 9110 5.6.7).
  var httpDate: String {
    let (year, month, day) = civil
    return "\(weekday), \(two(day)) \(Self.months[month - 1]) \(year) \(clock) GMT"
  }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
  private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]

  private var weekday: String { Self.weekdays[seconds / 86_400 % 7] }

  private var clock: String {
    let second = seconds % 86_400
    return "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
  }

  private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }

  /// Year, month and day from the count of days, by eras of 400 years that begin on 1 March.
  private var civil: (year: Int, month: Int, day: Int) {
    let days = seconds / 86_400 + 719_468
    let era = days / 146_097
    let dayOfEra = days % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }
}
