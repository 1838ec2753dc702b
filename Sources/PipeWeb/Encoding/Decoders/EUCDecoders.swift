/// The decoder of EUC-JP (WHATWG Encoding 12.1.1).
enum EUCJPDecoder {
  @inline(__always)
  static func decode(_ input: UnsafeBufferPointer<UInt8>, into output: inout UTF8Output) {
    let table = EncodingIndex.jis0208.entries
    let jis0208 = table.span
    var index = 0
    while index < input.count {
      index = output.copyASCII(input, from: index)
      while index < input.count, input[index] >= 0x80 {
        var lead = input[index]
        guard lead == 0x8E || lead == 0x8F || (0xA1...0xFE).contains(lead) else {
          output.appendError()
          index += 1
          continue
        }
        guard index + 1 < input.count else { return output.appendError() }
        var trail = input[index + 1]
        if lead == 0x8E, (0xA1...0xDF).contains(trail) {
          output.append(scalar: 0xFF61 - 0xA1 + UInt32(trail))
          index += 2
          continue
        }
        let isJIS0212 = lead == 0x8F && (0xA1...0xFE).contains(trail)
        if isJIS0212 {
          guard index + 2 < input.count else { return output.appendError() }
          index += 1
          lead = trail
          trail = input[index + 1]
        }
        var packed: UInt32 = 0
        if (0xA1...0xFE).contains(lead), (0xA1...0xFE).contains(trail) {
          let pointer = Int(lead - 0xA1) * 94 + Int(trail - 0xA1)
          packed = isJIS0212 ? EncodingIndex.jis0212.entries[pointer] : jis0208[pointer]
        }
        output.append(packed: packed == 0 ? .packedReplacement : packed)
        index += packed == 0 && trail < 0x80 ? 1 : 2
      }
    }
  }
}

/// The decoder of EUC-KR (WHATWG Encoding 13.1.1).
enum EUCKRDecoder {
  @inline(__always)
  static func decode(_ input: UnsafeBufferPointer<UInt8>, into output: inout UTF8Output) {
    let table = EncodingIndex.eucKR.entries
    let entries = table.span
    var index = 0
    while index < input.count {
      index = output.copyASCII(input, from: index)
      while index < input.count, input[index] >= 0x80 {
        let lead = input[index]
        guard (0x81...0xFE).contains(lead) else {
          output.appendError()
          index += 1
          continue
        }
        guard index + 1 < input.count else { return output.appendError() }
        let trail = input[index + 1]
        var packed: UInt32 = 0
        if (0x41...0xFE).contains(trail) {
          let pointer = Int(lead - 0x81) * 190 + Int(trail - 0x41)
          if pointer < entries.count { packed = entries[pointer] }
        }
        output.append(packed: packed == 0 ? .packedReplacement : packed)
        index += packed == 0 && trail < 0x80 ? 1 : 2
      }
    }
  }
}
