internal import PipeText

/// When clocks change, year by year, as POSIX writes it (IEEE 1003.1, 8.3, TZ): `CET-1CEST,M3.5.0,M10.5.0/3`.
struct ZoneRule: Hashable, Sendable {
  private enum Day: Hashable, Sendable {
    /// A day of the week in a week of a month; week 5 is its last.
    case weekday(month: Int, week: Int, day: Int)
    /// 1 to 365, February 29th never counted.
    case withoutLeapDay(Int)
    /// 0 to 365.
    case ofYear(Int)
  }

  private struct Change: Hashable, Sendable {
    let day: Day
    /// Seconds of the day, which may lie in another one.
    let time: Int
  }

  private let standard: Int
  private let summer: (offset: Int, start: Change, end: Change)?

  static func == (left: Self, right: Self) -> Bool {
    left.standard == right.standard && left.summer?.offset == right.summer?.offset
      && left.summer?.start == right.summer?.start && left.summer?.end == right.summer?.end
  }

  func hash(into hasher: inout Hasher) { hasher.combine(standard) }

  init?(_ text: String) {
    var reader = Reader(text: Array(text.utf8)[...])
    guard reader.name(), let west = reader.time() else { return nil }
    standard = -west
    if reader.isAtEnd {
      summer = nil
      return
    }
    guard reader.name() else { return nil }
    var offset = standard + 3600
    if !reader.isNext(",") {
      guard let west = reader.time() else { return nil }
      offset = -west
    }
    guard let start = reader.change(), let end = reader.change(), reader.isAtEnd else { return nil }
    summer = (offset, start, end)
  }

  /// Seconds that clocks are ahead of UTC at a moment.
  func offset(at moment: Int) -> Int {
    guard let summer else { return standard }
    let year = CivilDate(daysSince1970: (moment + standard).dividedDown(by: 86_400)).year
    let start = Self.moment(of: summer.start, in: year) - standard
    let end = Self.moment(of: summer.end, in: year) - summer.offset
    let isSummer =
      start < end ? start <= moment && moment < end : !(end <= moment && moment < start)
    return isSummer ? summer.offset : standard
  }

  private static func moment(of change: Change, in year: Int) -> Int {
    // Years that four digits do not write are none of ours.
    let year = min(max(year, 0), 9999)
    let first = CivilDate(year: year, month: 1, day: 1)?.daysSince1970 ?? 0
    let day: Int
    switch change.day {
    case .ofYear(let number): day = first + number
    case .withoutLeapDay(let number):
      let isLeap = CivilDate(year: year, month: 2, day: 29) != nil
      day = first + number - 1 + (isLeap && number >= 60 ? 1 : 0)
    case .weekday(let month, let week, let weekday):
      let start = CivilDate(year: year, month: month, day: 1)?.daysSince1970 ?? first
      // January 1st of 1970 was a Thursday.
      let shift = (weekday - (start + 4) % 7 + 14) % 7
      var found = start + shift + (week - 1) * 7
      while CivilDate(daysSince1970: found).month != month { found -= 7 }
      day = found
    }
    return day * 86_400 + change.time
  }

  private struct Reader {
    var text: ArraySlice<UInt8>

    var isAtEnd: Bool { text.isEmpty }
    func isNext(_ sign: Unicode.Scalar) -> Bool { text.first == UInt8(ascii: sign) }

    mutating func skip(_ sign: Unicode.Scalar) -> Bool {
      guard isNext(sign) else { return false }
      text = text.dropFirst()
      return true
    }

    /// `CET`, `<+03>`.
    mutating func name() -> Bool {
      if skip("<") {
        let name = text.prefix { $0 != UInt8(ascii: ">") }
        text = text.dropFirst(name.count)
        return skip(">") && !name.isEmpty
      }
      let name = text.prefix { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 }
      text = text.dropFirst(name.count)
      return name.count >= 3
    }

    mutating func number(_ most: Int) -> Int? {
      let digits = text.prefix(3).prefix { 0x30...0x39 ~= $0 }
      text = text.dropFirst(digits.count)
      let number = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
      return digits.isEmpty || number > most ? nil : number
    }

    /// `[+-]hh[:mm[:ss]]` in seconds; RFC 9636, 3.3.1, lets hours go to 167.
    mutating func time() -> Int? {
      let isNegative = skip("-")
      if !isNegative { _ = skip("+") }
      guard let hours = number(167) else { return nil }
      var seconds = hours * 3600
      for unit in [60, 1] where skip(":") {
        guard let part = number(59) else { return nil }
        seconds += part * unit
      }
      return isNegative ? -seconds : seconds
    }

    /// `,M3.5.0/2`, `,J60`, `,59`.
    mutating func change() -> Change? {
      guard skip(",") else { return nil }
      let day: Day
      if skip("M") {
        guard let month = number(12), month > 0, skip("."), let week = number(5), week > 0,
          skip("."),
          let weekday = number(6)
        else { return nil }
        day = .weekday(month: month, week: week, day: weekday)
      } else if skip("J") {
        guard let number = number(365), number > 0 else { return nil }
        day = .withoutLeapDay(number)
      } else {
        guard let number = number(365) else { return nil }
        day = .ofYear(number)
      }
      guard skip("/") else { return Change(day: day, time: 7200) }
      return time().map { Change(day: day, time: $0) }
    }
  }
}
