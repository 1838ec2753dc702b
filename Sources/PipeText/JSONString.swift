// The one place where a JSON string is written (RFC 8259, 7): quotes, backslashes and control characters are escaped,
// everything else stays.

extension UnsafeBufferPointer<UInt8> {
  /// Whether any byte must be escaped in a JSON string. No byte ends the search, so that many are looked at in a step.
  package var holdsJSONEscapes: Bool {
    var found: UInt8 = 0
    for byte in self {
      found |= (byte < 0x20 ? 1 : 0) | (byte == UInt8(ascii: "\"") ? 1 : 0) | (byte == UInt8(ascii: "\\") ? 1 : 0)
    }
    return found != 0
  }
}

extension [UInt8] {
  /// Appends a text as a JSON string, quotes included.
  package mutating func append(jsonText text: String) {
    var text = text
    text.withUTF8 { append(jsonText: $0, isPlain: !$0.holdsJSONEscapes) }
  }

  /// - Parameter isPlain: Whether nothing in it must be escaped.
  package mutating func append(jsonText utf8: UnsafeBufferPointer<UInt8>, isPlain: Bool) {
    append(UInt8(ascii: "\""))
    if isPlain { append(contentsOf: utf8) } else { append(jsonEscaping: utf8) }
    append(UInt8(ascii: "\""))
  }

  private mutating func append(jsonEscaping utf8: UnsafeBufferPointer<UInt8>) {
    var start = 0
    for (index, byte) in utf8.enumerated()
    where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
      append(contentsOf: utf8[start..<index])
      start = index + 1
      append(UInt8(ascii: "\\"))
      switch byte {
      case UInt8(ascii: "\n"): append(UInt8(ascii: "n"))
      case UInt8(ascii: "\r"): append(UInt8(ascii: "r"))
      case UInt8(ascii: "\t"): append(UInt8(ascii: "t"))
      case 0x08: append(UInt8(ascii: "b"))
      case 0x0C: append(UInt8(ascii: "f"))
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
      default:
        let digits = Array("0123456789abcdef".utf8)
        self += [
          UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0"), digits[Int(byte >> 4)], digits[Int(byte & 15)],
        ]
      }
    }
    append(contentsOf: utf8[start...])
  }
}
