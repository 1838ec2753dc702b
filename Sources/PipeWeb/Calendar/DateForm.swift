internal import PipeText

/// A form of dates that a person describes, in the directives of C's `strptime`: `%d.%m.%Y %H:%M`.
///
/// What stands between directives is compared as it is, letters in any case; white space stands for any amount of it.
package struct DateForm: Hashable, Sendable {
  /// Why a text is not such a form, and where in its UTF-8.
  package struct Fault: Error, Hashable {
    package let message: String
    package let range: Range<Int>?
  }

  private enum Part: Hashable, Sendable {
    case letter(UInt8)
    case space
    case byte(UInt8)
  }

  private let parts: [Part]

  /// Directives that stand for others.
  private static let long: [UInt8: String] = [
    UInt8(ascii: "F"): "%Y-%m-%d", UInt8(ascii: "T"): "%H:%M:%S", UInt8(ascii: "R"): "%H:%M",
    UInt8(ascii: "D"): "%m/%d/%y",
  ]
  private static let short = Array("YymbBhdejHIMSfpaAzZsQ".utf8)
  /// Directives of which one says it all.
  private static let groups = ["Yy", "mbBh", "dej", "HI", "zZ", "aA", "sQ", "M", "S", "f", "p"]

  package init(_ text: String) throws(Fault) {
    parts = try Self.parts(text.withPlainSpaces)
    let letters = parts.compactMap { if case .letter(let letter) = $0 { letter } else { nil } }
    if let message = Self.fault(of: letters) { throw Fault(message: message, range: nil) }
  }

  /// What is wrong with a form that has these directives: what would give dates that nobody means.
  private static func fault(of letters: [UInt8]) -> String? {
    func has(_ some: String) -> Bool { letters.contains { some.utf8.contains($0) } }
    for group in groups {
      let found = letters.filter { group.utf8.contains($0) }.map { "'%\(Character(UnicodeScalar($0)))'" }
      if found.count > 1 {
        return found[0] == found[1] ? "\(found[0]) stands twice" : "\(found[0]) and \(found[1]) say the same"
      }
    }
    if letters.isEmpty { return "it has no directives" }
    if has("sQ") {
      return letters.allSatisfy { "sQf".utf8.contains($0) } ? nil : "'%s' and '%Q' are whole moments: they stand alone"
    }
    if !has("Yy") { return "it has no year (%Y)" }
    if has("M"), !has("HI") { return "it has minutes (%M) and no hour (%H); the month is %m" }
    if has("S"), !has("M") { return "it has seconds (%S) and no minutes (%M)" }
    if has("j"), has("mbBh") { return "'%j' is the day of the year: a month has no place beside it" }
    if has("de"), !has("mbBh") { return "it has a day and no month (%m, or %b for its name)" }
    if has("I"), !has("p") { return "'%I' is an hour of twelve and needs %p (AM or PM); %H is an hour of 24" }
    if has("p"), !has("I") { return "'%p' (AM or PM) needs %I, an hour of twelve; %H is an hour of 24" }
    return nil
  }

  private static func parts(_ text: String) throws(Fault) -> [Part] {
    var parts: [Part] = []
    let bytes = Array(text.utf8)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == 0x20 || 0x09...0x0D ~= byte {
        if parts.last != .space { parts.append(.space) }
        continue
      }
      guard byte == UInt8(ascii: "%") else {
        parts.append(.byte(folded(byte)))
        continue
      }
      guard index < bytes.count else {
        throw Fault(message: "nothing follows '%'", range: index - 1..<index)
      }
      let letter = bytes[index]
      index += 1
      if letter == UInt8(ascii: "%") {
        parts.append(.byte(letter))
      } else if let long = long[letter] {
        parts += try Self.parts(long)
      } else if short.contains(letter) {
        parts.append(.letter(letter))
      } else {
        throw Fault(
          message:
            "'%\(Character(UnicodeScalar(letter)))' is unknown: there are %Y %y %m %b %B %d %j %H %I %M %S %f %p %a "
            + "%A %z %Z %s %Q %F %D %T %R %%", range: index - 2..<index)
      }
    }
    return parts
  }

  /// The moment that a text of this form says.
  ///
  /// - Parameter zone: Where clocks show it, if the text does not say.
  /// - Returns: `nil` if the text is not of this form, or there is no such day.
  package func timestamp(_ text: String, in zone: ZoneRules = .utc) -> Timestamp? {
    // Longer than any date.
    guard text.utf8.count <= 256 else { return nil }
    var reader = Reader(rest: Array(text.withPlainSpaces.utf8)[...])
    for (index, part) in parts.enumerated() {
      switch part {
      case .space: reader.skipSpace()
      case .byte(let byte):
        guard let next = reader.rest.first, Self.folded(next) == byte else { return nil }
        reader.rest = reader.rest.dropFirst()
      case .letter(let letter):
        if !reader.read(letter) { return nil }
        let next: UInt8? = if index + 1 < parts.count, case .byte(let byte) = parts[index + 1] { byte } else { nil }
        reader.skipOrnament(of: letter, before: next)
      }
    }
    return reader.rest.isEmpty ? reader.timestamp(in: zone) : nil
  }

  private static func folded(_ byte: UInt8) -> UInt8 {
    UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
  }

  /// Reads a text part by part.
  private struct Reader {
    var rest: ArraySlice<UInt8>
    private var year: Int?
    private var month = 1
    private var day = 1
    private var dayOfYear: Int?
    private var hour = 0
    private var halfDay = 0
    private var hasHalfDays = false
    private var minute = 0
    private var second = 0
    private var nanoseconds = 0
    private var offset: Int?
    private var seconds: Int?

    init(rest: ArraySlice<UInt8>) { self.rest = rest }

    mutating func skipSpace() { rest = rest.drop { $0 == 0x20 || 0x09...0x0D ~= $0 } }

    /// Skips what people write behind a number or a name, unless the form has it: `31st`, `Jan.`
    mutating func skipOrnament(of letter: UInt8, before next: UInt8?) {
      if "de".utf8.contains(letter), next.map({ !(UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0) }) ?? true {
        rest = WrittenDate.withoutOrdinal(rest)
      } else if "bBhaA".utf8.contains(letter), next != UInt8(ascii: "."), rest.first == UInt8(ascii: ".") {
        rest = rest.dropFirst()
      }
    }

    mutating func read(_ letter: UInt8) -> Bool {
      switch letter {
      case UInt8(ascii: "Y"): year = number(4...4)
      case UInt8(ascii: "y"): year = number(2...2).map { $0 < 69 ? 2000 + $0 : 1900 + $0 }
      case UInt8(ascii: "m"): return take(1...12) { $0.month = $1 }
      case UInt8(ascii: "d"), UInt8(ascii: "e"): return take(1...31) { $0.day = $1 }
      case UInt8(ascii: "H"): return take(0...23) { $0.hour = $1 }
      case UInt8(ascii: "I"):
        return take(1...12) { ($0.hour, $0.hasHalfDays) = ($1 % 12, true) }
      case UInt8(ascii: "M"): return take(0...59) { $0.minute = $1 }
      case UInt8(ascii: "S"): return take(0...60) { $0.second = $1 }
      case UInt8(ascii: "j"):
        dayOfYear = number(1...3)
        return dayOfYear.map { 1...366 ~= $0 } ?? false
      case UInt8(ascii: "f"): return fraction()
      case UInt8(ascii: "p"): return half()
      case UInt8(ascii: "b"), UInt8(ascii: "B"), UInt8(ascii: "h"): return monthName()
      case UInt8(ascii: "a"), UInt8(ascii: "A"): return dayName()
      case UInt8(ascii: "z"), UInt8(ascii: "Z"): return zone(hasName: letter == UInt8(ascii: "Z"))
      default: return epoch(hasMilliseconds: letter == UInt8(ascii: "Q"))
      }
      return year != nil
    }

    private mutating func take(_ range: ClosedRange<Int>, _ keep: (inout Self, Int) -> Void) -> Bool {
      // Days and hours are padded with a space by some.
      if rest.first == 0x20 { skipSpace() }
      guard let number = number(1...2), range.contains(number) else { return false }
      keep(&self, number)
      return true
    }

    private mutating func number(_ length: ClosedRange<Int>) -> Int? {
      let digits = rest.prefix(length.upperBound).prefix { 0x30...0x39 ~= $0 }
      guard digits.count >= length.lowerBound else { return nil }
      rest = rest.dropFirst(digits.count)
      return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private mutating func fraction() -> Bool {
      let digits = Array(rest.prefix { 0x30...0x39 ~= $0 })
      rest = rest.dropFirst(digits.count)
      nanoseconds = (0..<9).reduce(0) { $0 * 10 + ($1 < digits.count ? Int(digits[$1] - 0x30) : 0) }
      return !digits.isEmpty
    }

    /// `AM`, `pm`, `a.m.`
    private mutating func half() -> Bool {
      guard let first = rest.first.map({ $0 | 0x20 }), "ap".utf8.contains(first) else {
        return false
      }
      rest = rest.dropFirst()
      let isDotted = rest.first == UInt8(ascii: ".")
      if isDotted { rest = rest.dropFirst() }
      guard rest.first.map({ $0 | 0x20 }) == UInt8(ascii: "m") else { return false }
      rest = rest.dropFirst()
      if isDotted, rest.first == UInt8(ascii: ".") { rest = rest.dropFirst() }
      halfDay = first == UInt8(ascii: "p") ? 12 : 0
      return true
    }

    private mutating func word() -> [UInt8] {
      let letters = rest.prefix { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 }
      rest = rest.dropFirst(letters.count)
      return letters.map { $0 | 0x20 }
    }

    private mutating func monthName() -> Bool {
      guard let found = CivilDate.month(word()) else { return false }
      month = found
      return true
    }

    private mutating func dayName() -> Bool {
      let name = word()
      let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
      return name.count >= 2 && days.contains { $0.utf8.starts(with: name) }
    }

    private mutating func zone(hasName: Bool) -> Bool {
      let text = rest.prefix { 0x30...0x3A ~= $0 || 0x61...0x7A ~= $0 | 0x20 || "+-".utf8.contains($0) }
      let written = String(decoding: text, as: UTF8.self)
      guard
        let found = ZoneRules(written: written)?.offset(at: 0)
          ?? (hasName ? WrittenDate.offset(of: written) : nil)
      else { return false }
      offset = found
      rest = rest.dropFirst(text.count)
      return true
    }

    private mutating func epoch(hasMilliseconds: Bool) -> Bool {
      let isNegative = rest.first == UInt8(ascii: "-")
      if isNegative { rest = rest.dropFirst() }
      guard var number = number(1...15) else { return false }
      if isNegative { number = -number }
      if !hasMilliseconds {
        seconds = number
        return true
      }
      let whole = number.dividedDown(by: 1000)
      (seconds, nanoseconds) = (whole, (number - whole * 1000) * 1_000_000)
      return true
    }

    func timestamp(in zone: ZoneRules) -> Timestamp? {
      if let seconds {
        return Timestamp.range.contains(seconds)
          ? Timestamp(seconds: seconds, nanoseconds: nanoseconds) : nil
      }
      guard let year, let date = date(in: year) else { return nil }
      let clock =
        date.daysSince1970 * 86_400 + (hour + (hasHalfDays ? halfDay : 0)) * 3600 + minute * 60 + second
      let moment = offset.map { clock - $0 } ?? zone.moment(ofClock: clock)
      return Timestamp.range.contains(moment)
        ? Timestamp(seconds: moment, nanoseconds: nanoseconds) : nil
    }

    private func date(in year: Int) -> CivilDate? {
      guard let dayOfYear else { return CivilDate(year: year, month: month, day: day) }
      guard let first = CivilDate(year: year, month: 1, day: 1) else { return nil }
      let date = CivilDate(daysSince1970: first.daysSince1970 + dayOfYear - 1)
      return date.year == year ? date : nil
    }
  }
}
