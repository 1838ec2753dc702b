internal import CByteSearch

/// Bytes as HTML sees them, and the searches that the scanner spends its time in.
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

  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highs: UInt64 = 0x8080_8080_8080_8080

  @inline(__always)
  private static func word(_ base: UnsafePointer<UInt8>, _ index: Int) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
  }

  /// The first place of a byte in `base[start..<end]`, or `end`.
  @inline(__always)
  static func firstIndex(of byte: UInt8, in base: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int {
    var index = start
    while end &- index >= 16 {
      // In bounds: index + 16 <= end.
      let found = pipe_equal16(base + index, byte)
      if found != 0 { return index &+ found.trailingZeroBitCount }
      index = index &+ 16
    }
    while index < end, base[index] != byte { index = index &+ 1 }
    return index
  }

  /// The first place in `base[start..<end]` of what may stand for something else in a text, NUL, CR or `&`; or `end`.
  @inline(__always)
  static func textMark(in base: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int {
    var index = start
    while end &- index >= 16 {
      // In bounds: index + 16 <= end.
      let found = pipe_text_marks16(base + index)
      if found != 0 { return index &+ found.trailingZeroBitCount }
      index = index &+ 16
    }
    while index < end, base[index] != 0, base[index] != 0x0D, base[index] != UInt8(ascii: "&") { index = index &+ 1 }
    return index
  }

  /// The first place of LF or CR in `base[start..<end]`, or `end`.
  @inline(__always)
  static func lineEnd(in base: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int {
    var index = start
    while end &- index >= 16 {
      // In bounds: index + 16 <= end.
      let found = pipe_line_ends16(base + index)
      if found != 0 { return index &+ found.trailingZeroBitCount }
      index = index &+ 16
    }
    while index < end, base[index] != 0x0A, base[index] != 0x0D { index = index &+ 1 }
    return index
  }

  /// The first place in `base[start..<end]` of a byte that is not ASCII, or `end`.
  @inline(__always)
  static func asciiEnd(in base: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int {
    var index = start
    while end &- index >= 16 {
      // In bounds: index + 16 <= end.
      let found = pipe_not_ascii16(base + index)
      if found != 0 { return index &+ found.trailingZeroBitCount }
      index = index &+ 16
    }
    while index < end, base[index] < 0x80 { index = index &+ 1 }
    return index
  }

  /// The end of a tag's name that goes on at `start`, or `end`.
  @inline(__always)
  static func tagNameEnd(in base: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int {
    nameEnd(in: base, from: start, to: end, isAttribute: false)
  }

  /// The end of an attribute's name that goes on at `start`, or `end`.
  @inline(__always)
  static func attributeNameEnd(in base: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int {
    nameEnd(in: base, from: start, to: end, isAttribute: true)
  }

  @inline(__always)
  private static func nameEnd(
    in base: UnsafePointer<UInt8>, from start: Int, to end: Int, isAttribute: Bool
  ) -> Int {
    let ends = isAttribute ? attributeNameEnds : tagNameEnds
    var index = start
    while end &- index >= 16 {
      // Up to SPACE there are controls besides white space: what is found is looked at again.
      let found = isAttribute ? pipe_attribute_name_ends16(base + index) : pipe_tag_name_ends16(base + index)
      if found == 0 {
        index = index &+ 16
      } else {
        index = index &+ found.trailingZeroBitCount
        if contains(ends, base[index]) { return index }
        index = index &+ 1
      }
    }
    while index < end, !contains(ends, base[index]) { index = index &+ 1 }
    return index
  }

  /// Where a tag ends whose attributes nobody wants, where it ends in this chunk and they are written as most are:
  /// names, or names with values in quotes, and no white space around the `=`.
  ///
  /// - Parameter start: the end of the tag's name.
  static func usualTagEnd(in base: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int? {
    var index = start
    while true {
      var mark = index
      while true {
        guard end &- mark > 16 else { return nil }
        let found = pipe_tag_marks16(base + mark)
        mark = mark &+ (found == 0 ? 16 : found.trailingZeroBitCount)
        if found != 0 { break }
      }
      // In bounds: mark + 1 < end.
      if base[mark] == UInt8(ascii: ">") { return mark &+ 1 }
      // What is before it are names and white space; behind a name's last byte `=` begins a value.
      let quote = base[mark &+ 1]
      guard base[mark] == UInt8(ascii: "="), mark > index, !endsAttributeName(base[mark &- 1]),
        quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'")
      else { return nil }
      let close = firstIndex(of: quote, in: base, from: mark &+ 2, to: end)
      guard end &- close > 1 else { return nil }
      index = close &+ 1
      if base[index] == UInt8(ascii: ">") { return index &+ 1 }
    }
  }

  /// A tag's name of up to seven bytes, packed from the low end; nil where it is longer, or doubtful. Sixteen bytes must
  /// be there to be read.
  @inline(__always)
  static func shortTagName(_ start: UnsafePointer<UInt8>) -> (packed: UInt64, count: Int)? {
    let count = pipe_plain_name_ends16(start).trailingZeroBitCount
    guard count < 8 else { return nil }
    let end = start[count]
    guard end == UInt8(ascii: ">") || contains(tagNameEnds, end) else { return nil }
    return (word(start, 0) & ((1 &<< UInt64(truncatingIfNeeded: count &* 8)) &- 1), count)
  }

  /// How long an attribute's name is, as far as the first byte that may end it; 0 where that is more than fifteen bytes.
  /// Sixteen bytes must be there to be read.
  @inline(__always)
  static func shortAttributeNameCount(_ start: UnsafePointer<UInt8>) -> Int {
    pipe_attribute_name_ends16(start).trailingZeroBitCount & 15
  }

  /// Up to eight bytes, packed from the low end, in ASCII lower case.
  ///
  /// - Parameter end: where what may be read ends.
  @inline(__always)
  static func packedLowercase(_ base: UnsafePointer<UInt8>, from start: Int, count: Int, end: Int) -> UInt64 {
    var packed: UInt64 = 0
    if start &+ 8 <= end {
      packed = word(base, start)
      if count < 8 { packed &= (1 &<< UInt64(truncatingIfNeeded: count &* 8)) &- 1 }
    } else {
      for place in 0..<count { packed |= UInt64(base[start + place]) &<< UInt64(truncatingIfNeeded: place &* 8) }
    }
    return lowercased(packed)
  }

  /// A word with the bytes from A to Z in lower case.
  @inline(__always)
  static func lowercased(_ packed: UInt64) -> UInt64 {
    // The high bits tell of the sums which bytes are at least A, and
    // which beyond Z.
    let low = packed & ~highs
    let letters = (low &+ ones &* (0x80 - 0x41)) & ~(low &+ ones &* (0x80 - 0x5B)) & ~packed & highs
    return packed | letters &>> 2
  }
}
