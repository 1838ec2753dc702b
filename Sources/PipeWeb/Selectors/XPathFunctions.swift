/// The functions of XPath 1.0 (4), so that one of another name is found before there is a document: libxml2 looks a
/// function up where it is called, and a predicate on nothing calls none.
enum XPathFunctions {
  private static let names: Set<String> = [
    "last", "position", "count", "id", "local-name", "namespace-uri", "name", "string", "concat", "starts-with",
    "contains", "substring-before", "substring-after", "substring", "string-length", "normalize-space", "translate",
    "boolean", "not", "true", "false", "lang", "number", "sum", "floor", "ceiling", "round",
    // Node tests look like functions.
    "comment", "text", "processing-instruction", "node",
    // Operators, before a parenthesis.
    "and", "or", "div", "mod",
  ]

  static func check(_ text: String) throws(XPathExpression.SyntaxError) {
    let bytes = Array(text.utf8)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
        index += 1
        while index < bytes.count, bytes[index] != byte { index += 1 }
        index += 1
      } else if isNameByte(byte) {
        let start = index
        while index < bytes.count, isNameByte(bytes[index]) { index += 1 }
        let name = String(decoding: bytes[start..<index], as: UTF8.self)
        let next = bytes[index...].first { !HTMLBytes.isSpace($0) }
        if next == UInt8(ascii: "("), !names.contains(name) {
          throw XPathExpression.SyntaxError(message: "XPath 1.0 has no function '\(name)'", range: start..<index)
        }
      } else {
        index += 1
      }
    }
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
