/// A set of ASCII bytes as 128 bits: a test is a shift and a mask, without a table to load.
struct ByteSet: Sendable {
  private let low: UInt64
  private let high: UInt64

  @inline(__always)
  private init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  /// The set of the characters of an ASCII literal.
  @inline(__always)
  init(_ characters: StaticString) {
    var low: UInt64 = 0
    var high: UInt64 = 0
    characters.withUTF8Buffer { bytes in
      for byte in bytes {
        if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte & 63) }
      }
    }
    self.init(low: low, high: high)
  }

  @inline(__always)
  func union(_ other: ByteSet) -> ByteSet { ByteSet(low: low | other.low, high: high | other.high) }

  @inline(__always)
  var inverted: ByteSet { ByteSet(low: ~low, high: ~high) }

  /// Whether an ASCII byte is in the set; never for other bytes.
  @inline(__always)
  func contains(_ byte: UInt8) -> Bool {
    let word = byte < 64 ? low : high
    return byte < 0x80 && (word >> UInt64(byte & 63)) & 1 != 0
  }

  /// U+0000 to U+001F and U+007F.
  static var controls: ByteSet { ByteSet(low: 0xFFFF_FFFF, high: 1 << 63) }
}
