internal import PipeText

extension Resolver {
  /// Reports what never holds beside `x == null` or `x == 1`.
  mutating func reportNeverNull(_ conditions: [Condition]) {
    var values: [ExactText: (Literal, Range<Int>)] = [:]
    for case (let name, let literal, let range)? in conditions.map(\.equality) where literal != .null {
      if let (first, _) = values[ExactText(name)] {
        if first != literal {
          fault(
            "this never holds where '\(name) == \(first.description)'",
            hint: "did you mean 'or', or \(name) in [\(first.description), \(literal.description)]?", range)
        }
      } else {
        values[ExactText(name)] = (literal, range)
      }
    }
    let names = Set(conditions.compactMap(\.nameOfNull).map { ExactText($0) })
    guard !names.isEmpty else { return }
    for condition in conditions {
      guard let (name, range) = condition.needsValue, names.contains(ExactText(name)) else { continue }
      fault("this never holds where '\(name) == null'", hint: "did you mean 'or'?", range)
    }
  }
}

extension Condition {
  /// A field and the value that it is compared with by `==`.
  fileprivate var equality: (name: String, literal: Literal, range: Range<Int>)? {
    guard case .comparison(let left, .equal, let right, _) = self else { return nil }
    let range = left.range.lowerBound..<right.range.upperBound
    return switch (left.kind, right.kind) {
    case (.field(let name), .literal(let literal)), (.literal(let literal), .field(let name)): (name, literal, range)
    default: nil
    }
  }

  /// The field of a condition `x == null`.
  fileprivate var nameOfNull: String? {
    guard case .comparison(let left, .equal, let right, _) = self else { return nil }
    return switch (left.kind, right.kind) {
    case (.field(let name), .literal(.null)), (.literal(.null), .field(let name)): name
    default: nil
    }
  }

  /// The field that a test holds for only where it is not null, and the test's extent.
  fileprivate var needsValue: (name: String, range: Range<Int>)? {
    let operand: Operand
    let end: Int
    switch self {
    case .comparison(let left, let comparison, let right, _):
      if case .literal(.null) = right.kind, comparison == .equal { return nil }
      if case .literal(.null) = left.kind, comparison == .equal { return nil }
      guard case .field(let name) = left.kind else {
        guard case .field(let name) = right.kind else { return nil }
        return (name, left.range.lowerBound..<right.range.upperBound)
      }
      return (name, left.range.lowerBound..<right.range.upperBound)
    case .value(let field): (operand, end) = (field, field.range.upperBound)
    case .range(let field, _, let high): (operand, end) = (field, high.range.upperBound)
    case .list(let field, _, let range): (operand, end) = (field, range.upperBound)
    case .text(let field, _, let right, _): (operand, end) = (field, right.range.upperBound)
    case .matches(let field, _, let word): (operand, end) = (field, word.upperBound)
    case .all, .any, .not, .member: return nil
    }
    guard case .field(let name) = operand.kind else { return nil }
    return (name, operand.range.lowerBound..<max(end, operand.range.upperBound))
  }
}

extension Resolver {
  /// Reports a comparison that no value of the field's can meet.
  mutating func isNever(
    _ field: Field, _ comparison: Comparison, _ literal: Literal, at place: Range<Int>
  ) -> Bool {
    switch literal {
    case .int(let number):
      guard let bounds = field.declaration.bounds else { return false }
      let isNever =
        switch comparison {
        case .equal: !bounds.contains(number)
        case .notEqual: false
        case .less: number <= bounds.lowerBound
        case .lessOrEqual: number < bounds.lowerBound
        case .greater: number >= bounds.upperBound
        case .greaterOrEqual: number > bounds.upperBound
        }
      if isNever, let bounds = field.declaration.bounds {
        fault("\(field.boundsInWords(bounds)), so this never holds", place)
      }
      return isNever
    case .string where comparison == .equal || comparison == .notEqual:
      return isOutside(field, literal, comparison, at: place)
    default: return false
    }
  }

  /// Reports a value that the field never has.
  mutating func isOutside(
    _ field: Field, _ literal: Literal, _ comparison: Comparison = .equal, at place: Range<Int>
  ) -> Bool {
    switch literal {
    case .int(let number):
      guard let bounds = field.declaration.bounds, !bounds.contains(number) else { return false }
      fault("\(field.boundsInWords(bounds)), so never \(number)", place)
    case .string(let text):
      if let words = field.declaration.words, !words.contains(where: { $0.isExactly(text) }) {
        let list = words.count > 8 ? nil : words.map { Literal.string($0).description }.joined(separator: ", ")
        let near =
          words.first { $0.lowercased() == text.lowercased() } ?? words.first { text.hasSuffix("/" + $0) }
          ?? nearestName(to: text, among: words)
        fault(
          "'\(field.name)' is never \(literal.description)",
          hint: near.map { "did you mean \(Literal.string($0).description)?" } ?? list.map { "it is one of \($0)" },
          place)
        return true
      }
      guard field.declaration.isCoded, !text.contains(": ") else { return false }
      let begins = "\(field.name) starts_with \(literal.description)"
      let isNot = comparison == .notEqual
      fault(
        "'\(field.name)' is a code and a message, such as 'timeout: no answer within 10s', so never '\(text)'",
        hint: text.isEmpty
          ? "write \(field.name) \(isNot ? "!=" : "==") null"
          : isNot ? "write \(field.name) == null or not (\(begins))" : "write \(begins)", place)
    default: return false
    }
    return true
  }
}

extension Resolver {
  /// Reports a beginning that no text of a field has whose texts begin with a code.
  mutating func isNeverBegun(_ field: Field, by text: String, at place: Range<Int>) -> Bool {
    let codes = field.declaration.codes
    if codes.isEmpty || codes.contains(where: { "\($0): ".hasPrefix(text) || text.hasPrefix("\($0): ") }) {
      return false
    }
    let word = text.lowercased().filter { $0.isLetter }
    let near =
      codes.first { $0.filter { $0.isLetter } == word } ?? nearestName(to: text, among: codes)
    fault(
      "'\(field.name)' begins with a code, so never with \(Literal.string(text).description)",
      hint: near.map { "did you mean '\($0)'?" } ?? "the codes are \(codes.joined(separator: ", "))", place)
    return true
  }
}

extension Resolver.Field {
  /// Whether an element of the list can be this literal.
  func canHold(_ literal: Literal) -> Bool {
    switch (type.element, literal) {
    case (.int, .int), (.number, .int), (.number, .double), (.string, .string), (.url, .string), (.bool, .bool),
      (.date, .string):
      true
    default: false
    }
  }

  func boundsInWords(_ bounds: ClosedRange<Int>) -> String {
    bounds.upperBound == .max
      ? "'\(name)' is at least \(bounds.lowerBound)"
      : "'\(name)' is from \(bounds.lowerBound) to \(bounds.upperBound)"
  }
}
