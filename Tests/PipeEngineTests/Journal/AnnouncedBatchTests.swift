import PipeTesting
import Testing

@testable import PipeEngine

/// Commits that the journal knows of before they are made.
struct AnnouncedBatchTests {
  private static let before = SinkProgress(
    position: SinkPosition([1]), rows: 4, ahead: [DoneSet([3])],
    announced: AnnouncedBatch(position: SinkPosition([2]), rows: 3, requests: [DoneSet([5, 6]), DoneSet([0])]))

  @Test func `A commit that was made moves the sink, and its requests get no second row`() {
    let settled = Self.before.settled(.committed)
    #expect(
      settled
        == SinkProgress(position: SinkPosition([2]), rows: 7, ahead: [DoneSet([3, 5, 6]), DoneSet([0])]))
  }

  @Test func `A commit that was lost changes nothing`() {
    #expect(
      Self.before.settled(.lost) == SinkProgress(position: SinkPosition([1]), rows: 4, ahead: [DoneSet([3])]))
  }

  @Test func `The ledger tells of it until the commit is known`() {
    var ledger = LedgerState(sources: 1, awaitsDurability: true, sinks: 1)
    let ids = (0..<3).map { RequestID(source: 0, ordinal: $0) }
    ledger.admitted(ids)
    for id in ids {
      ledger.extracted(id, records: 1, hasFailed: id.ordinal == 1)
      ledger.routed(id, sinks: 1)
    }
    ledger.announced(sink: 0, ids[..<2], at: SinkPosition([7]))
    let cut = ledger.cut()
    #expect(
      cut.sinks[0].announced
        == AnnouncedBatch(position: SinkPosition([7]), rows: 2, requests: [DoneSet([0, 1])]))
    #expect(cut.sources[0].news.isEmpty)
    // A run that dies behind the commit could not tell of it.
    #expect(cut.failures == [FailedRow(sink: 0, id: ids[1], row: 1)])
    for id in ids[..<2] { ledger.written(id) }
    ledger.committed(sink: 0, ids[..<2], at: SinkPosition([7]), leftOut: 1)
    let later = ledger.cut()
    #expect(later.sinks[0].announced == nil)
    #expect(later.sinks[0].rows == 1)
    #expect(later.sources[0].news == [0..<2])
  }
}
