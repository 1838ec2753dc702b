/// Reads the tokens of an expression, by precedence:
///
///     expression = conjunction { "or" conjunction }
///     conjunction = negation { "and" negation }
///     negation   = "not" negation | test
///     test       = operand
///                | operand ( "==" | "!=" | "<" | "<=" | ">" | ">=" ) operand
///                | operand [ "not" ] "in" ( range | list | field )
///                | operand [ "not" ] ( "contains" | "starts_with" | "ends_with" ) operand
///                | operand [ "not" ] "matches" regex
///                | "(" expression ")"
///     operand    = field | "length" "(" field ")" | literal | "(" operand ")"
///     range      = number ".." number              (* both ends included *)
///     list       = "[" literal { "," literal } [ "," ] "]"
///     literal    = "null" | "true" | "false" | number | string
///     field      = word | "`" any character but "`" "`"
///     word       = letter-or-underscore { letter | digit | "_" }, with "-" "." ":" between two of these
///     number     = [ "-" ] digit { digit } [ "." digit { digit } ] [ "e" [ "+" | "-" ] digit { digit } ]
///     string     = "'" … "'" | '"' … '"'           (* escapes: \\ \' \" \n \r \t *)
///     regex      = "/" … "/" { "i" | "m" | "s" | "x" }  (* a slash inside is \/ *)
///
/// Total: nesting is bounded, and after the first thing that it cannot make sense of it stops.
struct Parser {
  /// Thrown once the reason is among the faults.
  struct Stop: Error {}

  /// What a stretch of the text is: only some places take both.
  enum Item {
    case operand(Operand)
    case condition(Condition)
  }

  enum Precedence: Int {
    case lowest, or, and, not, test
  }

  private static let deepest = 100

  let text: [UInt8]
  let tokens: [Token]
  private(set) var index = 0
  private var depth = 0
  var faults: [ScalarFault]
  /// The functions of an expectation; `nil` where there are none.
  var calls: [AggregateCall]?

  /// The condition that a text says, or the faults found in it, by place.
  static func parse(_ text: String) -> (condition: Condition?, faults: [ScalarFault]) {
    let (tokens, faults, _) = Lexer.tokens(text)
    var parser = Parser(text: Array(text.utf8), tokens: tokens, faults: faults)
    let condition = try? parser.whole()
    return (parser.sortedFaults.isEmpty ? condition : nil, parser.sortedFaults)
  }

  var sortedFaults: [ScalarFault] { faults.sorted { ($0.range?.lowerBound ?? 0) < ($1.range?.lowerBound ?? 0) } }

  init(text: [UInt8], tokens: [Token], faults: [ScalarFault]) {
    self.text = text
    self.tokens = tokens
    self.faults = faults
  }

  mutating func whole() throws(Stop) -> Condition {
    if current.kind == .end {
      let example = calls == nil ? "status == 200" : "broken == 0"
      throw fail("the expression is empty", hint: "for example: \(example)", 0..<text.count)
    }
    let condition = condition(try item(.lowest))
    if current.kind != .end { throw failAfterItem() }
    return condition
  }

  func condition(_ item: Item) -> Condition {
    switch item {
    case .operand(let operand): .value(operand)
    case .condition(let condition): condition
    }
  }

  // MARK: Precedence

  mutating func item(_ lowest: Precedence) throws(Stop) -> Item {
    var left = try prefix()
    while true {
      switch current.keyword ?? foreignKeyword() {
      case .or where lowest.rawValue <= Precedence.or.rawValue:
        left = .condition(.anyOf(try joined(left, by: .or, each: .and)))
      case .and where lowest.rawValue <= Precedence.and.rawValue:
        left = .condition(.allOf(try joined(left, by: .and, each: .not)))
      case .or, .and: return left
      default:
        guard lowest.rawValue <= Precedence.test.rawValue, let test = try test(of: left) else { return left }
        left = .condition(test)
      }
    }
  }

  /// The conditions that one word joins, the first of which is read.
  private mutating func joined(
    _ first: Item, by word: Keyword, each precedence: Precedence
  ) throws(Stop) -> [Condition] {
    var conditions = [condition(first)]
    while (current.keyword ?? foreignKeyword()) == word {
      advance()
      conditions.append(condition(try item(precedence)))
    }
    return conditions
  }

  mutating func prefix() throws(Stop) -> Item {
    let token = current
    if isNegation(token) {
      return try nested(at: token) { parser throws(Stop) in
        parser.advance()
        return .condition(.not(parser.condition(try parser.item(.not))))
      }
    }
    if token.kind == .open {
      return try nested(at: token) { parser throws(Stop) in
        parser.advance()
        if parser.current.kind == .close {
          throw parser.fail(
            "nothing stands between the parentheses", token.range.lowerBound..<parser.current.range.upperBound)
        }
        let item = try parser.item(.lowest)
        if parser.current.kind == .end { throw parser.fail("'(' is never closed", hint: "add ')'", token.range) }
        guard parser.current.kind == .close else { throw parser.failAfterItem() }
        parser.advance()
        return item
      }
    }
    return .operand(try operand())
  }

  private mutating func nested(at token: Token, _ body: (inout Self) throws(Stop) -> Item) throws(Stop) -> Item {
    guard depth < Self.deepest else {
      throw fail("the expression is nested more than \(Self.deepest) deep", token.range)
    }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  // MARK: Operands

  mutating func operand(after sign: Token) throws(Stop) -> Operand {
    if current.kind == .open {
      // Parentheses around a value alone.
      let item = try prefix()
      guard case .operand(let operand) = item else {
        throw fail(
          "a condition cannot be compared", hint: "compare values, and join conditions with 'and' or 'or'", sign.range)
      }
      return operand
    }
    return try operand()
  }

  mutating func operand() throws(Stop) -> Operand {
    let token = current
    if let literal = literal(token) {
      advance()
      return Operand(kind: .literal(literal), range: token.range)
    }
    switch token.kind {
    case .word(let name, let isQuoted) where isQuoted || token.keyword == nil:
      advance()
      if current.kind == .open { return try call(of: token) }
      return Operand(kind: .field(name), range: token.range)
    case .faultyValue:
      advance()
      return Operand(kind: .faulty, range: token.range)
    case .broken: throw Stop()
    case .regex:
      throw fail(
        "a regular expression stands only after 'matches'", hint: "write field matches \(written(token.range))",
        token.range)
    case .openList:
      throw fail("a list stands only after 'in'", hint: "write field in […]", token.range)
    default: throw failMissing()
    }
  }

  /// `length(links)`, the word being read.
  mutating func length(_ word: Token) throws(Stop) -> Operand {
    guard case .word("length", isQuoted: false) = word.kind else { throw failCall(word) }
    advance()
    let field = current
    guard case .word(let name, let isQuoted) = field.kind, isQuoted || field.keyword == nil, after?.kind == .close
    else {
      if field.kind == .broken { throw Stop() }
      throw fail(
        "length needs the name of a list or a text between parentheses", hint: "for example: length(links) > 3",
        field.kind == .end ? word.range : field.range)
    }
    advance()
    let end = current.range.upperBound
    advance()
    return Operand(kind: .length(name), range: word.range.lowerBound..<end)
  }

  /// The literal that a token is.
  func literal(_ token: Token) -> Literal? {
    if case .literal(let literal) = token.kind { return literal }
    switch token.keyword {
    case .null: return .null
    case .true: return .bool(true)
    case .false: return .bool(false)
    default: return nil
    }
  }

  // MARK: Tokens

  var current: Token { tokens[min(index, tokens.count - 1)] }
  var after: Token? { index + 1 < tokens.count ? tokens[index + 1] : nil }
  mutating func advance() { index = min(index + 1, tokens.count - 1) }

  func written(_ range: Range<Int>) -> String { String(decoding: text[range].prefix(60), as: UTF8.self) }

  /// `AND` for `and`, where an operator is expected: reported, and taken as meant.
  mutating func foreignKeyword() -> Keyword? {
    guard case .word(let word, isQuoted: false) = current.kind, current.keyword == nil,
      let keyword = Keyword(rawValue: word.lowercased()), ![.null, .true, .false].contains(keyword)
    else { return nil }
    if faults.last?.range != current.range {
      report("'\(word)' is not an operator here", hint: "write '\(keyword.rawValue)'", current.range)
    }
    return keyword
  }

  private mutating func isNegation(_ token: Token) -> Bool {
    if token.keyword == .not { return true }
    // A field can be called NOT.
    guard case .word("NOT", isQuoted: false) = token.kind, let after, after.beginsOperand else { return false }
    return foreignKeyword() == .not
  }
}
