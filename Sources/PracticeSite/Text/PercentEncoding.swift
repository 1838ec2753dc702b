/// Percent-encoding as URLs use it (RFC 3986 2.1).
enum PercentEncoding {
  /// The text with each `%XX` of an unreserved character undone (RFC 3986, 6.2.2.2).
  static func decodeUnreserved(_ text: String) -> String {
    var decoded = ""
    var rest = text[...]
    while let character = rest.popFirst() {
      let digits = rest.prefix(2)
      if character == "%", digits.count == 2, let value = UInt8(digits, radix: 16), value < 0x80 {
        let undone = Character(Unicode.Scalar(value))
        if undone.isLetter || undone.isNumber || "-._~".contains(undone) {
          decoded.append(undone)
          rest = rest.dropFirst(2)
          continue
        }
      }
      decoded.append(character)
    }
    return decoded
  }

  /// The text with every `%XX` undone; ill-formed UTF-8 is repaired, a lone `%` stands for itself.
  static func decode(_ text: Substring, plusIsSpace: Bool = false) -> String {
    let encoded = Array(text.utf8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(encoded.count)
    var index = 0
    while index < encoded.count {
      let byte = encoded[index]
      if byte == UInt8(ascii: "%"), index + 2 < encoded.count,
        let high = Character(Unicode.Scalar(encoded[index + 1])).hexDigitValue,
        let low = Character(Unicode.Scalar(encoded[index + 2])).hexDigitValue
      {
        bytes.append(UInt8(high * 16 + low))
        index += 3
      } else {
        bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
        index += 1
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
