/// The encoding that an XML declaration tells.
enum XMLEncodingDeclaration {
  /// UTF-16 without a byte order mark, told by `<?x` (WHATWG HTML 13.2.3.2, "prescan", step 3).
  static func utf16(_ bytes: UnsafeBufferPointer<UInt8>) -> CharacterEncoding? {
    if bytes.starts(with: [0x3C, 0, 0x3F, 0, 0x78, 0]) { return .utf16LE }
    if bytes.starts(with: [0, 0x3C, 0, 0x3F, 0, 0x78]) { return .utf16BE }
    return nil
  }

  /// The declaration of an XML document; UTF-16 is recognized by its bytes (XML 1.0, appendix F).
  static func encoding(ofXML bytes: UnsafeBufferPointer<UInt8>) -> CharacterEncoding? {
    utf16(bytes) ?? encoding(ofHTML: bytes)
  }

  /// The declaration in an HTML page, XHTML that is served as HTML mostly (WHATWG HTML 13.2.3.2, "get an XML
  /// encoding").
  static func encoding(ofHTML bytes: UnsafeBufferPointer<UInt8>) -> CharacterEncoding? {
    guard bytes.starts(with: "<?xml".utf8), bytes.contains(UInt8(ascii: ">")) else { return nil }
    guard var index = end(of: "encoding", in: bytes) else { return nil }
    func skipSpace() {
      while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
    }
    skipSpace()
    guard index < bytes.count, bytes[index] == UInt8(ascii: "=") else { return nil }
    index += 1
    skipSpace()
    guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") || bytes[index] == UInt8(ascii: "'") else {
      return nil
    }
    let rest = bytes[(index + 1)...]
    guard let close = rest.firstIndex(of: bytes[index]) else { return nil }
    let label = rest[..<close]
    guard label.allSatisfy({ $0 > 0x20 }) else { return nil }
    return CharacterEncoding(label: UnsafeBufferPointer(rebasing: label)).map {
      $0 == .utf16BE || $0 == .utf16LE ? .utf8 : $0
    }
  }

  /// The index behind the first `word`.
  private static func end(of word: StaticString, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    let length = word.utf8CodeUnitCount
    return word.withUTF8Buffer { word in
      var start = 0
      while start + length <= bytes.count {
        if bytes[start..<(start + length)].elementsEqual(word) { return start + length }
        start += 1
      }
      return nil
    }
  }
}
