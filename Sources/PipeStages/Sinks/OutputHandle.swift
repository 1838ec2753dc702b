import Glibc
import PipeEngine

/// An open file, or standard output, and how far it is written. Closes it at its end.
struct OutputHandle: ~Copyable {
  private let descriptor: Int32
  let name: String
  /// Bytes in the file; `nil` for what has no places (a pipe).
  private(set) var position: Int?

  static var standardOutput: OutputHandle {
    OutputHandle(descriptor: 1, name: "standard output", position: nil)
  }

  private init(descriptor: Int32, name: String, position: Int?) {
    self.descriptor = descriptor
    self.name = name
    self.position = position
  }

  /// Opens a file, and makes its folders.
  init(path: String, mode: OutputMode) throws(RunError) {
    try Self.makeFolders(of: path)
    let flags: Int32 =
      switch mode {
      case .replace: O_TRUNC
      case .append: 0
      case .fail: O_EXCL
      }
    let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0o666)
    if descriptor < 0 {
      throw errno == EEXIST ? .outputIsThere(path) : RunError(path, "cannot be written: \(SystemError.current)")
    }
    let end = lseek(descriptor, 0, SEEK_END)
    self.init(descriptor: descriptor, name: path, position: end < 0 ? nil : Int(end))
  }

  deinit { if descriptor > 2 { Glibc.close(descriptor) } }

  /// Writes bytes; what the system took is taken from them.
  mutating func write(_ bytes: inout [UInt8]) throws(RunError) {
    var start = 0
    while start < bytes.count {
      let count = bytes.withUnsafeBytes { bytes in
        Glibc.write(descriptor, bytes.baseAddress.map { $0 + start }, bytes.count - start)
      }
      if count < 0 {
        if errno == EINTR { continue }
        let reason = errno
        bytes.removeSubrange(..<start)
        throw RunError(
          name, "cannot be written: \(String(cString: strerror(reason)))",
          hint: reason == ENOSPC ? "make room on the disk and run it again" : nil)
      }
      start += count
      position = position.map { $0 + count }
    }
    bytes.removeAll(keepingCapacity: true)
  }

  private static func makeFolders(of path: String) throws(RunError) {
    var folder = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/").dropLast() {
      folder += part + "/"
      if mkdir(folder, 0o777) != 0, errno != EEXIST {
        throw RunError(path, "its folder \(folder) cannot be made: \(SystemError.current)")
      }
    }
  }
}

extension RunError {
  static func outputIsThere(_ path: String) -> RunError {
    RunError(path, "is there already, and mode is fail", hint: "remove it, or write mode: replace")
  }
}
