import PipeTesting
import Testing

@testable import PipeEngine

struct EventBookTests {
  private func event(_ ordinal: Int, source: Int = 0) -> RequestEvent {
    RequestEvent(
      id: RequestID(source: source, ordinal: ordinal), url: URLMark(of: "http://h/\(ordinal)"),
      attempts: [.init(start: 1_700_000_000_000 + ordinal, elapsed: 3, outcome: .answered(status: 200))], bytes: 10)
  }

  /// With little room, most of them are packed.
  @Test(arguments: [EventBookState.capacity, 0, 300], Effort.seeds(4))
  func `Whatever is taken is what was put in, with its rows`(capacity: Int, seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    var book = EventBookState(sources: 2, sinks: 2, capacity: capacity)
    var plain: [RequestID: RequestEvent] = [:]
    for ordinal in 0..<1500 {
      var event = event(ordinal, source: ordinal % 2)
      book.add(event, isTriedAgain: false)
      if random.oneIn(2) {
        book.routed(event.id, to: 1)
        event.rows = [0, 1]
      }
      plain[event.id] = event
      guard random.oneIn(20) else { continue }
      let source = Int.random(in: 0...1, using: &random)
      let start = Int.random(in: 0...ordinal, using: &random)
      let ranges = [start..<start + Int.random(in: 1...400, using: &random), 5..<6]
      let taken = book.take(ranges, of: source)
      let expected = plain.values.filter { event in
        event.id.source == source && ranges.contains { $0.contains(event.id.ordinal) }
      }
      #expect(taken == expected.sorted { $0.id < $1.id })
      for event in taken { plain[event.id] = nil }
      #expect(book.count == plain.count)
    }
    #expect(Set(book.take([0..<2000], of: 0) + book.take([0..<2000], of: 1)) == Set(plain.values))
    #expect(book.count == 0)
  }

  @Test func `Attempts that came to nothing come before the last one, and redirects are told`() {
    var book = EventBookState(sources: 1, sinks: 1)
    let failed = RequestEvent.Attempt(start: 5, elapsed: 1, outcome: .failed(.timeout))
    let event = event(7)
    book.add(event.id, failed, to: nil)
    book.add(event.id, failed, to: RequestEvent.Redirect(url: "http://h/x", status: 301))
    book.add(event, isTriedAgain: true)
    let taken = book.take([7..<8], of: 0)
    #expect(taken.first?.attempts == [failed] + event.attempts)
    #expect(taken.first?.redirects == [RequestEvent.Redirect(url: "http://h/x", status: 301)])
    #expect(book.take([7..<8], of: 0).isEmpty)
  }

  @Test func `A request of no source of the ledger has no story`() {
    var book = EventBookState(sources: 1, sinks: 1)
    book.add(event(0, source: 3), isTriedAgain: false)
    book.add(event(0, source: -1), isTriedAgain: false)
    book.routed(RequestID(source: 9, ordinal: 0), to: 0)
    #expect(book.count == 0)
  }
}
