/// Tests of texts, lists and ranges.
extension Resolver {
  mutating func text(_ field: Field, _ test: TextTest, _ part: Found, word: Range<Int>) -> Logic? {
    if field.type.isList, test == .contains { return member(of: field, part) }
    guard field.isText else {
      let needs = test == .contains ? "a text or a list" : "a text"
      let hint =
        field.type.isList
        ? "write \(field.name) contains '…'"
        : field.isNumber ? "compare the number, for example: \(field.name) == 404" : hintForType(field)
      return fault("'\(test.rawValue)' needs \(needs), and \(field.kind)", hint: hint, word)
    }
    switch part {
    case .literal(.string(let text), let range):
      if test == .startsWith, isNeverBegun(field, by: text, at: range) { return nil }
      return .test(.text(field.index, test, text))
    case .literal(let literal, let range):
      let hint = literal == .null ? nil : "a text is written between quotes: '\(literal.description)'"
      return fault("'\(test.rawValue)' needs a text on its right, not \(literal.name)", hint: hint, range)
    case .field(let other, let range):
      guard other.isText else {
        return fault("'\(test.rawValue)' needs a text on its right, and \(other.kind)", range)
      }
      return .test(.textOfField(field.index, test, other.index))
    }
  }

  mutating func member(of field: Field, _ part: Found) -> Logic? {
    let element = Field(
      index: field.index, declaration: FieldDeclaration(field.name, FieldType(field.type.element)))
    switch part {
    case .field(let other, let range):
      guard element.isNumber && other.isNumber || element.isText && other.isText || element.type == other.type,
        element.type != .json
      else { return fault("\(field.kind), and \(other.kind)", range) }
      return .test(.memberOfField(field.index, other.index))
    case .literal(let literal, let range):
      switch (field.type.element, literal) {
      case (.int, .int), (.number, .int), (.number, .double), (.string, .string), (.url, .string), (.bool, .bool),
        (.date, .string):
        return .test(.member(field.index, literal))
      default:
        return fault("\(field.kind) and never holds \(literal.name)", hint: hint(element, literal), range)
      }
    }
  }

  mutating func inRange(_ field: Field, _ low: Condition.Bound, _ high: Condition.Bound) -> Logic? {
    let range = low.range.lowerBound..<high.range.upperBound
    guard low.value.isNumber, high.value.isNumber else {
      let bound = low.value.isNumber ? high : low
      let hint =
        field.type == .date || field.isText
        ? "write \(field.name) >= \(low.value.description) and \(field.name) <= \(high.value.description)" : nil
      return fault("a range goes from a number to a number, not \(bound.value.name)", hint: hint, bound.range)
    }
    guard field.isNumber else {
      return fault("\(field.kind) and is never in a range of numbers", hint: hintForType(field), range)
    }
    if let bounds = field.declaration.bounds, case .int(let first) = low.value, case .int(let last) = high.value,
      first <= last, last < bounds.lowerBound || first > bounds.upperBound
    {
      return fault("\(field.boundsInWords(bounds)), so it is never in this range", range)
    }
    if case .int(let low) = low.value, case .int(let high) = high.value {
      if low <= high { return .test(.intRange(field.index, low...high)) }
    } else if let low = low.value.number, let high = high.value.number, low <= high {
      return .test(.doubleRange(field.index, low...high))
    }
    return fault(
      "nothing is in the range \(low.value.description)..\(high.value.description)",
      hint: "did you mean \(high.value.description)..\(low.value.description)?", range)
  }

  mutating func inList(_ field: Field, _ elements: [Condition.Bound], _ range: Range<Int>) -> Logic? {
    if elements.isEmpty { return fault("nothing is in an empty list", range) }
    if field.type.isList || field.type == .json {
      let hint = field.type.isList ? "write \(field.name) contains …" : hintForType(field)
      return fault("\(field.kind) and is never in a list of values", hint: hint, range)
    }
    var tests: [Logic] = []
    for element in elements {
      if element.value == .null {
        fault("null is in no list", hint: "write '\(field.name) == null or …'", element.range)
      } else if !isOutside(field, element.value, at: element.range),
        let predicate = predicate(field, .equal, element.value, at: element.range)
      {
        tests.append(.test(predicate))
      }
    }
    guard tests.count == elements.count else { return nil }
    if field.isText {
      let texts = elements.compactMap { if case .string(let text) = $0.value { text } else { nil } }
      return .test(.anyString(field.index, texts.sorted { UTF8Order.compare($0, $1) < 0 }))
    }
    guard field.isNumber else { return .any(tests) }
    let numbers = elements.compactMap { if case .int(let number) = $0.value { number } else { nil } }
    if numbers.count == elements.count { return .test(.anyInt(field.index, numbers.sorted())) }
    return .test(.anyNumber(field.index, elements.compactMap(\.value.number).sorted()))
  }

  /// Reports a list of several kinds of value, where there is no field to tell which of them is right.
  mutating func reportMixture(_ elements: [Condition.Bound]) {
    guard let first = elements.first?.value else { return }
    for (value, range) in elements where value.kind != first.kind {
      fault("the list holds both \(first.name) and \(value.name)", hint: "a list holds values of one kind", range)
      return
    }
  }
}

extension Literal {
  fileprivate var number: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  /// What literals of one list have in common.
  fileprivate var kind: Int {
    switch self {
    case .null: 0
    case .bool: 1
    case .int, .double: 2
    case .string: 3
    }
  }
}
