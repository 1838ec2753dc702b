/// The decoder of gb18030 and GBK (WHATWG Encoding 10.2.1).
enum GB18030Decoder {
  @inline(__always)
  static func decode(_ input: UnsafeBufferPointer<UInt8>, into output: inout UTF8Output) {
    EncodingIndex.gb18030.entries.withUnsafeBufferPointer { entries in
      PairDecoder.decode(
        input, into: &output,
        // 0x80 is the euro sign.
        single: { 0x81...0xFE ~= $0 ? nil : $0 == 0x80 ? 0xAC_82E2 : 0 },
        longer: { index, output in
          guard 0x30...0x39 ~= input[index + 1] else { return 0 }
          let (packed, length) = fourBytes(input, at: index)
          output.append(packed: packed)
          return length
        },
        pair: { lead, trail in
          guard trail >= 0x40, trail != 0x7F, trail != 0xFF else { return 0 }
          let pointer = Int(lead - 0x81) * 190 + Int(trail) - (trail < 0x7F ? 0x40 : 0x41)
          return pointer < entries.count ? entries[pointer] : 0
        })
    }
  }

  /// Decodes a sequence that starts with a lead byte and a digit.
  ///
  /// - Returns: what it stands for, and how many bytes it took; the standard gives the others back.
  private static func fourBytes(
    _ input: UnsafeBufferPointer<UInt8>, at index: Int
  ) -> (packed: UInt32, length: Int) {
    guard index + 2 < input.count else { return (.packedReplacement, 2) }
    let third = input[index + 2]
    guard (0x81...0xFE).contains(third) else { return (.packedReplacement, 1) }
    guard index + 3 < input.count else { return (.packedReplacement, 3) }
    let fourth = input[index + 3]
    guard (0x30...0x39).contains(fourth) else { return (.packedReplacement, 1) }
    let high = Int(input[index] - 0x81) * 10 + Int(input[index + 1] - 0x30)
    let pointer = (high * 126 + Int(third - 0x81)) * 10 + Int(fourth - 0x30)
    let scalar = GB18030Ranges.standard.codePoint(at: pointer).flatMap(Unicode.Scalar.init)
    return (scalar?.packedUTF8 ?? .packedReplacement, 4)
  }
}
