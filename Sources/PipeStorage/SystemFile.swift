internal import CLinux

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// An open file of the system.
final class SystemFile: StoredFile {
  private let descriptor: Int32
  private let path: String
  private let isOwned: Bool
  /// Whether a write may wait for somebody although it must not: an open file of the process is shared with others,
  /// which do not expect it to be made non-blocking.
  private let mayBlock: Bool

  /// The most bytes that a pipe with room takes without blocking (pipe(7)).
  private static let pipePiece = 4096

  /// - Parameters:
  ///   - isOwned: Whether the descriptor is closed with this file.
  ///   - isShared: Whether others of this process or of other ones write through the same open file.
  init(_ descriptor: Int32, path: String, isOwned: Bool, isShared: Bool = false) {
    self.descriptor = descriptor
    self.path = path
    self.isOwned = isOwned
    var status = stat()
    mayBlock = isShared && (fstat(descriptor, &status) != 0 || status.st_mode & S_IFMT != S_IFREG)
  }

  deinit {
    guard isOwned else { return }
    // A process that is just being started has a copy of the descriptor, which would keep the lock until it has begun.
    _ = pipe_unlock_file(descriptor)
    close(descriptor)
  }

  func status() throws(StorageError) -> FileStatus {
    var status = stat()
    if fstat(descriptor, &status) != 0 { throw StorageError(.look, path) }
    return FileStatus(status)
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(StorageError) -> Int? {
    var count = bytes.count
    if mayBlock {
      if !hasRoom(milliseconds: 0) { return nil }
      count = min(count, Self.pipePiece)
    }
    while true {
      let written = Glibc.write(descriptor, bytes.baseAddress, count)
      if written >= 0 { return written }
      switch errno {
      case EINTR: continue
      case EAGAIN: return nil
      default: throw StorageError(.write, path)
      }
    }
  }

  func waitForRoom(milliseconds: Int32) { _ = hasRoom(milliseconds: milliseconds) }

  /// Whether a write gets somewhere: there is room, or an error to be told.
  private func hasRoom(milliseconds: Int32) -> Bool {
    var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    let count = poll(&ready, 1, milliseconds)
    // A descriptor that cannot be polled is written to.
    return count > 0 || (count < 0 && errno != EINTR)
  }

  func write(_ bytes: UnsafeRawBufferPointer, at place: Int) throws(StorageError) {
    var written = 0
    while written < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
      let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(place + written))
      if count > 0 {
        written += count
      } else if count == 0 {
        throw StorageError(.write, path, code: EIO)
      } else if errno != EINTR {
        throw StorageError(.write, path)
      }
    }
  }

  func read(at place: Int, into buffer: UnsafeMutableRawBufferPointer) throws(StorageError) -> Int {
    while true {
      let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(place))
      if count >= 0 { return count }
      if errno != EINTR { throw StorageError(.read, path) }
    }
  }

  func seekToEnd() -> Int? {
    let end = lseek(descriptor, 0, SEEK_END)
    return end < 0 ? nil : Int(end)
  }

  func truncate(to size: Int) throws(StorageError) {
    while ftruncate(descriptor, off_t(size)) != 0 {
      if errno != EINTR { throw StorageError(.truncate, path) }
    }
    lseek(descriptor, off_t(size), SEEK_SET)
  }

  func sync() throws(StorageError) {
    while fdatasync(descriptor) != 0 {
      switch errno {
      case EINTR: continue
      // What has no disk behind it.
      case EINVAL, EROFS, ENOTSUP: return
      default: throw StorageError(.sync, path)
      }
    }
  }

  func lock() throws(StorageError) -> Bool {
    while pipe_lock_file(descriptor) != 0 {
      switch errno {
      case EINTR: continue
      case EWOULDBLOCK: return false
      // A file system without locks.
      case ENOLCK, ENOTSUP, EINVAL, ENOSYS: return true
      default: throw StorageError(.lock, path)
      }
    }
    return true
  }

  func take(permissionsOf other: FileStatus) {
    // The group alone can be given by its members; and a change of owner clears the bits that the mode sets next.
    if fchown(descriptor, other.owner, other.group) != 0 { _ = fchown(descriptor, uid_t.max, other.group) }
    _ = fchmod(descriptor, mode_t(other.permissions))
  }
}
