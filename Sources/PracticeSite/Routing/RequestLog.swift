import NIOCore

/// Which requests came to which host, and when each began and ended: what proves a delay, a rate or an order.
struct RequestLog {
  struct Entry {
    let target: String
    let host: String
    let begin: NIODeadline
    var end: NIODeadline?
  }

  /// Requests that are remembered at most; later ones are counted alone.
  private static let mostEntries = 100_000
  /// Characters of a target that are remembered.
  private static let longestTarget = 200

  private let start: NIODeadline
  private(set) var entries: [Entry] = []
  private var missing = 0

  init(start: NIODeadline) {
    self.start = start
  }

  /// - Returns: The entry's place, where it is remembered.
  mutating func begin(target: String, host: String, at now: NIODeadline) -> Int? {
    guard entries.count < Self.mostEntries else {
      missing += 1
      return nil
    }
    entries.append(Entry(target: String(target.prefix(Self.longestTarget)), host: host, begin: now))
    return entries.count - 1
  }

  mutating func end(_ entry: Int, at now: NIODeadline) {
    entries[entry].end = now
  }

  /// A line of JSON for each entry that is wanted, in the order in which they came; the last line tells how many are
  /// not remembered, if any.
  func lines(where isWanted: (Entry) -> Bool) -> [String] {
    var lines = entries.filter(isWanted).map { entry in
      JSON.object([
        ("host", .string(entry.host)), ("target", .string(entry.target)), ("begin_us", microseconds(entry.begin)),
        ("end_us", entry.end.map(microseconds) ?? .null),
      ]).text()
    }
    if missing > 0 { lines.append(JSON.object([("missing", .number(missing))]).text()) }
    return lines
  }

  /// Since the first moment of the log.
  private func microseconds(_ moment: NIODeadline) -> JSON {
    .number(Int((moment - start).nanoseconds / 1000))
  }
}
