/// The decoder of EUC-JP (WHATWG Encoding 12.1.1).
enum EUCJPDecoder {
  @inline(__always)
  static func decode(_ input: UnsafeBufferPointer<UInt8>, into output: inout UTF8Output) {
    EncodingIndex.jis0208.entries.withUnsafeBufferPointer { jis0208 in
      PairDecoder.decode(
        input, into: &output,
        single: { $0 == 0x8E || $0 == 0x8F || 0xA1...0xFE ~= $0 ? nil : 0 },
        longer: { index, output in
          switch input[index] {
          case 0x8E: halfWidthKatakana(input, at: index, into: &output)
          case 0x8F: threeBytes(input, at: index, into: &output)
          default: 0
          }
        },
        pair: { lead, trail in
          guard 0xA1...0xFE ~= lead, 0xA1...0xFE ~= trail else { return 0 }
          return jis0208[Int(lead - 0xA1) * 94 + Int(trail - 0xA1)]
        })
    }
  }

  private static func halfWidthKatakana(
    _ input: UnsafeBufferPointer<UInt8>, at index: Int, into output: inout UTF8Output
  ) -> Int {
    let trail = input[index + 1]
    guard 0xA1...0xDF ~= trail else { return 0 }
    output.append(scalar: 0xFF61 - 0xA1 + UInt32(trail))
    return 2
  }

  /// A character of JIS X 0212.
  private static func threeBytes(
    _ input: UnsafeBufferPointer<UInt8>, at index: Int, into output: inout UTF8Output
  ) -> Int {
    let lead = input[index + 1]
    guard 0xA1...0xFE ~= lead else { return 0 }
    guard index + 2 < input.count else {
      output.appendError()
      return 2
    }
    let trail = input[index + 2]
    let packed =
      0xA1...0xFE ~= trail ? EncodingIndex.jis0212.entries[Int(lead - 0xA1) * 94 + Int(trail - 0xA1)] : 0
    output.append(packed: packed == 0 ? .packedReplacement : packed)
    return packed == 0 && trail < 0x80 ? 2 : 3
  }
}

/// The decoder of EUC-KR (WHATWG Encoding 13.1.1).
enum EUCKRDecoder {
  @inline(__always)
  static func decode(_ input: UnsafeBufferPointer<UInt8>, into output: inout UTF8Output) {
    EncodingIndex.eucKR.entries.withUnsafeBufferPointer { entries in
      PairDecoder.decode(
        input, into: &output,
        single: { 0x81...0xFE ~= $0 ? nil : 0 },
        longer: { _, _ in 0 },
        pair: { lead, trail in
          guard 0x41...0xFE ~= trail else { return 0 }
          let pointer = Int(lead - 0x81) * 190 + Int(trail - 0x41)
          return pointer < entries.count ? entries[pointer] : 0
        })
    }
  }
}
