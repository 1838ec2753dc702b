/// The escapes of one character in two halves of UTF-16, as JSON writes it: `\ud83d\ude00` (RFC 8259, 7).
///
/// YAML means to read JSON (YAML 1.2.2, 1.2), but libyaml refuses such halves.
enum SurrogatePair {
  /// Bytes in the two escapes.
  static let length = 12

  /// The character of the pair that begins at an offset.
  static func scalar(in bytes: [UInt8], at start: Int) -> Unicode.Scalar? {
    guard let high = half(in: bytes, at: start), high & 0xFC00 == 0xD800,
      let low = half(in: bytes, at: start + length / 2), low & 0xFC00 == 0xDC00
    else { return nil }
    return Unicode.Scalar(0x10000 + (high & 0x3FF) << 10 + low & 0x3FF)
  }

  /// Where pairs begin, in any style: only double quotes give them a meaning.
  static func starts(in bytes: [UInt8]) -> [Int] {
    var starts: [Int] = []
    var index = 0
    while let backslash = bytes[index...].firstIndex(of: UInt8(ascii: "\\")) {
      if scalar(in: bytes, at: backslash) != nil {
        starts.append(backslash)
        index = backslash + length
      } else {
        // The character after a backslash is a part of its escape.
        index = min(backslash + 2, bytes.count)
      }
    }
    return starts
  }

  /// Half of a pair: `\u`, then a number from D800 to DFFF.
  static func half(in bytes: [UInt8], at start: Int) -> UInt32? {
    guard start >= 0, start + 6 <= bytes.count, bytes[start] == UInt8(ascii: "\\"),
      bytes[start + 1] == UInt8(ascii: "u"), bytes[start + 2] | 0x20 == UInt8(ascii: "d")
    else { return nil }
    var value: UInt32 = 0
    for byte in bytes[start + 2..<start + 6] {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte & 0xF)
      case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
        value = value << 4 | UInt32(byte & 0xF + 9)
      default: return nil
      }
    }
    return value & 0xF800 == 0xD800 ? value : nil
  }
}
