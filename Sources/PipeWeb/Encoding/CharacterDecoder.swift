/// Turns bytes of one encoding into text, as WHATWG Encoding 6 ("decode") says: a byte order mark decides over the
/// encoding and is removed, and what means nothing becomes U+FFFD, so decoding never fails.
///
/// The decoders are our own over the standard's indexes rather than iconv's: as fast, the same on every system, and
/// exact where iconv's tables and error rules are not the standard's. A decoder has no state between calls; it may
/// be shared.
package struct CharacterDecoder: Sendable {
  /// The encoding of text without a byte order mark.
  package let encoding: CharacterEncoding

  package init(_ encoding: CharacterEncoding) {
    self.encoding = encoding
  }

  /// The text of `bytes`; at most three bytes of UTF-8 for each byte given.
  package func decode(_ bytes: Span<UInt8>) -> String {
    bytes.withUnsafeBufferPointer { bytes in
      let (input, encoding) = removingByteOrderMark(bytes)
      return Self.string(input, encoding)
    }
  }

  /// The text of a part of a document: only at its start would a byte order mark be one, and `þÿ` begins a word here.
  package func decodePart(_ bytes: Span<UInt8>) -> String {
    bytes.withUnsafeBufferPointer { Self.string($0, encoding) }
  }

  private static func string(_ input: UnsafeBufferPointer<UInt8>, _ encoding: CharacterEncoding) -> String {
    if encoding == .utf8 { return String(decoding: input, as: UTF8.self) }
    let capacity = UTF8Output.capacity(for: input, asciiCompatible: encoding.isASCIICompatible)
    return String(unsafeUninitializedCapacity: capacity) { write(input, encoding, into: $0) }
  }

  /// The text of `bytes` as UTF-8, always well-formed; at most three bytes for each byte given.
  package func decodeToUTF8(_ bytes: Span<UInt8>) -> [UInt8] {
    bytes.withUnsafeBufferPointer { bytes in
      let (input, encoding) = removingByteOrderMark(bytes)
      if encoding == .utf8 {
        if UTF8Validity(input).isValid { return Array(input) }
        return Array(String(decoding: input, as: UTF8.self).utf8)
      }
      let capacity = UTF8Output.capacity(for: input, asciiCompatible: encoding.isASCIICompatible)
      return Array(unsafeUninitializedCapacity: capacity) { memory, count in
        count = Self.write(input, encoding, into: memory)
      }
    }
  }

  /// Appends the text of a part of a document as UTF-8, always well-formed.
  func appendPart(_ bytes: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
    let capacity = UTF8Output.capacity(for: bytes, asciiCompatible: encoding.isASCIICompatible)
    output += [UInt8](unsafeUninitializedCapacity: capacity) { memory, count in
      count = Self.write(bytes, encoding, into: memory)
    }
  }

  /// Lends the text of `bytes` as UTF-8, always well-formed; what is that already is not copied.
  package func withUTF8<Result>(_ bytes: [UInt8], _ body: (Span<UInt8>) -> Result) -> Result {
    let isPlain = bytes.withUnsafeBufferPointer { bytes in
      encoding == .utf8 && ByteOrderMark(bytes) == nil && UTF8Validity(bytes).isValid
    }
    if isPlain { return body(bytes.span) }
    let text = decodeToUTF8(bytes.span)
    return body(text.span)
  }

  private func removingByteOrderMark(
    _ bytes: UnsafeBufferPointer<UInt8>
  ) -> (UnsafeBufferPointer<UInt8>, CharacterEncoding) {
    guard let mark = ByteOrderMark(bytes) else { return (bytes, encoding) }
    return (UnsafeBufferPointer(rebasing: bytes[mark.length...]), mark.encoding)
  }

  /// Decodes `input` into `memory`.
  ///
  /// - Returns: the count of bytes written.
  private static func write(
    _ input: UnsafeBufferPointer<UInt8>, _ encoding: CharacterEncoding, into memory: UnsafeMutableBufferPointer<UInt8>
  ) -> Int {
    guard var output = UTF8Output(memory) else { return 0 }
    switch encoding {
    case .gbk, .gb18030: GB18030Decoder.decode(input, into: &output)
    case .big5: Big5Decoder.decode(input, into: &output)
    case .eucJP: EUCJPDecoder.decode(input, into: &output)
    case .iso2022JP: ISO2022JPDecoder.decode(input, into: &output)
    case .shiftJIS: ShiftJISDecoder.decode(input, into: &output)
    case .eucKR: EUCKRDecoder.decode(input, into: &output)
    case .utf16BE: UTF16Decoder.decode(input, bigEndian: true, into: &output)
    case .utf16LE: UTF16Decoder.decode(input, bigEndian: false, into: &output)
    // WHATWG Encoding 14.1: one error for the whole of a dangerous encoding.
    case .replacement: if !input.isEmpty { output.appendError() }
    default: SingleByteDecoder.all[encoding]?.decode(input, into: &output)
    }
    return output.count
  }
}
