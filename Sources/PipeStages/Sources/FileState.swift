import Glibc
import PipeText

/// Which file it is, and when and to what it was changed last, as the system tells.
struct FileState: Hashable, Sendable {
  let device: UInt64
  let inode: UInt64
  let size: Int
  /// When it was changed last: seconds since 1970, and nanoseconds.
  let seconds: Int
  let nanoseconds: Int

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int(status.st_size)
    // Of the content, the name or the rights: nobody can set it, as that of the content alone.
    seconds = status.st_ctim.tv_sec
    nanoseconds = status.st_ctim.tv_nsec
  }

  /// Whether a later change shows: the clock of file systems is coarse, by two seconds at the most (FAT).
  var isSettled: Bool {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return seconds < now.tv_sec - 2
  }

  func append(to bytes: inout [UInt8]) {
    bytes.append(varint: device)
    bytes.append(varint: inode)
    bytes.append(varint: size)
    bytes.append(word: UInt64(bitPattern: Int64(seconds)))
    bytes.append(varint: nanoseconds)
  }

  init?(_ reader: inout ByteReader) {
    guard let device = reader.varint(), let inode = reader.varint(), let size = reader.count(),
      let seconds = reader.word(), let nanoseconds = reader.count()
    else { return nil }
    (self.device, self.inode, self.size, self.nanoseconds) = (device, inode, size, nanoseconds)
    self.seconds = Int(Int64(bitPattern: seconds))
  }
}
