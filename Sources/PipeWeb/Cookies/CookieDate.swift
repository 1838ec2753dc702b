internal import PipeText

/// A date as servers write it in cookies (RFC 6265, 5.1.1): tokens in any order, between nearly any characters.
enum CookieDate {
  /// Seconds since 1970-01-01T00:00:00Z; `nil` if the text is not a date.
  static func seconds(_ text: some StringProtocol) -> Int? {
    var parts = Parts()
    for token in text.utf8.split(whereSeparator: isDelimiter) { parts.take(Array(token)) }
    guard let time = parts.time, let day = parts.day, let month = parts.month, var year = parts.year else { return nil }
    if 70...99 ~= year { year += 1900 } else if 0...69 ~= year { year += 2000 }
    guard year >= 1601, time.hour <= 23, time.minute <= 59, time.second <= 59,
      let date = CivilDate(year: year, month: month, day: day)
    else { return nil }
    return date.daysSince1970 * 86_400 + time.hour * 3600 + time.minute * 60 + time.second
  }

  private struct Parts {
    var time: (hour: Int, minute: Int, second: Int)?
    var day: Int?
    var month: Int?
    var year: Int?

    /// A token is the first thing that it can be and that is not there yet.
    mutating func take(_ token: [UInt8]) {
      if time == nil, let found = CookieDate.time(token) {
        time = found
      } else if day == nil, let found = number(token, 1...2) {
        day = found
      } else if month == nil, let found = CookieDate.month(token) {
        month = found
      } else if year == nil, let found = number(token, 2...4) {
        year = found
      }
    }

    /// The number that a token begins with.
    private func number(_ token: [UInt8], _ digits: ClosedRange<Int>) -> Int? {
      var rest = token[...]
      return CookieDate.number(&rest, digits)
    }
  }

  private static func time(_ token: [UInt8]) -> (hour: Int, minute: Int, second: Int)? {
    var rest = token[...]
    guard let hour = number(&rest, 1...2), rest.popFirst() == UInt8(ascii: ":"), let minute = number(&rest, 1...2),
      rest.popFirst() == UInt8(ascii: ":"), let second = number(&rest, 1...2)
    else { return nil }
    return (hour, minute, second)
  }

  private static func month(_ token: [UInt8]) -> Int? {
    CivilDate.month(token.prefix(3))
  }

  /// The digits at the start, where there are so many and no more.
  private static func number(_ bytes: inout ArraySlice<UInt8>, _ digits: ClosedRange<Int>) -> Int? {
    let number = bytes.prefix(while: ASCII.isDigit)
    guard digits.contains(number.count) else { return nil }
    bytes.removeFirst(number.count)
    return number.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }

  private static func isDelimiter(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x09, 0x20...0x2F, 0x3B...0x40, 0x5B...0x60, 0x7B...0x7E: true
    default: false
    }
  }
}
