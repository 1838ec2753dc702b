import PipeEngine
import PipeSpec

@testable import PipeStages

/// A table whose process dies around one of its commits.
struct DyingSink: Sink {
  enum Moment: Sendable, CaseIterable { case beforeCommit, behindCommit }

  struct Death: Error {}

  let inner: any Sink
  /// Commits that go well; `nil` for all.
  let survived: Int?
  let moment: Moment
  /// Called when it dies.
  let onDeath: @Sendable () -> Void

  var summary: String { inner.summary }
  var target: Located<SinkTarget> { inner.target }
  var delivery: Delivery { inner.delivery }
  func publication() -> Publication { inner.publication() }
  func prospect(of columns: [Column], goesOn: Bool) -> OutputProspect { inner.prospect(of: columns, goesOn: goesOn) }
  func outcome(of announced: SinkPosition) throws(RunError) -> AnnouncedOutcome { try inner.outcome(of: announced) }
  func completePublishing(at position: SinkPosition, in environment: SinkEnvironment) throws(RunError) {
    try inner.completePublishing(at: position, in: environment)
  }

  func open(
    _ columns: [Column], at position: SinkPosition?, in environment: SinkEnvironment
  ) async throws(RunError) -> any SinkWriter {
    Writer(inner: try await inner.open(columns, at: position, in: environment), sink: self)
  }

  private struct Writer: SinkWriter {
    var inner: any SinkWriter
    let sink: DyingSink
    private var commits = 0
    private var isAnnounced = false

    init(inner: any SinkWriter, sink: DyingSink) { (self.inner, self.sink) = (inner, sink) }

    var rowsWritten: Int { inner.rowsWritten }
    var rowsLeftOut: RowsLeftOut { inner.rowsLeftOut }
    var wantsCommit: Bool { inner.wantsCommit }
    mutating func write(_ records: [Record]) async throws(RunError) { try await inner.write(records) }

    mutating func announce() async throws(RunError) -> SinkPosition? {
      let announced = try await inner.announce()
      isAnnounced = announced != nil
      return announced
    }

    mutating func commit() async throws(RunError) -> SinkCommit {
      defer { isAnnounced = false }
      if isAnnounced, commits == sink.survived {
        if sink.moment == .behindCommit { _ = try await inner.commit() }
        sink.onDeath()
        throw RunError("the process", "has died")
      }
      if isAnnounced { commits += 1 }
      return try await inner.commit()
    }

    mutating func finish() async throws(RunError) -> SinkCommit { try await inner.finish() }
    mutating func publish() async throws(RunError) { try await inner.publish() }
    mutating func abandon() async -> UnpublishedRows? { await inner.abandon() }
  }
}
