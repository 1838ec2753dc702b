/// What may follow an operand.
extension Parser {
  /// The test that goes on from an item; `nil` where none does.
  mutating func test(of item: Item) throws(Stop) -> Condition? {
    let sign = current
    var isNegated = false
    if sign.keyword == .not, let next = after?.keyword,
      [.in, .contains, .startsWith, .endsWith, .matches].contains(next)
    {
      isNegated = true
      advance()
    }
    let word = current
    let keyword = word.keyword ?? foreignKeyword()
    if case .comparison = word.kind {
    } else {
      guard let keyword, [.in, .contains, .startsWith, .endsWith, .matches].contains(keyword) else { return nil }
    }
    guard case .operand(let left) = item else {
      throw fail(
        "'\(written(word.range))' cannot follow a condition", hint: "join conditions with 'and' or 'or'", word.range)
    }
    advance()
    let condition: Condition
    if case .comparison(let comparison) = word.kind {
      if current.kind == .openList {
        throw fail(
          "a list stands only after 'in'",
          hint: "write \(written(left.range)) \(comparison == .notEqual ? "not in" : "in") […]", current.range)
      }
      let right = try operand(after: word)
      condition = .comparison(left, comparison, right, sign: word.range)
      try refuseChain(left, comparison, right)
    } else if keyword == .in {
      condition = try membership(of: left, word)
    } else if keyword == .matches {
      condition = try match(of: left, word)
    } else if current.kind == .openList {
      throw failList(left, "\(isNegated ? "not " : "")\(written(word.range))", joint: isNegated ? "and" : "or")
    } else {
      condition = .text(
        left, TextTest(rawValue: keyword?.rawValue ?? "") ?? .contains, try operand(after: word), word: word.range)
    }
    return isNegated ? .not(condition) : condition
  }

  /// `1 < x < 3` compares a condition.
  private mutating func refuseChain(_ left: Operand, _ first: Comparison, _ middle: Operand) throws(Stop) {
    guard case .comparison(let second) = current.kind else { return }
    var hint = "join two comparisons with 'and'"
    if let after, after.beginsOperand, after.kind != .open {
      let name = written(middle.range)
      let low = written(left.range)
      let high = written(after.range)
      let both = "\(low) \(first.rawValue) \(name) and \(name) \(second.rawValue) \(high)"
      hint = "write '\(both)'"
      if case .field = middle.kind, [.less, .lessOrEqual].contains(first), [.less, .lessOrEqual].contains(second),
        case .literal(let bound) = left.kind, bound.isNumber, case .literal(let end) = after.kind, end.isNumber
      {
        hint = "write '\(name) in \(low)..\(high)', which includes both ends, or '\(both)'"
      }
    }
    throw fail("comparisons cannot be chained", hint: hint, current.range)
  }

  private mutating func match(of left: Operand, _ word: Token) throws(Stop) -> Condition {
    switch current.kind {
    case .regex(let expression):
      advance()
      return .matches(left, expression, word: word.range)
    case .literal(.string(let text)):
      report(
        "'matches' needs a regular expression", hint: "write it between slashes: matches /\(text.prefix(40))/",
        current.range)
    case .faultyValue: break
    case .broken: throw Stop()
    default: throw fail("'matches' needs a regular expression", hint: "write matches /…/", placeOfMissing(after: word))
    }
    advance()
    return .value(Operand(kind: .faulty, range: left.range))
  }

  private mutating func membership(of left: Operand, _ word: Token) throws(Stop) -> Condition {
    if current.kind == .openList { return try list(of: left) }
    if case .word(let name, let isQuoted) = current.kind, isQuoted || current.keyword == nil, after?.kind != .range,
      after?.kind != .open
    {
      let list = Operand(kind: .field(name), range: current.range)
      advance()
      return .member(left, list, word: word.range)
    }
    let first = current
    guard case .literal(let low) = first.kind, after?.kind == .range else {
      if first.kind == .faultyValue { return try skipRange(left) }
      throw failMembership(left, word)
    }
    advance()
    advance()
    let last = current
    switch last.kind {
    case .literal(let high):
      advance()
      return .range(left, (low, first.range), (high, last.range))
    case .faultyValue, .broken: return try skipRange(left)
    default:
      throw fail(
        "the range has no end", hint: "write '\(written(left.range)) >= \(written(first.range))'",
        first.range.lowerBound..<tokens[index - 1].range.upperBound)
    }
  }

  /// Passes a range whose fault is reported.
  private mutating func skipRange(_ left: Operand) throws(Stop) -> Condition {
    if current.kind == .broken { throw Stop() }
    advance()
    if current.kind == .range {
      advance()
      if current.beginsOperand { advance() }
    }
    return .value(Operand(kind: .faulty, range: left.range))
  }

  private mutating func list(of left: Operand) throws(Stop) -> Condition {
    let open = current
    var elements: [Condition.Bound] = []
    var isFaulty = false
    advance()
    while current.kind != .closeList {
      switch literal(current) {
      case .some(let literal): elements.append((literal, current.range))
      case nil:
        switch current.kind {
        case .broken: throw Stop()
        case .end: throw fail("'[' is never closed", hint: "add ']'", open.range)
        case .faultyValue: isFaulty = true
        case .word:
          isFaulty = true
          report(
            "a list holds values, not fields", hint: "write \(current.quoted(in: text)) for a text", current.range)
        default: throw fail("a value is expected before '\(written(current.range))'", current.range)
        }
      }
      advance()
      if current.kind == .comma {
        advance()
      } else if current.kind != .closeList {
        if current.kind == .broken { throw Stop() }
        if current.kind == .end { throw fail("'[' is never closed", hint: "add ']'", open.range) }
        if current.kind == .range, let low = elements.last, low.value.isNumber, let after,
          case .literal(let high) = after.kind, high.isNumber
        {
          let isAlone = elements.count == 1 && index + 2 < tokens.count && tokens[index + 2].kind == .closeList
          throw fail(
            "a range stands without brackets",
            hint: "write \(written(left.range)) in \(written(low.range))..\(written(after.range))"
              + (isAlone ? "" : ", and join it to the others with 'or'"),
            low.range.lowerBound..<after.range.upperBound)
        }
        throw fail(
          "'\(written(current.range))' is not expected in a list", hint: "separate values with ','", current.range)
      }
    }
    let range = open.range.lowerBound..<current.range.upperBound
    advance()
    return isFaulty ? .value(Operand(kind: .faulty, range: left.range)) : .list(left, elements, range: range)
  }
}

extension Token {
  /// The text of a name as a string of the language.
  fileprivate func quoted(in text: [UInt8]) -> String {
    Literal.string(String(decoding: text[range].filter { $0 != UInt8(ascii: "`") }, as: UTF8.self)).description
  }
}
