import PipeEngine

/// How records become the rows of a file.
protocol RowEncoder: Sendable {
  /// How the rows are told apart again.
  var format: RowFormat { get }
  /// The start of a file without rows: bytes that are not a line, and a header line.
  var beginning: (mark: [UInt8], header: [UInt8]?) { get }

  /// Puts a row into the file's buffer; after each value the file may hand on what there is of it.
  func append(_ record: Record, to file: inout OutputFile) throws(RunError)
}

/// The open output of every sink that writes rows to a file.
final class RowWriter<Encoder: RowEncoder>: FileWriter {
  private var file: OutputFile
  private let encoder: Encoder
  private var rows = 0

  /// - Parameter position: Where an earlier run has left the output.
  init(
    _ output: OutputOptions, _ encoder: Encoder, at position: SinkPosition?, in environment: SinkEnvironment
  ) throws(RunError) {
    file = try output.open(encoder.format, at: position, in: environment)
    self.encoder = encoder
    // A file that rows are added to has its header already.
    guard file.isEmpty else { return }
    let (mark, header) = encoder.beginning
    if !file.hasByteOrderMark { file.buffer += mark }
    if let header { file.addLine(header) }
  }

  func write(_ records: [Record]) throws(RunError) {
    for record in records {
      file.beginRow()
      try encoder.append(record, to: &file)
      try file.endRow()
    }
    rows += records.count
  }

  var rowsWritten: Int { file.rowsWritten }

  func flush() throws(RunError) -> FileExtent {
    try file.flush()
    return FileExtent(bytes: file.position, rows: rows)
  }

  func commit() throws(RunError) -> SinkCommit {
    let position = try file.commit()
    return SinkCommit(rows: rowsWritten, position: position)
  }

  func idle() throws(RunError) { try file.idle() }

  @discardableResult
  func finish() throws(RunError) -> SinkCommit {
    try file.finish()
    let position = try file.commit(isEnd: true)
    try file.checkPlace()
    return SinkCommit(rows: rowsWritten, position: position)
  }

  func publish() throws(RunError) { try file.publish() }
  func abandon() -> UnpublishedRows? { file.abandon() }
}
