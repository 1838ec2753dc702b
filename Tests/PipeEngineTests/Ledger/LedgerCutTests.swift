import PipeTesting
import Testing

@testable import PipeEngine

/// What a checkpoint is told by the ledger, against a plain account of every row.
struct LedgerCutTests {
  private struct Plain {
    /// Of each request, the sinks that do not have its row for good; a request without an entry is done.
    var missing: [RequestID: Set<Int>] = [:]
    /// Of each sink, rows that are written and not durable.
    var written: [[RequestID]]
    var held: [Set<RequestID>]
    var done: Set<RequestID> = []
  }

  @Test(arguments: Effort.seeds(20))
  func `A cut tells what is done and how far each sink is, as it is at one moment`(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    let sinks = Int.random(in: 1...3, using: &random)
    var ledger = LedgerState(sources: 2, awaitsDurability: true, sinks: sinks)
    var plain = Plain(written: Array(repeating: [], count: sinks), held: Array(repeating: [], count: sinks))
    var next = [0, 0]
    var done: [DoneSet] = [DoneSet(), DoneSet()]
    var passedOver: Set<RequestID> = []
    for _ in 0..<400 {
      switch Int.random(in: 0..<5, using: &random) {
      case 0:
        let source = Int.random(in: 0...1, using: &random)
        // A run that goes on, or a crawl, passes some over.
        if random.oneIn(4) {
          passedOver.insert(RequestID(source: source, ordinal: next[source]))
          next[source] += 1
        }
        let id = RequestID(source: source, ordinal: next[source])
        next[source] += 1
        let wanting = (0..<sinks).filter { _ in Bool.random(using: &random) }
        ledger.admitted([id])
        done = done.enumerated().map { index, set in
          var set = set
          for one in passedOver where one.source == index && one < id { set.insert(one.ordinal) }
          return set
        }
        ledger.extracted(id, records: 1)
        ledger.routed(id, sinks: wanting.count)
        if wanting.isEmpty { plain.done.insert(id) } else { plain.missing[id] = Set(wanting) }
        for sink in wanting { plain.written[sink].append(id) }
      case 1, 2:
        let sink = Int.random(in: 0..<sinks, using: &random)
        let count = Int.random(in: 0...plain.written[sink].count, using: &random)
        let ids = Array(plain.written[sink].prefix(count))
        plain.written[sink].removeFirst(count)
        ledger.committed(sink: sink, ids, at: SinkPosition([UInt8(truncatingIfNeeded: count)]))
        for id in ids {
          plain.held[sink].insert(id)
          plain.missing[id]?.remove(sink)
          if plain.missing[id]?.isEmpty == true {
            plain.missing[id] = nil
            plain.done.insert(id)
          }
        }
      default:
        let cut = ledger.cut()
        for (source, one) in cut.sources.enumerated() { done[source].insert(all: one.news) }
        for source in 0...1 {
          let expected = plain.done.filter { $0.source == source }.map(\.ordinal)
          let passed = passedOver.filter { $0.source == source && $0.ordinal < cut.sources[source].yielded }
          #expect(done[source] == DoneSet(expected + passed.map(\.ordinal)))
        }
        for (sink, stand) in cut.sinks.enumerated() {
          #expect(stand.rows == plain.held[sink].count)
          guard sinks > 1 else { continue }
          for source in 0...1 {
            let ahead = plain.held[sink].filter { $0.source == source && plain.missing[$0] != nil }
            #expect(stand.held[source].subtracting(done[source]) == DoneSet(ahead.map(\.ordinal)))
          }
        }
      }
    }
    #expect(ledger.strayCount == 0)
  }

  @Test func `Rows with an error are told once, with their numbers among the rows of their sink`() {
    var ledger = LedgerState(sources: 1, awaitsDurability: true, sinks: 2)
    ledger.goOn(from: Checkpoint(sinks: [SinkProgress(rows: 10), SinkProgress()]))
    let ids = (0..<4).map { RequestID(source: 0, ordinal: $0) }
    ledger.admitted(ids)
    for id in ids {
      ledger.extracted(id, records: 1, hasFailed: id.ordinal % 2 == 1)
      ledger.routed(id, sinks: 2)
    }
    ledger.committed(sink: 0, [ids[2], ids[1], ids[0]], at: SinkPosition([1]))
    #expect(ledger.cut().failures == [FailedRow(sink: 0, id: ids[1], row: 11)])
    ledger.committed(sink: 1, ids, at: SinkPosition([2]))
    ledger.committed(sink: 0, [ids[3]], at: SinkPosition([3]))
    let found = ledger.cut().failures
    #expect(
      found == [
        FailedRow(sink: 1, id: ids[1], row: 1), FailedRow(sink: 1, id: ids[3], row: 3),
        FailedRow(sink: 0, id: ids[3], row: 13),
      ])
    #expect(ledger.cut().failures.isEmpty)
    #expect(FailedRow.decode(FailedRow.encode(found)) == found)
    for count in 0..<FailedRow.encode(found).count {
      #expect(FailedRow.decode(Array(FailedRow.encode(found)[..<count])) != found)
    }
    #expect(FailedRow.decode([2]) == nil)
  }

  @Test func `A ledger that goes on counts from where the checkpoint is`() {
    var checkpoint = Checkpoint(sources: [SourceProgress(done: DoneSet([0, 1, 2, 4]))])
    checkpoint.sinks = [
      SinkProgress(position: SinkPosition([1]), rows: 4, ahead: [DoneSet([3])]),
      SinkProgress(position: SinkPosition([2]), rows: 3, ahead: [DoneSet()]),
    ]
    var ledger = LedgerState(sources: 1, awaitsDurability: true, sinks: 2)
    ledger.goOn(from: checkpoint)
    #expect(ledger.firstUndone(of: 0) == 3)
    let again = RequestID(source: 0, ordinal: 3)
    ledger.admitted([again])
    ledger.extracted(again, records: 1)
    // The first sink has its row.
    ledger.routed(again, sinks: 1)
    ledger.committed(sink: 1, [again], at: SinkPosition([3]))
    let cut = ledger.cut()
    #expect(cut.sources[0].news == [3..<4])
    #expect(cut.sinks.map(\.rows) == [4, 4])
    #expect(cut.sinks[0].position == SinkPosition([1]) && cut.sinks[1].position == SinkPosition([3]))
    #expect(ledger.cut().sources[0].news.isEmpty)
  }
}
