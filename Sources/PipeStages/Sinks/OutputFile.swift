import PipeEngine
import PipeWeb

/// A file that rows are written to, whole rows at a time, and where it is compressed whole members of them: whenever
/// the process ends, what is in the file is valid.
struct OutputFile: ~Copyable {
  private var handle: OutputHandle
  private var members: MemberBuffer?
  /// Whether no rows stand before those that will be written.
  let isEmpty: Bool
  /// Whole rows that are not handed on yet.
  var buffer: [UInt8] = []
  private static let capacity = 128 << 10

  /// Standard output.
  init(besides files: FilesInUse) throws(RunError) {
    handle = try .standardOutput(besides: files)
    isEmpty = true
    buffer.reserveCapacity(Self.capacity + (64 << 10))
  }

  /// Opens a file for writing; its folders are made.
  init(path: String, mode: OutputMode, besides files: FilesInUse) throws(RunError) {
    var contentBytes: Int?
    if let compression = Compression(path: path) {
      // A file that cannot be added to is left as it is.
      if mode == .append { contentBytes = try compression.contentBytes(of: path) }
      do throws(CompressionFault) {
        members = MemberBuffer(try compression.makeCompressor())
      } catch {
        throw RunError(path, "cannot be written: \(error.reason)", hint: error.hint)
      }
    }
    handle = try OutputHandle(path: path, mode: mode, besides: files)
    isEmpty = (contentBytes ?? handle.position ?? 0) == 0
    buffer.reserveCapacity(Self.capacity + (64 << 10))
  }

  /// Bytes in the file. Behind a flush it is where a resumed run goes on: all of them are whole rows and members.
  var position: Int? { handle.position }

  /// Hands the buffer on where it is large enough to be worth it.
  mutating func relieve() throws(RunError) {
    if buffer.count < Self.capacity { return }
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
    guard members != nil else { return try handle.write(&buffer) }
    do throws(CompressionFault) {
      try members?.add(buffer, ends: ends)
    } catch {
      throw RunError(handle.name, "cannot be written: \(error.reason)", hint: error.hint)
    }
    buffer.removeAll(keepingCapacity: true)
    if ends, var member = members?.take() { try handle.write(&member) }
  }
}

extension Compression {
  /// How much a file holds that rows are to be added to; `nil` where there is none, or nothing in it.
  ///
  /// It is read to its end: what is added behind a member that is cut off is lost to every reader.
  ///
  /// - Throws: `RunError` where it cannot be added to.
  fileprivate func contentBytes(of path: String) throws(RunError) -> Int? {
    guard let file = try? InputFile(path: path), !file.mayWait else { return nil }
    var decoding = InputDecoding()
    do {
      try file.readAll(&decoding) { _ in }
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
    if decoding.contentBytes > 0, decoding.compression != self {
      throw RunError(
        path, "is no \(rawValue) file, so nothing can be added to it",
        hint: "give it another name, or write mode: replace")
    }
    return decoding.contentBytes
  }
}
