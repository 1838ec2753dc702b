/// The names in an expression of XPath 1.0, as far as they must be known before there is a document: functions (4),
/// which libxml2 looks up where they are called, and a predicate on nothing calls none; and prefixes, which it refuses
/// to look for unless they are declared.
enum XPathNames {
  private static let functions: Set<String> = [
    "last", "position", "count", "id", "local-name", "namespace-uri", "name", "string", "concat", "starts-with",
    "contains", "substring-before", "substring-after", "substring", "string-length", "normalize-space", "translate",
    "boolean", "not", "true", "false", "lang", "number", "sum", "floor", "ceiling", "round",
    // Node tests look like functions.
    "comment", "text", "processing-instruction", "node",
    // Operators, before a parenthesis.
    "and", "or", "div", "mod",
  ]

  /// The prefixes of names, each once.
  ///
  /// - Throws: For a function that there is not.
  static func prefixes(in text: String) throws(XPathExpression.SyntaxError) -> Set<String> {
    let bytes = Array(text.utf8)
    var prefixes: Set<String> = []
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
        if index + 1 < bytes.count, bytes[index] == colon, bytes[index + 1] != colon {
          prefixes.insert(name)
          index += 1
          continue
        }
        let next = bytes[index...].first { !HTMLBytes.isSpace($0) }
        if next == UInt8(ascii: "("), !functions.contains(name) {
          throw XPathExpression.SyntaxError(message: "XPath 1.0 has no function '\(name)'", range: start..<index)
        }
      } else {
        index += 1
      }
    }
    return prefixes
  }

  private static let colon = UInt8(ascii: ":")

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), 0x80...:
      true
    default: false
    }
  }
}
