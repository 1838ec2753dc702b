/// The two checksums of compressed bodies, and the CRC of a run of zeros without reading it.
enum Checksums {
  /// RFC 1950 8.2.
  static func adler32(_ bytes: [UInt8]) -> UInt32 {
    var low: UInt32 = 1
    var high: UInt32 = 0
    for byte in bytes {
      low = (low + UInt32(byte)) % 65_521
      high = (high + low) % 65_521
    }
    return high << 16 | low
  }

  /// RFC 1952 8.
  static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var register: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      register = table[Int((register ^ UInt32(byte)) & 0xFF)] ^ register >> 8
    }
    return ~register
  }

  /// The CRC-32 of `count` zero bytes. Each byte multiplies the register by x⁸ in GF(2)[x] modulo the polynomial, so
  /// all of them multiply it by x to the power 8·count, which squaring finds.
  static func crc32(ofZeros count: Int) -> UInt32 {
    var power: UInt32 = 0x8000_0000  // 1: the highest bit is x⁰
    var square: UInt32 = 0x0080_0000  // x⁸
    var rest = count
    while rest > 0 {
      if rest & 1 == 1 { power = multiply(power, square) }
      square = multiply(square, square)
      rest >>= 1
    }
    return ~multiply(0xFFFF_FFFF, power)
  }

  private static let polynomial: UInt32 = 0xEDB8_8320

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? polynomial ^ value >> 1 : value >> 1 }
  }

  private static func multiply(_ left: UInt32, _ right: UInt32) -> UInt32 {
    var product: UInt32 = 0
    var shifted = right
    for bit in (0..<32).reversed() {
      if left >> UInt32(bit) & 1 == 1 { product ^= shifted }
      shifted = shifted & 1 == 1 ? polynomial ^ shifted >> 1 : shifted >> 1
    }
    return product
  }
}
