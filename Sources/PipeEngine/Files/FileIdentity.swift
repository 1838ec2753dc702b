internal import PipeSpec

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Which file a path or a descriptor stands for, whatever it is called: by device and inode (POSIX, `<sys/stat.h>`).
package struct FileIdentity: Hashable, Sendable {
  /// What kinds of files share: how they are read and written at once.
  enum Kind: Hashable, Sendable {
    /// A regular file or a disk: every reader has a place of its own, and a writer changes what readers read.
    case content
    /// What one reader takes, no other reader gets.
    case pipe
    /// A terminal, a socket or a device: it is read and written independently.
    case stream
    /// Takes everything and keeps nothing.
    case null
    /// Not there yet.
    case absent
    /// Standard input, output or error, whatever that will be when the spec runs.
    case standard
  }

  private enum Name: Hashable, Sendable {
    case inode(device: UInt64, number: UInt64)
    case device(UInt64)
    case path(String)
    case descriptor(Int32)
  }

  let kind: Kind
  private let name: Name

  /// The file behind a path now.
  ///
  /// - Parameter isRunning: Whether standard input and output are those of the run; before it, they are known by name.
  init(path: String, isRunning: Bool) {
    let real = RealPath(path)
    if !isRunning, case .descriptor(let number) = real, number <= 2 {
      self.init(standard: number)
      return
    }
    var status = stat()
    if path.withPath({ stat($0, &status) }) == 0 {
      self.init(status)
      return
    }
    switch real {
    case .descriptor(let number): self.init(.absent, .descriptor(number))
    case .path(let path): self.init(.absent, .path(path))
    }
  }

  /// The file behind an open descriptor; `nil` where it is closed.
  init?(descriptor: Int32) {
    var status = stat()
    if fstat(descriptor, &status) != 0 { return nil }
    self.init(status)
  }

  /// One of the standard streams, by its name.
  init(standard descriptor: Int32) {
    self.init(.standard, .descriptor(descriptor))
  }

  enum Obstacle {
    case folder, fileAsFolder
  }

  /// What keeps a file from being written at a path, by its kind.
  static func obstacle(at path: String) -> Obstacle? {
    var status = stat()
    if path.withPath({ stat($0, &status) }) != 0 { return errno == ENOTDIR ? .fileAsFolder : nil }
    return status.st_mode & S_IFMT == S_IFDIR ? .folder : nil
  }

  private init(_ kind: Kind, _ name: Name) {
    self.kind = kind
    self.name = name
  }

  private init(_ status: stat) {
    switch status.st_mode & S_IFMT {
    case S_IFCHR:
      let device = UInt64(status.st_rdev)
      kind = device == Self.nullDevice ? .null : .stream
      name = .device(device)
    case S_IFIFO:
      kind = .pipe
      name = .inode(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
    case S_IFSOCK:
      kind = .stream
      name = .inode(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
    default:
      kind = .content
      name = .inode(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
    }
  }

  /// /dev/null: character device 1, 3 (Linux, admin-guide/devices.txt), in the C library's encoding.
  private static let nullDevice: UInt64 = 1 << 8 | 3
}

/// A path without links and dots. What is not there yet has a name all the same.
enum RealPath: Hashable {
  case path(String)
  /// An open file of this process: /dev/stdin, /dev/fd/0, /proc/self/fd/0.
  case descriptor(Int32)

  init(_ path: String) {
    var path = path
    // As many links as Linux follows (path_resolution(7)).
    for _ in 0..<40 {
      let (folder, name) = Self.parts(of: path)
      let parent = Self.resolved(folder)
      if let number = Self.descriptor(name, in: parent) {
        self = .descriptor(number)
        return
      }
      path = parent == "/" ? "/" + name : parent + "/" + name
      guard let target = Self.target(ofLink: path) else { break }
      path = target.hasPrefix("/") ? target : parent + "/" + target
    }
    self = .path(path)
  }

  /// The folder of a path and its last name, where that is one.
  private static func parts(of path: String) -> (folder: String, name: String) {
    var path = path[...]
    while path.hasSuffix("/"), path.utf8.count > 1 { path.removeLast() }
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", String(path)) }
    return (slash == path.startIndex ? "/" : String(path[..<slash]), String(path[path.utf8.index(after: slash)...]))
  }

  /// A folder's real path. The part that is not there is resolved by its names alone, as it will be made so.
  private static func resolved(_ folder: String) -> String {
    if let real = folder.withPath({ realpath($0, nil) }) {
      defer { free(real) }
      return String(path: real)
    }
    let (outer, name) = parts(of: folder)
    if folder == outer || name.isEmpty { return folder }
    let parent = resolved(outer)
    switch name {
    case ".": return parent
    case "..": return parts(of: parent).folder
    default: return parent == "/" ? "/" + name : parent + "/" + name
    }
  }

  /// The number of an open file, where a folder is one of those that list them (proc_pid_fd(5)).
  private static func descriptor(_ name: String, in folder: String) -> Int32? {
    guard folder.hasPrefix("/proc/"), folder.hasSuffix("/fd"), folder.dropFirst(6).first?.isNumber ?? false else {
      return nil
    }
    return Int32(name)
  }

  private static func target(ofLink path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = buffer.withUnsafeMutableBytes { bytes in
      bytes.baseAddress.map { start in
        path.withPath { readlink($0, start.assumingMemoryBound(to: CChar.self), bytes.count) }
      } ?? 0
    }
    return count > 0 ? PathText.text(of: buffer[..<count]) : nil
  }
}
