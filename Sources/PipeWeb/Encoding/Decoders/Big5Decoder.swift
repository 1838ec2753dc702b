/// The decoder of Big5 (WHATWG Encoding 11.1.1).
enum Big5Decoder {
  @inline(__always)
  static func decode(_ input: UnsafeBufferPointer<UInt8>, into output: inout UTF8Output) {
    let table = EncodingIndex.big5.entries
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
        if (0x40...0x7E).contains(trail) || (0xA1...0xFE).contains(trail) {
          let pointer = Int(lead - 0x81) * 157 + Int(trail) - (trail < 0x7F ? 0x40 : 0x62)
          if pointer < entries.count { packed = entries[pointer] }
          if packed == 0, let (base, mark) = combination(pointer) {
            output.append(scalar: base)
            output.append(scalar: mark)
            index += 2
            continue
          }
        }
        output.append(packed: packed == 0 ? .packedReplacement : packed)
        index += packed == 0 && trail < 0x80 ? 1 : 2
      }
    }
  }

  /// The pointers that stand for a letter and a combining mark.
  private static func combination(_ pointer: Int) -> (base: UInt32, mark: UInt32)? {
    switch pointer {
    case 1133: (0xCA, 0x304)
    case 1135: (0xCA, 0x30C)
    case 1164: (0xEA, 0x304)
    case 1166: (0xEA, 0x30C)
    default: nil
    }
  }
}
