/// Finds where a start tag ends (XML 1.0, 3.1), byte by byte, as `XMLScanner` does with the whole of it.
struct XMLTagEnd: Equatable {
  enum Part: Equatable {
    case elementName, between, name, afterName, afterEquals, unquoted
    case quoted(UInt8)
  }

  enum Step {
    case goesOn
    /// The byte is the last one.
    case ends
    /// The tag has no end of its own, and the byte is not part of it.
    case endsBefore
  }

  private(set) var part = Part.elementName
  /// Where the quote is that a value began with, as long as it is open.
  private(set) var quoted: Int?
  private(set) var hasAttributes = false

  /// - Parameter place: The byte's, among those of the tag.
  mutating func step(_ byte: UInt8, at place: Int) -> Step {
    if case .quoted(let quote) = part {
      if byte == quote { (part, quoted) = (.between, nil) }
      return .goesOn
    }
    switch part {
    case .elementName where Self.continuesName(byte), .name where Self.continuesName(byte): return .goesOn
    case .name, .afterName:
      if byte == UInt8(ascii: "=") {
        part = .afterEquals
        return .goesOn
      }
      if HTMLBytes.isSpace(byte) {
        part = .afterName
        return .goesOn
      }
    case .afterEquals:
      if HTMLBytes.isSpace(byte) { return .goesOn }
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        (part, quoted) = (.quoted(byte), place)
        return .goesOn
      }
      if byte != UInt8(ascii: ">"), byte != UInt8(ascii: "<") {
        part = .unquoted
        return .goesOn
      }
    case .unquoted where !HTMLBytes.endsUnquotedValue(byte) && byte != UInt8(ascii: "<"): return .goesOn
    default: break
    }
    if byte == UInt8(ascii: ">") { return .ends }
    if byte == UInt8(ascii: "<") { return .endsBefore }
    part = .between
    if XMLScanner.beginsName(byte) {
      part = .name
      hasAttributes = true
    }
    return .goesOn
  }

  /// Takes the quote of the value at hand for a character of it.
  mutating func unquote() { (part, quoted) = (.unquoted, nil) }

  private static func continuesName(_ byte: UInt8) -> Bool {
    XMLScanner.beginsName(byte) || byte &- 0x30 < 10 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
  }
}

/// Finds where a declaration such as `<!DOCTYPE …>` ends (XML 1.0, 2.8), byte by byte.
struct XMLDeclarationEnd: Equatable {
  private enum Inside: Equatable {
    case comment, instruction
    case quotes(UInt8)
  }

  private(set) var isInSubset = false
  private var inside: Inside?
  private var depth = 0
  /// The last four bytes.
  private var recent: UInt32 = 0

  /// Whether a byte is the last one.
  mutating func isOver(_ byte: UInt8) -> Bool {
    recent = recent << 8 | UInt32(byte)
    switch inside {
    case .comment:
      if recent & 0xFF_FFFF == 0x2D_2D3E { inside = nil }
      return false
    case .instruction:
      if recent & 0xFFFF == 0x3F3E { inside = nil }
      return false
    case .quotes(let quote):
      if byte == quote { inside = nil }
      // Outside of a subset a quote that nobody closes must not hide the whole document.
      if byte == UInt8(ascii: ">"), !isInSubset { return true }
      return false
    case nil: break
    }
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "'"): inside = .quotes(byte)
    case UInt8(ascii: "[") where depth == 0: isInSubset = true
    case UInt8(ascii: "]") where depth == 0: isInSubset = false
    case UInt8(ascii: "<"): depth += 1
    case UInt8(ascii: ">"):
      if depth == 0, !isInSubset { return true }
      depth = max(0, depth - 1)
    case UInt8(ascii: "-") where recent == 0x3C21_2D2D: begin(.comment)
    case UInt8(ascii: "?") where recent & 0xFFFF == 0x3C3F: begin(.instruction)
    default: break
    }
    return false
  }

  private mutating func begin(_ inside: Inside) {
    self.inside = inside
    depth = max(0, depth - 1)
    recent = 0
  }
}
