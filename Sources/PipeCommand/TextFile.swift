import ArgumentParser
import Glibc

/// A small file that a command writes whole.
enum TextFile {
  static let anotherFile = "name another file"

  /// Ends the command, once the person is told, where something is at a path already.
  static func checkIsNew(_ path: String) throws {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    StandardError.say("pipe: \(path) is there already; \(anotherFile)")
    throw ExitStatus.failed
  }

  /// Says to the person why it cannot be written, and ends the command.
  ///
  /// - Parameter hint: What to do about a file that is there already.
  static func write(
    _ text: String, to path: String, replacing: Bool, hint: String = "--force writes over it"
  ) throws {
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (replacing ? O_TRUNC : O_EXCL)
    let descriptor = open(path, flags, 0o666)
    guard descriptor >= 0 else {
      let exists = errno == EEXIST
      let reason = exists ? "is there already; \(hint)" : "cannot be written: \(reason)"
      StandardError.say("pipe: \(path) \(reason)")
      throw ExitStatus.failed
    }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    var start = 0
    while start < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress.map { $0 + start }, $0.count - start) }
      if count < 0 {
        if errno == EINTR { continue }
        StandardError.say("pipe: \(path) cannot be written: \(reason)")
        throw ExitStatus.failed
      }
      start += count
    }
  }

  /// Adds a text to a file that others write to as well; says so where it cannot.
  static func append(_ text: String, to path: String) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    defer { if descriptor >= 0 { close(descriptor) } }
    let bytes = Array(text.utf8)
    // At once, so that nobody writes in between.
    let count = descriptor < 0 ? -1 : bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if count < bytes.count { StandardError.say("pipe: warning: \(path) cannot be written: \(reason)") }
  }

  private static var reason: String { String(cString: strerror(errno)) }
}
