extension JSONPathParser {
  /// "logical-expr": `||` binds weakest.
  mutating func condition() throws(JSONPath.SyntaxError) -> JSONPathCondition {
    var conditions = [try conjunction()]
    while skipOperator("||") { conditions.append(try conjunction()) }
    return conditions.count == 1 ? conditions[0] : .any(conditions)
  }

  private mutating func conjunction() throws(JSONPath.SyntaxError) -> JSONPathCondition {
    var conditions = [try basic()]
    while skipOperator("&&") { conditions.append(try basic()) }
    return conditions.count == 1 ? conditions[0] : .all(conditions)
  }

  private mutating func skipOperator(_ text: String) -> Bool {
    let start = scanner.index
    scanner.skipSpace()
    guard scanner.skip(text) else {
      scanner.index = start
      return false
    }
    scanner.skipSpace()
    return true
  }

  /// "basic-expr": a parenthesis, a comparison or a test.
  private mutating func basic() throws(JSONPath.SyntaxError) -> JSONPathCondition {
    let isNegated = scanner.skip("!")
    if isNegated { scanner.skipSpace() }
    let condition: JSONPathCondition
    if scanner.skip("(") {
      condition = try nested { parser throws(JSONPath.SyntaxError) in try parser.condition() }
      scanner.skipSpace()
      guard scanner.skip(")") else { throw scanner.unexpected("')'") }
    } else {
      condition = try comparisonOrTest(isNegated: isNegated)
    }
    return isNegated ? .not(condition) : condition
  }

  private mutating func comparisonOrTest(isNegated: Bool) throws(JSONPath.SyntaxError) -> JSONPathCondition {
    let start = scanner.index
    let left = try term()
    let behind = scanner.index
    scanner.skipSpace()
    let place = scanner.index
    guard let comparison = skipComparison() else {
      scanner.index = behind
      return try left.asTest(scanner, at: start)
    }
    if isNegated { throw scanner.error("'!' before a comparison needs parentheses around it", at: start) }
    let operand = try left.asOperand(scanner, at: start)
    scanner.skipSpace()
    let rightStart = scanner.index
    let right = try term().asOperand(scanner, at: rightStart)
    let end = scanner.index
    scanner.skipSpace()
    if skipComparison() != nil { throw scanner.error("a comparison of a comparison", at: place) }
    scanner.index = end
    return .comparison(operand, comparison, right)
  }

  private mutating func skipComparison() -> JSONPathCondition.Comparison? {
    // The longer ones first.
    for comparison in [JSONPathCondition.Comparison.equal, .notEqual, .lessOrEqual, .greaterOrEqual, .less, .greater] {
      if scanner.skip(comparison.rawValue) { return comparison }
    }
    return nil
  }

  /// A literal, a query or a function: what can be compared or given to a function.
  private mutating func term() throws(JSONPath.SyntaxError) -> JSONPathTerm {
    switch scanner.peek() {
    case "@", "$":
      let isRelative = scanner.skip("@")
      if !isRelative { _ = scanner.skip("$") }
      return .query(JSONPathQuery(isRelative: isRelative, segments: try segments()))
    case "'", "\"":
      return .literal(.string(try scanner.string() ?? ""))
    case .some(let scalar) where scalar == "-" || ("0"..."9").contains(scalar):
      return .literal(.number(try scanner.number()))
    case .some(let scalar) where ("a"..."z").contains(scalar):
      let start = scanner.index
      let name = scanner.word()
      if scanner.skip("(") {
        return try nested { parser throws(JSONPath.SyntaxError) in try parser.function(name, at: start) }
      }
      switch name {
      case "true": return .literal(.bool(true))
      case "false": return .literal(.bool(false))
      case "null": return .literal(.null)
      default:
        throw scanner.error("'\(name)' is not a literal; a name is written @.\(name), a text '\(name)'", at: start)
      }
    default:
      throw scanner.unexpected("a query ('@' or '$'), a literal or a function")
    }
  }

  /// A function whose name and opening parenthesis are behind us (RFC 9535 2.4).
  private mutating func function(_ name: String, at start: Int) throws(JSONPath.SyntaxError) -> JSONPathTerm {
    let counts = ["length": 1, "count": 1, "value": 1, "match": 2, "search": 2]
    guard let expected = counts[name] else {
      throw scanner.error(
        "there is no function '\(name)', only length, count, value, match and search", at: start)
    }
    var arguments: [(term: JSONPathTerm, place: Int)] = []
    scanner.skipSpace()
    if !scanner.follows(")") {
      repeat {
        scanner.skipSpace()
        let place = scanner.index
        arguments.append((try term(), place))
        scanner.skipSpace()
      } while scanner.skip(",")
    }
    guard scanner.skip(")") else { throw scanner.unexpected("',' or ')'") }
    guard arguments.count == expected else {
      let noun = expected == 1 ? "argument" : "arguments"
      throw scanner.error("\(name) takes \(expected) \(noun), not \(arguments.count)", at: start)
    }
    let (first, place) = arguments[0]
    switch name {
    case "length": return .operand(.length(try first.asOperand(scanner, at: place)))
    case "count": return .operand(.count(try first.asQuery(scanner, at: place)))
    case "value": return .operand(.value(try first.asQuery(scanner, at: place)))
    default:
      let text = try first.asOperand(scanner, at: place)
      let pattern = try pattern(arguments[1].term, at: arguments[1].place)
      return .condition(.matches(text, pattern, anywhere: name == "search"))
    }
  }

  private mutating func pattern(_ term: JSONPathTerm, at place: Int) throws(JSONPath.SyntaxError) -> JSONPathPattern {
    guard case .literal(.string(let text)) = term else { return .computed(try term.asOperand(scanner, at: place)) }
    do throws(IRegexp.Fault) {
      return .compiled(try IRegexp(text))
    } catch {
      // RFC 9535 2.4.6: not an error of the query, it matches nothing.
      let message = "in the regular expression, character \(error.offset + 1): \(error.message)"
      faultyExpressions.append(scanner.error(message, at: place))
      return .compiled(nil)
    }
  }
}

/// Something in a filter whose type is not settled yet (RFC 9535 2.4.3).
private enum JSONPathTerm {
  case literal(JSONValue)
  case query(JSONPathQuery)
  case operand(JSONPathOperand)
  case condition(JSONPathCondition)

  func asOperand(_ scanner: JSONPathScanner, at place: Int) throws(JSONPath.SyntaxError) -> JSONPathOperand {
    switch self {
    case .literal(let value): return .literal(value)
    case .operand(let operand): return operand
    case .query(let query):
      guard query.segments.allSatisfy(\.isSingular) else {
        throw scanner.error(
          "a query that may select several values is not a value; value() or count() makes it one", at: place)
      }
      return .query(query)
    case .condition:
      throw scanner.error("match and search are true or false already, and cannot be compared", at: place)
    }
  }

  func asQuery(_ scanner: JSONPathScanner, at place: Int) throws(JSONPath.SyntaxError) -> JSONPathQuery {
    guard case .query(let query) = self else { throw scanner.error("expected a query ('@' or '$')", at: place) }
    return query
  }

  func asTest(_ scanner: JSONPathScanner, at place: Int) throws(JSONPath.SyntaxError) -> JSONPathCondition {
    switch self {
    case .query(let query): return .exists(query)
    case .condition(let condition): return condition
    case .literal: throw scanner.error("a literal alone is not a condition; compare it with something", at: place)
    case .operand: throw scanner.error("a value alone is not a condition; compare it with something", at: place)
    }
  }
}
