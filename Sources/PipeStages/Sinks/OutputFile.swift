import PipeEngine
import PipeStorage
import PipeWeb

/// A file that rows are written to, whole rows at a time, and where it is compressed whole members of them: whenever
/// the process ends, what is in the file is valid.
struct OutputFile: ~Copyable {
  private var handle: OutputHandle
  private var members: MemberBuffer?
  private let format: RowFormat
  /// Whether no rows stand before those that will be written.
  let isEmpty: Bool
  /// Whether it begins with one already.
  let hasByteOrderMark: Bool
  /// Whether it goes on with what an earlier run has written.
  private let hasEarlierRows: Bool
  /// Rows of the file that it takes the place of, and that are not copied yet.
  private var earlier: BaseRows?
  /// Whole rows that are not handed on yet.
  var buffer: [UInt8] = []
  /// Rows that were put into the buffer.
  private var rows = 0
  /// Lines in the buffer before its rows: a header, and the end of a line that had none.
  private var leadingLines = 0
  /// Where the row begins in the buffer that is being put into it.
  private var rowStart = 0
  /// Bytes of that row that were handed on already.
  private var handedOn = 0
  /// Rows that the system has taken as a whole.
  private(set) var rowsWritten = 0
  private static let capacity = 128 << 10
  /// Of a row that takes more, what there is is handed on before all of it is there: JSON's escapes make six bytes of one,
  /// and a record may hold 16 MiB.
  static let pieceSize = 2 << 20

  /// Standard output.
  init(_ format: RowFormat, in environment: SinkEnvironment) throws(RunError) {
    handle = try OutputOpening.standardOutput(in: environment)
    self.format = format
    hasEarlierRows = false
    isEmpty = true
    hasByteOrderMark = false
    buffer.reserveCapacity(Self.capacity + (64 << 10))
  }

  /// Opens a file for writing; its folders are made.
  ///
  /// - Parameter start: Where an earlier run has left it.
  init(_ opening: OutputOpening, _ format: RowFormat, at start: FilePosition?) throws(RunError) {
    let path = opening.path
    let compression = Compression(path: path)
    let members = try Self.memberBuffer(path)
    let handle: OutputHandle
    if let start { handle = try opening.reopen(at: start) } else { handle = try opening.open() }
    let size = handle.position ?? 0
    // Locked by now: nobody adds to it between this look and the first row.
    var appended = AppendedFile(format)
    var missingEnd: [UInt8] = []
    // One that is remade has been looked at, and has the rows of others in it.
    let adds = opening.mode == .append && start?.isRemade != true
    if adds, try appended.read(path, compression, size: size, in: opening.environment.storage) {
      missingEnd = try appended.missingEnd(path: path)
    }
    self.handle = handle
    self.members = members
    self.format = format
    hasEarlierRows = start.map { $0.bytes > 0 } ?? false
    isEmpty = adds ? !appended.hasRows : !hasEarlierRows
    hasByteOrderMark = adds && appended.hasByteOrderMark
    buffer.reserveCapacity(Self.capacity + (64 << 10))
    if !missingEnd.isEmpty { addLine(missingEnd) }
  }

  /// Opens a file that takes the place of one that a run has finished, whose rows are to be copied (`copyEarlier`).
  ///
  /// - Parameter end: Where that is finished.
  init(
    _ opening: OutputOpening, _ format: RowFormat, onto base: SinkBase, _ end: FilePosition
  ) throws(RunError) {
    let members = try Self.memberBuffer(opening.path)
    let handle = try opening.remake(from: end)
    let earlier = try BaseRows(of: opening.finished(), opening, format, base, upTo: end.bytes)
    self.handle = handle
    self.members = members
    self.earlier = earlier
    self.format = format
    hasEarlierRows = true
    isEmpty = false
    hasByteOrderMark = false
    buffer.reserveCapacity(Self.capacity + (64 << 10))
  }

  private static func memberBuffer(_ path: String) throws(RunError) -> MemberBuffer? {
    guard let compression = Compression(path: path) else { return nil }
    do throws(CompressionFault) {
      return MemberBuffer(try compression.makeCompressor())
    } catch {
      throw RunError(path, "cannot be written: \(error.reason)", hint: error.hint)
    }
  }

  /// Whether earlier rows are still to be copied.
  var hasEarlierRowsToCopy: Bool { earlier != nil }

  /// Copies earlier rows up to the place of a request, but for those that are left out. They do not count as written here.
  mutating func copyEarlier(upTo id: RequestID) throws(RunError) {
    if let earlier { try copy(earlier, upTo: earlier.base.place(of: id)) }
  }

  /// Copies all earlier rows that are left.
  mutating func copyEarlier() throws(RunError) {
    if let earlier { try copy(earlier, upTo: .max) }
    earlier = nil
  }

  private mutating func copy(_ earlier: BaseRows, upTo end: Int) throws(RunError) {
    while let piece = try earlier.next(upTo: end) {
      buffer += piece.bytes
      if piece.endsRow { leadingLines += 1 }
      if buffer.count >= Self.capacity { try relieve() }
    }
  }

  /// Adds what is not a row and stands before all rows of the buffer.
  mutating func addLine(_ line: [UInt8]) {
    buffer += line
    leadingLines += 1
  }

  /// What is put into the buffer from here on is a row.
  @inline(__always)
  mutating func beginRow() { rowStart = buffer.count }

  /// Tells that a value of the row is in the buffer, and that more of the row follows.
  @inline(__always)
  mutating func valueEnded() throws(RunError) {
    if buffer.count >= Self.pieceSize { try handOnPiece() }
  }

  /// Counts the row that was put into the buffer last.
  ///
  /// - Parameter isLast: Whether it is the last one of its request: a run goes on with whole requests, so a member ends with
  ///   one.
  @inline(__always)
  mutating func endRow(isLast: Bool = true) throws(RunError) {
    if handedOn > 0 { try handOnPiece() }
    rows += 1
    if handedOn > 0 || buffer.count >= Self.capacity { try relieve(mayEnd: isLast) }
  }

  /// Bytes in the file. Behind a flush it is where a resumed run goes on: all of them are whole rows and members.
  var position: Int? { handle.position }

  /// Hands the buffer on, which is large enough to be worth it.
  ///
  /// - Parameter mayEnd: Whether a member may end with it.
  private mutating func relieve(mayEnd: Bool = true) throws(RunError) {
    let ends = members.map { mayEnd && $0.rowBytes + buffer.count >= MemberBuffer.size } ?? true
    try handOn(ends: ends)
  }

  /// Writes, while no rows come, what is worth it.
  mutating func idle() throws(RunError) {
    if members?.idle(with: buffer.count) ?? true { try flush() }
  }

  /// Makes durable what is written. Rows in a member that is not whole are left for a later commit: ended early, members
  /// would compress badly.
  ///
  /// - Returns: Where a later run goes on; `nil` for an output that cannot be cut back.
  mutating func commit(isEnd: Bool = false) throws(RunError) -> SinkPosition? {
    if members == nil { try flush() }
    return try handle.commit(isEnd: isEnd)?.sinkPosition
  }

  /// Writes all rows.
  mutating func flush() throws(RunError) {
    if buffer.isEmpty, (members?.rowBytes ?? 0) == 0 { return }
    try handOn(ends: true)
  }

  /// Writes all rows; no more will come.
  mutating func finish() throws(RunError) {
    try flush()
    // An empty file is not a valid gzip or zstd file: without rows, one empty member is written.
    if members?.isFirst ?? false, (handle.position ?? 0) == 0 { try handOn(ends: true) }
    try handle.begin()
  }

  /// Checks that its place is as it was when the run began.
  func checkPlace() throws(RunError) { try handle.checkPlace() }

  /// Puts the file in its place.
  mutating func publish() throws(RunError) { try handle.publish() }

  /// Writes the rows that there are, as far as that waits for nobody, and leaves the file.
  mutating func abandon() -> UnpublishedRows? {
    // What cannot be written is not counted, and the run has its reason already.
    try? flush()
    return handle.abandon(hasRows: rowsWritten > 0 || hasEarlierRows)
  }

  /// Hands on what there is of a row. Where that fails, all of the row is taken back.
  private mutating func handOnPiece() throws(RunError) {
    if rowStart > 0 {
      let piece = Array(buffer[rowStart...])
      buffer.removeSubrange(rowStart...)
      rowStart = 0
      try handOn(ends: false)
      buffer = piece
    }
    let count = buffer.count
    if members == nil {
      var taken = 0
      do throws(RunError) {
        try handle.write(buffer, taken: &taken)
      } catch {
        handle.cutBack(by: handedOn + taken)
        buffer.removeAll()
        throw error
      }
    } else {
      try compress(ends: false)
    }
    emptyBuffer()
    handedOn += count
  }

  private mutating func compress(ends: Bool) throws(RunError) {
    do throws(CompressionFault) {
      try members?.add(buffer, ends: ends)
    } catch {
      throw RunError(handle.name, "cannot be written: \(error.reason)", hint: error.hint)
    }
  }

  private mutating func handOn(ends: Bool) throws(RunError) {
    handedOn = 0
    guard members != nil else {
      var taken = 0
      do throws(RunError) {
        try handle.write(buffer, taken: &taken)
      } catch {
        // Half a row is none: what was written of the last one is taken back, as far as the file lets us.
        let whole = format.wholeRows(in: buffer[..<taken])
        handle.cutBack(by: taken - whole.end)
        rowsWritten += max(0, whole.count - leadingLines)
        buffer.removeAll()
        throw error
      }
      emptyBuffer()
      settle()
      return
    }
    try compress(ends: ends)
    emptyBuffer()
    guard ends, let member = members?.take() else { return }
    var taken = 0
    do throws(RunError) {
      try handle.write(member, taken: &taken)
    } catch {
      // A part of a member would make the file invalid.
      handle.cutBack(by: taken)
      throw error
    }
    settle()
  }

  /// Large rows are rare: what the last one took is not kept for those to come.
  private mutating func emptyBuffer() { buffer.removeAll(keepingCapacity: buffer.capacity <= 2 * Self.pieceSize) }

  /// Everything was written.
  private mutating func settle() {
    rowsWritten = rows
    leadingLines = 0
  }
}
