/// A segment of a query (RFC 9535 2.5).
struct JSONPathSegment: Sendable {
  let selectors: [JSONPathSelector]
  /// Whether the selectors apply to all that is below a value, and to itself.
  let isDescendant: Bool

  /// Whether it selects one value at most (RFC 9535 2.3.5.1).
  var isSingular: Bool {
    guard !isDescendant, selectors.count == 1 else { return false }
    switch selectors[0] {
    case .name, .index: return true
    default: return false
    }
  }
}

/// A selector (RFC 9535 2.3).
enum JSONPathSelector: Sendable {
  case name(String)
  case wildcard
  case index(Int)
  case slice(start: Int?, end: Int?, step: Int)
  case filter(JSONPathCondition)
}

/// A query inside a filter.
struct JSONPathQuery: Sendable {
  /// Whether it starts at the value in question (`@`) rather than at the document (`$`).
  let isRelative: Bool
  let segments: [JSONPathSegment]
}

/// What is true or false (RFC 9535 2.3.5, LogicalType).
indirect enum JSONPathCondition: Sendable {
  enum Comparison: String, Sendable {
    case equal = "=="
    case notEqual = "!="
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case less = "<"
    case greater = ">"
  }

  case any([JSONPathCondition])
  case all([JSONPathCondition])
  case not(JSONPathCondition)
  /// Whether a query selects anything.
  case exists(JSONPathQuery)
  case comparison(JSONPathOperand, Comparison, JSONPathOperand)
  /// `match`, and `search`, which may match anywhere.
  case matches(JSONPathOperand, JSONPathPattern, anywhere: Bool)
}

/// What is a value, or nothing (RFC 9535 2.4.1, ValueType).
indirect enum JSONPathOperand: Sendable {
  case literal(JSONValue)
  /// A query that selects one value at most.
  case query(JSONPathQuery)
  case length(JSONPathOperand)
  case count(JSONPathQuery)
  /// The value of a query that selects one.
  case value(JSONPathQuery)
}

/// The expression of `match` or `search`.
indirect enum JSONPathPattern: Sendable {
  /// Written in the query; nil where it is not an I-Regexp.
  case compiled(IRegexp?)
  case computed(JSONPathOperand)
}
