/// JSON as the scripts of pages hold it: wrapped for parsers of old, and written by the habits of JavaScript.
///
/// What is passed over: the marks of HTML comments and of CDATA sections around the value, with or without a JavaScript
/// comment before each; comments; a comma before a closing bracket; a semicolon at the end. Control characters in strings
/// stand for themselves (RFC 8259, 7, wants them escaped). Where all of that does not help, character references are
/// taken for what they stand for: templates escape scripts like text.
struct LooseJSON {
  /// The value; `nil` where the text holds none, or more than one.
  static func value(of text: String) -> JSONValue? {
    if let value = try? JSONValue(parsing: text) { return value }
    let bytes = Array(text.utf8)
    if let value = repaired(bytes) { return value }
    guard bytes.contains(UInt8(ascii: "&")) else { return nil }
    let decoded = bytes.withUnsafeBufferPointer { HTMLText(references: .inText, nulls: .kept).string($0) }
    return (try? JSONValue(parsing: decoded)) ?? repaired(Array(decoded.utf8))
  }

  private static func repaired(_ bytes: [UInt8]) -> JSONValue? {
    var json = LooseJSON(bytes: bytes)
    guard json.skipOpening(), let text = json.takeValue(), json.isClosing() else { return nil }
    return try? JSONValue(parsing: text.span)
  }

  private let bytes: [UInt8]
  private var index = 0
  /// The first bracket and the first end of an HTML comment behind a place that was looked at.
  private var bracket = -1
  private var commentEnd = -1

  private init(bytes: [UInt8]) { self.bytes = bytes }

  // MARK: Around the value

  /// Passes over what stands before the value; false where there is something else.
  private mutating func skipOpening() -> Bool {
    /// In a comment to the end of the line, and whether a mark in it lets the value begin on the same line.
    var isInLine = false
    var hasMark = false
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        if !isInLine || hasMark { return true }
        skipLine()
      case 0x0A, 0x0D:
        index += 1
        isInLine = false
        hasMark = false
      case _ where skipSpace() || skip("-->") || skip("]]>"): break
      case _ where skip("//"): isInLine = true
      case _ where skip("<![CDATA["): hasMark = true
      case _ where skip("<!--"):
        // A comment of its own, or the first line of a script that is hidden in one (ECMAScript, B.1.1).
        if !skipCommentBeforeValue() {
          isInLine = true
          hasMark = true
        }
      case UInt8(ascii: "/") where !isInLine && skip("/*"): guard skipPast("*/") else { return false }
      case _ where isInLine: skipLine()
      default: return false
      }
    }
    return false
  }

  /// Passes over the rest of an HTML comment that ends before any bracket.
  private mutating func skipCommentBeforeValue() -> Bool {
    // Looked for once for all the comments before it.
    if bracket < index {
      bracket = bytes[index...].firstIndex { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") } ?? bytes.count
    }
    if commentEnd < index {
      commentEnd = index
      while commentEnd < bytes.count, !starts("-->", at: commentEnd) { commentEnd += 1 }
    }
    guard commentEnd < bracket, commentEnd < bytes.count else { return false }
    index = commentEnd + 3
    return true
  }

  /// Whether nothing but marks, comments and semicolons follows the value.
  private mutating func isClosing() -> Bool {
    while let byte = peek() {
      switch byte {
      case 0x0A, 0x0D, UInt8(ascii: ";"), UInt8(ascii: ","): index += 1
      case _ where skipSpace() || skip("-->") || skip("]]>") || skip("<!]]>") || skip("*/"): break
      case _ where skip("//"): skipLine()
      case _ where skip("/*"): guard skipPast("*/") else { return true }
      case _ where skip("<!--"): guard skipPast("-->") else { return true }
      default: return false
      }
    }
    return true
  }

  // MARK: The value

  /// The value from its first bracket to the one that closes it, as strict JSON as far as this can be told.
  private mutating func takeValue() -> [UInt8]? {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count - index)
    var depth = 0
    /// A comma that is dropped where a bracket closes behind it.
    var isCommaDue = false
    func payComma() {
      if isCommaDue { output.append(UInt8(ascii: ",")) }
      isCommaDue = false
    }
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: "\""):
        payComma()
        guard takeString(into: &output) else { return nil }
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        payComma()
        output.append(byte)
        depth += 1
        index += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        isCommaDue = false
        output.append(byte)
        depth -= 1
        index += 1
        if depth == 0 { return output }
      case UInt8(ascii: ","):
        // Two commas in a row stay a fault, and so does one with nothing before it.
        if let last = output.last(where: { $0 != 0x20 }), last == UInt8(ascii: "{") || last == UInt8(ascii: "[") {
          return nil
        }
        payComma()
        isCommaDue = true
        index += 1
      case 0x0A, 0x0D:
        output.append(0x20)
        index += 1
      case _ where skipSpace(): output.append(0x20)
      case _ where skip("//"):
        skipLine()
        output.append(0x20)
      case _ where skip("/*"):
        guard skipPast("*/") else { return nil }
        output.append(0x20)
      default:
        payComma()
        output.append(byte)
        index += 1
      }
    }
    return nil
  }

  /// Takes a string with its quotes; control characters are escaped, and what JavaScript escapes besides JSON is not.
  private mutating func takeString(into output: inout [UInt8]) -> Bool {
    output.append(UInt8(ascii: "\""))
    index += 1
    while let byte = peek() {
      index += 1
      switch byte {
      case UInt8(ascii: "\""):
        output.append(byte)
        return true
      case UInt8(ascii: "\\"):
        guard let next = peek() else { return false }
        index += 1
        switch next {
        case UInt8(ascii: "'"): output.append(next)
        // A line that goes on.
        case 0x0A: break
        case 0x0D: if peek() == 0x0A { index += 1 }
        case 0..<0x20: Self.escape(next, into: &output)
        default: output += [byte, next]
        }
      case 0..<0x20: Self.escape(byte, into: &output)
      default: output.append(byte)
      }
    }
    return false
  }

  private static func escape(_ control: UInt8, into output: inout [UInt8]) {
    output += control < 0x10 ? "\\u000".utf8 : "\\u00".utf8
    output += String(control, radix: 16).utf8
  }

  // MARK: Scanning

  private func peek() -> UInt8? { index < bytes.count ? bytes[index] : nil }

  private func at(_ distance: Int) -> UInt8? {
    index + distance < bytes.count ? bytes[index + distance] : nil
  }

  private func starts(_ mark: StaticString, at place: Int) -> Bool {
    let count = mark.utf8CodeUnitCount
    guard place + count <= bytes.count else { return false }
    return mark.withUTF8Buffer { bytes[place..<place + count].elementsEqual($0) }
  }

  private mutating func skip(_ mark: StaticString) -> Bool {
    guard starts(mark, at: index) else { return false }
    index += mark.utf8CodeUnitCount
    return true
  }

  /// Passes over white space within a line: blanks, tabs, form feeds, U+00A0 and U+FEFF.
  private mutating func skipSpace() -> Bool {
    guard let byte = peek() else { return false }
    if byte == 0x20 || byte == 0x09 || byte == 0x0B || byte == 0x0C {
      index += 1
      return true
    }
    let isWide = byte == 0xC2 && at(1) == 0xA0
    let isMark = byte == 0xEF && at(1) == 0xBB && at(2) == 0xBF
    index += isWide ? 2 : isMark ? 3 : 0
    return isWide || isMark
  }

  private mutating func skipLine() {
    while let byte = peek(), byte != 0x0A, byte != 0x0D { index += 1 }
  }

  /// Passes over everything up to and with a mark; false, and nothing, where there is none.
  private mutating func skipPast(_ mark: StaticString) -> Bool {
    var place = index
    while place < bytes.count {
      if starts(mark, at: place) {
        index = place + mark.utf8CodeUnitCount
        return true
      }
      place += 1
    }
    return false
  }
}

extension JSONValue {
  /// The JSON that a script of a page holds, in the wrappings and with the habits that pages have; `nil` where it holds
  /// none.
  package init?(ofScript text: String) {
    guard let value = LooseJSON.value(of: text) else { return nil }
    self = value
  }
}
