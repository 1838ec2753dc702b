/// Content in the codings of HTTP, its bytes stored as they are.
enum CodedContent {
  /// Raw deflate, which some servers send as `deflate`: a stored block (RFC 1951, 3.2.4).
  static func raw(_ text: String) -> [UInt8] { raw(Array(text.utf8)) }

  private static func raw(_ content: [UInt8]) -> [UInt8] {
    let count = UInt16(content.count)
    return [1] + bytes(count) + bytes(~count) + content
  }

  /// RFC 1950.
  static func zlib(_ text: String) -> [UInt8] {
    var low: UInt32 = 1
    var high: UInt32 = 0
    for byte in text.utf8 {
      low = (low + UInt32(byte)) % 65521
      high = (high + low) % 65521
    }
    return [0x78, 0x01] + raw(text) + bytes(high << 16 | low).reversed()
  }

  /// RFC 1952.
  static func gzip(_ text: String) -> [UInt8] { gzip(Array(text.utf8)) }

  static func gzip(_ content: [UInt8]) -> [UInt8] {
    gzipHeader + raw(content) + bytes(checksum(content)) + bytes(UInt32(content.count))
  }

  /// RFC 7932, 9.2: an uncompressed meta-block, and an empty last one.
  static func brotli(_ text: String) -> [UInt8] {
    // From the lowest bit: a window of 64 KiB; not the last; four nibbles of length, less one; uncompressed.
    let header = UInt32(text.utf8.count - 1) << 4 | 1 << 20
    return bytes(header).dropLast() + Array(text.utf8) + [3]
  }

  /// RFC 8878, 3.1.1: a frame of one raw block, without a checksum.
  static func zstd(_ text: String) -> [UInt8] {
    [0x28, 0xB5, 0x2F, 0xFD, 0, 0] + bytes(UInt32(text.utf8.count) << 3 | 1).dropLast() + Array(text.utf8)
  }

  /// How a gzip of zeros begins that does not come to its end: 13 bytes stand for 2,064.
  static func endlessZeros(_ repetitions: Int) -> [UInt8] {
    // RFC 1951, 3.2.6: a block of fixed codes, the literal 0, and then the length 258 at distance 1 again and again.
    let start: [Bool] = [false, true, false] + [false, false, true, true, false, false, false, false]
    let match: [Bool] = [true, true, false, false, false, true, false, true] + Array(repeating: false, count: 5)
    let bits = start + Array(repeating: match, count: 16).joined()
    let bytes = stride(from: 0, to: bits.count - 7, by: 8).map { index in
      (0..<8).reduce(UInt8(0)) { $0 | (bits[index + $1] ? 1 << $1 : 0) }
    }
    return gzipHeader + bytes[..<2] + Array(repeating: bytes[2..<15], count: repetitions).joined()
  }

  static let gzipHeader: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]

  private static func checksum(_ content: [UInt8]) -> UInt32 {
    ~content.reduce(UInt32.max) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
  }

  private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
    (0..<number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }
}
