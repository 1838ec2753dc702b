internal import PipeSpec
internal import Synchronization

/// Keeps the record of a trial.
final class TrialSink: Sink {
  private let storage = Mutex<Record?>(nil)

  var record: Record? { storage.withLock { $0 } }

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
      if let record = records.last { sink.storage.withLock { $0 = record } }
    }

    mutating func commit() async throws(RunError) -> SinkCommit { SinkCommit(rows: rowsWritten) }
    mutating func finish() async throws(RunError) -> SinkCommit { SinkCommit(rows: rowsWritten) }
    mutating func publish() async throws(RunError) {}
    mutating func abandon() async -> UnpublishedRows? { nil }
  }
}
