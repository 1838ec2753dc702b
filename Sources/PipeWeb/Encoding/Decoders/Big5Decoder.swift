/// The decoder of Big5 (WHATWG Encoding 11.1.1).
enum Big5Decoder {
  @inline(__always)
  static func decode(_ input: UnsafeBufferPointer<UInt8>, into output: inout UTF8Output) {
    EncodingIndex.big5.entries.withUnsafeBufferPointer { entries in
      PairDecoder.decode(
        input, into: &output,
        single: { 0x81...0xFE ~= $0 ? nil : 0 },
        longer: { index, output in
          guard input[index] == 0x88, let (base, mark) = combination(input[index + 1]) else { return 0 }
          output.append(scalar: base)
          output.append(scalar: mark)
          return 2
        },
        pair: { lead, trail in
          guard 0x40...0x7E ~= trail || 0xA1...0xFE ~= trail else { return 0 }
          let pointer = Int(lead - 0x81) * 157 + Int(trail) - (trail < 0x7F ? 0x40 : 0x62)
          return pointer < entries.count ? entries[pointer] : 0
        })
    }
  }

  /// What stands for a letter and a combining mark behind the lead byte 0x88: the pointers 1133, 1135, 1164 and 1166.
  private static func combination(_ trail: UInt8) -> (base: UInt32, mark: UInt32)? {
    switch trail {
    case 0x62: (0xCA, 0x304)
    case 0x64: (0xCA, 0x30C)
    case 0xA3: (0xEA, 0x304)
    case 0xA5: (0xEA, 0x30C)
    default: nil
    }
  }
}
