/// Bodies in the codings of HTTP, made without a library: the bytes stand in stored blocks, so nothing gets smaller,
/// but every decoder must take them.
enum Deflate {
  /// The header of a gzip member without a name or a time (RFC 1952 2.3).
  static let gzipHeader: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]

  /// RFC 1951 3.2.4: stored blocks of at most 65,535 bytes.
  static func raw(_ bytes: [UInt8]) -> [UInt8] {
    var coded: [UInt8] = []
    var start = 0
    repeat {
      let end = min(start + 0xFFFF, bytes.count)
      let length = UInt16(end - start)
      coded.append(end == bytes.count ? 1 : 0)
      coded += little(length) + little(~length)
      coded += bytes[start..<end]
      start = end
    } while start < bytes.count
    return coded
  }

  /// RFC 1950: what HTTP calls `deflate`.
  static func zlib(_ bytes: [UInt8]) -> [UInt8] {
    [0x78, 0x01] + raw(bytes) + little(Checksums.adler32(bytes).bigEndian)
  }

  /// RFC 1952.
  static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    gzipHeader + raw(bytes) + gzipTrailer(crc: Checksums.crc32(bytes), length: bytes.count)
  }

  /// The checksum, and the length modulo 2³².
  static func gzipTrailer(crc: UInt32, length: Int) -> [UInt8] {
    little(crc) + little(UInt32(truncatingIfNeeded: length))
  }

  private static func little(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }
}
