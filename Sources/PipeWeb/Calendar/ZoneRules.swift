internal import PipeText

/// The time zone of a place: what clocks there show, by the zone database of the system (RFC 9636) or a fixed offset.
package struct ZoneRules: Hashable, Sendable {
  package static let utc = ZoneRules(offset: 0)

  /// From this moment on, in seconds since 1970 UTC, clocks are so many seconds ahead of UTC.
  struct Transition: Hashable, Sendable {
    let moment: Int
    let offset: Int
  }

  /// The offset before the first transition.
  private let first: Int
  /// In ascending order.
  private let transitions: [Transition]
  /// What holds after the last transition, year by year.
  private let rule: ZoneRule?

  /// - Parameter offset: Seconds east of UTC, all the time.
  package init(offset: Int) {
    (first, transitions, rule) = (offset, [], nil)
  }

  /// Reads a file of the zone database.
  ///
  /// - Returns: `nil` if the bytes are not those of one.
  package init?(file bytes: [UInt8]) {
    var reader = ZoneFileReader(bytes)
    guard let contents = reader.read() else { return nil }
    (first, transitions) = (contents.first, contents.transitions)
    rule = contents.rule.isEmpty ? nil : ZoneRule(contents.rule)
    if rule == nil, !contents.rule.isEmpty { return nil }
  }

  /// An offset as ISO 8601 writes it: `+02:00`, `-0530`, `Z`.
  package init?(written text: String) {
    if ["Z", "UTC", "GMT"].contains(text.uppercased()) {
      self = .utc
      return
    }
    guard let sign = text.utf8.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else {
      return nil
    }
    let digits = text.utf8.dropFirst().filter { $0 != UInt8(ascii: ":") }
    guard digits.count == 4 || digits.count == 2, digits.allSatisfy({ 0x30...0x39 ~= $0 }),
      text.utf8.count == digits.count + 1
        || text.utf8.count == 6 && Array(text.utf8)[3] == UInt8(ascii: ":")
    else { return nil }
    let values = digits.map { Int($0 - 0x30) }
    let hours = values[0] * 10 + values[1]
    let minutes = values.count == 4 ? values[2] * 10 + values[3] : 0
    guard hours < 24, minutes < 60 else { return nil }
    self.init(offset: (sign == UInt8(ascii: "-") ? -1 : 1) * (hours * 3600 + minutes * 60))
  }

  /// Seconds that clocks are ahead of UTC at a moment.
  func offset(at moment: Int) -> Int {
    if let rule, moment >= transitions.last?.moment ?? .min { return rule.offset(at: moment) }
    var (low, high) = (0, transitions.count)
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle].moment <= moment { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? first : transitions[low - 1].offset
  }

  /// The moment at which clocks show a time, in seconds since 1970 as if they showed UTC. Of two such moments it is the
  /// first one; a time that clocks skip is read as if they had not been set yet.
  func moment(ofClock clock: Int) -> Int {
    let before = offset(at: clock - 86_400)
    if offset(at: clock - before) == before { return clock - before }
    let after = offset(at: clock + 86_400)
    return offset(at: clock - after) == after ? clock - after : clock - before
  }
}

/// Reads a file of the zone database (RFC 9636, 3).
private struct ZoneFileReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  typealias Contents = (first: Int, transitions: [ZoneRules.Transition], rule: String)

  mutating func read() -> Contents? {
    guard let (version, old) = header() else { return nil }
    if version == 0 { return block(old, bytesOfTime: 4).map { ($0.0, $0.1, "") } }
    // The first block says less of the same.
    guard block(old, bytesOfTime: 4) != nil, let (_, counts) = header(),
      let (first, transitions) = block(counts, bytesOfTime: 8), rest.first == 0x0A
    else { return nil }
    let rule = rest.dropFirst().prefix { $0 != 0x0A }
    guard rest.dropFirst(rule.count + 1).first == 0x0A else { return nil }
    return (first, transitions, String(decoding: rule, as: UTF8.self))
  }

  private struct Counts {
    let utc, standard, leap, transitions, types, characters: Int
  }

  private mutating func header() -> (version: UInt8, Counts)? {
    guard rest.starts(with: "TZif".utf8), rest.count >= 44, let version = rest.dropFirst(4).first
    else { return nil }
    rest = rest.dropFirst(20)
    var numbers: [Int] = []
    for _ in 0..<6 {
      guard let number = number(4) else { return nil }
      numbers.append(number)
    }
    guard numbers.count == 6, numbers.allSatisfy({ 0...65_536 ~= $0 }), numbers[4] > 0 else {
      return nil
    }
    return (
      version,
      Counts(
        utc: numbers[0], standard: numbers[1], leap: numbers[2], transitions: numbers[3],
        types: numbers[4],
        characters: numbers[5])
    )
  }

  private mutating func block(_ counts: Counts, bytesOfTime: Int) -> (Int, [ZoneRules.Transition])? {
    var moments: [Int] = []
    for _ in 0..<counts.transitions {
      guard let moment = number(bytesOfTime) else { return nil }
      moments.append(moment)
    }
    let kinds = Array(rest.prefix(counts.transitions))
    rest = rest.dropFirst(counts.transitions)
    var offsets: [Int] = []
    for _ in 0..<counts.types {
      guard let offset = number(4), rest.count >= 2, abs(offset) < 200_000 else { return nil }
      offsets.append(offset)
      rest = rest.dropFirst(2)
    }
    let tail = counts.characters + counts.leap * (bytesOfTime + 4) + counts.standard + counts.utc
    guard kinds.count == moments.count, kinds.allSatisfy({ Int($0) < offsets.count }),
      rest.count >= tail
    else {
      return nil
    }
    rest = rest.dropFirst(tail)
    let transitions = zip(moments, kinds).map {
      ZoneRules.Transition(moment: $0, offset: offsets[Int($1)])
    }
    guard zip(moments, moments.dropFirst()).allSatisfy(<) else { return nil }
    return (offsets[0], transitions)
  }

  /// A signed number, the first byte the highest.
  private mutating func number(_ count: Int) -> Int? {
    guard rest.count >= count else { return nil }
    let bits = rest.prefix(count).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    rest = rest.dropFirst(count)
    return count == 4 ? Int(Int32(truncatingIfNeeded: bits)) : Int(Int64(bitPattern: bits))
  }
}
