internal import PipeText

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

  /// The places of the values that it reads.
  var places: [Int] {
    switch self {
    case .constant: []
    case .isNull(let field), .isNotNull(let field), .bool(let field, _), .int(let field, _, _),
      .double(let field, _, _), .string(let field, _, _), .date(let field, _, _), .intRange(let field, _),
      .doubleRange(let field, _), .anyNumber(let field, _), .anyInt(let field, _), .anyString(let field, _),
      .text(let field, _, _), .matches(let field, _), .member(let field, _):
      [field]
    case .fields(let left, _, let right), .dateFields(let left, _, let right), .textOfField(let left, _, let right),
      .memberOfField(let left, let right):
      [left, right]
    }
  }

  func holds(_ values: UnsafeBufferPointer<Value>) -> Bool {
    switch self {
    case .constant(let value): return value
    case .isNull(let field): return values.isNull(field)
    case .isNotNull(let field): return !values.isNull(field)
    case .bool(let field, let expected):
      if case .bool(let value)? = values.value(field) { return value == expected }
      return false
    case .int(let field, let comparison, let bound):
      guard let order = values.value(field)?.order(to: bound) else { return false }
      return comparison.holds(order)
    case .double(let field, let comparison, let bound):
      guard let order = values.value(field)?.order(to: bound) else { return false }
      return comparison.holds(order)
    case .intRange(let field, let range):
      guard let value = values.value(field), let low = value.order(to: range.lowerBound),
        let high = value.order(to: range.upperBound)
      else { return false }
      return low >= 0 && high <= 0
    case .doubleRange(let field, let range):
      guard let value = values.value(field), let low = value.order(to: range.lowerBound),
        let high = value.order(to: range.upperBound)
      else { return false }
      return low >= 0 && high <= 0
    case .anyInt(let field, let elements):
      guard let value = values.value(field), value.isNumber else { return false }
      return elements.holds { value.order(to: $0) ?? 1 }
    case .anyNumber(let field, let elements):
      guard let value = values.value(field), value.isNumber else { return false }
      return elements.holds { value.order(to: $0) ?? 1 }
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
    case (.null, _), (_, .null): return false
    case (.string(let left), _): return comparison.holds(UTF8Order.compare(left, right.plainText))
    case (_, .string(let right)): return comparison.holds(UTF8Order.compare(left.plainText, right))
    case (.double(let left), .double(let right)): return comparison.holds(left, right)
    default:
      guard let left = left.decimal, let right = right.decimal else { return false }
      return comparison.holds(left.order(to: right))
    }
  }

  private static func isEqual(_ value: Value, _ literal: Literal) -> Bool {
    switch (value, literal) {
    case (.string(let value), .string(let wanted)): UTF8Order.isEqual(value, wanted)
    case (.int(let value), .int(let wanted)): value == wanted
    case (.bool(let value), .bool(let wanted)): value == wanted
    case (_, .double(let wanted)): value.order(to: wanted) == 0
    case (_, .int(let wanted)): value.order(to: wanted) == 0
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
  fileprivate var isNumber: Bool {
    switch self {
    case .int, .double: true
    case .json(let text): DecimalNumber(text) != nil
    default: false
    }
  }

  /// The order of this number and another one; `nil` for what is not a number.
  fileprivate func order(to bound: Int) -> Int? {
    switch self {
    case .int(let value): value < bound ? -1 : value > bound ? 1 : 0
    // Every whole number up to here is a Double.
    case .double(let value) where bound.magnitude <= 1 << 53: Self.order(value, Double(bound))
    default: order(to: DecimalNumber(String(bound)))
    }
  }

  fileprivate func order(to bound: Double) -> Int? {
    switch self {
    case .double(let value): Self.order(value, bound)
    case .int(let value) where value.magnitude <= 1 << 53: Self.order(Double(value), bound)
    default: order(to: DecimalNumber(bound.description))
    }
  }

  private func order(to bound: DecimalNumber?) -> Int? {
    guard let value = decimal, let bound else { return nil }
    return value.order(to: bound)
  }

  private static func order(_ left: Double, _ right: Double) -> Int? {
    left < right ? -1 : left > right ? 1 : left == right ? 0 : nil
  }
}

extension UnsafeBufferPointer<Value> {
  /// A record with fewer values than fields reads as one with nulls. A field's complement is the length of its value.
  fileprivate func value(_ field: Int) -> Value? {
    if field >= 0 { return field < count ? self[field] : nil }
    guard ~field < count else { return nil }
    return switch self[~field] {
    case .list(let elements): .int(elements.count)
    case .null: nil
    case let value: .int(value.plainText.unicodeScalars.count)
    }
  }

  fileprivate func isNull(_ field: Int) -> Bool {
    if field < 0 { return value(field) == nil }
    guard field < count else { return true }
    if case .null = self[field] { return true }
    return false
  }

  /// The text of a field that is a text; the column of a source's row may hold another value there.
  fileprivate func text(_ field: Int) -> String? {
    guard field >= 0, field < count else { return nil }
    switch self[field] {
    case .string(let text): return text
    case .null, .list: return nil
    default: return self[field].plainText
    }
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
