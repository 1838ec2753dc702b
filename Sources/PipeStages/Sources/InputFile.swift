import CLinux
// A dispatch source may be cancelled from any thread, which its declaration does not say.
@preconcurrency import Dispatch
import Glibc
import PipeEngine
import PipeSpec
import PipeText

/// A file or standard input, read in chunks.
///
/// Lives in one source task. A pipe or terminal that has nothing yet suspends the task and holds no thread.
final class InputFile {
  private let descriptor: Int32
  private let name: String
  /// Whether it may have nothing yet: a pipe, a socket, a terminal. Everything else is read at once.
  private let waits: Bool
  private var buffer: [UInt8]
  private var isBlocked = false

  /// - Parameter path: `nil` for standard input.
  init(path: String?) throws(RunError) {
    name = path ?? "standard input"
    // Opening a pipe would wait for its writer, and reading a terminal must not take it over.
    let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
    descriptor = path.map { $0.withPath { open($0, flags) } } ?? fcntl(0, F_DUPFD_CLOEXEC, 3)
    if descriptor < 0 { throw RunError(name, "cannot be read: \(SystemError.current)") }
    waits = Self.canWait(descriptor)
    buffer = Array(repeating: 0, count: 64 << 10)
  }

  deinit { close(descriptor) }

  /// Whether the system can tell when there is something to read: it refuses to for files and for devices that always
  /// have something (epoll_ctl(2), EPERM).
  private static func canWait(_ descriptor: Int32) -> Bool {
    let poll = epoll_create1(Int32(EPOLL_CLOEXEC))
    if poll < 0 { return false }
    defer { close(poll) }
    var event = epoll_event()
    event.events = EPOLLIN.rawValue
    return epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event) == 0
  }

  /// What the system says of it; `nil` if it is not a regular file.
  var state: FileState? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return FileState(status)
  }

  /// Goes to a place in a regular file.
  func seek(to place: Int) throws(RunError) {
    if lseek(descriptor, off_t(place), SEEK_SET) < 0 {
      throw RunError(name, "cannot be read: \(SystemError.current)")
    }
  }

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
  func readNow() throws(RunError) -> ArraySlice<UInt8>? {
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

  /// Goes on in a regular file behind so many bytes of its content, decoded from its start if it is compressed.
  ///
  /// - Returns: What was read behind them.
  func goOn(at offset: Int, _ decoding: inout InputDecoding) throws -> ArraySlice<UInt8> {
    try seek(to: 0)
    var left = offset
    while let chunk = try readNow() {
      decoding.take(chunk)
      while let piece = try decoding.next() {
        try Task.checkCancellation()
        if decoding.compression == nil {
          try seek(to: offset)
          return []
        }
        if piece.count >= left { return piece.dropFirst(left) }
        left -= piece.count
      }
    }
    throw RunError(name, "ends before the place up to which it was read")
  }

  /// How many rows of `format: lines` the rest of a regular file holds, read in chunks and kept nowhere; `nil`
  /// where that is not to be known without waiting or the file cannot be read.
  func countLines() -> Int? {
    if mayWait { return nil }
    var count = 0
    var reader = LineRows(name: name)
    var text = InputText(name: name)
    var decoding = InputDecoding()
    do {
      try readAll(&decoding) { piece in count += try reader.count(text.take(piece)) }
      count += try reader.count(text.finish()) + reader.countAtEnd()
    } catch {
      return nil
    }
    return count
  }
}
