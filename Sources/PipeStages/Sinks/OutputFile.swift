import Glibc
import PipeEngine
import PipeSpec
import PipeWeb

/// A file that rows are written to, whole rows at a time, and where it is compressed whole members of them: whenever
/// the process ends, what is in the file is valid.
struct OutputFile: ~Copyable {
  private var handle: OutputHandle
  private var members: MemberBuffer?
  private let format: RowFormat
  /// Whether no rows stand before those that will be written.
  let isEmpty: Bool
  /// Whole rows that are not handed on yet.
  var buffer: [UInt8] = []
  /// Rows that were put into the buffer.
  private var rows = 0
  /// Lines in the buffer before its rows: a header, and the end of a line that had none.
  private var leadingLines = 0
  /// Rows that the system has taken as a whole.
  private(set) var rowsWritten = 0
  private static let capacity = 128 << 10

  /// Standard output.
  init(_ format: RowFormat, besides files: FilesInUse) throws(RunError) {
    handle = try .standardOutput(besides: files)
    self.format = format
    isEmpty = true
    buffer.reserveCapacity(Self.capacity + (64 << 10))
  }

  /// Opens a file for writing; its folders are made.
  init(path: String, mode: OutputMode, _ format: RowFormat, besides files: FilesInUse) throws(RunError) {
    self.format = format
    let compression = Compression(path: path)
    // A file that cannot be added to is left as it is.
    var appended = AppendedFile(format)
    let isAppended = mode == .append ? try Self.read(path, compression, format, into: &appended) : false
    let missingEnd = isAppended ? try appended.missingEnd(path: path) : []
    if let compression {
      do throws(CompressionFault) {
        members = MemberBuffer(try compression.makeCompressor())
      } catch {
        throw RunError(path, "cannot be written: \(error.reason)", hint: error.hint)
      }
    }
    handle = try OutputHandle(path: path, mode: mode, besides: files)
    isEmpty = mode == .append ? !appended.hasRows : (handle.position ?? 0) == 0
    buffer.reserveCapacity(Self.capacity + (64 << 10))
    if !missingEnd.isEmpty { addLine(missingEnd) }
  }

  /// Adds what is not a row and stands before all rows of the buffer.
  mutating func addLine(_ line: [UInt8]) {
    buffer += line
    leadingLines += 1
  }

  /// Counts the row that was put into the buffer last.
  @inline(__always)
  mutating func endRow() throws(RunError) {
    rows += 1
    if buffer.count >= Self.capacity { try relieve() }
  }

  /// Bytes in the file. Behind a flush it is where a resumed run goes on: all of them are whole rows and members.
  var position: Int? { handle.position }

  /// Hands the buffer on, which is large enough to be worth it.
  private mutating func relieve() throws(RunError) {
    let ends = members.map { $0.rowBytes + buffer.count >= MemberBuffer.size } ?? true
    try handOn(ends: ends)
  }

  /// Writes, while no rows come, what is worth it.
  mutating func rest() throws(RunError) {
    if members?.rest(with: buffer.count) ?? true { try flush() }
  }

  /// Writes all rows.
  mutating func flush() throws(RunError) {
    if buffer.isEmpty, (members?.rowBytes ?? 0) == 0 { return }
    try handOn(ends: true)
  }

  /// Writes all rows; no more will come.
  mutating func finish() throws(RunError) {
    try flush()
    // Nothing at all is no gzip and no zstd file: what holds no rows is a member of nothing.
    if members?.isFirst ?? false, (handle.position ?? 0) == 0 { try handOn(ends: true) }
  }

  private mutating func handOn(ends: Bool) throws(RunError) {
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
      buffer.removeAll(keepingCapacity: true)
      settle()
      return
    }
    do throws(CompressionFault) {
      try members?.add(buffer, ends: ends)
    } catch {
      throw RunError(handle.name, "cannot be written: \(error.reason)", hint: error.hint)
    }
    buffer.removeAll(keepingCapacity: true)
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

  /// Everything was written.
  private mutating func settle() {
    rowsWritten = rows
    leadingLines = 0
  }
}

extension OutputFile {
  /// Reads a file that rows are to be added to; false where there is none, or nothing in it.
  ///
  /// It is read to its end: what is added behind a member that is cut off, or within a quoted field, is lost to every
  /// reader. Of lines that are not compressed the last byte tells all.
  fileprivate static func read(
    _ path: String, _ compression: Compression?, _ format: RowFormat, into appended: inout AppendedFile
  ) throws(RunError) -> Bool {
    guard let size = regularFileSize(path), size > 0 else { return false }
    let file = try InputFile(path: path)
    if compression == nil, case .lines = format {
      appended.read([try file.byte(at: size - 1)])
      return true
    }
    var decoding = InputDecoding()
    do {
      try file.readAll(&decoding) { appended.read($0) }
    } catch let fault as CompressionFault {
      throw RunError(
        path, fault.reason + ", so nothing can be added to it",
        hint:
          "its first \(decoding.wholeBytes) bytes are whole: truncate -s \(decoding.wholeBytes) leaves them"
      )
    } catch let error as RunError {
      throw error
    } catch {
      throw RunError(path, "cannot be read: \(error)")
    }
    if decoding.isNested {
      throw RunError(
        path, "is compressed twice, so nothing can be added to it", hint: "give it another name, or write mode: replace"
      )
    }
    if decoding.contentBytes > 0, decoding.compression != compression {
      throw RunError(
        path,
        (compression.map { "is not a \($0.rawValue) file" } ?? "is compressed, and its name says that it is not")
          + ", so nothing can be added to it",
        hint: "give it another name, or write mode: replace")
    }
    return decoding.contentBytes > 0
  }

  /// Bytes in a regular file; `nil` for anything else, and where there is nothing.
  private static func regularFileSize(_ path: String) -> Int? {
    var status = stat()
    guard path.withPath({ stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }
}
