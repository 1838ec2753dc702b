/// A tag's or an attribute's name, folded to ASCII lower case and packed.
///
/// Names of up to sixteen bytes, which all known ones are, compare exactly; longer ones by a hash.
package struct HTMLName: Equatable, BitwiseCopyable, Sendable {
  private(set) var low: UInt64 = 0
  private(set) var high: UInt64 = 0
  package private(set) var count = 0

  package init() {}

  // Inlined, so that a literal becomes two constants.
  @inline(__always)
  package init(_ name: StaticString) {
    for index in 0..<name.utf8CodeUnitCount { append(name.utf8Start[index]) }
  }

  package init(_ name: some Sequence<UInt8>) {
    for byte in name { append(byte) }
  }

  /// A name of up to eight bytes in lower case, packed from the low end, none of them NUL.
  init(packed: UInt64) {
    low = packed
    count = 8 - packed.leadingZeroBitCount / 8
  }

  /// The name in `base[start..<start + count]`.
  ///
  /// - Parameter end: where what may be read ends.
  @inline(__always)
  init(_ base: UnsafePointer<UInt8>, from start: Int, count: Int, end: Int) {
    guard count <= 16 else {
      for index in start..<start + count { append(base[index]) }
      return
    }
    low = HTMLBytes.packedLowercase(base, from: start, count: min(count, 8), end: end)
    if count > 8 { high = HTMLBytes.packedLowercase(base, from: start &+ 8, count: count &- 8, end: end) }
    self.count = count
  }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    let lower = UInt64(HTMLBytes.lowercased(byte))
    if count < 8 {
      low |= lower &<< UInt64(truncatingIfNeeded: count &* 8)
    } else if count < 16 {
      high |= lower &<< UInt64(truncatingIfNeeded: count &* 8 &- 64)
    } else {
      high = (high ^ lower) &* 0x9E37_79B9_7F4A_7C15
      high ^= high &>> 29
    }
    count = count &+ 1
  }

  /// A short form, for telling names apart that no table knows.
  var fingerprint: UInt32 {
    let mixed = (low ^ high &* 0x9E37_79B9_7F4A_7C15) &* 0xFF51_AFD7_ED55_8CCD
    return UInt32(truncatingIfNeeded: mixed &>> 32)
  }

  /// The bytes of a name no longer than sixteen.
  func withPackedBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    withUnsafeBytes(of: (low.littleEndian, high.littleEndian)) { packed in
      body(UnsafeBufferPointer(rebasing: packed.assumingMemoryBound(to: UInt8.self)[..<min(count, 16)]))
    }
  }
}
