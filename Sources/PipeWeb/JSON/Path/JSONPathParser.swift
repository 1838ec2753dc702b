/// Compiles the text of a query (RFC 9535, appendix A).
struct JSONPathParser {
  var scanner: JSONPathScanner
  var faultyExpressions: [JSONPath.SyntaxError] = []
  private var depth = 0

  /// How deep filters, parentheses and functions may be nested.
  private static let depthLimit = 64

  /// How deep filters may be nested in filters: each may descend the whole document below the other.
  private static let filterDepthLimit = 8
  private var filterDepth = 0

  init(_ text: String) {
    scanner = JSONPathScanner(text)
  }

  /// "jsonpath-query": the whole text.
  mutating func query() throws(JSONPath.SyntaxError) -> [JSONPathSegment] {
    guard scanner.skip("$") else { throw scanner.unexpected("'$'") }
    let segments = try segments()
    if !scanner.isAtEnd { throw scanner.unexpected("'.', '[' or the end of the query") }
    return segments
  }

  /// "segments"; blank space behind them is left.
  mutating func segments() throws(JSONPath.SyntaxError) -> [JSONPathSegment] {
    var segments: [JSONPathSegment] = []
    while true {
      let start = scanner.index
      scanner.skipSpace()
      if scanner.skip("..") {
        segments.append(JSONPathSegment(selectors: try descendants(), isDescendant: true))
      } else if scanner.skip(".") {
        guard let selector = shorthand() else { throw scanner.unexpected("a name or '*'") }
        segments.append(JSONPathSegment(selectors: [selector], isDescendant: false))
      } else if scanner.follows("[") {
        segments.append(JSONPathSegment(selectors: try brackets(), isDescendant: false))
      } else {
        scanner.index = start
        return segments
      }
    }
  }

  /// Counts a level of nesting around `body`.
  mutating func nested<Value>(
    _ body: (inout JSONPathParser) throws(JSONPath.SyntaxError) -> Value
  ) throws(JSONPath.SyntaxError) -> Value {
    depth += 1
    if depth > Self.depthLimit { throw scanner.error("nested deeper than \(Self.depthLimit) levels") }
    let value = try body(&self)
    depth -= 1
    return value
  }

  private mutating func descendants() throws(JSONPath.SyntaxError) -> [JSONPathSelector] {
    if scanner.follows("[") { return try brackets() }
    guard let selector = shorthand() else { throw scanner.unexpected("a name, '*' or '['") }
    return [selector]
  }

  private mutating func shorthand() -> JSONPathSelector? {
    scanner.skip("*") ? .wildcard : scanner.memberName().map { .name($0) }
  }

  /// "bracketed-selection".
  private mutating func brackets() throws(JSONPath.SyntaxError) -> [JSONPathSelector] {
    _ = scanner.skip("[")
    var selectors: [JSONPathSelector] = []
    repeat {
      scanner.skipSpace()
      selectors.append(try selector())
      scanner.skipSpace()
    } while scanner.skip(",")
    guard scanner.skip("]") else { throw scanner.unexpected("',' or ']'") }
    return selectors
  }

  private mutating func selector() throws(JSONPath.SyntaxError) -> JSONPathSelector {
    if let name = try scanner.string() { return .name(name) }
    if scanner.skip("*") { return .wildcard }
    if scanner.skip("?") {
      scanner.skipSpace()
      filterDepth += 1
      if filterDepth > Self.filterDepthLimit {
        throw scanner.error("filters nested deeper than \(Self.filterDepthLimit) levels")
      }
      let condition = try nested { parser throws(JSONPath.SyntaxError) in try parser.condition() }
      filterDepth -= 1
      return .filter(condition)
    }
    let start = try scanner.integer()
    let behind = scanner.index
    scanner.skipSpace()
    guard scanner.skip(":") else {
      scanner.index = behind
      guard let start else { throw scanner.unexpected("a quoted name, an index, a slice, '*' or '?'") }
      return .index(start)
    }
    scanner.skipSpace()
    let end = try scanner.integer()
    var step: Int?
    let last = scanner.index
    scanner.skipSpace()
    if scanner.skip(":") {
      scanner.skipSpace()
      step = try scanner.integer()
    } else {
      scanner.index = last
    }
    return .slice(start: start, end: end, step: step ?? 1)
  }
}
