/// What raw text of XML stands for: lines end in LF, references are replaced, in attributes white space is blanks
/// (XML 1.0, 2.11, 3.3.3 and 4.1).
enum XMLText {
  /// - Parameters:
  ///   - hasReferences: Whether an ampersand may begin a reference; not so in a CDATA section.
  ///   - isAttribute: Whether it is an attribute's value.
  /// - Returns: Whether all of it is well-formed: false where a reference is none, or to what nobody knows.
  @discardableResult
  static func append(
    _ bytes: UnsafeBufferPointer<UInt8>, to output: inout [UInt8], hasReferences: Bool = true, isAttribute: Bool = false
  ) -> Bool {
    var isWellFormed = true
    var start = 0
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      // Most bytes stand for themselves and are copied together.
      guard byte <= UInt8(ascii: "&"), isSpecial(byte, hasReferences, isAttribute) else {
        index += 1
        continue
      }
      output.append(contentsOf: bytes[start..<index])
      index += 1
      switch byte {
      case UInt8(ascii: "&"):
        let (count, isKnown) = appendReference(at: UnsafeBufferPointer(rebasing: bytes[index...]), to: &output)
        index += count
        if !isKnown { isWellFormed = false }
      case 0:
        output.append(contentsOf: replacement)
        isWellFormed = false
      default:
        if byte == 0x0D, index < bytes.count, bytes[index] == 0x0A { index += 1 }
        output.append(isAttribute ? 0x20 : 0x0A)
      }
      start = index
    }
    output.append(contentsOf: bytes[start...])
    return isWellFormed
  }

  private static let replacement = Array("\u{FFFD}".utf8)

  private static func isSpecial(_ byte: UInt8, _ hasReferences: Bool, _ isAttribute: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "&"): hasReferences
    case 0, 0x0D: true
    case 0x09, 0x0A: isAttribute
    default: false
    }
  }

  /// Appends what the reference behind an ampersand stands for; where none is, the ampersand.
  ///
  /// - Returns: How many bytes behind the ampersand it takes, and whether it is a reference to something known.
  private static func appendReference(
    at bytes: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]
  ) -> (count: Int, isKnown: Bool) {
    // The longest name that HTML has, and what separates a reference from a text with an ampersand in it.
    let length = bytes.prefix(64).firstIndex { $0 == UInt8(ascii: ";") || !isNameByte($0) }
    guard let length, length > 0, bytes[length] == UInt8(ascii: ";") else {
      output.append(UInt8(ascii: "&"))
      return (0, false)
    }
    let name = UnsafeBufferPointer(rebasing: bytes[..<length])
    if name[0] == UInt8(ascii: "#") {
      guard let scalar = number(name) else {
        output.append(UInt8(ascii: "&"))
        return (0, false)
      }
      output.append(contentsOf: String(scalar).utf8)
    } else if let entry = NamedCharacterReferences.shared.entry(named: name) {
      output.append(contentsOf: String(entry.first).utf8)
      if let second = entry.second { output.append(contentsOf: String(second).utf8) }
    } else {
      // `?a=1&b;` in a URL that nobody escaped.
      output.append(UInt8(ascii: "&"))
      return (0, false)
    }
    return (length + 1, true)
  }

  static func isNameByte(_ byte: UInt8) -> Bool {
    HTMLBytes.isLetterOrDigit(byte) || byte >= 0x80 || "#_:.-".utf8.contains(byte)
  }

  /// The character of `#38` or `#x26`; U+FFFD if it is not a character.
  static func number(_ name: UnsafeBufferPointer<UInt8>) -> Unicode.Scalar? {
    let isHexadecimal = name.count > 1 && name[1] == UInt8(ascii: "x")
    let digits = name.dropFirst(isHexadecimal ? 2 : 1)
    if digits.isEmpty { return nil }
    let radix: UInt32 = isHexadecimal ? 16 : 10
    var value: UInt32 = 0
    for byte in digits {
      guard let digit = HTMLBytes.hexadecimalValue(byte), digit < radix else { return nil }
      // Beyond U+10FFFF it no longer matters how far.
      if value <= 0x10FFFF { value = value * radix + UInt32(digit) }
    }
    return value == 0 ? "\u{FFFD}" : Unicode.Scalar(value) ?? "\u{FFFD}"
  }
}
