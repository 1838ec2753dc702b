internal import CZlib

/// The CRC-32 of zlib, gzip and Ethernet, of bytes that come one after the other.
package struct CRC32: Hashable, Sendable {
  package private(set) var value: UInt32 = 0

  package init() {}

  /// The sum of bytes that were there before.
  package init(goingOnFrom value: UInt32) { self.value = value }

  /// Of a number before everything else.
  init(salt: UInt64) {
    withUnsafeBytes(of: salt.littleEndian) { add($0) }
  }

  package func adding(_ bytes: ArraySlice<UInt8>) -> CRC32 {
    var sum = self
    bytes.withUnsafeBytes { sum.add($0) }
    return sum
  }

  private mutating func add(_ bytes: UnsafeRawBufferPointer) {
    // Without bytes zlib gives the sum of nothing.
    guard let start = bytes.bindMemory(to: UInt8.self).baseAddress, !bytes.isEmpty else { return }
    value = UInt32(truncatingIfNeeded: crc32_z(UInt(value), start, bytes.count))
  }
}
