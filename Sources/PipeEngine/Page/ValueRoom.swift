package import PipeSpec
package import PipeWeb

/// The most that a record's values may hold: `limits.value` and `limits.record`.
package struct ValueLimits: Hashable, Sendable {
  /// Bytes of one value.
  package var value = 1 << 20
  /// Bytes of all values of a record.
  package var record = 16 << 20

  package init() {}

  package init(value: Int, record: Int) {
    self.value = value
    self.record = record
  }
}

/// What the values of one page's record may still take, field by field.
package struct ValueRoom {
  private let limits: ValueLimits
  /// Bytes that the rest of the record may take.
  private var record: Int
  /// Bytes that the value at hand may take.
  private var value: Int
  /// Which limit that is.
  private var limit = Limit.value

  private enum Limit {
    case value, record
  }

  init(_ limits: ValueLimits) {
    self.limits = limits
    record = limits.record
    value = 0
    begin()
  }

  /// A field begins.
  mutating func begin() {
    limit = record < limits.value ? .record : .value
    value = min(record, limits.value)
  }

  /// A text that a pattern is looked for in, and nothing else, may be as long as a record: what the pattern finds is
  /// the value.
  mutating func beginSearch() {
    limit = .record
    value = limits.record
  }

  /// Counts what a field came to.
  mutating func keep(_ value: Value) { record = max(0, record - value.size) }

  /// What the value at hand may take.
  package var budget: ValueBudget { ValueBudget(bytes: value) }

  /// Whether a value has room.
  func holds(_ value: Value) -> Bool { value.size <= self.value }

  /// What there is room for: of a text its start, of a list its first elements; `nil` for anything else, which means
  /// something else where it is cut.
  func start(of value: Value, _ type: FieldType) -> Value? {
    var budget = budget
    switch value {
    case .string(let text) where type.element == .string:
      let start = budget.text(text)
      return start.isEmpty ? nil : .string(start)
    case .list(let values): return .list(values.prefix { budget.takeElement(bytes: $0.size) }.map(\.self))
    default: return nil
    }
  }

  /// The fault of a value that is larger than its limit.
  ///
  /// - Parameter partial: What there is of it.
  package func tooLarge(_ partial: Value? = nil) -> ExtractionFault {
    let whole =
      switch limit {
      case .value: "it is larger than \(ByteCount(limits.value).description) (limits.value)"
      case .record: "the record is larger than \(ByteCount(limits.record).description) (limits.record)"
      }
    switch partial {
    case .string(""): return ExtractionFault(whole)
    case .string: return ExtractionFault("\(whole) and is cut", partial: partial, isCut: true)
    case .list: return ExtractionFault("\(whole); the rest is missing", partial: partial)
    default: return ExtractionFault(whole, partial: partial)
    }
  }

  /// A value that was made within a budget.
  ///
  /// - Throws: Where the budget was not enough; the fault has what there is.
  package func checked(_ value: Value?, _ budget: ValueBudget) throws(ExtractionFault) -> Value {
    if budget.isOutOfSteps {
      throw ExtractionFault("it takes too many steps on this page", partial: value, isCut: value?.isText == true)
    }
    if budget.isOutOfBytes { throw tooLarge(value) }
    return value ?? .null
  }
}

extension Value {
  fileprivate var isText: Bool { if case .string = self { true } else { false } }

  /// Bytes that count against the limits: those of texts, and for each element of a list ``ValueBudget/elementCost``.
  package var size: Int {
    switch self {
    case .string(let text), .json(let text): text.utf8.count
    case .list(let values):
      values.packedTexts.map { $0.bytes.count + ValueBudget.elementCost * $0.count }
        ?? values.reduce(0) { $0 + ValueBudget.elementCost + $1.size }
    case .null, .bool, .int, .double: 0
    }
  }
}
