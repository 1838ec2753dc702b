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
  private let isCutShort: @Sendable () -> Bool

  init(
    _ output: OutputOptions, _ encoder: Encoder, _ start: FileStart, in environment: SinkEnvironment
  ) throws(RunError) {
    self.encoder = encoder
    isCutShort = environment.isCutShort
    switch start {
    case .at(let position): file = try output.open(encoder.format, at: position, in: environment)
    case .onto(let base):
      file = try output.open(encoder.format, onto: base, in: environment)
      if base.isOrdered { return }
      try file.copyEarlier()
      // All of them are before the first position.
      try file.flush()
      return
    }
    // A file that rows are added to has its header already.
    guard file.isEmpty else { return }
    let (mark, header) = encoder.beginning
    if !file.hasByteOrderMark { file.buffer += mark }
    if let header { file.addLine(header) }
  }

  func write(_ records: [Record]) throws(RunError) {
    for (place, record) in records.enumerated() {
      try file.copyEarlier(upTo: record.id)
      file.beginRow()
      try encoder.append(record, to: &file)
      let next = place + 1
      try file.endRow(isLast: next == records.count || records[next].id != record.id)
    }
    rows += records.count
  }

  var rowsWritten: Int { file.rowsWritten }

  func flush() throws(RunError) -> FileExtent {
    try file.flush()
    return FileExtent(bytes: file.position, rows: rows)
  }

  func commit() throws(RunError) -> SinkCommit {
    // There is no going on in the middle of earlier rows.
    if file.hasEarlierRowsToCopy { return SinkCommit(rows: 0) }
    let position = try file.commit()
    return SinkCommit(rows: rowsWritten, position: position)
  }

  func idle() throws(RunError) { try file.idle() }

  @discardableResult
  func finish() throws(RunError) -> SinkCommit {
    // Rows to come have their places before those that are left.
    if file.hasEarlierRowsToCopy, isCutShort() {
      try file.flush()
      return SinkCommit(rows: 0)
    }
    try file.copyEarlier()
    try file.finish()
    let position = try file.commit(isEnd: true)
    try file.checkPlace()
    return SinkCommit(rows: rowsWritten, position: position)
  }

  func publish() throws(RunError) { try file.publish() }
  func abandon() -> UnpublishedRows? { file.abandon() }
}
