/// Cuts an expression's text into tokens. Total: what it cannot read becomes a fault.
struct Lexer {
  private(set) var faults: [ScalarFault] = []
  /// The units of numbers, by where these begin; `nil` where numbers have none.
  private(set) var units: [Int: ExpectationUnit]?
  private let bytes: [UInt8]
  private var index = 0
  /// Whether a value has just ended, so that an operator follows.
  private var isAfterOperand = false
  /// Whether commas and blanks stand between the values of a list.
  private var isInList = false

  /// - Parameter takesUnits: Whether a number may have a unit: `2s`, `1%`.
  static func tokens(
    _ text: String, takesUnits: Bool = false
  ) -> (tokens: [Token], faults: [ScalarFault], units: [Int: ExpectationUnit]) {
    var lexer = Lexer(bytes: Array(text.utf8))
    if takesUnits { lexer.units = [:] }
    var tokens: [Token] = []
    while true {
      tokens.append(lexer.next())
      if tokens[tokens.count - 1].kind == .end { return (tokens, lexer.faults, lexer.units ?? [:]) }
    }
  }

  /// Whether a name can stand in an expression without backquotes.
  static func isPlainName(_ name: String) -> Bool {
    guard Keyword(rawValue: name) == nil else { return false }
    let lexer = Lexer(bytes: Array(name.utf8))
    return lexer.wordEnd() == lexer.bytes.count && !lexer.bytes.isEmpty
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func next() -> Token {
    while index < bytes.count, " \t\r\n".utf8.contains(bytes[index]) { index += 1 }
    let start = index
    guard index < bytes.count else { return Token(kind: .end, range: start..<start) }
    let kind = kind()
    if kind == .broken { index = bytes.count }
    let token = Token(kind: kind, range: start..<index)
    if kind == .openList { isInList = true }
    if kind == .closeList { isInList = false }
    isAfterOperand =
      switch kind {
      case .word: token.keyword.map { [.null, .true, .false].contains($0) } ?? true
      case .literal, .close, .closeList, .faultyValue: true
      default: false
      }
    return token
  }

  private mutating func kind() -> Token.Kind {
    let start = index
    switch bytes[index] {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return string()
    case UInt8(ascii: "`"): return quotedName()
    case UInt8(ascii: "/"): return regex()
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
    case UInt8(ascii: "-") where index + 1 < bytes.count && bytes[index + 1].isASCIIDigit: return number()
    default: break
    }
    let end = wordEnd()
    if end > start {
      index = end
      return .word(String(decoding: bytes[start..<end], as: UTF8.self), isQuoted: false)
    }
    for sign in Sign.all where bytes[start...].starts(with: sign.text.utf8) {
      index += sign.text.utf8.count
      if let hint = sign.hint {
        report(.badExpression, "'\(sign.text)' is not an operator here", hint: hint, start..<index)
      }
      return sign.kind
    }
    let scalar = scalar(at: start)
    let character = start..<start + (scalar?.utf8.count ?? 1)
    if let scalar, scalar.properties.generalCategory == .spaceSeparator {
      let name = scalar == "\u{A0}" ? "a no-break space (U+00A0)" : "a space of another kind"
      report(.badExpression, "\(name) stands here", hint: "write a plain space", character)
      return .broken
    }
    let hint: String? =
      switch scalar {
      case "\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}": "write straight quotes: ' or \""
      case "+", "-", "*", "%": "there is no arithmetic here; compare a field with a value"
      case "?": "there is no '? :' here; combine conditions with 'and' and 'or'"
      case "{", "$": "a field is written by its name alone"
      case "#" where isAfterOperand: "a comment stands outside of the condition's quotes"
      case "@", "#", ".", ":": "a field whose name is not a plain word is written between backquotes: `og:title`"
      default: nil
      }
    report(.badExpression, "unexpected character '\(scalar.map(String.init) ?? "?")'", hint: hint, character)
    return .broken
  }

  /// The end of the word that begins here: letters, digits and `_`, and between these `-`, `.` and `:`.
  private func wordEnd() -> Int {
    var end = index
    var position = index
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":") {
        // `a..b` is not a word: such a mark joins two letters or digits.
        guard position > index, end == position else { break }
        position += 1
      } else if byte.isASCIILetter || byte == UInt8(ascii: "_") || byte.isASCIIDigit && position > index {
        position += 1
        end = position
      } else if byte >= 0x80, let scalar = scalar(at: position),
        scalar.properties.isXIDStart || position > index && scalar.properties.isXIDContinue
      {
        position += scalar.utf8.count
        end = position
      } else {
        break
      }
    }
    return end
  }

  private mutating func string() -> Token.Kind {
    let start = index
    let quote = bytes[index]
    var content: [UInt8] = []
    index += 1
    while index < bytes.count, bytes[index] != quote {
      guard bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count else {
        content.append(bytes[index])
        index += 1
        continue
      }
      switch bytes[index + 1] {
      case UInt8(ascii: "n"): content.append(UInt8(ascii: "\n"))
      case UInt8(ascii: "t"): content.append(UInt8(ascii: "\t"))
      case UInt8(ascii: "r"): content.append(UInt8(ascii: "\r"))
      case let byte where byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\""):
        content.append(byte)
      default:
        let end = index + 1 + (scalar(at: index + 1)?.utf8.count ?? 1)
        report(
          .badExpression, "unknown escape '\(String(decoding: bytes[index..<end], as: UTF8.self))' in a string",
          hint: "a backslash is written \\\\; the others are \\' \\\" \\n \\r \\t", index..<end)
        index = end
        continue
      }
      index += 2
    }
    guard index < bytes.count else {
      let mark = String(decoding: [quote], as: UTF8.self)
      report(.badExpression, "the string has no closing \(mark)", hint: "close it with \(mark)", start..<bytes.count)
      return .broken
    }
    index += 1
    return .literal(.string(String(decoding: content, as: UTF8.self)))
  }

  private mutating func quotedName() -> Token.Kind {
    let start = index
    guard let end = bytes[(start + 1)...].firstIndex(of: UInt8(ascii: "`")) else {
      report(.badExpression, "the field name has no closing `", hint: "close it with `", start..<bytes.count)
      return .broken
    }
    index = end + 1
    return .word(String(decoding: bytes[start + 1..<end], as: UTF8.self), isQuoted: true)
  }

  private mutating func regex() -> Token.Kind {
    guard let literal = RegularExpressionLiteral(bytes, at: index) else {
      if isAfterOperand {
        report(
          .badExpression, "unexpected character '/'",
          hint: "there is no arithmetic here; compare a field with a value", index..<index + 1)
        return .broken
      }
      report(
        .badExpression, "the regular expression has no closing /",
        hint: "close it with /; a slash inside it is written \\/", index..<bytes.count)
      return .broken
    }
    index = literal.range.upperBound
    switch literal.expression {
    case .success(let expression): return .regex(expression)
    case .failure(let fault):
      report(.badRegex, "bad regular expression: \(fault.message)", hint: fault.hint, fault.range)
      return .faultyValue
    }
  }

  private mutating func number() -> Token.Kind {
    let start = index
    if let end = WrittenQuantity.dateEnd(bytes[start...]) {
      index = end
      let date = String(decoding: bytes[start..<end], as: UTF8.self)
      report(.badExpression, "a date is written between quotes", hint: "write '\(date)'", start..<end)
      return .faultyValue
    }
    if let end = WrittenQuantity.otherDateEnd(bytes[start...]) {
      index = end
      report(
        .badExpression, "a date is written year first and between quotes", hint: "for example: '2026-01-31'",
        start..<end)
      return .faultyValue
    }
    if !isInList, let (end, digits) = WrittenQuantity.groupedDigits(bytes[start...]) {
      index = end
      report(.badExpression, "digits are not grouped", hint: "write \(digits)", start..<end)
      return .faultyValue
    }
    index += 1
    skipDigits()
    var isWhole = true
    if index + 1 < bytes.count, bytes[index] == UInt8(ascii: "."), bytes[index + 1].isASCIIDigit {
      isWhole = false
      index += 1
      skipDigits()
    }
    if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
      var digits = index + 1
      if digits < bytes.count, bytes[digits] == UInt8(ascii: "-") || bytes[digits] == UInt8(ascii: "+") { digits += 1 }
      if digits < bytes.count, bytes[digits].isASCIIDigit {
        isWhole = false
        index = digits
        skipDigits()
      }
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    let end = index
    if let literal = quantity(text, from: start) { return .literal(literal) }
    // What follows without a blank was meant as part of it.
    while index < bytes.count,
      bytes[index].isASCIILetter || bytes[index].isASCIIDigit || bytes[index] == UInt8(ascii: "_")
    {
      index += 1
    }
    if index > end {
      // `1_000.5` goes on behind what was read.
      while index < bytes.count, bytes[index] == UInt8(ascii: "."), index + 1 < bytes.count,
        bytes[index + 1].isASCIIDigit
      {
        index += 1
        skipDigits()
      }
      let written = String(decoding: bytes[start..<index], as: UTF8.self)
      let hint =
        end - start == 1 && written.dropFirst().lowercased() == "xx"
        ? "write a range: in \(text)00..\(text)99" : WrittenQuantity.hint(for: written, number: text)
      report(.badExpression, "'\(written)' is not a number", hint: hint, start..<index)
      return .faultyValue
    }
    if isWhole, let value = Int(text) { return .literal(.int(value)) }
    if !isWhole, let value = Double(text), value.isFinite { return .literal(.double(value)) }
    report(.badExpression, "the number \(text.prefix(40)) is too large", start..<index)
    return .faultyValue
  }

  /// A number that a unit follows at once, and passes it; `nil` where none does, or may.
  private mutating func quantity(_ number: String, from start: Int) -> Literal? {
    if units == nil { return nil }
    let isPercent = index < bytes.count && bytes[index] == UInt8(ascii: "%")
    let end =
      isPercent ? index + 1 : bytes[index...].firstIndex { !$0.isASCIILetter && !$0.isASCIIDigit } ?? bytes.count
    guard end > index,
      let (literal, unit) = ExpectationUnit.value(number, String(decoding: bytes[index..<end], as: UTF8.self))
    else { return nil }
    index = end
    units?[start] = unit
    return literal
  }

  private mutating func skipDigits() {
    while index < bytes.count, bytes[index].isASCIIDigit { index += 1 }
  }

  /// The scalar that begins at a byte; the text is valid UTF-8.
  private func scalar(at start: Int) -> Unicode.Scalar? {
    let length = bytes[start] < 0x80 ? 1 : bytes[start] < 0xE0 ? 2 : bytes[start] < 0xF0 ? 3 : 4
    return String(decoding: bytes[start..<min(start + length, bytes.count)], as: UTF8.self).unicodeScalars.first
  }

  private mutating func report(
    _ code: Diagnostic.Code, _ message: String, hint: String? = nil, _ range: Range<Int>
  ) {
    faults.append(ScalarFault(code, message, hint: hint, range: range))
  }
}

/// The signs of the language, and those of others that have one meaning here.
private struct Sign {
  let text: String
  let kind: Token.Kind
  /// For a sign of another language.
  let hint: String?

  /// A longer sign comes before one that it begins with.
  static let all: [Sign] = [
    Sign("===", .comparison(.equal), hint: "did you mean '=='?"),
    Sign("!==", .comparison(.notEqual), hint: "did you mean '!='?"),
    Sign("...", .range, hint: "did you mean '..'? Both ends are included"),
    Sign("..<", .range, hint: "did you mean '..'? Both ends are included"),
    Sign("..=", .range, hint: "did you mean '..'? Both ends are included"),
    Sign("==", .comparison(.equal)), Sign("!=", .comparison(.notEqual)),
    Sign("=~", word(.matches), hint: "write 'matches'"), Sign("!~", word(.matches), hint: "write 'not matches'"),
    Sign("~=", word(.matches), hint: "write 'matches'"), Sign("~", word(.matches), hint: "write 'matches'"),
    Sign("<=", .comparison(.lessOrEqual)), Sign(">=", .comparison(.greaterOrEqual)),
    Sign("=<", .comparison(.lessOrEqual), hint: "did you mean '<='?"),
    Sign("=>", .comparison(.greaterOrEqual), hint: "did you mean '>='?"),
    Sign("<>", .comparison(.notEqual), hint: "did you mean '!='?"),
    Sign("&&", word(.and), hint: "write 'and'"), Sign("||", word(.or), hint: "write 'or'"),
    Sign("..", .range), Sign("<", .comparison(.less)), Sign(">", .comparison(.greater)),
    Sign("=", .comparison(.equal), hint: "did you mean '=='?"),
    Sign("&", word(.and), hint: "write 'and'"), Sign("|", word(.or), hint: "write 'or'"),
    Sign("!", word(.not), hint: "write 'not'"), Sign("(", .open), Sign(")", .close),
    Sign("[", .openList), Sign("]", .closeList), Sign(",", .comma),
  ]

  private init(_ text: String, _ kind: Token.Kind, hint: String? = nil) {
    self.text = text
    self.kind = kind
    self.hint = hint
  }

  private static func word(_ keyword: Keyword) -> Token.Kind { .word(keyword.rawValue, isQuoted: false) }
}

extension UInt8 {
  var isASCIIDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
  var isASCIILetter: Bool { self | 0x20 >= UInt8(ascii: "a") && self | 0x20 <= UInt8(ascii: "z") }
}
