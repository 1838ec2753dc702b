/// The decoder of gb18030 and GBK (WHATWG Encoding 10.2.1).
enum GB18030Decoder {
  @inline(__always)
  static func decode(_ input: UnsafeBufferPointer<UInt8>, into output: inout UTF8Output) {
    let table = EncodingIndex.gb18030.entries
    let entries = table.span
    var index = 0
    while index < input.count {
      index = output.copyASCII(input, from: index)
      while index < input.count, input[index] >= 0x80 {
        let lead = input[index]
        guard (0x81...0xFE).contains(lead) else {
          output.append(packed: lead == 0x80 ? 0xAC_82E2 : .packedReplacement)  // U+20AC
          index += 1
          continue
        }
        guard index + 1 < input.count else { return output.appendError() }
        let second = input[index + 1]
        if (0x30...0x39).contains(second) {
          let (packed, length) = fourBytes(input, at: index)
          output.append(packed: packed)
          index += length
          continue
        }
        var packed: UInt32 = 0
        if second >= 0x40, second != 0x7F, second != 0xFF {
          let pointer = Int(lead - 0x81) * 190 + Int(second) - (second < 0x7F ? 0x40 : 0x41)
          if pointer < entries.count { packed = entries[pointer] }
        }
        output.append(packed: packed == 0 ? .packedReplacement : packed)
        index += packed == 0 && second < 0x80 ? 1 : 2
      }
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
