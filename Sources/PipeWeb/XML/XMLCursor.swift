/// A place in the declarations of XML, or in text that is copied.
struct XMLCursor {
  let bytes: UnsafeBufferPointer<UInt8>
  var index = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  var isAtEnd: Bool { index >= bytes.count }
  var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

  mutating func next() -> UInt8? {
    guard index < bytes.count else { return nil }
    index += 1
    return bytes[index - 1]
  }

  mutating func skipSpace() {
    while let byte = peek, HTMLBytes.isSpace(byte) { index += 1 }
  }

  /// Passes over a text, if it is the next one.
  mutating func skip(_ text: StaticString) -> Bool {
    guard follows(text) else { return false }
    index += text.utf8CodeUnitCount
    return true
  }

  private func follows(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard bytes.count - index >= count else { return false }
    for offset in 0..<count where bytes[index + offset] != text.utf8Start[offset] { return false }
    return true
  }

  /// Passes over everything up to a text and that, or all there is.
  mutating func pass(_ text: StaticString) {
    while index < bytes.count, !follows(text) { index += 1 }
    index = min(index + text.utf8CodeUnitCount, bytes.count)
  }

  mutating func pass(_ byte: UInt8) {
    while let next = next(), next != byte {}
  }

  mutating func name() -> [UInt8] {
    let start = index
    while let byte = peek, XMLText.isNameByte(byte) { index += 1 }
    return Array(bytes[start..<index])
  }

  /// A text in quotes; `nil` without an opening quote.
  mutating func literal() -> UnsafeBufferPointer<UInt8>? {
    guard let quote = peek, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
    index += 1
    let start = index
    while let byte = peek, byte != quote { index += 1 }
    defer { index = min(index + 1, bytes.count) }
    return UnsafeBufferPointer(rebasing: bytes[start..<index])
  }

  /// Passes over the rest of a declaration.
  mutating func passDeclaration() {
    while let byte = next() {
      if byte == UInt8(ascii: ">") { return }
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { pass(byte) }
    }
  }

  /// Passes over an internal subset and the bracket that ends it; false where it has no end.
  mutating func passSubset() -> Bool {
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "]"):
        index += 1
        return true
      case UInt8(ascii: "<"):
        if skip("<!--") {
          pass("-->")
        } else if skip("<?") {
          pass("?>")
        } else {
          index += 1
          passDeclaration()
        }
      default: index += 1
      }
    }
    return false
  }
}
