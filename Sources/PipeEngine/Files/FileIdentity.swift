internal import PipeSpec
internal import PipeStorage
internal import PipeText

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

  init(_ status: FileStatus) {
    let inode = Name.inode(device: status.device, number: status.inode)
    switch status.kind {
    case .other where status.deviceFile != 0:
      self.init(status.deviceFile == Self.nullDevice ? .null : .stream, .device(status.deviceFile))
    case .other: self.init(.stream, inode)
    case .pipe: self.init(.pipe, inode)
    case .regular, .folder, .link: self.init(.content, inode)
    }
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
