/// Reads selectors (Selectors Level 4, 18; CSS Syntax Level 3, 4 for names and strings).
struct CSSSelectorParser {
  let bytes: [UInt8]
  var index = 0
  /// How many memories of positions the matcher needs.
  private(set) var slots = 0
  var needsLanguage = false
  /// What forgiving lists left out.
  private(set) var ignored: [CSSSelector.SyntaxError] = []
  private var depth = 0

  private static let depthLimit = 32
  private static let lengthLimit = 65_536

  init(_ text: String) { bytes = Array(text.utf8) }

  mutating func all() throws(CSSSelector.SyntaxError) -> [ComplexSelector] {
    if bytes.count > Self.lengthLimit { throw error("it is longer than 64 KiB", 0..<bytes.count) }
    let selectors = try list(isRelative: false)
    guard index == bytes.count else { throw unexpected() }
    return selectors
  }

  /// - Parameter isForgiving: Whether selectors that are none are left out instead of refused.
  mutating func list(
    isRelative: Bool, isForgiving: Bool = false
  ) throws(CSSSelector.SyntaxError) -> [ComplexSelector] {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.depthLimit { throw error("it is nested too deeply", index..<min(index + 1, bytes.count)) }
    var selectors: [ComplexSelector] = []
    repeat {
      guard isForgiving else {
        selectors.append(try complex(isRelative: isRelative))
        continue
      }
      let start = index
      do throws(CSSSelector.SyntaxError) {
        let selector = try complex(isRelative: isRelative)
        guard peek() == UInt8(ascii: ",") || peek() == UInt8(ascii: ")") else { throw unexpected() }
        selectors.append(selector)
      } catch {
        index = start
        guard skipArgument() else { throw error }
        ignored.append(error)
      }
    } while skip(",")
    return selectors
  }

  /// Skips to the comma or the parenthesis that ends an argument; false where there is none.
  private mutating func skipArgument() -> Bool {
    var open: [UInt8] = []
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: ","): if open.isEmpty { return true }
      case UInt8(ascii: "("): open.append(UInt8(ascii: ")"))
      case UInt8(ascii: "["): open.append(UInt8(ascii: "]"))
      case UInt8(ascii: ")"), UInt8(ascii: "]"):
        guard let last = open.popLast() else { return byte == UInt8(ascii: ")") }
        if last != byte { return false }
      case UInt8(ascii: "\\"): index += 1
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        guard (try? string()) != nil else { return false }
        continue
      default: break
      }
      index += 1
    }
    return false
  }

  private mutating func complex(isRelative: Bool) throws(CSSSelector.SyntaxError) -> ComplexSelector {
    skipSpace()
    if !isRelative, peek() == UInt8(ascii: ">") {
      throw unexpected(hint: "write :scope before it, which is the item (each) or the page")
    }
    let leading = isRelative ? combinatorSign() : nil
    skipSpace()
    var selector = ComplexSelector(compounds: [try compound()])
    selector.leading = leading ?? .descendant
    while true {
      let hadSpace = skipSpace()
      if let sign = combinatorSign() {
        skipSpace()
        selector.combinators.append(sign)
      } else if hadSpace, let next = peek(), next != UInt8(ascii: ","), next != UInt8(ascii: ")") {
        selector.combinators.append(.descendant)
      } else {
        return selector
      }
      selector.compounds.append(try compound())
    }
  }

  private mutating func combinatorSign() -> ComplexSelector.Combinator? {
    if skip(">") { return .child }
    if skip("+") { return .next }
    return skip("~") ? .later : nil
  }

  private mutating func compound() throws(CSSSelector.SyntaxError) -> CompoundSelector {
    var compound = CompoundSelector()
    let start = index
    let hasType = try type(&compound)
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: "#"):
        index += 1
        compound.tests.append(.id(SelectorName(try name("an id"))))
      case UInt8(ascii: "."):
        index += 1
        compound.tests.append(.class(SelectorName(try name("a class"))))
      case UInt8(ascii: "["): compound.tests.append(try attribute())
      case UInt8(ascii: ":"): compound.tests.append(try pseudo())
      default:
        if skipComment() { continue }
        if index == start { throw unexpected() }
        return compound
      }
    }
    if index == start, !hasType { throw unexpected() }
    return compound
  }

  /// `div`, `*`, `*|div`, `|div`; whether there is one.
  private mutating func type(_ compound: inout CompoundSelector) throws(CSSSelector.SyntaxError) -> Bool {
    let start = index
    if skip("|") {
      compound.hasNoNamespace = true
      if !skip("*") { compound.name = SelectorName(try name("an element")) }
      return true
    }
    if skip("*") {
      guard peek() == UInt8(ascii: "|"), peek(1) != UInt8(ascii: "=") else { return true }
      index += 1
      if skip("*") { return true }
    } else {
      guard isNameStart() else { return false }
    }
    let name = try name("an element")
    if peek() == UInt8(ascii: "|"), peek(1) != UInt8(ascii: "=") {
      throw error(
        "no namespace '\(String(decoding: name, as: UTF8.self))' is declared", start..<index,
        hint: "elements are found by their names alone, in any namespace; xpath knows prefixes")
    }
    compound.name = SelectorName(name)
    return true
  }

  private mutating func attribute() throws(CSSSelector.SyntaxError) -> SelectorTest {
    let start = index
    index += 1
    skipSpace()
    let isInAnyNamespace = skip("*")
    if isInAnyNamespace {
      guard skip("|") else { throw unexpected() }
    } else if peek() == UInt8(ascii: "|"), peek(1) != UInt8(ascii: "=") {
      index += 1
    }
    let name = SelectorName(try name("an attribute"))
    var attribute = SelectorTest.Attribute(
      name: name,
      hasValuesInAnyCase: Self.valuesInAnyCase.contains(String(decoding: name.lowercased.bytes, as: UTF8.self)),
      isInAnyNamespace: isInAnyNamespace)
    skipSpace()
    if skip("]") { return .attribute(attribute) }
    switch peek() {
    case UInt8(ascii: "="): attribute.comparison = .equals
    case UInt8(ascii: "~"): attribute.comparison = .word
    case UInt8(ascii: "|"): attribute.comparison = .dash
    case UInt8(ascii: "^"): attribute.comparison = .prefix
    case UInt8(ascii: "$"): attribute.comparison = .suffix
    case UInt8(ascii: "*"): attribute.comparison = .contains
    case UInt8(ascii: "!"): attribute.comparison = .notEquals
    case nil: throw error("the '[' has no ']'", start..<start + 1)
    default: throw unexpected()
    }
    if attribute.comparison != .equals { index += 1 }
    guard skip("=") else { throw unexpected() }
    skipSpace()
    attribute.value = SelectorName(try stringOrName("a value"))
    skipSpace()
    if let flag = peek().map(HTMLBytes.lowercased), flag == UInt8(ascii: "i") || flag == UInt8(ascii: "s") {
      attribute.letterCase = flag == UInt8(ascii: "i") ? .ignored : .kept
      index += 1
      skipSpace()
    }
    guard skip("]") else {
      throw peek() == nil ? error("the '[' has no ']'", start..<start + 1) : unexpected(hint: "quote the value")
    }
    return .attribute(attribute)
  }

  /// WHATWG HTML 4.16.2: attributes whose values compare in any case, on elements of HTML in HTML.
  private static let valuesInAnyCase = Set(
    """
    accept accept-charset align alink axis bgcolor charset checked clear codetype color compact declare defer dir direction
    disabled enctype face frame hreflang http-equiv lang language link media method multiple nohref noresize noshade nowrap
    readonly rel rev rules scope scrolling selected shape target text type valign valuetype vlink
    """.split { $0 == " " || $0 == "\n" }.map(String.init))

  mutating func slot() -> Int {
    slots += 1
    return slots - 1
  }

  // MARK: Names and strings

  func peek(_ ahead: Int = 0) -> UInt8? { index + ahead < bytes.count ? bytes[index + ahead] : nil }

  mutating func skip(_ sign: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: sign) else { return false }
    index += 1
    return true
  }

  /// Skips white space and comments; whether there was white space.
  @discardableResult
  mutating func skipSpace() -> Bool {
    var found = false
    while let byte = peek() {
      if HTMLBytes.isSpace(byte) {
        found = true
        index += 1
      } else if !skipComment() {
        break
      }
    }
    return found
  }

  private mutating func skipComment() -> Bool {
    guard peek() == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") else { return false }
    index += 2
    while index < bytes.count, !(peek() == UInt8(ascii: "*") && peek(1) == UInt8(ascii: "/")) { index += 1 }
    index = min(index + 2, bytes.count)
    return true
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), 0x80...:
      true
    default: false
    }
  }

  private func isEscape(_ ahead: Int) -> Bool {
    guard peek(ahead) == UInt8(ascii: "\\"), let next = peek(ahead + 1) else { return false }
    return next != 0x0A && next != 0x0D && next != 0x0C
  }

  /// Whether an identifier begins here (CSS Syntax 4.3.9).
  func isNameStart() -> Bool {
    guard let byte = peek() else { return false }
    if byte == UInt8(ascii: "-") {
      guard let next = peek(1) else { return false }
      return next == byte || isEscape(1) || (Self.isNameByte(next) && !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= next))
    }
    return isEscape(0) || (Self.isNameByte(byte) && !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte))
  }

  mutating func name(_ what: String) throws(CSSSelector.SyntaxError) -> [UInt8] {
    guard isNameStart() else { throw expected("the name of \(what)") }
    var name: [UInt8] = []
    while let byte = peek() {
      if Self.isNameByte(byte) {
        name.append(byte)
        index += 1
      } else if isEscape(0) {
        escape(into: &name)
      } else {
        break
      }
    }
    return name
  }

  private mutating func escape(into text: inout [UInt8]) {
    index += 1
    var code: UInt32 = 0
    var digits = 0
    while digits < 6, let byte = peek(), byte < 0x80, let digit = Character(Unicode.Scalar(byte)).hexDigitValue {
      code = code * 16 + UInt32(digit)
      digits += 1
      index += 1
    }
    if digits == 0 {
      if let byte = peek() {
        text.append(byte)
        index += 1
      }
      return
    }
    if let byte = peek(), HTMLBytes.isSpace(byte) { index += byte == 0x0D && peek(1) == 0x0A ? 2 : 1 }
    let scalar = code == 0 ? nil : Unicode.Scalar(code)
    text += String(scalar ?? "\u{FFFD}").utf8
  }

  /// A string in quotes, if one begins here.
  mutating func string() throws(CSSSelector.SyntaxError) -> [UInt8]? {
    guard let quote = peek(), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
    let start = index
    index += 1
    var text: [UInt8] = []
    while let byte = peek(), byte != quote {
      if byte == 0x0A { break }
      if byte == UInt8(ascii: "\\"), peek(1) == 0x0A {
        index += 2
      } else if isEscape(0) {
        escape(into: &text)
      } else {
        text.append(byte)
        index += 1
      }
    }
    guard peek() == quote else { throw error("the string has no end", start..<index) }
    index += 1
    return text
  }

  mutating func stringOrName(_ what: String) throws(CSSSelector.SyntaxError) -> [UInt8] {
    if let string = try string() { return string }
    return try name(what)
  }

  // MARK: Errors

  func error(_ message: String, _ range: Range<Int>, hint: String? = nil) -> CSSSelector.SyntaxError {
    CSSSelector.SyntaxError(message: message, hint: hint, range: range)
  }

  func unexpected(hint: String? = nil) -> CSSSelector.SyntaxError {
    guard index < bytes.count else {
      return error(bytes.isEmpty ? "it is empty" : "something is missing at its end", lastCharacter)
    }
    return error("'\(character)' cannot stand here", index..<index + character.utf8.count, hint: hint)
  }

  func expected(_ what: String) -> CSSSelector.SyntaxError {
    if index >= bytes.count { return error("\(what) must stand at its end", lastCharacter) }
    return error("\(what) must stand here", index..<index + character.utf8.count)
  }

  /// The last character that is not white space: what something is missing behind.
  private var lastCharacter: Range<Int> {
    guard let last = bytes.lastIndex(where: { !HTMLBytes.isSpace($0) }) else { return 0..<bytes.count }
    let start = bytes[...last].lastIndex { $0 & 0xC0 != 0x80 } ?? last
    return start..<last + 1
  }

  /// The character at hand.
  private var character: String {
    String(decoding: bytes[index...], as: UTF8.self).unicodeScalars.first.map { String($0) } ?? ""
  }
}
