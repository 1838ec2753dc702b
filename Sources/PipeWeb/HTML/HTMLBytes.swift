#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Bytes as HTML sees them, and the search that the scanner spends its time in.
enum HTMLBytes {
  /// ASCII white space of HTML: TAB, LF, FF, CR, SPACE. CR counts because lines are normalised after slicing.
  private static let spaces: UInt64 = 1 << 0x09 | 1 << 0x0A | 1 << 0x0C | 1 << 0x0D | 1 << 0x20
  /// What ends a tag's name: white space, `/`, `>`.
  private static let tagNameEnds: UInt64 = spaces | 1 << 0x2F | 1 << 0x3E
  /// What ends an attribute's name: white space, `/`, `>`, `=`.
  private static let attributeNameEnds: UInt64 = tagNameEnds | 1 << 0x3D
  /// What ends a value without quotes: white space, `>`.
  private static let unquotedValueEnds: UInt64 = spaces | 1 << 0x3E

  @inline(__always)
  private static func contains(_ set: UInt64, _ byte: UInt8) -> Bool {
    byte < 64 && (set &>> UInt64(byte)) & 1 != 0
  }

  @inline(__always)
  static func isSpace(_ byte: UInt8) -> Bool { contains(spaces, byte) }

  @inline(__always)
  static func endsTagName(_ byte: UInt8) -> Bool { contains(tagNameEnds, byte) }

  @inline(__always)
  static func endsAttributeName(_ byte: UInt8) -> Bool { contains(attributeNameEnds, byte) }

  @inline(__always)
  static func endsUnquotedValue(_ byte: UInt8) -> Bool { contains(unquotedValueEnds, byte) }

  @inline(__always)
  static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

  @inline(__always)
  static func isLetterOrDigit(_ byte: UInt8) -> Bool { isLetter(byte) || byte &- 0x30 < 10 }

  @inline(__always)
  static func lowercased(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

  @inline(__always)
  static func hexadecimalValue(_ byte: UInt8) -> UInt8? {
    if byte &- 0x30 < 10 { return byte &- 0x30 }
    let letter = (byte | 0x20) &- 0x61
    return letter < 6 ? letter &+ 10 : nil
  }

  /// The first place of a byte in `base[start..<end]`, or `end`.
  ///
  /// Most runs in markup are shorter than a call to the C library pays for, so the first 32 bytes are
  /// looked at eight at a time right here.
  @inline(__always)
  static func firstIndex(of byte: UInt8, in base: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let pattern = ones &* UInt64(byte)
    var index = start
    let near = min(end &- 8, start &+ 24)
    while index <= near {
      // In bounds: index + 8 <= end.
      let word = UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self)
      let difference = UInt64(littleEndian: word) ^ pattern
      let zeros = (difference &- ones) & ~difference & (ones &<< 7)
      if zeros != 0 { return index &+ zeros.trailingZeroBitCount &>> 3 }
      index = index &+ 8
    }
    return far(of: byte, in: base, from: index, to: end)
  }

  @inline(never)
  private static func far(of byte: UInt8, in base: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int {
    guard start < end, let found = memchr(base + start, Int32(byte), end - start) else { return end }
    return UnsafeRawPointer(base).distance(to: found)
  }
}
