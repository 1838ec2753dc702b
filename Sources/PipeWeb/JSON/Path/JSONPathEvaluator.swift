internal import PipeText

/// Runs a query over a document.
struct JSONPathEvaluator {
  private let root: JSONValue
  private let stepLimit: Int
  /// The steps that are left.
  private var budget: Int
  /// The expression computed last: a document that holds one mostly holds no other.
  private var lastExpression: (text: String, compiled: IRegexp?)?

  var stepsLeft: Int { budget }

  init(root: JSONValue, stepLimit: Int) {
    self.root = root
    self.stepLimit = stepLimit
    budget = stepLimit
  }

  /// The first `limit` values that the segments select from `value`.
  mutating func values(
    of segments: ArraySlice<JSONPathSegment>, at value: JSONValue, limit: Int
  ) throws(JSONPath.LimitExceeded) -> [JSONValue] {
    var found: [JSONValue] = []
    _ = try visit(value, segments) {
      found.append($0); return found.count < limit
    }
    return found
  }

  /// Gives what the segments select from `value` to `visitor`, until it wants no more.
  mutating func visit(
    _ segments: ArraySlice<JSONPathSegment>, at value: JSONValue, _ visitor: (JSONValue) -> Bool
  ) throws(JSONPath.LimitExceeded) {
    _ = try visit(value, segments, visitor)
  }

  private typealias Visitor = (JSONValue) -> Bool

  private var exhausted: JSONPath.LimitExceeded {
    JSONPath.LimitExceeded(description: "the query takes more than \(stepLimit) steps on this document")
  }

  /// Counts work that is done.
  private mutating func step(_ count: Int = 1) throws(JSONPath.LimitExceeded) {
    budget -= count
    if budget < 0 { throw exhausted }
  }

  /// Gives what the segments select from `value` to `visitor`, until it wants no more.
  ///
  /// - Returns: whether it wants more.
  private mutating func visit(
    _ value: JSONValue, _ segments: ArraySlice<JSONPathSegment>, _ visitor: Visitor
  ) throws(JSONPath.LimitExceeded) -> Bool {
    try step()
    guard let segment = segments.first else { return visitor(value) }
    let rest = segments.dropFirst()
    return segment.isDescendant
      ? try descend(value, segment.selectors, rest, visitor) : try select(value, segment.selectors, rest, visitor)
  }

  /// Applies the selectors to `value` and to all that is below it (RFC 9535 2.5.2).
  private mutating func descend(
    _ value: JSONValue, _ selectors: [JSONPathSelector], _ rest: ArraySlice<JSONPathSegment>, _ visitor: Visitor
  ) throws(JSONPath.LimitExceeded) -> Bool {
    try step()
    guard try select(value, selectors, rest, visitor) else { return false }
    switch value {
    case .array(let elements):
      for element in elements where try !descend(element, selectors, rest, visitor) { return false }
    case .object(let object):
      for member in object.members where try !descend(member.value, selectors, rest, visitor) { return false }
    default:
      break
    }
    return true
  }

  private mutating func select(
    _ value: JSONValue, _ selectors: [JSONPathSelector], _ rest: ArraySlice<JSONPathSegment>, _ visitor: Visitor
  ) throws(JSONPath.LimitExceeded) -> Bool {
    for selector in selectors {
      switch (selector, value) {
      case (.name(let name), .object(let object)):
        if let member = object[name], try !visit(member, rest, visitor) { return false }
      case (.index(let index), .array(let elements)):
        let place = index < 0 ? elements.count + index : index
        if elements.indices.contains(place), try !visit(elements[place], rest, visitor) { return false }
      case (.slice(let start, let end, let step), .array(let elements)):
        for place in Self.places(start, end, step, count: elements.count) {
          if try !visit(elements[place], rest, visitor) { return false }
        }
      case (.wildcard, .array(let elements)):
        for element in elements where try !visit(element, rest, visitor) { return false }
      case (.wildcard, .object(let object)):
        for member in object.members where try !visit(member.value, rest, visitor) { return false }
      case (.filter(let condition), .array(let elements)):
        for element in elements {
          if try holds(condition, element), try !visit(element, rest, visitor) { return false }
        }
      case (.filter(let condition), .object(let object)):
        for member in object.members {
          if try holds(condition, member.value), try !visit(member.value, rest, visitor) { return false }
        }
      default:
        break
      }
    }
    return true
  }

  /// The places of a slice, in its order (RFC 9535 2.3.4.2).
  private static func places(_ start: Int?, _ end: Int?, _ step: Int, count: Int) -> StrideTo<Int> {
    func normalized(_ place: Int) -> Int { place >= 0 ? place : count + place }
    if step > 0 {
      let lower = min(max(normalized(start ?? 0), 0), count)
      let upper = min(max(normalized(end ?? count), 0), count)
      return stride(from: lower, to: upper, by: step)
    }
    if step == 0 { return stride(from: 0, to: 0, by: 1) }
    let upper = min(max(start.map(normalized) ?? count - 1, -1), count - 1)
    let lower = min(max(end.map(normalized) ?? -1, -1), count - 1)
    return stride(from: upper, to: lower, by: step)
  }

  /// Whether a condition holds for `value`, the one that `@` means.
  private mutating func holds(
    _ condition: JSONPathCondition, _ value: JSONValue
  ) throws(JSONPath.LimitExceeded) -> Bool {
    try step()
    switch condition {
    case .any(let conditions):
      for condition in conditions where try holds(condition, value) { return true }
      return false
    case .all(let conditions):
      for condition in conditions where try !holds(condition, value) { return false }
      return true
    case .not(let condition):
      return try !holds(condition, value)
    case .exists(let query):
      return try !visit(query.isRelative ? value : root, query.segments[...]) { _ in false }
    case .comparison(let left, let comparison, let right):
      return try compare(try operand(left, value), comparison, try operand(right, value))
    case .matches(let text, let pattern, let anywhere):
      guard case .string(let text) = try operand(text, value), let expression = try expression(pattern, value) else {
        return false
      }
      guard let isMatch = expression.matches(text, anywhere: anywhere, budget: &budget) else {
        throw exhausted
      }
      return isMatch
    }
  }

  private mutating func expression(
    _ pattern: JSONPathPattern, _ value: JSONValue
  ) throws(JSONPath.LimitExceeded) -> IRegexp? {
    switch pattern {
    case .compiled(let expression):
      return expression
    case .computed(let operand):
      guard case .string(let text) = try self.operand(operand, value) else { return nil }
      try step(text.utf8.count)
      if let lastExpression, lastExpression.text.isExactly(text) { return lastExpression.compiled }
      try step(IRegexp.compilationCost)
      let compiled = try? IRegexp(text)
      lastExpression = (text, compiled)
      return compiled
    }
  }

  /// The value of an operand, nil where it is nothing.
  private mutating func operand(
    _ operand: JSONPathOperand, _ value: JSONValue
  ) throws(JSONPath.LimitExceeded) -> JSONValue? {
    switch operand {
    case .literal(let literal):
      return literal
    case .query(let query):
      return try values(of: query.segments[...], at: query.isRelative ? value : root, limit: 1).first
    case .length(let argument):
      switch try self.operand(argument, value) {
      case .string(let text):
        try step(text.utf8.count)
        return .number(JSONNumber(Int64(text.unicodeScalars.count)))
      case .array(let elements): return .number(JSONNumber(Int64(elements.count)))
      case .object(let object): return .number(JSONNumber(Int64(object.members.count)))
      default: return nil
      }
    case .count(let query):
      var count: Int64 = 0
      _ = try visit(query.isRelative ? value : root, query.segments[...]) { _ in
        count += 1
        return true
      }
      return .number(JSONNumber(count))
    case .value(let query):
      let found = try values(of: query.segments[...], at: query.isRelative ? value : root, limit: 2)
      return found.count == 1 ? found[0] : nil
    }
  }

  /// RFC 9535 2.3.5.2.2; nil is "Nothing".
  private mutating func compare(
    _ left: JSONValue?, _ comparison: JSONPathCondition.Comparison, _ right: JSONValue?
  ) throws(JSONPath.LimitExceeded) -> Bool {
    switch comparison {
    case .equal: return try areEqual(left, right)
    case .notEqual: return try !areEqual(left, right)
    case .less: return try isLess(left, right)
    case .greater: return try isLess(right, left)
    case .lessOrEqual:
      if try isLess(left, right) { return true }
      return try areEqual(left, right)
    case .greaterOrEqual:
      if try isLess(right, left) { return true }
      return try areEqual(left, right)
    }
  }

  private mutating func isLess(_ left: JSONValue?, _ right: JSONValue?) throws(JSONPath.LimitExceeded) -> Bool {
    switch (left, right) {
    case (.number(let left), .number(let right)):
      return left < right
    case (.string(let left), .string(let right)):
      try step(min(left.utf8.count, right.utf8.count))
      // The order of UTF-8 is that of the code points.
      return left.utf8.lexicographicallyPrecedes(right.utf8)
    default:
      return false
    }
  }

  /// Equality as ``JSONValue`` has it, with its work counted.
  private mutating func areEqual(
    _ left: JSONValue?, _ right: JSONValue?
  ) throws(JSONPath.LimitExceeded) -> Bool {
    try step()
    switch (left, right) {
    case (.array(let left), .array(let right)):
      guard left.count == right.count else { return false }
      for (left, right) in zip(left, right) where try !areEqual(left, right) { return false }
      return true
    case (.object(let left), .object(let right)):
      guard left.members.count == right.members.count else { return false }
      for member in left.members where try !areEqual(member.value, right[member.name]) { return false }
      return true
    case (.string(let left), .string(let right)):
      try step(min(left.utf8.count, right.utf8.count) / 16)
      return left.isExactly(right)
    default:
      return left == right
    }
  }
}
