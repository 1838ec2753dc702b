import PipeEngine

/// How records become the rows of a file.
protocol RowEncoder: Sendable {
  /// How the rows are told apart again.
  var format: RowFormat { get }
  /// The start of a file without rows: bytes that are not a line, and a header line.
  var beginning: (mark: [UInt8], header: [UInt8]?) { get }

  func append(_ record: Record, to bytes: inout [UInt8])
}

/// The open sink of every component that writes rows to a file.
final class RowWriter<Encoder: RowEncoder>: SinkWriter {
  private var file: OutputFile
  private let encoder: Encoder
  private var rows = 0

  init(_ output: OutputOptions, _ encoder: Encoder, in environment: SinkEnvironment) throws(RunError) {
    file = try output.open(encoder.format, in: environment)
    self.encoder = encoder
    // A file that rows are added to has its header already.
    guard file.isEmpty else { return }
    let (mark, header) = encoder.beginning
    if !file.hasByteOrderMark { file.buffer += mark }
    if let header { file.addLine(header) }
  }

  func write(_ records: [Record]) throws(RunError) {
    for record in records {
      encoder.append(record, to: &file.buffer)
      try file.endRow()
    }
    rows += records.count
  }

  var rowsWritten: Int { file.rowsWritten }

  func flush() throws(RunError) -> SinkPosition {
    try file.flush()
    return SinkPosition(bytes: file.position, rows: rows)
  }

  func rest() throws(RunError) { try file.rest() }
  func finish() throws(RunError) { try file.finish() }
  func publish() throws(RunError) { try file.publish() }
  func abandon() -> UnpublishedRows? { file.abandon() }
}
