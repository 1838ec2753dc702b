internal import PipeWeb

/// Reads the dates that pages and headers carry: RFC 3339 and what schema.org takes of ISO 8601, the three forms of
/// RFC 9110 (5.6.7), and RFC 5322 (3.3) with its obsolete zones.
///
/// A date without a time is its midnight; a time without a zone is UTC.
struct WrittenDate {
  private var rest: ArraySlice<UInt8>

  /// The longest text that is read as a date, in bytes.
  private static let limit = 128

  static func timestamp(_ text: String) -> Timestamp? {
    let bytes = Array(text.utf8)
    guard bytes.count <= limit else { return nil }
    var date = WrittenDate(rest: bytes[...])
    // Four digits begin a year, one or two a day of the month.
    let isISO = bytes.prefix(4).allSatisfy { isDigit($0) }
    guard let timestamp = isISO ? date.iso() : date.message() else { return nil }
    return date.rest.isEmpty ? timestamp : nil
  }

  /// `2026-01-31`, `2026-01-31T10:20`, `2026-01-31 10:20:30.5+01:00`, and ISO 8601's basic form: `20260131T102030Z`.
  private mutating func iso() -> Timestamp? {
    guard let year = number(4...4) else { return nil }
    let isBasic = !skip("-")
    guard let month = number(2...2), isBasic || skip("-"), let day = number(2...2),
      let date = CivilDate(year: year, month: month, day: day)
    else { return nil }
    if rest.isEmpty { return Timestamp(seconds: date.daysSince1970 * 86_400) }
    guard skip("T") || skip("t") || skip(" "), let time = isBasic ? basicClock() : clock() else { return nil }
    _ = skip(" ")
    guard let offset = rest.isEmpty ? 0 : zone() else { return nil }
    return Timestamp(date, time, offset: offset)
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`, `6 Nov 1994 08:49 +0100`.
  private mutating func message() -> Timestamp? {
    var isUnix = false
    if let first = rest.first, !Self.isDigit(first) {
      guard let day = word(), Self.days.contains(where: { day == $0 || day == $0.prefix(3) }) else { return nil }
      isUnix = !skip(",")
      skipSpace()
    }
    if isUnix {
      guard let month = month(), skipSpace(), let day = number(1...2), skipSpace(), let time = clock(), skipSpace(),
        let year = number(4...4), let date = CivilDate(year: year, month: month, day: day)
      else { return nil }
      return Timestamp(date, time, offset: 0)
    }
    guard let day = number(1...2), skipSpace() || skip("-"), let month = month(), skipSpace() || skip("-"),
      var year = number(2...4)
    else { return nil }
    // RFC 5322 4.3: two digits below 50 are of this century, more, or three, of the one before.
    if year < 50 { year += 2000 } else if year < 1000 { year += 1900 }
    guard let date = CivilDate(year: year, month: month, day: day), skipSpace(), let time = clock() else { return nil }
    skipSpace()
    guard let offset = rest.isEmpty ? 0 : zone() else { return nil }
    return Timestamp(date, time, offset: offset)
  }

  struct Clock {
    let seconds: Int
    let nanoseconds: Int
  }

  /// `10:20`, `10:20:30`, `10:20:30.123456`; 60 is a leap second.
  private mutating func clock() -> Clock? {
    guard let hour = number(1...2), hour < 24, skip(":"), let minute = number(2...2), minute < 60 else { return nil }
    guard skip(":") else { return Clock(seconds: hour * 3600 + minute * 60, nanoseconds: 0) }
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

  /// `1020`, `102030`.
  private mutating func basicClock() -> Clock? {
    guard let hour = number(2...2), hour < 24, let minute = number(2...2), minute < 60 else { return nil }
    guard rest.first.map({ Self.isDigit($0) }) == true else {
      return Clock(seconds: hour * 3600 + minute * 60, nanoseconds: 0)
    }
    guard let second = number(2...2), second <= 60 else { return nil }
    return Clock(seconds: hour * 3600 + minute * 60 + second, nanoseconds: 0)
  }

  /// Seconds east of UTC: `Z`, `+01:00`, `+0100`, `+01`, `GMT`, `EST`.
  private mutating func zone() -> Int? {
    if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
      rest.removeFirst()
      guard let hours = number(2...2), hours < 24 else { return nil }
      let hasMinutes = skip(":") || rest.first.map { Self.isDigit($0) } == true
      guard let minutes = hasMinutes ? number(2...2) : 0, minutes < 60 else { return nil }
      comment()
      return (sign == UInt8(ascii: "-") ? -1 : 1) * (hours * 3600 + minutes * 60)
    }
    guard let name = word(), let hours = Self.zones[name] else { return nil }
    comment()
    return hours * 3600
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
    guard let name = word() else { return nil }
    return Self.months.firstIndex(of: String(name.prefix(3))).map { $0 + 1 }
  }

  private static let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]
  private static let zones = [
    "z": 0, "gmt": 0, "ut": 0, "utc": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8,
    "pdt": -7,
  ]

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
  fileprivate init?(_ date: CivilDate, _ time: WrittenDate.Clock, offset: Int) {
    self.init(seconds: date.daysSince1970 * 86_400 + time.seconds - offset, nanoseconds: time.nanoseconds)
    // A zone must not lead out of the years that four digits can write.
    guard -62_167_219_200..<253_402_300_800 ~= seconds else { return nil }
  }

  /// Reads a date as pages and headers write it; one without a time is its midnight, one without a zone UTC.
  package init?(written text: String) {
    guard let timestamp = WrittenDate.timestamp(text) else { return nil }
    self = timestamp
  }
}
