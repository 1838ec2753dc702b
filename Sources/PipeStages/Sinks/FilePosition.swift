import PipeEngine
import PipeStorage
import PipeText

/// Where a run goes on with a file: behind its last whole row, or of a compressed file its last whole member.
///
/// It tells the file from every other: by its device and inode, and by a digest of the bytes before the place.
struct FilePosition: Hashable {
  /// Bytes before the place.
  let bytes: Int
  let device: UInt64
  let inode: UInt64
  /// The SHA-256 of the last of these bytes.
  let tail: [UInt8]
  /// Whether the run had ended in order there: what stands behind it is not the run's own.
  let isEnd: Bool
  /// Whether the file takes the place of one that the same run has finished: until it is published it is beside it,
  /// whatever the spec says.
  var isRemade = false

  /// The most bytes that the digest is of.
  static let tailLength = 4096

  private static let version: UInt8 = 1
  /// Of a run that had ended there.
  private static let endVersion: UInt8 = 2
  /// Those of a file that is remade are so much higher.
  private static let remadeStep: UInt8 = 2

  init(bytes: Int, of status: FileStatus, tail: [UInt8], isEnd: Bool = false) {
    self.isEnd = isEnd
    self.bytes = bytes
    (device, inode) = (status.device, status.inode)
    self.tail = tail
  }

  /// - Returns: `nil` if it is not the position of a file.
  init?(_ position: SinkPosition) {
    var reader = ByteReader(position.bytes)
    guard let version = reader.byte(), (Self.version...Self.endVersion + Self.remadeStep).contains(version),
      let bytes = reader.count(), let device = reader.varint(),
      let inode = reader.varint(), let tail = reader.bytes(32), reader.isAtEnd
    else { return nil }
    self.bytes = bytes
    isRemade = version > Self.endVersion
    isEnd = version == Self.endVersion || version == Self.endVersion + Self.remadeStep
    (self.device, self.inode) = (device, inode)
    self.tail = Array(tail)
  }

  var sinkPosition: SinkPosition {
    var encoded = [(isEnd ? Self.endVersion : Self.version) + (isRemade ? Self.remadeStep : 0)]
    encoded.append(varint: bytes)
    encoded.append(varint: device)
    encoded.append(varint: inode)
    return SinkPosition(encoded + tail)
  }

  /// The digest of what stands before a place.
  ///
  /// - Returns: `nil` if the file is shorter.
  static func tail(
    of path: String, before place: Int, in storage: any FileStorage
  ) throws(StorageError) -> [UInt8]? {
    let file = try storage.open(path, .read)
    let count = min(place, tailLength)
    var bytes: [UInt8] = []
    while bytes.count < count {
      let piece = try file.read(at: place - count + bytes.count, count: count - bytes.count)
      if piece.isEmpty { return nil }
      bytes += piece
    }
    return Digest.sha256.bytes(of: bytes)
  }

  /// Whether it is the end of this file.
  func isOf(_ status: FileStatus) -> Bool {
    status.kind == .regular && status.device == device && status.inode == inode && status.size == bytes
  }

  /// Why a file is not the one that an earlier run has left; `nil` if it is.
  func fault(_ status: FileStatus, tail now: [UInt8]?) -> String? {
    if status.kind != .regular || status.device != device || status.inode != inode {
      return "is another file than the one that the run has written"
    }
    if status.size < bytes || isEnd && status.size > bytes {
      return "has \(status.size) bytes, and the run has written \(bytes)"
    }
    return now == tail ? nil : "has been changed since the run has written it"
  }
}

/// How far a file is written.
package struct FileExtent: Hashable, Sendable {
  /// Bytes in the file; `nil` for what has no places (a pipe).
  package let bytes: Int?
  package let rows: Int

  package init(bytes: Int?, rows: Int) {
    self.bytes = bytes
    self.rows = rows
  }
}
