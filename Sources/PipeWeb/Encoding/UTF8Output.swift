/// The UTF-8 that a decoder writes: a view of memory that is large enough by construction.
///
/// Every decoder of the standard writes at most two more bytes for each byte of 0x80 or above than it read, and at
/// most three for each byte read; ``capacity(for:asciiCompatible:)`` is that bound. Writing past it would be a fault of
/// this module, so it is checked, and stops the process rather than corrupting it.
struct UTF8Output: ~Copyable {
  private let start: UnsafeMutablePointer<UInt8>
  private let capacity: Int
  private(set) var count = 0

  /// Bytes that may be written beyond the text itself, since stores are a word wide.
  private static let slack = 32

  init?(_ memory: UnsafeMutableBufferPointer<UInt8>) {
    guard let address = memory.baseAddress else { return nil }
    start = address
    capacity = memory.count
  }

  /// The bytes to set aside for the decoded form of `input`.
  static func capacity(for input: UnsafeBufferPointer<UInt8>, asciiCompatible: Bool) -> Int {
    guard asciiCompatible else { return input.count * 3 + slack }
    var high = 0
    var index = 0
    // Eight counts in the bytes of a word, added up before any of them can overflow.
    while index &+ 8 <= input.count, let base = UnsafeRawPointer(input.baseAddress) {
      var counts: UInt64 = 0
      let end = min(input.count &- 7, index &+ 255 * 8)
      while index < end {
        counts &+= (base + index).loadUnaligned(as: UInt64.self) &>> 7 & 0x0101_0101_0101_0101
        index &+= 8
      }
      for lane in 0..<UInt64(8) { high &+= Int(counts &>> (lane &* 8) & 0xFF) }
    }
    while index < input.count {
      high &+= Int(input[index] &>> 7)
      index &+= 1
    }
    return input.count + high * 2 + slack
  }

  /// Writes one code point, given as its packed UTF-8.
  @inline(__always)
  mutating func append(packed: UInt32) {
    precondition(count &+ 4 <= capacity, "a decoder wrote more than its bound")
    UnsafeMutableRawPointer(start + count).storeBytes(of: packed.littleEndian, as: UInt32.self)
    count &+= 4 &- (packed | 1).leadingZeroBitCount &>> 3
  }

  @inline(__always)
  mutating func append(scalar value: UInt32) {
    append(packed: Unicode.Scalar(value)?.packedUTF8 ?? .packedReplacement)
  }

  /// U+FFFD for a sequence that means nothing.
  @inline(__always)
  mutating func appendError() {
    append(packed: .packedReplacement)
  }

  /// Copies the ASCII bytes at the front of `input[from...]`, a word at a time.
  ///
  /// - Returns: the index of the first byte that is not ASCII, or the count of the input.
  @inline(__always)
  mutating func copyASCII(_ input: UnsafeBufferPointer<UInt8>, from: Int) -> Int {
    guard let base = input.baseAddress else { return 0 }
    let mask: UInt64 = 0x8080_8080_8080_8080
    var index = from
    precondition(count &+ (input.count &- index) <= capacity &- 8, "a decoder wrote more than its bound")
    var target = UnsafeMutableRawPointer(start + count)
    let source = UnsafeRawPointer(base)
    while index &+ 32 <= input.count {
      let words = (source + index).loadUnaligned(as: SIMD4<UInt64>.self)
      guard (words.x | words.y | words.z | words.w) & mask == 0 else { break }
      target.storeBytes(of: words, as: SIMD4<UInt64>.self)
      index &+= 32
      target += 32
    }
    while index &+ 8 <= input.count {
      let word = UInt64(littleEndian: (source + index).loadUnaligned(as: UInt64.self))
      let high = word & mask
      target.storeBytes(of: word.littleEndian, as: UInt64.self)
      if high != 0 {
        index &+= high.trailingZeroBitCount &>> 3
        count &+= index &- from
        return index
      }
      index &+= 8
      target += 8
    }
    while index < input.count, input[index] < 0x80 {
      target.storeBytes(of: input[index], as: UInt8.self)
      index &+= 1
      target += 1
    }
    count &+= index &- from
    return index
  }
}
