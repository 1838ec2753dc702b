/// One test of a record's values, with every name resolved to the place of its value.
///
/// A null value holds no test but `isNull`; so does a value that is not of its field's type.
enum Predicate {
  case constant(Bool)
  case isNull(Int)
  case isNotNull(Int)
  case bool(Int, Bool)
  case int(Int, Comparison, Int)
  case double(Int, Comparison, Double)
  case string(Int, Comparison, String)
  case date(Int, Comparison, DateText)
  /// Numbers, booleans and texts of two fields.
  case fields(Int, Comparison, Int)
  case dateFields(Int, Comparison, Int)
  case intRange(Int, ClosedRange<Int>)
  case doubleRange(Int, ClosedRange<Double>)
  /// Numbers in ascending order.
  case anyNumber(Int, [Double])
  case anyInt(Int, [Int])
  /// Texts in the order of their bytes.
  case anyString(Int, [String])
  case text(Int, TextTest, String)
  case textOfField(Int, TextTest, Int)
  case matches(Int, RegularExpression)
  /// Whether a list holds a value.
  case member(Int, Literal)
  case memberOfField(Int, Int)

  func holds(_ values: UnsafeBufferPointer<Value>) -> Bool {
    switch self {
    case .constant(let value): return value
    case .isNull(let field): return values.isNull(field)
    case .isNotNull(let field): return !values.isNull(field)
    case .bool(let field, let expected):
      if case .bool(let value)? = values.value(field) { return value == expected }
      return false
    case .int(let field, let comparison, let bound):
      switch values.value(field) {
      case .int(let value): return comparison.holds(value, bound)
      case .double(let value): return comparison.holds(value, Double(bound))
      default: return false
      }
    case .double(let field, let comparison, let bound):
      guard let value = values.value(field)?.number else { return false }
      return comparison.holds(value, bound)
    case .intRange(let field, let range):
      switch values.value(field) {
      case .int(let value): return range.contains(value)
      case .double(let value): return value >= Double(range.lowerBound) && value <= Double(range.upperBound)
      default: return false
      }
    case .doubleRange(let field, let range):
      guard let value = values.value(field)?.number else { return false }
      return range.contains(value)
    case .anyInt(let field, let elements):
      switch values.value(field) {
      case .int(let value): return elements.holds { value == $0 ? 0 : value < $0 ? -1 : 1 }
      case .double(let value): return elements.contains { Double($0) == value }
      default: return false
      }
    case .anyNumber(let field, let elements):
      guard let value = values.value(field)?.number else { return false }
      return elements.holds { value == $0 ? 0 : value < $0 ? -1 : 1 }
    case .fields(let left, let comparison, let right):
      guard let left = values.value(left), let right = values.value(right) else { return false }
      return Self.compare(left, comparison, right)
    case .member(let field, let wanted):
      guard case .list(let elements)? = values.value(field) else { return false }
      return elements.contains { Self.isEqual($0, wanted) }
    case .memberOfField(let field, let other):
      guard case .list(let elements)? = values.value(field), let wanted = values.value(other), wanted != .null else {
        return false
      }
      return elements.contains { Self.compare($0, .equal, wanted) }
    default: return holdsText(values)
    }
  }

  private func holdsText(_ values: UnsafeBufferPointer<Value>) -> Bool {
    switch self {
    case .string(let field, .equal, let bound):
      return values.text(field).map { UTF8Order.isEqual($0, bound) } ?? false
    case .string(let field, let comparison, let bound):
      return values.text(field).map { comparison.holds(UTF8Order.compare($0, bound)) } ?? false
    case .date(let field, let comparison, let bound):
      return values.text(field).map { comparison.holds(bound.order(of: $0)) } ?? false
    case .dateFields(let left, let comparison, let right):
      guard let left = values.text(left), let right = values.text(right) else { return false }
      return comparison.holds(UTF8Order.compare(DateText.withoutZone(left), DateText.withoutZone(right)))
    case .anyString(let field, let elements):
      guard let text = values.text(field) else { return false }
      return elements.holds { UTF8Order.compare(text, $0) }
    case .text(let field, let test, let part):
      return values.text(field).map { test.holds($0, part) } ?? false
    case .textOfField(let field, let test, let other):
      guard let text = values.text(field), let part = values.text(other) else { return false }
      return test.holds(text, part)
    case .matches(let field, let expression):
      return values.text(field).map(expression.matches) ?? false
    default: return false
    }
  }

  private static func compare(_ left: Value, _ comparison: Comparison, _ right: Value) -> Bool {
    switch (left, right) {
    case (.int(let left), .int(let right)): return comparison.holds(left, right)
    case (.string(let left), .string(let right)): return comparison.holds(UTF8Order.compare(left, right))
    case (.bool(let left), .bool(let right)): return comparison.holds(left == right ? 0 : 1)
    default:
      guard let left = left.number, let right = right.number else { return false }
      return comparison.holds(left, right)
    }
  }

  private static func isEqual(_ value: Value, _ literal: Literal) -> Bool {
    switch (value, literal) {
    case (.string(let value), .string(let wanted)): UTF8Order.isEqual(value, wanted)
    case (.int(let value), .int(let wanted)): value == wanted
    case (.bool(let value), .bool(let wanted)): value == wanted
    case (_, .double(let wanted)): value.number == wanted
    case (_, .int(let wanted)): value.number == Double(wanted)
    default: false
    }
  }
}

extension TextTest {
  fileprivate func holds(_ text: String, _ part: String) -> Bool {
    switch self {
    case .contains: UTF8Order.contains(text, part)
    case .startsWith: UTF8Order.hasPrefix(text, part)
    case .endsWith: UTF8Order.hasSuffix(text, part)
    }
  }
}

extension Value {
  fileprivate var number: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }
}

extension UnsafeBufferPointer<Value> {
  /// A record with fewer values than fields reads as one with nulls.
  fileprivate func value(_ field: Int) -> Value? { field < count ? self[field] : nil }

  fileprivate func isNull(_ field: Int) -> Bool {
    guard field < count else { return true }
    if case .null = self[field] { return true }
    return false
  }

  fileprivate func text(_ field: Int) -> String? {
    if field < count, case .string(let text) = self[field] { text } else { nil }
  }
}

extension Array {
  /// Binary search in an ascending array, by the order of the value looked for and an element.
  fileprivate func holds(_ order: (Element) -> Int) -> Bool {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      let found = order(self[middle])
      if found == 0 { return true }
      if found < 0 { high = middle } else { low = middle + 1 }
    }
    return false
  }
}
