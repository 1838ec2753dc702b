// A dispatch source may be cancelled from any thread, which its declaration does not say.
@preconcurrency import Dispatch
import Glibc
import PipeEngine

/// A file or standard input, read in chunks.
///
/// Lives in one source task. A pipe or terminal that has nothing yet suspends the task and holds no thread.
final class InputFile {
  private let descriptor: Int32
  private let name: String
  private let waits: Bool
  private var buffer: [UInt8]
  private var isBlocked = false

  /// - Parameter path: `nil` for standard input.
  init(path: String?) throws(RunError) {
    name = path ?? "standard input"
    if let path {
      descriptor = open(path, O_RDONLY | O_CLOEXEC)
      if descriptor < 0 { throw RunError(path, "cannot be read: \(SystemError.current)") }
    } else {
      descriptor = dup(0)
      if descriptor < 0 { throw RunError(name, "cannot be read: \(SystemError.current)") }
    }
    var status = stat()
    fstat(descriptor, &status)
    waits = status.st_mode & S_IFMT != S_IFREG
    buffer = Array(repeating: 0, count: 64 << 10)
  }

  deinit { close(descriptor) }

  /// Whether the next `read` may have to wait for somebody.
  var mayWait: Bool { waits }

  /// The next chunk; empty at the end.
  ///
  /// - Throws: `RunError` where the system cannot read; `CancellationError` where the run stops.
  func read() async throws -> ArraySlice<UInt8> {
    if waits { try await untilReadable() }
    while true {
      if let chunk = try readNow() { return chunk }
      if !isBlocked { return [] }
      try await untilReadable()
    }
  }

  /// What can be read without waiting; `nil` at the end, or where nothing is there yet (`isBlocked`).
  private func readNow() throws(RunError) -> ArraySlice<UInt8>? {
    isBlocked = false
    while true {
      let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count > 0 { return buffer[..<count] }
      if count == 0 { return nil }
      if errno == EINTR { continue }
      if errno == EAGAIN {
        isBlocked = true
        return nil
      }
      throw RunError(name, "cannot be read: \(SystemError.current)")
    }
  }

  private func untilReadable() async throws {
    let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: .global())
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        // Cancelling the source is the one way to the continuation, so it is resumed once.
        source.setEventHandler { source.cancel() }
        source.setCancelHandler { continuation.resume() }
        source.resume()
      }
    } onCancel: {
      source.cancel()
    }
    try Task.checkCancellation()
  }
}

/// The system's words for its last error.
enum SystemError {
  static var current: String { String(cString: strerror(errno)) }
}

extension InputFile {
  /// One byte of a regular file.
  func byte(at place: Int) throws(RunError) -> UInt8 {
    var byte: UInt8 = 0
    guard pread(descriptor, &byte, 1, off_t(place)) == 1 else {
      throw RunError(name, "cannot be read: \(SystemError.current)")
    }
    return byte
  }

  /// Reads the rest of a regular file and decodes it, a piece at a time.
  ///
  /// - Throws: `RunError` where the system cannot read, `CompressionFault` where it cannot be decoded.
  func readAll(_ decoding: inout InputDecoding, _ body: (ArraySlice<UInt8>) throws -> Void) throws {
    while let chunk = try readNow() {
      decoding.take(chunk)
      while let piece = try decoding.next() { try body(piece) }
    }
    try decoding.end()
    while let piece = try decoding.next() { try body(piece) }
  }

  /// How many rows of `format: lines` the rest of a regular file holds, read in chunks and kept nowhere; `nil`
  /// where that is not to be known without waiting or the file cannot be read.
  func countLines() -> Int? {
    if mayWait { return nil }
    var count = 0
    var cutter = LineCutter(name: "")
    var decoding = InputDecoding()
    do {
      try readAll(&decoding) { piece in
        try cutter.cut(piece) { line, _ in if LineRows.isRow(line) { count += 1 } }
      }
    } catch {
      return nil
    }
    cutter.finish { line, _ in if LineRows.isRow(line) { count += 1 } }
    return count
  }
}
