// XML 1.0, 3.1: start tags and their attributes.

extension XMLScanner {
  /// Reads the start tag at hand; one that the document ends in is none.
  mutating func readStartTag() -> Token? {
    name = readName(from: index + 1)
    index += 1 + name.count
    attributes.removeAll(keepingCapacity: true)
    while let byte = byte(0) {
      switch byte {
      case UInt8(ascii: ">"):
        index += 1
        return .startTag(isEmpty: false)
      case UInt8(ascii: "/"):
        index += 1
        if self.byte(0) == UInt8(ascii: ">") {
          index += 1
          return .startTag(isEmpty: true)
        }
        isWellFormed = false
      // The tag has no end of its own.
      case UInt8(ascii: "<"):
        isWellFormed = false
        return .startTag(isEmpty: false)
      case _ where Self.beginsName(byte): readAttribute()
      default:
        if !HTMLBytes.isSpace(byte) { isWellFormed = false }
        index += 1
      }
    }
    isWellFormed = false
    return nil
  }

  private mutating func readAttribute() {
    let name = readName(from: index)
    index += name.count
    skipSpace()
    var value = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    if byte(0) == UInt8(ascii: "=") {
      index += 1
      skipSpace()
      value = readValue()
    } else {
      isWellFormed = false
    }
    if attributes.count < Self.attributeLimit {
      attributes.append(Attribute(name: name, value: value))
    } else {
      isTruncated = true
    }
  }

  private mutating func readValue() -> UnsafeBufferPointer<UInt8> {
    let start = index
    if let quote = byte(0), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
      // Where no quote ends it, none of its kind follows: this search comes up empty once for either.
      let end = find(quote, from: start + 1)
      if end < bytes.count {
        index = end + 1
        let value = slice(start + 1, end)
        if value.contains(UInt8(ascii: "<")) { isWellFormed = false }
        return value
      }
    }
    isWellFormed = false
    while let byte = byte(0), !HTMLBytes.endsUnquotedValue(byte), byte != UInt8(ascii: "<") { index += 1 }
    return slice(start, index)
  }

  private mutating func skipSpace() {
    while let byte = byte(0), HTMLBytes.isSpace(byte) { index += 1 }
  }

  /// The name that begins at a place; empty where none does.
  func readName(from start: Int) -> UnsafeBufferPointer<UInt8> {
    var end = start
    while end < bytes.count, Self.continuesName(bytes[end]) { end += 1 }
    return slice(start, end)
  }

  private static func continuesName(_ byte: UInt8) -> Bool {
    beginsName(byte) || byte &- 0x30 < 10 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
  }
}
