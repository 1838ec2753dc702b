/// What is wrong, and what to write instead.
extension Parser {
  mutating func report(_ message: String, hint: String? = nil, _ range: Range<Int>) {
    faults.append(ScalarFault(.badExpression, message, hint: hint, range: range))
  }

  mutating func fail(_ message: String, hint: String? = nil, _ range: Range<Int>) -> Stop {
    report(message, hint: hint, range)
    return Stop()
  }

  /// Something stands where only an operator, a closing parenthesis or the end can.
  mutating func failAfterItem() -> Stop {
    let token = current
    if token.kind == .broken { return Stop() }
    let before = index > 0 ? written(tokens[index - 1].range) : ""
    switch token.kind {
    case .close: return fail("')' has no '(' before it", hint: "remove it", token.range)
    case .closeList: return fail("']' has no '[' before it", hint: "remove it", token.range)
    case .comma where isDecimalComma:
      let (whole, digits) = (written(tokens[index - 1].range), written(tokens[index + 1].range))
      if digits.utf8.count == 3 {
        return fail(
          "digits are not grouped", hint: "write \(whole)\(digits), or \(whole).\(digits) for a decimal sign",
          token.range)
      }
      return fail("the decimal sign is a point", hint: "write \(whole).\(digits)", token.range)
    case .comma: return fail("',' is not expected here", hint: "join conditions with 'and' or 'or'", token.range)
    case .range:
      return fail("a range stands only after 'in'", hint: "write field in 200..299", token.range)
    case .word(let word, isQuoted: false):
      if let hint = ForeignWords.hint(
        for: word, before: before, rest: tokens[(index + 1)...].prefix(4).map { written($0.range) })
      {
        return fail("'\(word)' is not an operator here", hint: hint, token.range)
      }
      if index > 0, case .literal(let literal) = tokens[index - 1].kind, literal.isNumber,
        let hint = WrittenQuantity.inBase(before, word)
      {
        return fail("'\(before) \(word)' is not a number", hint: hint, token.range)
      }
      let words = Keyword.allCases.filter { ![.null, .true, .false].contains($0) }.map(\.rawValue)
      let near = token.keyword == nil ? nearestName(to: word, among: words) : nil
      return fail(
        "an operator is expected before '\(word)'",
        hint: near.map { "did you mean '\($0)'?" }
          ?? "the operators are == != < <= > >= in contains starts_with ends_with matches and or",
        token.range)
    default:
      return fail(
        "an operator is expected before '\(written(token.range))'",
        hint: "for example: \(before) == \(written(token.range))",
        token.range)
    }
  }

  /// Whether a comma joins two numbers: `10,5`.
  private var isDecimalComma: Bool {
    guard index > 0, let after, case .literal(let left) = tokens[index - 1].kind, case .literal(let right) = after.kind,
      left.isNumber, right.isNumber
    else { return false }
    return tokens[index - 1].range.upperBound == current.range.lowerBound
      && current.range.upperBound == after.range.lowerBound
  }

  /// Something stands where a value is expected.
  mutating func failMissing() -> Stop {
    let token = current
    if token.kind == .broken { return Stop() }
    guard index > 0 else {
      return fail("'\(written(token.range))' has nothing on its left", hint: "write a field before it", token.range)
    }
    let previous = tokens[index - 1]
    // `status >= 200 and < 300`: the field is said once.
    if case .comparison = token.kind, previous.keyword == .and || previous.keyword == .or, let after,
      let field = tokens[..<index].last(where: { if case .word = $0.kind { $0.keyword == nil } else { false } })
    {
      return fail(
        "a value is expected after '\(written(previous.range))'",
        hint: "name the field again: \(written(field.range)) \(written(token.range)) \(written(after.range))",
        previous.range)
    }
    return fail(
      "a value is expected after '\(written(previous.range))'", hint: "write a field or a value after it",
      previous.range)
  }

  mutating func failMembership(_ left: Operand, _ word: Token) -> Stop {
    if current.kind == .broken { return Stop() }
    let name = written(left.range)
    let hint: String
    switch current.kind {
    case .open: hint = "a list is written in brackets: [301, 302]"
    case .literal(let low):
      if case .literal(let high)? = after?.kind, low.isNumber, high.isNumber {
        let end = written(after?.range ?? current.range)
        hint = "write \(name) in \(written(current.range))..\(end.hasPrefix("-") ? String(end.dropFirst()) : end)"
      } else {
        hint = "write '\(name) == \(written(current.range))', or a list: [\(written(current.range))]"
      }
    default: hint = "for example: in 200..299, or in [301, 302]"
    }
    return fail("'in' needs a range or a list", hint: hint, placeOfMissing(after: word))
  }

  /// A list behind a test of one text.
  mutating func failList(_ left: Operand, _ word: String, joint: String) -> Stop {
    let texts = tokens[(index + 1)...].prefix { $0.kind != .closeList }.compactMap { token in
      if case .literal = token.kind { written(token.range) } else { nil }
    }
    let hint = texts.prefix(3).map { "\(written(left.range)) \(word) \($0)" }.joined(separator: " \(joint) ")
    return fail(
      "a list stands only after 'in'", hint: texts.isEmpty ? "write one text after '\(word)'" : "write \(hint)",
      current.range)
  }

  mutating func failCall(_ name: Token) -> Stop {
    let word = written(name.range)
    let method = word.split(separator: ".").last.map(String.init) ?? word
    let field = word.split(separator: ".").dropLast().joined(separator: ".")
    let operators = ForeignWords.test(for: method)
    let hint =
      if ForeignWords.isLength(method) {
        "write length(\(field.isEmpty ? "field" : field)) for the length of a list or a text"
      } else if let operators, !field.isEmpty {
        "write \(field) \(operators) …"
      } else if let operators {
        "write field \(operators) …"
      } else {
        "the only function is length; compare the field itself"
      }
    return fail("'\(word)' cannot be called", hint: hint, name.range)
  }

  /// The token that stands where another is needed; the word that needs it at the end of the text.
  func placeOfMissing(after word: Token) -> Range<Int> {
    current.kind == .end ? word.range : current.range
  }
}
