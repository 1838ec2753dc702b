import PipeTesting
import Testing

@testable import PipeEngine

@Suite("LedgerState")
struct LedgerStateTests {
  private func id(_ ordinal: Int, source: Int = 0) -> RequestID { RequestID(source: source, ordinal: ordinal) }

  @Test("a request is done when every sink that its record went to has written its row")
  func life() {
    var ledger = LedgerState(sources: 1)
    ledger.admitted([id(0)])
    ledger.sourcesEnded()
    #expect(!ledger.isOver)
    ledger.extracted(id(0), records: 1)
    #expect(ledger.isOver, "nothing more can come of it")
    ledger.routed(id(0), sinks: 2)
    ledger.written(id(0))
    #expect(ledger.doneCount == 0)
    #expect(ledger.unsettledCount == 1)
    ledger.written(id(0))
    #expect(ledger.doneCount == 1)
    #expect(ledger.unsettledCount == 0)
    #expect(ledger.strayCount == 0)
    #expect(ledger.windowLength(of: 0) == 0)
  }

  @Test("a request whose record no sink wants, or that has no record, is done at once")
  func nothing() {
    var ledger = LedgerState(sources: 1)
    ledger.admitted([id(0), id(1)])
    ledger.extracted(id(0), records: 1)
    ledger.routed(id(0), sinks: 0)
    #expect(ledger.doneCount == 1)
    ledger.extracted(id(1), records: 0)
    #expect(ledger.doneCount == 2)
    #expect(ledger.strayCount == 0)
  }

  @Test("of several records of a page each counts for itself")
  func children() {
    var ledger = LedgerState(sources: 1)
    ledger.admitted([id(0)])
    ledger.extracted(id(0), records: 3)
    ledger.routed(id(0), sinks: 0)
    ledger.routed(id(0), sinks: 2)
    ledger.written(id(0))
    ledger.written(id(0))
    #expect(ledger.doneCount == 0, "the third has not been seen by route")
    ledger.routed(id(0), sinks: 1)
    ledger.written(id(0))
    #expect(ledger.doneCount == 1)
  }

  @Test("the window of a source begins at its oldest request that is not done")
  func window() {
    var ledger = LedgerState(sources: 2)
    ledger.admitted((0..<4).map { id($0, source: 1) })
    for ordinal in [2, 1] {
      ledger.extracted(id(ordinal, source: 1), records: 1)
      ledger.written(id(ordinal, source: 1))
    }
    #expect(ledger.firstUndone(of: 1) == 0)
    #expect(ledger.windowLength(of: 1) == 4)
    ledger.extracted(id(0, source: 1), records: 1)
    ledger.written(id(0, source: 1))
    #expect(ledger.firstUndone(of: 1) == 3)
    #expect(ledger.windowLength(of: 1) == 1)
    #expect(ledger.firstUndone(of: 0) == 0)
  }

  @Test("what is left undone ends the run and is told apart from what was lost")
  func undone() {
    var ledger = LedgerState(sources: 1)
    ledger.admitted((0..<3).map { id($0) })
    ledger.sourcesEnded()
    ledger.extracted(id(1), records: 1)
    ledger.leftUndone(2)
    #expect(ledger.isOver)
    #expect(ledger.unsettledCount == 1)
    ledger.written(id(1))
    #expect(ledger.unsettledCount == 0)
  }

  @Test(
    "a step of a request that is not at that step is noticed and changes nothing",
    arguments: [
      { $0.written(RequestID(source: 0, ordinal: 0)) }, { $0.extracted(RequestID(source: 0, ordinal: 7), records: 1) },
      { $0.routed(RequestID(source: 5, ordinal: 0), sinks: 0) }, { $0.admitted([RequestID(source: 0, ordinal: 0)]) },
      { $0.admitted([RequestID(source: 9, ordinal: 0)]) }, { $0.written(RequestID(source: 0, ordinal: -1)) },
    ] as [@Sendable (inout LedgerState) -> Void])
  func strays(step: @Sendable (inout LedgerState) -> Void) {
    var ledger = LedgerState(sources: 1)
    ledger.admitted([id(0)])
    step(&ledger)
    #expect(ledger.strayCount == 1)
    #expect(ledger.openCount == 1)
    #expect(ledger.unsettledCount == 1)
  }

  @Test(
    "whatever the order of events, each request is done once, and the run ends when it should",
    arguments: Effort.seeds(20))
  func random(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    var ledger = LedgerState(sources: 3)
    var next = [0, 0, 0]
    var open: [RequestID] = []
    var records: [RequestID] = []
    var rows: [RequestID] = []
    /// Pieces by request, as a plain table.
    var pieces: [RequestID: Int] = [:]
    func settle(_ id: RequestID, _ change: Int) {
      let left = (pieces[id] ?? 0) + change
      pieces[id] = left == 0 ? nil : left
    }
    for step in 0..<600 {
      if step == 400 { ledger.sourcesEnded() }
      switch Int.random(in: 0..<4, using: &random) {
      case 0 where step < 400:
        let source = Int.random(in: 0..<3, using: &random)
        let new = (0..<Int.random(in: 1...4, using: &random)).map { id(next[source] + $0, source: source) }
        next[source] += new.count
        ledger.admitted(new)
        open += new
        for id in new { pieces[id] = -1 }
      case 1:
        guard let place = open.indices.randomElement(using: &random) else { continue }
        let id = open.remove(at: place)
        let count = Int.random(in: 0...3, using: &random)
        ledger.extracted(id, records: count)
        records += Array(repeating: id, count: count)
        pieces[id] = count == 0 ? nil : count
      case 2:
        guard let place = records.indices.randomElement(using: &random) else { continue }
        let id = records.remove(at: place)
        let count = Int.random(in: 0...2, using: &random)
        ledger.routed(id, sinks: count)
        rows += Array(repeating: id, count: count)
        settle(id, count - 1)
      default:
        guard let place = rows.indices.randomElement(using: &random) else { continue }
        let id = rows.remove(at: place)
        ledger.written(id)
        settle(id, -1)
      }
      #expect(ledger.strayCount == 0)
      #expect(ledger.openCount == open.count)
      #expect(ledger.unsettledCount == pieces.count)
      #expect(ledger.isOver == (step >= 400 && open.isEmpty))
      for source in 0..<3 {
        let oldest = pieces.keys.filter { $0.source == source }.map(\.ordinal).min() ?? next[source]
        #expect(ledger.firstUndone(of: source) == oldest)
        #expect(ledger.windowLength(of: source) == next[source] - oldest)
      }
    }
  }
}
