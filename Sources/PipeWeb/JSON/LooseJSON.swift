/// JSON as the scripts of pages hold it: wrapped for parsers of old, and written by the habits of JavaScript.
///
/// What is passed over: the marks of HTML comments and of CDATA sections around the value, with or without a JavaScript
/// comment before each; comments; commas that separate nothing; semicolons. Control characters in strings stand for
/// themselves (RFC 8259, 7, wants them escaped). Where all of that does not help, character references are taken for what
/// they stand for: templates escape scripts like text. Several values may follow each other, and those that can be read
/// are kept.
struct LooseJSON {
  /// The values; none where the text holds something else.
  ///
  /// - Throws: Only where they take more memory than they may.
  static func values(of text: String, memory: Int) throws(JSONSyntaxError) -> [JSONValue] {
    let bytes = Array(text.utf8)
    if let value = try value(of: bytes, memory: memory) { return [value] }
    let values = try repaired(bytes, memory: memory)
    guard values.isEmpty, bytes.contains(UInt8(ascii: "&")) else { return values }
    let decoded = bytes.withUnsafeBufferPointer { HTMLText(references: .inText, nulls: .kept).string($0) }
    let plain = Array(decoded.utf8)
    if let value = try value(of: plain, memory: memory) { return [value] }
    return try repaired(plain, memory: memory)
  }

  private static func value(of bytes: [UInt8], memory: Int) throws(JSONSyntaxError) -> JSONValue? {
    do throws(JSONSyntaxError) {
      return try JSONValue(parsing: bytes.span, memory: memory)
    } catch {
      if error.isTooLarge { throw error }
      return nil
    }
  }

  private static func repaired(_ bytes: [UInt8], memory: Int) throws(JSONSyntaxError) -> [JSONValue] {
    var json = LooseJSON(bytes: bytes)
    var values: [JSONValue] = []
    guard json.skipOpening() else { return [] }
    repeat {
      // One that never ends is the last.
      guard let text = json.takeValue() else { return values }
      // Each has its share, so that all of them together take no more.
      let share = Int(Double(memory) * Double(text.count) / Double(bytes.count))
      if let value = try value(of: text, memory: share) { values.append(value) }
      json.skipClosing()
    } while json.isAtValue
    // Where something else follows, it is a program.
    return json.peek() == nil ? values : []
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

  private var isAtValue: Bool { peek() == UInt8(ascii: "{") || peek() == UInt8(ascii: "[") }

  /// Passes over the marks, comments, commas and semicolons behind a value.
  private mutating func skipClosing() {
    while let byte = peek() {
      switch byte {
      case 0x0A, 0x0D, UInt8(ascii: ";"), UInt8(ascii: ","): index += 1
      case _ where skipSpace() || skip("-->") || skip("]]>") || skip("<!]]>") || skip("*/"): break
      case _ where skip("//"): skipLine()
      case _ where skip("/*"): if !skipPast("*/") { index = bytes.count }
      case _ where skip("<!--"): if !skipPast("-->") { index = bytes.count }
      case _ where skip("<![CDATA["): break
      default: return
      }
    }
  }

  // MARK: The value

  /// The value from its first bracket to the one that closes it, as strict JSON as far as this can be told.
  private mutating func takeValue() -> [UInt8]? {
    var output: [UInt8] = []
    output.reserveCapacity(min(bytes.count - index, 4096))
    var depth = 0
    /// A comma that is dropped where it separates nothing: at a bracket, or beside another comma.
    var isCommaDue = false
    var isAtOpening = false
    func payComma() {
      if isCommaDue, !isAtOpening { output.append(UInt8(ascii: ",")) }
      isCommaDue = false
      isAtOpening = false
    }
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: "\""):
        payComma()
        guard takeString(into: &output) else { return nil }
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        payComma()
        output.append(byte)
        isAtOpening = true
        depth += 1
        index += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        isCommaDue = false
        isAtOpening = false
        output.append(byte)
        depth -= 1
        index += 1
        if depth == 0 { return output }
      case UInt8(ascii: ","):
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
  /// The JSON that a script of a page holds, in the wrappings and with the habits that pages have: one value, as a rule.
  ///
  /// - Parameter memory: The most bytes that a value may take, about.
  /// - Throws: Where one takes more.
  package static func values(ofScript text: String, memory: Int) throws(JSONSyntaxError) -> [JSONValue] {
    try LooseJSON.values(of: text, memory: memory)
  }

  package static func values(ofScript text: String) -> [JSONValue] {
    (try? values(ofScript: text, memory: memoryLimit)) ?? []
  }
}
