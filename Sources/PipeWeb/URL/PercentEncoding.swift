/// Percent-encoding (WHATWG URL 1.3).
package enum PercentEncoding {
  // The percent-encode sets; every byte above 0x7E is in all of them.
  static let fragment = ByteSet.controls.union(ByteSet(" \"<>`"))
  static let query = ByteSet.controls.union(ByteSet(" \"#<>"))
  static let specialQuery = query.union(ByteSet("'"))
  static let path = query.union(ByteSet("?^`{}"))
  static let userinfo = path.union(ByteSet("/:;=@[\\]|"))
  static let control = ByteSet.controls

  /// Appends `bytes`, those of `set` and those that are not ASCII as `%XX`.
  static func append(_ bytes: Span<UInt8>, encoding set: ByteSet, to output: inout [UInt8]) {
    var start = 0
    for index in bytes.indices {
      let byte = bytes[index]
      guard byte >= 0x80 || set.contains(byte) else { continue }
      output.append(bytes, from: start, to: index)
      output.append(UInt8(ascii: "%"))
      output.append(hexDigit(byte >> 4))
      output.append(hexDigit(byte & 15))
      start = index + 1
    }
    output.append(bytes, from: start, to: bytes.count)
  }

  /// Appends text in another encoding, percent-encoded (WHATWG URL 1.3, "percent-encode after encoding"); a character
  /// that the encoding does not have becomes `&#…;`, as in a form.
  ///
  /// - Parameter text: UTF-8.
  static func append(
    _ text: Span<UInt8>, encoding set: ByteSet, after encoder: CharacterEncoder, to output: inout [UInt8]
  ) {
    var encoder = encoder
    var encoded: [UInt8] = []
    encoded.reserveCapacity(text.count)
    let text = text.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    for scalar in text.unicodeScalars {
      guard let missing = encoder.append(scalar, to: &encoded) else { continue }
      append(encoded.span, encoding: set, to: &output)
      encoded.removeAll(keepingCapacity: true)
      output += "%26%23\(missing.value)%3B".utf8
    }
    encoder.finish(&encoded)
    append(encoded.span, encoding: set, to: &output)
  }

  /// The bytes with every `%XX` replaced by the byte it stands for.
  package static func decode(_ bytes: Span<UInt8>) -> [UInt8] {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
        let high = ASCII.hexValue(bytes[index + 1]), let low = ASCII.hexValue(bytes[index + 2])
      {
        decoded.append(high << 4 | low)
        index += 3
      } else {
        decoded.append(bytes[index])
        index += 1
      }
    }
    return decoded
  }

  static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
  }
}
