import PipeTesting
import Testing

@testable import PipeEngine

struct EventBookTests {
  private func event(_ ordinal: Int, source: Int = 0) -> RequestEvent {
    RequestEvent(
      id: RequestID(source: source, ordinal: ordinal), url: URLMark(of: "http://h/\(ordinal)"),
      attempts: [.init(start: 1_700_000_000_000 + ordinal, elapsed: 3, outcome: .answered(status: 200))], bytes: 10)
  }

  /// A story of any kind.
  private func story(_ ordinal: Int, source: Int, using random: inout RepeatableRandom) -> RequestEvent {
    var event = event(ordinal, source: source)
    switch Int.random(in: 0..<12, using: &random) {
    case 0: event.error = RequestError(.timeout, "nothing came")
    case 1: event.attempts = []
    case 2: event.attempts.append(.init(start: 9, elapsed: 1, outcome: .failed(.dns)))
    case 3: event.redirects = [.init(url: "http://h/x", status: 301)]
    case 4: event.isCheck = true
    case 5:
      event.attempts[0].outcome = .answered(status: [404, 0, -7, 70_000, 65_535].randomElement(using: &random) ?? 0)
    case 6: event.attempts[0].elapsed = 1 << 40
    default: break
    }
    return event
  }

  private func taken(
    _ ranges: [Range<Int>], of source: Int, from book: inout EventBookState
  ) throws -> (events: [RequestEvent], totals: RunTotals) {
    var batch = EventBatch()
    book.take(ranges, of: source, into: &batch)
    let events = try batch.frames.flatMap { try #require(RequestEventCodec.decode($0)) }
    return (events, batch.totals)
  }

  /// With little room, most of them are packed.
  @Test(arguments: [EventBookState.capacity, 0, 300], Effort.seeds(4))
  func `Whatever is taken is what was put in, with its rows`(capacity: Int, seed: UInt64) throws {
    var random = RepeatableRandom(seed: seed)
    let sinks = Int.random(in: 1...3, using: &random)
    // More ways in which rows can be spread than there are numbers for.
    let mostRows = [1, 2, 900].randomElement(using: &random) ?? 1
    var book = EventBookState(sources: 2, sinks: sinks, capacity: capacity)
    var plain: [RequestID: RequestEvent] = [:]
    for ordinal in 0..<1500 {
      var event = story(ordinal, source: ordinal % 2, using: &random)
      if let same = event.plain, random.oneIn(2) {
        book.add(same, of: event.id)
      } else {
        book.add(event, isTriedAgain: false)
      }
      if random.oneIn(2) {
        event.rows = Array(repeating: 0, count: sinks)
        for _ in 0..<Int.random(in: 1...mostRows, using: &random) {
          let sink = Int.random(in: 0..<sinks, using: &random)
          book.routed(event.id, to: sink)
          event.rows[sink] += 1
        }
      }
      plain[event.id] = event
      guard random.oneIn(20) else { continue }
      let source = Int.random(in: 0...1, using: &random)
      let start = Int.random(in: 0...ordinal, using: &random)
      let ranges = [start..<start + Int.random(in: 1...400, using: &random), 5..<6]
      let taken = try taken(ranges, of: source, from: &book)
      let expected = plain.values.filter { event in
        event.id.source == source && ranges.contains { $0.contains(event.id.ordinal) }
      }
      #expect(taken.events == expected.sorted { $0.id < $1.id })
      var totals = RunTotals()
      for event in taken.events {
        plain[event.id] = nil
        totals.add(event)
      }
      #expect(taken.totals == totals)
      #expect(book.count == plain.count)
    }
    let rest = try (0...1).flatMap { try taken([0..<2000], of: $0, from: &book).events }
    #expect(Set(rest) == Set(plain.values))
    #expect(book.count == 0)
  }

  @Test func `A story that is told anew is told once`() throws {
    var book = EventBookState(sources: 1, sinks: 1)
    var failed = event(3)
    failed.error = RequestError(.timeout, "nothing came")
    let plain = try #require(event(3).plain)
    for isPlain in [true, false, true] {
      if isPlain { book.add(plain, of: failed.id) } else { book.add(failed, isTriedAgain: false) }
      #expect(book.count == 1)
    }
    #expect(try taken([0..<9], of: 0, from: &book).events == [event(3)])
    book.add(plain, of: failed.id)
    book.add(failed, isTriedAgain: false)
    #expect(try taken([0..<9], of: 0, from: &book).events == [failed])
  }

  @Test func `Events beyond a frame's fill the next one`() throws {
    var book = EventBookState(sources: 1, sinks: 1, capacity: 1 << 20)
    let plain = try #require(event(0).plain)
    for ordinal in 0..<9000 { book.add(plain, of: RequestID(source: 0, ordinal: ordinal)) }
    var batch = EventBatch()
    book.take([0..<9000], of: 0, into: &batch)
    #expect(batch.frames.map { RequestEventCodec.decode($0)?.count } == [4096, 4096, 808])
    #expect(batch.totals.requests == 9000)
    #expect(batch.totals.bytes == 90_000)
    #expect(batch.totals.statuses == [200: 9000])
  }

  @Test func `Attempts that came to nothing come before the last one, and redirects are told`() throws {
    var book = EventBookState(sources: 1, sinks: 1)
    let failed = RequestEvent.Attempt(start: 5, elapsed: 1, outcome: .failed(.timeout))
    let event = event(7)
    book.add(event.id, failed, to: nil)
    book.add(event.id, failed, to: RequestEvent.Redirect(url: "http://h/x", status: 301))
    book.add(event, isTriedAgain: true)
    let taken = try taken([7..<8], of: 0, from: &book).events
    #expect(taken.first?.attempts == [failed] + event.attempts)
    #expect(taken.first?.redirects == [RequestEvent.Redirect(url: "http://h/x", status: 301)])
    #expect(try self.taken([7..<8], of: 0, from: &book).events.isEmpty)
  }

  @Test func `A request of no source of the ledger has no story`() {
    var book = EventBookState(sources: 1, sinks: 1)
    book.add(event(0, source: 3), isTriedAgain: false)
    book.add(event(0, source: -1), isTriedAgain: false)
    book.routed(RequestID(source: 9, ordinal: 0), to: 0)
    #expect(book.count == 0)
  }
}
