import Glibc
import PipeEngine
import PipeSpec

/// What happens to a file that is there already.
enum OutputMode: String, CaseIterable, Sendable {
  case replace, append, fail
}

/// The options that sinks with a file share.
struct OutputOptions: Sendable {
  let target: Located<SinkTarget>
  let mode: OutputMode

  static let path = Key(
    "path",
    Shape.text("a path").map { path, node, _ in
      Located(path == "-" ? SinkTarget.standardOutput : .file(path), at: node.span)
    }, "The file; a relative path starts at the working folder, and - is standard output.", example: "out/pages.csv")
  static let mode = Key(
    "mode",
    .choice {
      switch $0 {
      case .replace: "it is written anew"
      case .append: "rows are added to it"
      case .fail: "the run does not begin"
      }
    }, default: OutputMode.replace, shown: "replace", "What happens to a file that is there already.")

  var summary: String {
    switch target.value {
    case .standardOutput: "standard output"
    case .file(let path): path
    }
  }

  /// The file, opened for writing; its folders are made.
  func open() throws(RunError) -> OutputFile {
    switch target.value {
    case .standardOutput: OutputFile(descriptor: 1, name: "standard output", start: nil)
    case .file(let path): try OutputFile(path: path, mode: mode)
    }
  }
}

/// A file that rows are written to, whole rows at a time.
struct OutputFile: ~Copyable {
  private let descriptor: Int32
  private let name: String
  /// Where in the file the buffer begins; `nil` for what has no places (a pipe).
  private var written: Int?
  var buffer: [UInt8] = []
  private static let capacity = 128 << 10

  fileprivate init(descriptor: Int32, name: String, start: Int?) {
    self.descriptor = descriptor
    self.name = name
    written = start
    buffer.reserveCapacity(Self.capacity + (64 << 10))
  }

  fileprivate init(path: String, mode: OutputMode) throws(RunError) {
    try Self.makeFolders(of: path)
    let flags: Int32 =
      switch mode {
      case .replace: O_TRUNC
      case .append: 0
      case .fail: O_EXCL
      }
    let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0o666)
    if descriptor < 0 {
      let exists = errno == EEXIST
      throw RunError(
        path, exists ? "is there already, and mode is fail" : "cannot be written: \(SystemError.current)",
        hint: exists ? "remove it, or write mode: replace" : nil)
    }
    let end = lseek(descriptor, 0, SEEK_END)
    self.init(descriptor: descriptor, name: path, start: end < 0 ? nil : Int(end))
  }

  deinit { if descriptor > 2 { Glibc.close(descriptor) } }

  /// Whether anything stands before what will be written.
  var isEmpty: Bool { (written ?? 0) == 0 }

  /// Bytes in the file, once the buffer is written.
  var position: Int? { written.map { $0 + buffer.count } }

  /// Writes the buffer out where it is large enough to be worth it.
  mutating func relieve() throws(RunError) {
    if buffer.count >= Self.capacity { try flush() }
  }

  mutating func flush() throws(RunError) {
    var start = 0
    while start < buffer.count {
      let count = buffer.withUnsafeBytes { bytes in
        Glibc.write(descriptor, bytes.baseAddress.map { $0 + start }, bytes.count - start)
      }
      if count < 0 {
        if errno == EINTR { continue }
        let reason = errno
        // What the system took is there; only the rest is still to be written.
        buffer.removeSubrange(..<start)
        if let before = written { written = before + start }
        throw RunError(
          name, "cannot be written: \(String(cString: strerror(reason)))",
          hint: reason == ENOSPC ? "make room on the disk and run it again" : nil)
      }
      start += count
    }
    if let before = written { written = before + buffer.count }
    buffer.removeAll(keepingCapacity: true)
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
