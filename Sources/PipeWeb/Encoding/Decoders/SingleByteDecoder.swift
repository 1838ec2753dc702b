/// The decoder of the single-byte encodings and of x-user-defined (WHATWG Encoding 9.1, 14.5).
struct SingleByteDecoder: Sendable {
  /// The packed UTF-8 of each of the 256 bytes.
  private let entries: [UInt32]

  /// Nil for an encoding that is not a single-byte one.
  init?(_ encoding: CharacterEncoding) {
    let high: [Unicode.Scalar?]
    if encoding == .xUserDefined {
      high = (0xF780...0xF7FF).map { Unicode.Scalar(UInt32($0)) }
    } else if let text = EncodingIndex.singleByteText(encoding) {
      high = EncodingIndex.codePoints(text)
    } else {
      return nil
    }
    entries = (0..<128) + high.map { $0?.packedUTF8 ?? .packedReplacement }
  }

  @inline(__always)
  func decode(_ input: UnsafeBufferPointer<UInt8>, into output: inout UTF8Output) {
    let entries = entries.span
    guard entries.count == 256 else { return }
    var index = 0
    while index < input.count {
      index = output.copyASCII(input, from: index)
      // Text in another script has its spaces and commas one at a time: only two ASCII bytes end a run of it.
      while index < input.count {
        let byte = input[index]
        output.append(packed: entries[Int(byte)])
        index += 1
        if byte < 0x80, index < input.count, input[index] < 0x80 { break }
      }
    }
  }

  /// The decoders, each built once.
  static let all: [CharacterEncoding: SingleByteDecoder] = {
    var decoders: [CharacterEncoding: SingleByteDecoder] = [:]
    for encoding in CharacterEncoding.allCases { decoders[encoding] = SingleByteDecoder(encoding) }
    return decoders
  }()
}
