/// The names in an expression of XPath 1.0, as far as they must be known before there is a document: libxml2 looks
/// functions and variables up where they are evaluated, and a predicate on nothing evaluates none; and it refuses
/// prefixes that are not declared beforehand.
struct XPathNames {
  /// The prefixes of names.
  private(set) var prefixes: Set<String> = []

  private let bytes: [UInt8]
  private var index = 0
  /// What is open: parentheses and brackets.
  private var open: [Opening] = []

  private struct Opening {
    /// The function whose arguments are in it, and where its name begins.
    let function: String?
    let start: Int
    var commas = 0
    var isEmpty = true
  }

  /// How many arguments the functions take (XPath 1.0, 4). Node tests look like functions, and so do operators before
  /// a parenthesis, of which nothing is known here.
  private static let functions: [String: ClosedRange<Int>?] = [
    "last": 0...0, "position": 0...0, "count": 1...1, "id": 1...1, "local-name": 0...1, "namespace-uri": 0...1,
    "name": 0...1, "string": 0...1, "concat": 2 ... .max, "starts-with": 2...2, "contains": 2...2,
    "substring-before": 2...2, "substring-after": 2...2, "substring": 2...3, "string-length": 0...1,
    "normalize-space": 0...1, "translate": 3...3, "boolean": 1...1, "not": 1...1, "true": 0...0, "false": 0...0,
    "lang": 1...1, "number": 0...1, "sum": 1...1, "floor": 1...1, "ceiling": 1...1, "round": 1...1,
    "comment": 0...0, "text": 0...0, "processing-instruction": 0...1, "node": 0...0,
    "and": nil, "or": nil, "div": nil, "mod": nil,
  ]

  /// - Throws: For a function that there is not, or that takes another number of arguments, and for a variable.
  init(_ text: String) throws(XPathExpression.SyntaxError) {
    bytes = Array(text.utf8)
    while index < bytes.count {
      let byte = bytes[index]
      if !HTMLBytes.isSpace(byte), byte != UInt8(ascii: ")"), !open.isEmpty { open[open.count - 1].isEmpty = false }
      switch byte {
      case UInt8(ascii: "'"), UInt8(ascii: "\""):
        index = (bytes[(index + 1)...].firstIndex(of: byte) ?? bytes.count) + 1
      case UInt8(ascii: "("), UInt8(ascii: "["):
        open.append(Opening(function: nil, start: index))
        index += 1
      case UInt8(ascii: ","):
        if !open.isEmpty { open[open.count - 1].commas += 1 }
        index += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"):
        index += 1
        if let opening = open.popLast() { try close(opening) }
      case UInt8(ascii: "$"):
        let start = index
        index += 1
        _ = readName()
        throw XPathExpression.SyntaxError(message: "there are no variables", range: start..<index)
      case _ where Self.isNameByte(byte): try readWord()
      default: index += 1
      }
    }
  }

  private mutating func readWord() throws(XPathExpression.SyntaxError) {
    let start = index
    let name = readName()
    let colon = UInt8(ascii: ":")
    if index + 1 < bytes.count, bytes[index] == colon, bytes[index + 1] != colon {
      prefixes.insert(name)
      index += 1
      return
    }
    guard let parenthesis = bytes[index...].firstIndex(where: { !HTMLBytes.isSpace($0) }),
      bytes[parenthesis] == UInt8(ascii: "(")
    else { return }
    guard let arguments = Self.functions[name] else {
      throw XPathExpression.SyntaxError(message: "XPath 1.0 has no function '\(name)'", range: start..<index)
    }
    open.append(Opening(function: arguments == nil ? nil : name, start: start))
    index = parenthesis + 1
  }

  private func close(_ opening: Opening) throws(XPathExpression.SyntaxError) {
    guard let name = opening.function, let wanted = Self.functions[name] ?? nil else { return }
    let count = opening.isEmpty ? 0 : opening.commas + 1
    if wanted.contains(count) { return }
    let words =
      if wanted.upperBound == 0 {
        "no argument"
      } else if wanted.upperBound == .max {
        "\(wanted.lowerBound) arguments or more"
      } else {
        (wanted.count == 1 ? "" : "\(wanted.lowerBound) or ") + "\(wanted.upperBound) argument"
          + (wanted.upperBound == 1 ? "" : "s")
      }
    throw XPathExpression.SyntaxError(
      message: "\(name)() takes \(words), and has \(count)", range: opening.start..<index)
  }

  private mutating func readName() -> String {
    let start = index
    while index < bytes.count, Self.isNameByte(bytes[index]) { index += 1 }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), 0x80...:
      true
    default: false
    }
  }
}
