/// The decoder of Shift_JIS (WHATWG Encoding 12.3.1).
enum ShiftJISDecoder {
  @inline(__always)
  static func decode(_ input: UnsafeBufferPointer<UInt8>, into output: inout UTF8Output) {
    EncodingIndex.jis0208.entries.withUnsafeBufferPointer { entries in
      PairDecoder.decode(
        input, into: &output,
        single: { byte in
          switch byte {
          case 0x81...0x9F, 0xE0...0xFC: nil
          case 0x80: Unicode.Scalar(byte).packedUTF8
          case 0xA1...0xDF: Unicode.Scalar(0xFF61 - 0xA1 + UInt32(byte))?.packedUTF8 ?? 0
          default: 0
          }
        },
        longer: { _, _ in 0 },
        pair: { lead, trail in
          guard 0x40...0x7E ~= trail || 0x80...0xFC ~= trail else { return 0 }
          let leadOffset: UInt8 = lead < 0xA0 ? 0x81 : 0xC1
          let pointer = Int(lead - leadOffset) * 188 + Int(trail) - (trail < 0x7F ? 0x40 : 0x41)
          // The rows for users' own characters.
          if 8836...10715 ~= pointer { return Unicode.Scalar(UInt32(0xE000 - 8836 + pointer))?.packedUTF8 ?? 0 }
          return pointer < entries.count ? entries[pointer] : 0
        })
    }
  }
}
