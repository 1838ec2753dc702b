#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// What the system says of a file.
package struct FileStatus: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case regular, folder, pipe
    /// A link itself, where links are not followed.
    case link
    /// A device or a socket.
    case other
  }

  /// Which file it is, whatever it is called (POSIX, `<sys/stat.h>`).
  package let device: UInt64
  package let inode: UInt64
  package let kind: Kind
  /// Bytes.
  package let size: Int
  /// The mode bits (chmod(2)).
  package let permissions: UInt32
  package let owner: UInt32
  package let group: UInt32
  /// The device that a device file stands for; 0 for anything else.
  package let deviceFile: UInt64

  package init(
    device: UInt64, inode: UInt64, kind: Kind, size: Int, permissions: UInt32 = 0o644, owner: UInt32 = 0,
    group: UInt32 = 0, deviceFile: UInt64 = 0
  ) {
    self.device = device
    self.inode = inode
    self.kind = kind
    self.size = size
    self.permissions = permissions
    self.owner = owner
    self.group = group
    self.deviceFile = deviceFile
  }

  /// Whether it is the same file, however it has changed.
  package func isSameFile(as other: FileStatus) -> Bool { device == other.device && inode == other.inode }
}

extension FileStatus {
  init(_ status: stat) {
    let kind: Kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .folder
      case S_IFIFO: .pipe
      case S_IFLNK: .link
      default: .other
      }
    self.init(
      device: UInt64(status.st_dev), inode: UInt64(status.st_ino), kind: kind, size: Int(status.st_size),
      permissions: UInt32(status.st_mode & 0o7777), owner: UInt32(status.st_uid), group: UInt32(status.st_gid),
      deviceFile: kind == .other ? UInt64(status.st_rdev) : 0)
  }
}
