/// The text of an element that is read, within a bound. Elements inside of it can be kept as markup.
struct TextField {
  private var text = ""
  private(set) var isWhole = true
  /// Whether the text is markup: HTML in it is escaped once.
  private var isMarkup: Bool
  /// The outermost element inside that is not a part of the value (RFC 4287, 3.1.1.3).
  private let dropsDivision: Bool
  private var depth = 0
  private var hasDropped = false

  /// The most bytes of a value.
  static let limit = 1 << 20

  init(isMarkup: Bool = false, dropsDivision: Bool = false) {
    self.isMarkup = isMarkup
    self.dropsDivision = dropsDivision
  }

  /// The value; `nil` where there is none, and where a part of it is missing.
  var value: String? {
    guard isWhole else { return nil }
    let trimmed = text.utf8.trimmed
    return trimmed.isEmpty ? nil : String(decoding: trimmed, as: UTF8.self)
  }

  mutating func append(_ part: String, isWhole: Bool) {
    if !isWhole { self.isWhole = false }
    add(isMarkup ? Self.escaped(part) : part)
  }

  mutating func start(_ element: XMLElement) {
    depth += 1
    if dropsDivision, depth == 1, element.name.local == "div" {
      hasDropped = true
      return
    }
    if !isMarkup {
      // Text so far meant itself.
      text = Self.escaped(text)
      isMarkup = true
    }
    add("<" + Self.name(of: element))
    for attribute in element.attributes {
      add(" \(attribute.name.qualified)=\"\(Self.escaped(attribute.value, isAttribute: true))\"")
    }
    add(">")
  }

  mutating func end(_ name: XMLName) {
    depth -= 1
    if depth == 0, hasDropped {
      hasDropped = false
      return
    }
    let element = XMLElement(name: name)
    if !Self.voids.contains(name.local) { add("</" + Self.name(of: element) + ">") }
  }

  private mutating func add(_ part: String) {
    guard isWhole, text.utf8.count + part.utf8.count <= Self.limit else {
      isWhole = false
      text = ""
      return
    }
    text += part
  }

  /// HTML has no prefixes.
  private static func name(of element: XMLElement) -> String {
    element.name.namespace == "http://www.w3.org/1999/xhtml" ? element.name.local : element.name.qualified
  }

  /// HTML 13.1.2.
  private static let voids: Set<String> = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
  ]

  private static func escaped(_ text: String, isAttribute: Bool = false) -> String {
    guard text.utf8.contains(where: { "&<>\"".utf8.contains($0) }) else { return text }
    var output: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "&"): output += "&amp;".utf8
      case UInt8(ascii: "<"): output += "&lt;".utf8
      case UInt8(ascii: ">"): output += "&gt;".utf8
      case UInt8(ascii: "\"") where isAttribute: output += "&quot;".utf8
      default: output.append(byte)
      }
    }
    return String(decoding: output, as: UTF8.self)
  }
}
