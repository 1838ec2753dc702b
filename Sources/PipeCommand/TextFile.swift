import ArgumentParser
import Glibc
import PipeText

/// A small file that a command writes whole.
enum TextFile {
  static let anotherFile = "name another file"

  static func isThere(_ path: String) -> Bool {
    var status = stat()
    return path.withPath { lstat($0, &status) } == 0
  }

  /// Ends the command, once the person is told, where something is at a path already.
  static func checkIsNew(_ path: String) throws {
    guard isThere(path) else { return }
    StandardError.say("pipe: \(path) is there already; \(anotherFile)")
    throw ExitStatus.failed
  }

  /// Says to the person why it cannot be written, and ends the command.
  ///
  /// - Parameter hint: What to do about a file that is there already.
  static func write(
    _ text: String, to path: String, replacing: Bool, hint: String = "--force writes over it"
  ) throws {
    do throws(Refusal) {
      try write(text, to: path, replacing ? O_TRUNC : O_EXCL)
    } catch {
      let reason = error.code == EEXIST ? "is there already; \(hint)" : "cannot be written: \(error.words)"
      StandardError.say("pipe: \(path) \(reason)")
      throw ExitStatus.failed
    }
  }

  /// Why a file cannot be written.
  struct Refusal: Error {
    /// `errno`
    let code: Int32

    init() { code = errno }

    var words: String {
      switch code {
      case ENXIO: "nobody reads this pipe"
      case EAGAIN: "its reader takes nothing"
      default: String(cString: strerror(code))
      }
    }
  }

  /// - Parameter flags: What becomes of a file that is there (open(2)).
  static func write(_ text: String, to path: String, _ flags: Int32) throws(Refusal) {
    // A pipe that nobody reads would keep the command waiting for ever, when all else is done.
    let descriptor = path.withPath { open($0, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK | flags, 0o666) }
    guard descriptor >= 0 else { throw Refusal() }
    let bytes = Array(text.utf8)
    var start = 0
    while start < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress.map { $0 + start }, $0.count - start) }
      if count < 0 {
        if errno == EINTR || errno == EAGAIN && isReady(descriptor) { continue }
        let refusal = Refusal()
        close(descriptor)
        throw refusal
      }
      start += count
    }
    // A file system may tell only now that there is no room.
    if close(descriptor) != 0 { throw Refusal() }
  }

  /// Waits for a pipe's reader to take something.
  private static func isReady(_ descriptor: Int32) -> Bool {
    var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    let isReady = poll(&ready, 1, patience) != 0
    if !isReady { errno = EAGAIN }
    return isReady
  }

  /// How long a reader may take nothing, in milliseconds.
  private static let patience: Int32 = 10_000

  /// Adds a text to a file that others write to as well; says so where it cannot.
  static func append(_ text: String, to path: String) {
    let descriptor = path.withPath { open($0, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o666) }
    defer { if descriptor >= 0 { close(descriptor) } }
    let bytes = Array(text.utf8)
    // At once, so that nobody writes in between.
    let count = descriptor < 0 ? -1 : bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if count < bytes.count { StandardError.say("pipe: warning: \(path) cannot be written: \(Refusal().words)") }
  }
}
