package import PipeSpec
package import PipeWeb

extension Value {
  /// A value of a JSON text as a field's; `nil` where there is no budget for all of it.
  package init?(_ value: JSONValue, within budget: inout ValueBudget) {
    switch value {
    case .array, .object:
      guard let text = value.serialized(within: &budget) else { return nil }
      self = .json(text)
    case .string(let text):
      guard budget.take(text.utf8.count) else { return nil }
      self = .string(text)
    case .number, .bool, .null:
      self.init(value)
      if !budget.take(size) { return nil }
    }
  }

  /// A value of a JSON text as a field's: numbers keep their digits, lists and objects stay JSON.
  package init(_ value: JSONValue) {
    switch value {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .string(let text): self = .string(text)
    case .number(let number):
      let text = number.text
      self = Int(text).map { String($0) == text ? .int($0) : .json(text) } ?? .json(text)
    case .array, .object: self = .json(value.serialized)
    }
  }
}
