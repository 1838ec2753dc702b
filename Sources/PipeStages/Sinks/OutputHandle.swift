import Glibc
import PipeEngine
import PipeSpec

/// An open file, or standard output, and how far it is written. Closes it at its end.
struct OutputHandle: ~Copyable {
  private let descriptor: Int32
  let name: String
  /// Bytes in the file; `nil` for what has no places (a pipe).
  private(set) var position: Int?

  static func standardOutput(besides files: FilesInUse) throws(RunError) -> OutputHandle {
    try files.claim(1, as: "standard output")
    return OutputHandle(descriptor: 1, name: "standard output", position: nil)
  }

  private init(descriptor: Int32, name: String, position: Int?) {
    self.descriptor = descriptor
    self.name = name
    self.position = position
  }

  /// Opens a file, and makes its folders. What is in it stays until it is sure that nothing else of the run uses it.
  init(path: String, mode: OutputMode, besides files: FilesInUse) throws(RunError) {
    try Self.makeFolders(of: path)
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (mode == .fail ? O_EXCL : 0)
    let descriptor = path.withPath { Glibc.open($0, flags, 0o666) }
    if descriptor < 0 {
      throw errno == EEXIST ? .outputIsThere(path) : RunError(path, "cannot be written: \(SystemError.current)")
    }
    do {
      try files.claim(descriptor, as: path)
      if mode == .replace { try Self.empty(descriptor, path) }
    } catch {
      Glibc.close(descriptor)
      throw error
    }
    let end = lseek(descriptor, 0, SEEK_END)
    self.init(descriptor: descriptor, name: path, position: end < 0 ? nil : Int(end))
  }

  deinit { if descriptor > 2 { Glibc.close(descriptor) } }

  /// Writes bytes.
  ///
  /// - Parameter taken: Gets how many of them the system took, also where it did not take all.
  mutating func write(_ bytes: [UInt8], taken: inout Int) throws(RunError) {
    var start = 0
    defer { taken = start }
    while start < bytes.count {
      let count = bytes.withUnsafeBytes { bytes in
        Glibc.write(descriptor, bytes.baseAddress.map { $0 + start }, bytes.count - start)
      }
      if count < 0 {
        if errno == EINTR { continue }
        if errno == EAGAIN {
          // Whoever has the other end made it so; a sink has a thread that may wait.
          var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          _ = poll(&ready, 1, -1)
          continue
        }
        let reason = errno
        throw RunError(
          name, "cannot be written: \(String(cString: strerror(reason)))",
          hint: reason == ENOSPC ? "make room on the disk and run it again" : nil)
      }
      start += count
      position = position.map { $0 + count }
    }
  }

  /// Takes the last bytes back, where this is a file.
  mutating func cutBack(by count: Int) {
    guard count > 0, let position, ftruncate(descriptor, off_t(position - count)) == 0 else { return }
    lseek(descriptor, off_t(position - count), SEEK_SET)
    self.position = position - count
  }

  /// Empties a regular file; a pipe or a device has nothing in it.
  private static func empty(_ descriptor: Int32, _ path: String) throws(RunError) {
    var status = stat()
    fstat(descriptor, &status)
    if status.st_mode & S_IFMT != S_IFREG { return }
    while ftruncate(descriptor, 0) != 0 {
      if errno != EINTR { throw RunError(path, "cannot be emptied: \(SystemError.current)") }
    }
  }

  private static func makeFolders(of path: String) throws(RunError) {
    var folder = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/").dropLast() {
      folder += part + "/"
      if folder.withPath({ mkdir($0, 0o777) }) != 0, errno != EEXIST {
        throw RunError(folder, "the folder cannot be made: \(SystemError.current)")
      }
    }
  }
}

extension RunError {
  static func outputIsThere(_ path: String) -> RunError {
    RunError(path, "is there already, and mode is fail", hint: "remove it, or write mode: replace")
  }
}
