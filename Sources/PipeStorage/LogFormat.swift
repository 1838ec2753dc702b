/// Which log a file is: what it begins with, and the versions of it that this program reads.
///
/// A log is a file of frames behind a header. All numbers have their least significant byte first.
///
///     offset  bytes  header
///          0      8  magic: what the log is of
///          8      4  version
///         12      8  salt: random, so that no bytes from elsewhere look like a frame of this file
///         20      4  n, the length of the identity; at most 65,536
///         24      n  identity: what the owner tells the file by
///     24 + n      4  CRC-32 of everything before it
///
///     offset  bytes  frame
///          0      4  CRC-32 of the salt and of the next fourteen bytes
///          4      4  n, the length of the payload; at most 16 MiB
///          8      4  CRC-32 of the salt and of the payload
///         12      4  number of the batch, from 1
///         16      1  kind: what the payload is
///         17      1  1 if it is the last frame of its batch, else 0
///         18      n  payload
///
/// A batch is what is there as a whole or not at all: its frames count once the last one is there. It is synced before the
/// next one begins. So whatever a crash leaves of the last batch is a tail that may be cut off, and a frame that is damaged
/// while one of another batch stands behind it is a file that was broken later.
///
/// The checksum is CRC-32 as zlib has it: the product links zlib anyway, it checks more than a gigabyte a second, and no
/// flip of up to 32 bits in a row escapes it. It is meant for crashes and disks, not for somebody who forges a log.
package struct LogFormat: Hashable, Sendable {
  /// Eight bytes.
  let magic: [UInt8]
  /// The version that is written, and the newest one that is read.
  let version: UInt32
  /// The oldest version that is read.
  let oldest: UInt32

  /// - Parameter magic: Eight characters of ASCII.
  package init(_ magic: StaticString, version: UInt32, oldest: UInt32 = 1) {
    let bytes = magic.withUTF8Buffer { Array($0) }
    self.magic = Array((bytes + Array(repeating: 0, count: 8)).prefix(8))
    self.version = version
    self.oldest = oldest
  }

  /// The most bytes of a payload.
  package static let largestPayload = 16 << 20
  /// The most bytes of an identity.
  package static let largestIdentity = 1 << 16

  static let frameHeader = 18
  static let fileHeader = 24

  /// The header of a file.
  func header(identity: [UInt8], salt: UInt64) -> [UInt8] {
    let identity = identity.prefix(Self.largestIdentity)
    var bytes = magic
    bytes.append(number: version)
    bytes.append(number: UInt32(truncatingIfNeeded: salt))
    bytes.append(number: UInt32(truncatingIfNeeded: salt >> 32))
    bytes.append(number: UInt32(identity.count))
    bytes += identity
    bytes.append(number: CRC32().adding(bytes[...]).value)
    return bytes
  }
}

/// A part of a log.
package struct LogFrame: Hashable, Sendable {
  package let kind: UInt8
  package let payload: [UInt8]
  /// Where it stands in the file.
  package let offset: Int
}

/// Why a log cannot be read, or gone on with. Nothing of the file is changed then.
package struct LogFault: Error, Hashable, Sendable {
  package enum Reason: Hashable, Sendable {
    case storage(StorageError)
    /// Another kind of file.
    case foreign
    /// A newer program wrote it.
    case newer(version: UInt32)
    /// Bytes in it are not what was written.
    case broken(at: Int)
  }

  package let path: String
  package let reason: Reason

  package init(_ path: String, _ reason: Reason) {
    self.path = path
    self.reason = reason
  }

  /// Completes "the file …".
  package var words: String {
    switch reason {
    case .storage(let error): error.reason
    case .foreign: "is not a log of this kind"
    case .newer(let version): "is of version \(version), which only a newer pipe reads"
    case .broken(let offset): "is damaged at byte \(offset): what stands there is not what was written"
    }
  }
}

/// The fields of a frame before its payload.
struct LogFrameHeader {
  let length: Int
  let checksum: UInt32
  let batch: UInt32
  let kind: UInt8
  let endsBatch: Bool

  init(_ kind: UInt8, _ payload: [UInt8], batch: UInt32, endsBatch: Bool, salt: UInt64) {
    length = payload.count
    checksum = CRC32(salt: salt).adding(payload[...]).value
    self.batch = batch
    self.kind = kind
    self.endsBatch = endsBatch
  }

  /// - Returns: `nil` if the bytes are not those of a frame's header in this file.
  init?(_ bytes: ArraySlice<UInt8>, salt: UInt64) {
    guard bytes.count >= LogFormat.frameHeader else { return nil }
    let start = bytes.startIndex
    // Cheap looks first: whoever looks for a frame behind a damage asks at every byte.
    guard bytes[start + 17] <= 1, case let length = bytes.number(at: start + 4),
      length <= UInt32(LogFormat.largestPayload)
    else { return nil }
    let covered = bytes[start + 4..<start + LogFormat.frameHeader]
    guard CRC32(salt: salt).adding(covered).value == bytes.number(at: start) else { return nil }
    self.length = Int(length)
    checksum = bytes.number(at: start + 8)
    batch = bytes.number(at: start + 12)
    kind = bytes[start + 16]
    endsBatch = bytes[start + 17] == 1
  }

  func bytes(salt: UInt64) -> [UInt8] {
    var covered: [UInt8] = []
    covered.append(number: UInt32(length))
    covered.append(number: checksum)
    covered.append(number: batch)
    covered.append(kind)
    covered.append(endsBatch ? 1 : 0)
    var bytes: [UInt8] = []
    bytes.append(number: CRC32(salt: salt).adding(covered[...]).value)
    return bytes + covered
  }
}

extension [UInt8] {
  mutating func append(number: UInt32) {
    for shift in stride(from: UInt32(0), to: 32, by: 8) { append(UInt8(truncatingIfNeeded: number >> shift)) }
  }
}

extension ArraySlice<UInt8> {
  func number(at index: Int) -> UInt32 {
    UInt32(self[index]) | UInt32(self[index + 1]) << 8 | UInt32(self[index + 2]) << 16 | UInt32(self[index + 3]) << 24
  }
}
