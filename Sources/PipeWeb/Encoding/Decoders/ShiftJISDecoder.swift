/// The decoder of Shift_JIS (WHATWG Encoding 12.3.1).
enum ShiftJISDecoder {
  @inline(__always)
  static func decode(_ input: UnsafeBufferPointer<UInt8>, into output: inout UTF8Output) {
    let table = EncodingIndex.jis0208.entries
    let entries = table.span
    var index = 0
    while index < input.count {
      index = output.copyASCII(input, from: index)
      while index < input.count, input[index] >= 0x80 {
        let lead = input[index]
        switch lead {
        case 0x81...0x9F, 0xE0...0xFC:
          break
        case 0x80:
          output.append(scalar: 0x80)
          index += 1
          continue
        case 0xA1...0xDF:
          output.append(scalar: 0xFF61 - 0xA1 + UInt32(lead))
          index += 1
          continue
        default:
          output.appendError()
          index += 1
          continue
        }
        guard index + 1 < input.count else { return output.appendError() }
        let trail = input[index + 1]
        var packed: UInt32 = 0
        if (0x40...0x7E).contains(trail) || (0x80...0xFC).contains(trail) {
          let leadOffset: UInt8 = lead < 0xA0 ? 0x81 : 0xC1
          let pointer = Int(lead - leadOffset) * 188 + Int(trail) - (trail < 0x7F ? 0x40 : 0x41)
          if (8836...10715).contains(pointer) {
            // The rows for users' own characters.
            packed = Unicode.Scalar(UInt32(0xE000 - 8836 + pointer))?.packedUTF8 ?? 0
          } else if pointer < entries.count {
            packed = entries[pointer]
          }
        }
        output.append(packed: packed == 0 ? .packedReplacement : packed)
        index += packed == 0 && trail < 0x80 ? 1 : 2
      }
    }
  }
}
