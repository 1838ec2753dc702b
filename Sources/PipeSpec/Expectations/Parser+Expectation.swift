/// Conditions on a whole run: the language of conditions with functions of all records, and numbers with units.
///
///     operand  = total | call | literal | "(" operand ")"
///     call     = ( "count" | "share" ) "(" expression ")"
///              | ( "min" | "max" | "avg" | "p50" | "p95" | "p99" ) "(" field ")"
///     total    = "records" | "failed" | "broken" | "requests" | "links" | "broken_links" | "duration"
///     number   = … [ "%" | "ms" | "s" | "m" | "h" | "B" | "KiB" | "MiB" | "GiB" | "kB" | "MB" | "GB" ]
extension Parser {
  static func parseExpectation(
    _ text: String
  ) -> (condition: Condition?, calls: [AggregateCall], units: [Int: ExpectationUnit], faults: [ScalarFault]) {
    let (tokens, faults, units) = Lexer.tokens(text, takesUnits: true)
    var parser = Parser(text: Array(text.utf8), tokens: tokens, faults: faults)
    parser.calls = []
    let condition = try? parser.whole()
    let calls = parser.calls ?? []
    for (start, unit) in units.sorted(by: { $0.key < $1.key }) {
      guard calls.contains(where: { $0.range.contains(start) }) else { continue }
      guard let token = tokens.first(where: { $0.range.lowerBound == start }), case .literal(let literal) = token.kind
      else { continue }
      let base = unit == .time ? "times are in seconds" : unit == .size ? "sizes are in bytes" : "a number has no %"
      parser.report(
        "in the condition on a record \(base)", hint: "write \(literal.shortDescription)", token.range)
    }
    return (parser.sortedFaults.isEmpty ? condition : nil, calls, units, parser.sortedFaults)
  }

  /// A function behind whose name a parenthesis stands: in a condition on a record, the length of a field alone.
  mutating func call(of name: Token) throws(Stop) -> Operand {
    guard let calls else { return try length(name) }
    let word = written(name.range)
    if word == "length" {
      throw fail(
        "'length' is of one record, not of the run", hint: "for example: count(length(field) > 3)", name.range)
    }
    guard let function = AggregateFunction(rawValue: word) else {
      let names = AggregateFunction.allCases.map(\.rawValue)
      let near = AggregateFunction.others[word.lowercased()] ?? nearestName(to: word, among: names)
      throw fail(
        "there is no function '\(word)'",
        hint: near.map { "did you mean '\($0)'?" } ?? "the functions are \(names.joined(separator: ", "))", name.range)
    }
    let open = current
    advance()
    if current.kind == .close {
      let example = function.takesCondition ? "\(word)(status >= 400)" : "\(word)(elapsed)"
      throw fail(
        "'\(word)' needs \(function.takesCondition ? "a condition" : "a field") between its parentheses",
        hint: "for example: \(example)", name.range.lowerBound..<current.range.upperBound)
    }
    self.calls = nil
    let argument = condition(try item(.lowest))
    self.calls = calls
    if current.kind == .end { throw fail("'(' is never closed", hint: "add ')'", open.range) }
    guard current.kind == .close else { throw failAfterItem() }
    let range = name.range.lowerBound..<current.range.upperBound
    advance()
    let isField = if case .value(let operand) = argument, case .field = operand.kind { true } else { false }
    if !function.takesCondition, !isField {
      throw fail(
        "'\(word)' needs the name of a field, not a condition", hint: "for example: \(word)(elapsed)", range)
    }
    let call = AggregateCall(function: function, argument: argument, range: range)
    self.calls?.append(call)
    return Operand(kind: .field(call.name), range: range)
  }
}

extension Literal {
  /// A number as a person would write it.
  fileprivate var shortDescription: String {
    if case .double(let value) = self, let whole = Int(exactly: value) { return "\(whole)" }
    return description
  }
}
