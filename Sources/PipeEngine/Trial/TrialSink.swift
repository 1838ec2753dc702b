internal import PipeSpec
internal import Synchronization

/// Keeps the records of a trial: one, or one for each of the first items of the page.
final class TrialSink: Sink {
  private let storage = Mutex<(records: [Record], count: Int)>(([], 0))

  /// The first ones.
  var records: [Record] { storage.withLock { $0.records } }
  /// How many there were.
  var count: Int { storage.withLock { $0.count } }

  var summary: String { "the record" }
  var target: Located<SinkTarget> { Located(.standardOutput, at: .wholeFile) }

  func open(
    _ columns: [Column], at position: SinkPosition?, in environment: SinkEnvironment
  ) async throws(RunError) -> any SinkWriter { Writer(sink: self) }

  private struct Writer: SinkWriter {
    let sink: TrialSink
    private(set) var rowsWritten = 0

    init(sink: TrialSink) { self.sink = sink }

    mutating func write(_ records: [Record]) async throws(RunError) {
      rowsWritten += records.count
      sink.storage.withLock { kept in
        kept.records += records.prefix(max(0, TriedPage.mostItems - kept.records.count))
        kept.count += records.count
      }
    }

    mutating func commit() async throws(RunError) -> SinkCommit { SinkCommit(rows: rowsWritten) }
    mutating func finish() async throws(RunError) -> SinkCommit { SinkCommit(rows: rowsWritten) }
    mutating func publish() async throws(RunError) {}
    mutating func abandon() async -> UnpublishedRows? { nil }
  }
}
