internal import PipeText

/// Reads an expression by the grammar of XPath 1.0 (2, 3).
struct XPathSyntax {
  private(set) var term = XPathTerm.number(.nan)
  /// The names and prefixes that node tests are about, each once.
  private(set) var names: [String] = []
  private var places: [ExactText: Int] = [:]
  /// Which of them are prefixes.
  private(set) var prefixes: Set<Int> = []

  private let bytes: [UInt8]
  private var index = 0
  /// Parentheses, predicates and arguments that are open.
  private var depth = 0

  static let depthLimit = 100

  init(_ text: String) throws(XPathExpression.SyntaxError) {
    bytes = Array(text.utf8)
    let all = 0..<bytes.count
    if bytes.isEmpty { throw XPathExpression.SyntaxError(message: "it is empty", range: all) }
    if bytes.count > 65_536 { throw XPathExpression.SyntaxError(message: "it is longer than 64 KiB", range: all) }
    if bytes.contains(0) { throw XPathExpression.SyntaxError(message: "it holds U+0000", range: all) }
    term = try expression()
    if peek() != nil { throw unreadable() }
  }

  // MARK: Operators (3.3 to 3.5)

  private mutating func expression() throws(XPathExpression.SyntaxError) -> XPathTerm {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.depthLimit { throw fault("it is nested too deeply") }
    var alternatives = [try conjunction()]
    while takeWord("or") { alternatives.append(try conjunction()) }
    return alternatives.count == 1 ? alternatives[0] : .or(alternatives)
  }

  private mutating func conjunction() throws(XPathExpression.SyntaxError) -> XPathTerm {
    var terms = [try chain(0)]
    while takeWord("and") { terms.append(try chain(0)) }
    return terms.count == 1 ? terms[0] : .and(terms)
  }

  /// Terms that operators of this precedence join.
  private mutating func chain(_ precedence: Int) throws(XPathExpression.SyntaxError) -> XPathTerm {
    let first = precedence == 3 ? try signed() : try chain(precedence + 1)
    var links: [XPathTerm.Link] = []
    while let sign = takeOperator(precedence) {
      links.append(XPathTerm.Link(sign: sign, term: precedence == 3 ? try signed() : try chain(precedence + 1)))
    }
    return links.isEmpty ? first : .chain(first, links)
  }

  private mutating func signed() throws(XPathExpression.SyntaxError) -> XPathTerm {
    var signs = 0
    while take("-") { signs += 1 }
    let term = try union()
    if signs == 0 { return term }
    // Two of them make a number of it, too.
    return signs.isMultiple(of: 2) ? .negative(.negative(term)) : .negative(term)
  }

  private mutating func union() throws(XPathExpression.SyntaxError) -> XPathTerm {
    skipSpace()
    let start = index
    let first = try path()
    if peek() != UInt8(ascii: "|") { return first }
    try requireNodes(first, from: start, "| joins nodes")
    var terms = [first]
    while take("|") {
      skipSpace()
      let start = index
      terms.append(try path())
      try requireNodes(terms[terms.count - 1], from: start, "| joins nodes")
    }
    return .union(terms)
  }

  private mutating func takeOperator(_ precedence: Int) -> XPathOperator? {
    let signs: [(String, XPathOperator)] =
      switch precedence {
      case 0: [("=", .equal), ("!=", .unequal)]
      case 1: [("<=", .atMost), ("<", .less), (">=", .atLeast), (">", .more)]
      case 2: [("+", .add), ("-", .subtract)]
      default: [("*", .multiply)]
      }
    for (sign, meaning) in signs where take(sign) { return meaning }
    if precedence < 3 { return nil }
    return takeWord("div") ? .divide : takeWord("mod") ? .modulo : nil
  }

  // MARK: Paths (2, 3.2)

  private mutating func path() throws(XPathExpression.SyntaxError) -> XPathTerm {
    skipSpace()
    let start = index
    if var term = try primary() {
      let predicates = try predicates()
      if !predicates.isEmpty {
        try requireNodes(term, from: start, "only nodes have a predicate")
        term = .filter(term, predicates)
      }
      guard peek() == UInt8(ascii: "/") else { return term }
      try requireNodes(term, from: start, "steps begin at nodes")
      return .path(XPathPath(start: .nodes(term), steps: try steps()))
    }
    if peek() != UInt8(ascii: "/") { return .path(XPathPath(start: .context, steps: try steps(true))) }
    let slash = index
    index += 1
    let next = peek()
    if next == UInt8(ascii: "/") || isStepStart(next) {
      index = slash
      return .path(XPathPath(start: .root, steps: try steps()))
    }
    return .path(XPathPath(start: .root, steps: []))
  }

  /// Steps with their slashes.
  ///
  /// - Parameter isRelative: Whether there is no slash before the first.
  private mutating func steps(_ isRelative: Bool = false) throws(XPathExpression.SyntaxError) -> [XPathStep] {
    var steps: [XPathStep] = []
    var isFirst = isRelative
    while isFirst || peek() == UInt8(ascii: "/") {
      if !isFirst {
        index += 1
        if index < bytes.count, bytes[index] == UInt8(ascii: "/") {
          index += 1
          steps.append(.everything)
        }
      }
      isFirst = false
      append(try step(), to: &steps)
    }
    return steps
  }

  /// `//a` are the descendants called `a`, unless a predicate asks for their places among their siblings.
  private func append(_ step: XPathStep, to steps: inout [XPathStep]) {
    var step = step
    if step.isWithoutPositions, steps.last?.isEverything == true {
      switch step.axis {
      case .child, .descendant:
        steps.removeLast()
        step.axis = .descendant
      case .own, .descendantOrSelf:
        steps.removeLast()
        step.axis = .descendantOrSelf
      default: break
      }
    }
    steps.append(step)
  }

  private mutating func step() throws(XPathExpression.SyntaxError) -> XPathStep {
    if take("..") { return XPathStep(.parent, .node) }
    if take(".") { return XPathStep(.own, .node) }
    var axis = XPathAxis.child
    if take("@") {
      axis = .attribute
    } else {
      skipSpace()
      let start = index
      if let name = takeName() {
        if take("::") {
          guard let known = XPathAxis(rawValue: name) else {
            throw XPathExpression.SyntaxError(
              message: "XPath 1.0 has no axis '\(name)'", range: start..<start + name.utf8.count)
          }
          axis = known
        } else {
          index = start
        }
      }
    }
    let test = try nodeTest()
    return XPathStep(axis, test, try predicates())
  }

  private mutating func nodeTest() throws(XPathExpression.SyntaxError) -> XPathTest {
    if take("*") { return .any }
    skipSpace()
    let start = index
    guard let name = takeName() else { throw unreadable() }
    if index + 1 < bytes.count, bytes[index] == UInt8(ascii: ":"), bytes[index + 1] != UInt8(ascii: ":") {
      index += 1
      let prefix = place(of: name)
      prefixes.insert(prefix)
      if index < bytes.count, bytes[index] == UInt8(ascii: "*") {
        index += 1
        return .anyOf(prefix: prefix)
      }
      let localStart = index
      guard let local = takeName() else { throw unreadable() }
      if peek() == UInt8(ascii: "(") { throw unknownFunction(local, at: localStart) }
      return .namedOf(prefix: prefix, place(of: local))
    }
    guard peek() == UInt8(ascii: "(") else { return .named(place(of: name)) }
    guard Self.nodeTypes.contains(name) else { throw unknownFunction(name, at: start) }
    index += 1
    var target: [UInt8]?
    if name == "processing-instruction" { target = try takeLiteral() }
    guard take(")") else { throw fault("a parenthesis is not closed") }
    switch name {
    case "text": return .text
    case "comment": return .comment
    case "node": return .node
    default:
      return target.map { .instructionNamed(place(of: String(decoding: $0, as: UTF8.self))) } ?? .instruction
    }
  }

  private mutating func predicates() throws(XPathExpression.SyntaxError) -> [XPathPredicate] {
    var predicates: [XPathPredicate] = []
    while take("[") {
      predicates.append(XPathPredicate(try expression()))
      guard take("]") else { throw unreadable("the brackets do not end here") }
    }
    return predicates
  }

  private func isStepStart(_ byte: UInt8?) -> Bool {
    guard let byte else { return false }
    return [UInt8(ascii: "*"), UInt8(ascii: "@"), UInt8(ascii: ".")].contains(byte) || name(at: index) != nil
  }

  // MARK: What is no path (3.1, 3.2)

  private mutating func primary() throws(XPathExpression.SyntaxError) -> XPathTerm? {
    guard let byte = peek() else { throw unreadable() }
    switch byte {
    case UInt8(ascii: "$"):
      let start = index
      index += 1
      while index < bytes.count, bytes[index] == UInt8(ascii: ":") || name(at: index) != nil {
        index = name(at: index) ?? index + 1
      }
      throw XPathExpression.SyntaxError(message: "there are no variables", range: start..<index)
    case UInt8(ascii: "("):
      index += 1
      let term = try expression()
      guard take(")") else { throw unreadable("a parenthesis is not closed") }
      return term
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return try takeLiteral().map { .text($0) }
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return takeNumber()
    case UInt8(ascii: "."):
      guard index + 1 < bytes.count, ASCII.isDigit(bytes[index + 1]) else { return nil }
      return takeNumber()
    default: return try call()
    }
  }

  /// A call of a function, unless a node test or the name of an element stands here.
  private mutating func call() throws(XPathExpression.SyntaxError) -> XPathTerm? {
    let start = index
    guard let name = takeName(), peek() == UInt8(ascii: "("), !Self.nodeTypes.contains(name) else {
      index = start
      return nil
    }
    guard let function = XPathFunction(rawValue: name) else { throw unknownFunction(name, at: start) }
    index += 1
    var arguments: [XPathTerm] = []
    var isWrong: Range<Int>?
    if peek() != UInt8(ascii: ")") {
      repeat {
        skipSpace()
        let start = index
        arguments.append(try expression())
        if arguments[arguments.count - 1].kind != .nodes { isWrong = isWrong ?? start..<index }
      } while take(",")
    }
    guard take(")") else { throw unreadable("a parenthesis is not closed") }
    if !function.arguments.contains(arguments.count) {
      throw XPathExpression.SyntaxError(
        message: "\(name)() takes \(function.argumentWords), and has \(arguments.count)", range: start..<index)
    }
    if function.takesNodes, let isWrong {
      throw XPathExpression.SyntaxError(message: "\(name)() takes nodes", range: isWrong)
    }
    return .call(function, arguments)
  }

  private mutating func takeNumber() -> XPathTerm {
    let start = index
    while index < bytes.count, ASCII.isDigit(bytes[index]) { index += 1 }
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      index += 1
      while index < bytes.count, ASCII.isDigit(bytes[index]) { index += 1 }
    }
    return .number(bytes[start..<index].withUnsafeBufferPointer { XPathText.borrowed($0).number })
  }

  private mutating func takeLiteral() throws(XPathExpression.SyntaxError) -> [UInt8]? {
    guard let quote = peek(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return nil }
    guard let end = bytes[(index + 1)...].firstIndex(of: quote) else {
      index = bytes.count
      throw fault("a text in quotes has no end")
    }
    defer { index = end + 1 }
    return Array(bytes[(index + 1)..<end])
  }

  private mutating func place(of name: String) -> Int {
    let key = ExactText(name)
    if let place = places[key] { return place }
    places[key] = names.count
    names.append(name)
    return names.count - 1
  }

  private static let nodeTypes = ["comment", "text", "processing-instruction", "node"]

  // MARK: Tokens (3.7)

  private mutating func skipSpace() {
    while index < bytes.count, XPathText.isSpace(bytes[index]) { index += 1 }
  }

  /// The next byte that is not white space.
  private mutating func peek() -> UInt8? {
    skipSpace()
    return index < bytes.count ? bytes[index] : nil
  }

  private mutating func take(_ sign: String) -> Bool {
    skipSpace()
    guard bytes[index...].starts(with: sign.utf8) else { return false }
    index += sign.utf8.count
    return true
  }

  /// Takes an operator that is a whole name.
  private mutating func takeWord(_ word: String) -> Bool {
    skipSpace()
    guard let end = name(at: index), bytes[index..<end].elementsEqual(word.utf8) else { return false }
    index = end
    return true
  }

  private mutating func takeName() -> String? {
    guard let end = name(at: index) else { return nil }
    defer { index = end }
    return String(decoding: bytes[index..<end], as: UTF8.self)
  }

  /// The end of the NCName that begins here (Namespaces in XML 1.0, 4).
  private func name(at start: Int) -> Int? {
    var end = start
    while end < bytes.count {
      let (scalar, length) = XPathText.scalar(bytes[end...])
      guard XPathText.isNameStart(scalar) || end > start && XPathText.isNameRest(scalar) else { break }
      end += length
    }
    return end == start ? nil : end
  }

  // MARK: Faults

  private mutating func requireNodes(
    _ term: XPathTerm, from start: Int, _ message: String
  ) throws(XPathExpression.SyntaxError) {
    if term.kind == .nodes { return }
    var end = index
    while end > start, XPathText.isSpace(bytes[end - 1]) { end -= 1 }
    throw XPathExpression.SyntaxError(message: message, range: start..<end)
  }

  private func unknownFunction(_ name: String, at start: Int) -> XPathExpression.SyntaxError {
    XPathExpression.SyntaxError(
      message: "XPath 1.0 has no function '\(name)'", range: start..<start + name.utf8.count)
  }

  private mutating func unreadable(_ message: String = "it cannot be read from here on") -> XPathExpression.SyntaxError
  {
    skipSpace()
    return fault(message)
  }

  /// A fault at the character here, or at the last one.
  private func fault(_ message: String) -> XPathExpression.SyntaxError {
    var start = min(index, bytes.count - 1)
    while start > 0, bytes[start] & 0xC0 == 0x80 { start -= 1 }
    let length = 1 + bytes[(start + 1)...].prefix { $0 & 0xC0 == 0x80 }.count
    return XPathExpression.SyntaxError(message: message, range: start..<start + length)
  }
}
