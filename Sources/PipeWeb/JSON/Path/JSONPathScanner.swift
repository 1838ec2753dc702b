/// Reads the tokens of a query (RFC 9535, appendix A).
struct JSONPathScanner {
  private let scalars: [Unicode.Scalar]
  var index = 0

  init(_ text: String) {
    scalars = Array(text.unicodeScalars)
  }

  var isAtEnd: Bool { index >= scalars.count }

  func peek(_ distance: Int = 0) -> Unicode.Scalar? {
    index + distance < scalars.count ? scalars[index + distance] : nil
  }

  func follows(_ text: String) -> Bool {
    scalars[min(index, scalars.count)...].starts(with: text.unicodeScalars)
  }

  /// Passes over `text`, if it comes next.
  mutating func skip(_ text: String) -> Bool {
    guard follows(text) else { return false }
    index += text.unicodeScalars.count
    return true
  }

  /// "S": optional blank space.
  mutating func skipSpace() {
    while let scalar = peek(), scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r" { index += 1 }
  }

  func error(_ message: String, at offset: Int? = nil) -> JSONPath.SyntaxError {
    JSONPath.SyntaxError(message: message, offset: offset ?? index)
  }

  func unexpected(_ expectation: String) -> JSONPath.SyntaxError {
    let found = peek().map { "'\($0)'" } ?? "the end of the query"
    return error("expected \(expectation), found \(found)")
  }

  /// "member-name-shorthand", nil where none comes next.
  mutating func memberName() -> String? {
    guard let first = peek(), Self.isNameStart(first) else { return nil }
    return takeWhile { Self.isNameStart($0) || ("0"..."9").contains($0) }
  }

  /// "function-name", or a keyword.
  mutating func word() -> String {
    takeWhile { ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "_" }
  }

  private static func isNameStart(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_" || scalar.value >= 0x80
  }

  private mutating func takeWhile(_ condition: (Unicode.Scalar) -> Bool) -> String {
    var text = String.UnicodeScalarView()
    while let scalar = peek(), condition(scalar) {
      text.append(scalar)
      index += 1
    }
    return String(text)
  }

  /// "int", nil where none comes next; within the range of I-JSON.
  mutating func integer() throws(JSONPath.SyntaxError) -> Int? {
    let start = index
    let isNegative = skip("-")
    let digits = takeWhile { ("0"..."9").contains($0) }
    if digits.isEmpty {
      if isNegative { throw unexpected("a digit") }
      return nil
    }
    if digits.hasPrefix("0"), digits.utf8.count > 1 || isNegative {
      throw error(isNegative ? "an integer may not start with -0" : "an integer may not start with 0", at: start)
    }
    guard let value = Int(digits), value < 1 << 53 else { throw error("an integer beyond ±(2^53 - 1)", at: start) }
    return isNegative ? -value : value
  }

  /// "number": a literal in a filter.
  mutating func number() throws(JSONPath.SyntaxError) -> JSONNumber {
    let start = index
    var text = skip("-") ? "-" : ""
    let first = index
    let digits = takeWhile { ("0"..."9").contains($0) }
    if digits.isEmpty { throw unexpected("a digit") }
    if digits.hasPrefix("0"), digits.utf8.count > 1 { throw error("a number may not start with 0", at: first) }
    text += digits
    if skip(".") {
      let fraction = takeWhile { ("0"..."9").contains($0) }
      if fraction.isEmpty { throw unexpected("a digit") }
      text += "." + fraction
    }
    if skip("e") || skip("E") {
      let sign = skip("-") ? "-" : skip("+") ? "+" : ""
      let exponent = takeWhile { ("0"..."9").contains($0) }
      if exponent.isEmpty { throw unexpected("a digit") }
      text += "e" + sign + exponent
    }
    guard case .number(let number) = try? JSONValue(parsing: text) else { throw error("no number", at: start) }
    return number
  }

  /// "string-literal", in single or double quotes; nil where none comes next.
  mutating func string() throws(JSONPath.SyntaxError) -> String? {
    guard let quote = peek(), quote == "'" || quote == "\"" else { return nil }
    index += 1
    var text = String.UnicodeScalarView()
    while let scalar = peek() {
      if scalar == quote {
        index += 1
        return String(text)
      }
      if scalar.value < 0x20 { throw error("a control character must be escaped") }
      index += 1
      text.append(scalar == "\\" ? try escape(quote) : scalar)
    }
    throw unexpected("a closing quote")
  }

  /// What follows a backslash.
  private mutating func escape(_ quote: Unicode.Scalar) throws(JSONPath.SyntaxError) -> Unicode.Scalar {
    guard let scalar = peek() else { throw unexpected("an escape") }
    index += 1
    switch scalar {
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "/", "\\", quote: return scalar
    case "u":
      let start = index - 2
      var value = try hexadecimal()
      if 0xD800...0xDBFF ~= value, skip("\\u") {
        let low = try hexadecimal()
        guard 0xDC00...0xDFFF ~= low else { throw error("half of a surrogate pair", at: start) }
        value = 0x1_0000 + (value - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(value) else { throw error("half of a surrogate pair", at: start) }
      return scalar
    default:
      index -= 1
      throw unexpected("an escape")
    }
  }

  private mutating func hexadecimal() throws(JSONPath.SyntaxError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let scalar = peek(), scalar.isASCII, let digit = Character(scalar).hexDigitValue else {
        throw unexpected("four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      index += 1
    }
    return value
  }
}
