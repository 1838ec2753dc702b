package import PipeEngine

/// A sink whose rows are the bytes of a file: only how they are encoded is its own.
package protocol FileSink: Sink {
  /// Opens its output. Waits for a disk at the most.
  func openFile(_ columns: [Column], _ start: FileStart, in environment: SinkEnvironment) throws(RunError)
    -> any FileWriter
}

/// How the output of a file sink begins.
package enum FileStart: Sendable {
  /// Anew, or where an earlier run has left it.
  case at(SinkPosition?)
  /// With the rows of a finished output that stay.
  case onto(SinkBase)
}

extension FileSink {
  package func open(
    _ columns: [Column], at position: SinkPosition?, in environment: SinkEnvironment
  ) async throws(RunError) -> any SinkWriter {
    try openFile(columns, .at(position), in: environment)
  }

  package func open(
    _ columns: [Column], onto base: SinkBase, in environment: SinkEnvironment
  ) async throws(RunError) -> any SinkWriter {
    try openFile(columns, .onto(base), in: environment)
  }
}

/// The open output of a file sink. Its functions block instead of suspending: the sink has a thread of its own.
package protocol FileWriter: SinkWriter {
  mutating func write(_ records: [Record]) throws(RunError)
  mutating func commit() throws(RunError) -> SinkCommit
  mutating func idle() throws(RunError)
  @discardableResult
  mutating func finish() throws(RunError) -> SinkCommit
  mutating func publish() throws(RunError)
  mutating func abandon() -> UnpublishedRows?

  /// Hands every row to the system, and ends a compressed member for it.
  mutating func flush() throws(RunError) -> FileExtent
}

extension FileWriter {
  /// Finishes and publishes the output of a run that has no other sink.
  package mutating func close() throws(RunError) {
    try finish()
    try publish()
  }
}
