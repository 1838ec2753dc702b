internal import PipeText

/// Reads the dates that pages, feeds and headers carry: RFC 3339 and what schema.org takes of ISO 8601, the three forms
/// of RFC 9110 (5.6.7), RFC 5322 (3.3) with its obsolete years and zones (4.3), and what Unix and JavaScript print.
///
/// A date without a day is the first of its month or year, one without a time its midnight; a time without a zone is
/// UTC. A zone whose name several zones share (`IST`) is not guessed at, nor is one that nobody knows: RFC 5322, 4.3,
/// lets mail take them for UTC, which is wrong by hours for nearly all of them.
package struct WrittenDate {
  private var rest: ArraySlice<UInt8>
  /// Where clocks show a time whose zone is not told.
  private let local: ZoneRules

  /// The longest text that is read as a date, in bytes.
  private static let limit = 128

  /// Why a text is not a date.
  package enum Fault: Error {
    case form
    /// The name of a zone that nobody knows, or that several zones have.
    case zone(String)
  }

  /// The name of a zone that could not be told.
  private var unclearZone: String?

  private init(_ bytes: [UInt8], in local: ZoneRules) {
    rest = bytes[...]
    self.local = local
  }

  /// - Parameter local: The zone of a time that does not tell its own.
  package static func timestamp(_ text: String, in local: ZoneRules = .utc) throws(Fault) -> Timestamp {
    guard text.utf8.count <= limit else { throw .form }
    let bytes = Array(text.withPlainSpaces.utf8)
    var date = WrittenDate(bytes, in: local)
    // Four digits begin a year, one or two a day of the month.
    let isISO = bytes.count >= 4 && bytes.prefix(4).allSatisfy { isDigit($0) }
    let timestamp = isISO ? date.iso() : date.message()
    if let timestamp, date.rest.isEmpty { return timestamp }
    throw date.unclearZone.map { .zone($0) } ?? .form
  }

  // MARK: ISO 8601

  /// `2026-01-31`, `2026-01`, `2026`, `2026-W05-6`, `2026-031`; with a time `2026-01-31T10:20`,
  /// `2026-01-31 10:20:30.5+01:00`, and the basic form `20260131T102030Z`.
  private mutating func iso() -> Timestamp? {
    guard let year = number(4...4) else { return nil }
    let isBasic = !skip("-")
    guard let day = isoDay(year, isBasic: isBasic) else { return nil }
    if rest.isEmpty { return timestamp(CivilDate(daysSince1970: day), Clock(seconds: 0)) }
    guard skip("T") || skip("t") || skip(" "), let time = isBasic ? basicClock() : clock(allowsEnd: true) else {
      return nil
    }
    _ = skip(" ")
    return timestampAndZone(CivilDate(daysSince1970: day), time)
  }

  /// The day in days since 1970, the year being read; alone it stands for its first day, and so does a month.
  private mutating func isoDay(_ year: Int, isBasic: Bool) -> Int? {
    if skip("W") { return weekDay(year, isBasic: isBasic) }
    guard let firstOfYear = CivilDate(year: year, month: 1, day: 1)?.daysSince1970 else { return nil }
    let digits = rest.prefix { Self.isDigit($0) }.count
    switch (isBasic, digits) {
    case (true, 0): return rest.isEmpty ? firstOfYear : nil
    // Days of the year (ISO 8601, 4.1.3).
    case (_, 3):
      guard let day = number(3...3), day >= 1, CivilDate(daysSince1970: firstOfYear + day - 1).year == year else {
        return nil
      }
      return firstOfYear + day - 1
    case (true, 4), (false, 2):
      guard let month = number(2...2) else { return nil }
      // A month alone: six digits without a hyphen could be a day of an older form.
      if !isBasic, rest.isEmpty { return CivilDate(year: year, month: month, day: 1)?.daysSince1970 }
      guard isBasic || skip("-"), let day = number(2...2) else { return nil }
      return CivilDate(year: year, month: month, day: day)?.daysSince1970
    default: return nil
    }
  }

  /// The rest of `2026-W05-6`, `2026W056` and `2026-W05` (ISO 8601, 4.1.4): week 1 is that of January 4th.
  private mutating func weekDay(_ year: Int, isBasic: Bool) -> Int? {
    guard let week = number(2...2), 1...53 ~= week,
      let fourth = CivilDate(year: year, month: 1, day: 4)?.daysSince1970,
      let next = CivilDate(year: min(year + 1, 9999), month: 1, day: 4)?.daysSince1970
    else { return nil }
    var day = 1
    if isBasic ? rest.first.map({ Self.isDigit($0) }) == true : skip("-") {
      guard let written = number(1...1), 1...7 ~= written else { return nil }
      day = written
    }
    // January 1st of 1970 was a Thursday.
    func monday(_ day: Int) -> Int { day - (day + 3 - (day + 3).dividedDown(by: 7) * 7) }
    let found = monday(fourth) + (week - 1) * 7
    if week == 53, year < 9999, found >= monday(next) { return nil }
    return found + day - 1
  }

  // MARK: RFC 5322 and its like

  /// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`,
  /// `6 Nov 1994 08:49 +0100`, `Fri Feb 11 2022 19:58:02 GMT+0100 (CET)`, `11 Feb 2022`.
  private mutating func message() -> Timestamp? {
    if let first = rest.first, !Self.isDigit(first) {
      let start = rest
      guard let day = word() else { return nil }
      if day.utf8.count >= 3, Self.days.contains(where: { $0.hasPrefix(day) }) {
        _ = skip(",")
        skipSpace()
        if let first = rest.first, !Self.isDigit(first) { return monthFirst() }
      } else {
        rest = start
        return monthFirst()
      }
    }
    guard let day = dayOfMonth(), skipSpace() || skip("-"), let month = month(), skipSpace() || skip("-"),
      let year = year(2...4), let date = CivilDate(year: year, month: month, day: day)
    else { return nil }
    return timeAndZone(of: date)
  }

  /// The month before the day: `Nov  6 08:49:37 1994`, `Feb 11 19:58:02 CET 2022`, `Feb 11 2022 19:58:02 GMT+0100`,
  /// `February 11, 2022`.
  private mutating func monthFirst() -> Timestamp? {
    guard let month = month(), skipSpace(), let day = dayOfMonth() else { return nil }
    _ = skip(",")
    guard skipSpace() else { return nil }
    if rest.dropFirst(2).first != UInt8(ascii: ":"), rest.dropFirst().first != UInt8(ascii: ":") {
      guard let year = year(4...4), let date = CivilDate(year: year, month: month, day: day) else { return nil }
      return timeAndZone(of: date)
    }
    guard let time = clock(), skipSpace() else { return nil }
    var offset: Int?
    if let first = rest.first, !Self.isDigit(first) {
      guard let zone = zone(), skipSpace() else { return nil }
      offset = zone
    }
    guard let year = year(4...4), let date = CivilDate(year: year, month: month, day: day) else { return nil }
    return timestamp(date, time, offset: offset)
  }

  /// What follows the date, if anything does.
  private mutating func timeAndZone(of date: CivilDate) -> Timestamp? {
    if rest.isEmpty { return timestamp(date, Clock(seconds: 0)) }
    guard skipSpace(), let time = clock() else { return nil }
    skipSpace()
    return timestampAndZone(date, time)
  }

  /// What follows the time, if anything does.
  private mutating func timestampAndZone(_ date: CivilDate, _ time: Clock) -> Timestamp? {
    if rest.isEmpty { return timestamp(date, time) }
    return zone().flatMap { timestamp(date, time, offset: $0) }
  }

  /// - Parameter offset: Seconds east of UTC; `nil` if the text does not tell.
  private func timestamp(_ date: CivilDate, _ time: Clock, offset: Int? = nil) -> Timestamp? {
    let clock = date.daysSince1970 * 86_400 + time.seconds
    let seconds = offset.map { clock - $0 } ?? local.moment(ofClock: clock)
    // A zone must not lead out of the years that four digits can write.
    guard Timestamp.range.contains(seconds) else { return nil }
    return Timestamp(seconds: seconds, nanoseconds: time.nanoseconds)
  }

  /// RFC 5322 4.3: two digits below 50 are of this century, more, or three, of the one before.
  private mutating func year(_ digits: ClosedRange<Int>) -> Int? {
    let start = rest.startIndex
    guard let year = number(digits) else { return nil }
    switch rest.startIndex - start {
    case 2: return year < 50 ? 2000 + year : 1900 + year
    case 3: return 1900 + year
    default: return year
    }
  }

  // MARK: Times

  struct Clock {
    let seconds: Int
    var nanoseconds = 0
  }

  /// `10:20`, `10:20:30`, `10:20:30.123456`; 60 is a leap second.
  ///
  /// - Parameter allowsEnd: Whether 24:00 is the end of the day, as in ISO 8601 (4.2.3).
  private mutating func clock(allowsEnd: Bool = false) -> Clock? {
    let start = rest
    guard let hour = number(1...2), hour < 24 || (allowsEnd && hour == 24), skip(":"), let minute = number(2...2),
      minute < 60
    else { return nil }
    if hour == 24 { return endOfDay(start) }
    guard skip(":") else { return Clock(seconds: hour * 3600 + minute * 60) }
    guard let second = number(2...2), second <= 60 else { return nil }
    var nanoseconds = 0
    if skip(".") || skip(",") {
      let digits = rest.prefix { Self.isDigit($0) }
      guard !digits.isEmpty else { return nil }
      for place in 0..<9 {
        nanoseconds = nanoseconds * 10 + (place < digits.count ? Int(digits[digits.startIndex + place] - 0x30) : 0)
      }
      rest = rest[digits.endIndex...]
    }
    return Clock(seconds: hour * 3600 + minute * 60 + second, nanoseconds: nanoseconds)
  }

  /// `24:00`, `24:00:00`, `24:00:00.0`, and no moment after it.
  private mutating func endOfDay(_ start: ArraySlice<UInt8>) -> Clock? {
    rest = start
    let time = rest.prefix { Self.isDigit($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }
    let text = String(decoding: time, as: UTF8.self)
    guard
      text == "24:00" || text == "24:00:00"
        || (text.hasPrefix("24:00:00.0") && time.dropFirst(9).allSatisfy { $0 == 0x30 })
    else { return nil }
    rest = rest[time.endIndex...]
    return Clock(seconds: 86_400)
  }

  /// `1020`, `102030`.
  private mutating func basicClock() -> Clock? {
    guard let hour = number(2...2), hour < 24, let minute = number(2...2), minute < 60 else { return nil }
    guard rest.first.map({ Self.isDigit($0) }) == true else {
      return Clock(seconds: hour * 3600 + minute * 60)
    }
    guard let second = number(2...2), second <= 60 else { return nil }
    return Clock(seconds: hour * 3600 + minute * 60 + second)
  }

  /// Seconds east of UTC: `Z`, `+01:00`, `+0100`, `+01`, `GMT`, `EST`, `GMT+0100`.
  private mutating func zone() -> Int? {
    if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { return offset() }
    let start = rest
    guard let name = word() else { return nil }
    guard var seconds = Self.zones[name].map({ Int($0 * 3600) }) else {
      let written = start.prefix(name.utf8.count)
      if written.count <= 5, written.allSatisfy({ UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 }) {
        unclearZone = String(decoding: written, as: UTF8.self)
      }
      return nil
    }
    if seconds == 0, let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
      guard let offset = offset() else { return nil }
      seconds = offset
    }
    comment()
    return seconds
  }

  /// `+01:00`, `+0100`, `+01`.
  private mutating func offset() -> Int? {
    let isWest = rest.first == UInt8(ascii: "-")
    rest.removeFirst()
    guard let hours = number(2...2), hours < 24 else { return nil }
    let hasMinutes = skip(":") || rest.first.map { Self.isDigit($0) } == true
    guard let minutes = hasMinutes ? number(2...2) : 0, minutes < 60 else { return nil }
    comment()
    return (isWest ? -1 : 1) * (hours * 3600 + minutes * 60)
  }

  /// What RFC 5322 lets follow a zone: `(CET)`.
  private mutating func comment() {
    guard rest.last == UInt8(ascii: ")") else { return }
    skipSpace()
    if rest.first == UInt8(ascii: "("), !rest.dropFirst().dropLast().contains(where: { "()".utf8.contains($0) }) {
      rest = []
    }
  }

  private mutating func month() -> Int? {
    let month = word().flatMap { CivilDate.month($0.utf8) }
    // An abbreviation: Jan.
    _ = skip(".")
    return month
  }

  /// `6`, `06`, `6th`.
  private mutating func dayOfMonth() -> Int? {
    let day = number(1...2)
    rest = Self.withoutOrdinal(rest)
    return day
  }

  /// What follows `st`, `nd`, `rd` or `th`, if a text begins with that.
  static func withoutOrdinal(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let letters = text.prefix(3).prefix { 0x61...0x7A ~= $0 | 0x20 }
    guard ["st", "nd", "rd", "th"].contains(String(decoding: letters.map { $0 | 0x20 }, as: UTF8.self)) else {
      return text
    }
    return text.dropFirst(2)
  }

  private static let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
  /// Hours east of UTC: those of RFC 5322 (4.3), then others whose names mean one zone alone. `BST`, `IST`, `AST`, `NST`
  /// and the like mean several.
  private static let zones: [String: Double] = [
    "z": 0, "gmt": 0, "ut": 0, "utc": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8,
    "pdt": -7,
    "wet": 0, "west": 1, "cet": 1, "cest": 2, "met": 1, "mest": 2, "eet": 2, "eest": 3, "msk": 3, "jst": 9,
    "kst": 9, "hkt": 8, "sgt": 8, "awst": 8, "acst": 9.5, "acdt": 10.5, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
    "akst": -9, "akdt": -8, "hst": -10,
    "mez": 1, "mesz": 2, "sast": 2, "trt": 3, "pkt": 5, "ict": 7, "wib": 7, "pht": 8, "brt": -3, "art": -3, "clt": -4,
  ]

  /// Seconds east of UTC of a zone that is known by its name.
  static func offset(of zone: String) -> Int? { zones[zone.lowercased()].map { Int($0 * 3600) } }

  // MARK: Scanning

  private static func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }

  private mutating func number(_ length: ClosedRange<Int>) -> Int? {
    let digits = rest.prefix(length.upperBound).prefix { Self.isDigit($0) }
    guard digits.count >= length.lowerBound else { return nil }
    rest = rest[digits.endIndex...]
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  private mutating func word() -> String? {
    let letters = rest.prefix { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 }
    guard !letters.isEmpty else { return nil }
    rest = rest[letters.endIndex...]
    return String(decoding: letters.map { $0 | 0x20 }, as: UTF8.self)
  }

  private mutating func skip(_ sign: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: sign) else { return false }
    rest.removeFirst()
    return true
  }

  @discardableResult
  private mutating func skipSpace() -> Bool {
    let count = rest.prefix { $0 == 0x20 || 0x09...0x0D ~= $0 }.count
    rest = rest.dropFirst(count)
    return count > 0
  }
}

extension Timestamp {
  /// Reads a date as pages and headers write it; one without a time is its midnight, one without a zone is in that given.
  package init(written text: String, in local: ZoneRules = .utc) throws(WrittenDate.Fault) {
    self = try WrittenDate.timestamp(text, in: local)
  }
}
