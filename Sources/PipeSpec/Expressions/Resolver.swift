internal import PipeText

/// Looks up the names of a condition, checks its types, and makes the tests of a record's values.
///
/// All faults are reported; what follows from one of them is not.
struct Resolver {
  /// A field that was found, or the length of one.
  struct Field {
    /// Of a length, the complement of its field's.
    let index: Int
    let declaration: FieldDeclaration

    var name: String { declaration.name }
    var type: FieldType { declaration.type }

    /// What a message says that it is.
    var kind: String {
      let name = type.name
      let article = type == .json ? "" : "a "
      return "'\(declaration.name)' is \(article)\(name)"
    }

    var isText: Bool { !type.isList && (type.element == .string || type.element == .url) }
    var isNumber: Bool { !type.isList && (type.element == .int || type.element == .number) }
  }

  /// What an operand turned out to be.
  enum Found {
    case field(Field, Range<Int>)
    case literal(Literal, Range<Int>)

    var range: Range<Int> {
      switch self {
      case .field(_, let range), .literal(_, let range): range
      }
    }
  }

  private let fields: [FieldDeclaration]
  private let byName: [ExactText: Int]
  private let faulty: Set<ExactText>
  private let others: [String]
  private var faults: [ScalarFault] = []
  private var guesses = NameGuesses(budget: 10_000)

  static func resolve(
    _ condition: Condition, _ fields: [FieldDeclaration], faulty: Set<ExactText> = [], others: [String] = []
  ) -> (Expression?, [ScalarFault]) {
    var resolver = Resolver(fields, faulty: faulty, others: others)
    let logic = resolver.logic(condition)
    let faults = resolver.faults.sorted { ($0.range?.lowerBound ?? 0) < ($1.range?.lowerBound ?? 0) }
    guard let logic, faults.isEmpty else { return (nil, faults) }
    return (Expression(logic), [])
  }

  private init(_ fields: [FieldDeclaration], faulty: Set<ExactText>, others: [String]) {
    self.fields = fields
    self.faulty = faulty
    self.others = others
    byName = Dictionary(fields.enumerated().map { (ExactText($1.name), $0) }) { first, _ in first }
  }

  /// `nil` once a fault is reported.
  private mutating func logic(_ condition: Condition) -> Logic? {
    switch condition {
    case .all(let conditions):
      let parts = conditions.map { logic($0) }
      reportNeverNull(zip(conditions, parts).compactMap { $1 == nil ? nil : $0 })
      return parts.contains { $0 == nil } ? nil : .all(parts.compactMap { $0 })
    case .any(let conditions):
      let parts = conditions.map { logic($0) }
      return parts.contains { $0 == nil } ? nil : .any(parts.compactMap { $0 })
    case .not(let condition): return logic(condition).map { .not($0) }
    case .value(let operand): return find(operand).flatMap { value($0) }
    case .comparison(let left, let comparison, let right, let sign):
      let left = find(left)
      let right = find(right, isRight: true)
      guard let left, let right else { return nil }
      return compare(left, comparison, right, sign: sign)
    case .range(let operand, let low, let high):
      return leftField(operand, of: "in").flatMap { inRange($0, low, high) }
    case .list(let operand, let elements, let range):
      guard let field = leftField(operand, of: "in") else {
        reportMixture(elements)
        return nil
      }
      return inList(field, elements, range)
    case .text(let left, let test, let right, let word):
      let field = leftField(left, of: test.rawValue)
      let part = find(right, isRight: true)
      guard let field, let part else { return nil }
      return text(field, test, part, word: word)
    case .member(let element, let list, _):
      let part = find(element)
      guard case .field(let field, let range)? = find(list, isRight: true), let part else { return nil }
      if field.type.isList { return member(of: field, part) }
      let written =
        switch part {
        case .literal(let literal, _): literal.description
        case .field(let other, _): other.name
        }
      return fault(
        "'in' needs a list on its right, and \(field.kind)",
        hint: field.isText ? "write \(field.name) contains \(written)" : "for example: in 200..299, or in [301, 302]",
        range)
    case .matches(let operand, let expression, let word):
      guard let field = leftField(operand, of: "matches") else { return nil }
      guard field.isText else {
        let hint =
          field.type.isList
          ? "write \(field.name) contains '…'"
          : field.isNumber ? "compare the number, for example: \(field.name) in 400..499" : hintForType(field)
        return fault("'matches' needs a text, and \(field.kind)", hint: hint, word)
      }
      return .test(.matches(field.index, expression))
    }
  }

  // MARK: Names

  private mutating func find(_ operand: Operand, isRight: Bool = false) -> Found? {
    switch operand.kind {
    case .literal(let literal): return .literal(literal, operand.range)
    case .faulty: return nil
    case .length(let name):
      guard case .field(let field, let range)? = find(Operand(kind: .field(name), range: operand.range)) else {
        return nil
      }
      guard field.type.isList || field.isText else {
        fault(
          "length is for lists and texts, and \(field.kind)",
          hint: field.type == .json ? "all: true makes a list of what a path finds" : nil, range)
        return nil
      }
      let length = FieldDeclaration(
        "length(\(name))", .int, isNullable: field.declaration.isNullable, bounds: 0...Int.max)
      return .field(Field(index: ~field.index, declaration: length), range)
    case .field(let name):
      if let index = byName[ExactText(name)] {
        return .field(Field(index: index, declaration: fields[index]), operand.range)
      }
      if faulty.contains(ExactText(name)) { return nil }
      let names = fields.map(\.name) + faulty.map(\.text).sorted()
      let hint: String
      let parts = name.split(separator: ".").map(String.init)
      if parts.count == 2, names.contains(parts[0]), ForeignWords.isLength(parts[1]) {
        hint = "write length(\(parts[0]))"
      } else if let last = parts.last, last.utf8.count < name.utf8.count, names.contains(last) || others.contains(last)
      {
        hint = "a field is written by its name alone: \(last)"
      } else if let near = ForeignWords.value(for: name) ?? guesses.nearest(to: name, among: names + others) {
        hint = "did you mean '\(near)'?"
      } else if isRight {
        hint = "a text is written between quotes: \(Literal.string(name).description)"
      } else if names.isEmpty {
        hint = "there are no fields here"
      } else {
        hint = "the fields are \(names.prefix(16).joined(separator: ", "))\(names.count > 16 ? ", …" : "")"
      }
      faults.append(ScalarFault(.unknownField, "unknown field '\(name)'", hint: hint, range: operand.range))
      return nil
    }
  }

  private mutating func leftField(_ operand: Operand, of word: String) -> Field? {
    switch find(operand) {
    case .field(let field, _)?: return field
    case .literal(let literal, let range)?:
      fault("'\(word)' needs a field on its left, not \(literal.name)", range)
      return nil
    case nil: return nil
    }
  }

  // MARK: Tests

  private mutating func value(_ found: Found) -> Logic? {
    switch found {
    case .literal(.bool(let value), _): return .test(.constant(value))
    case .literal(let literal, let range):
      return fault("\(literal.name) is not a condition", hint: "compare it with a field", range)
    case .field(let field, let range):
      if field.type == .bool { return .test(.bool(field.index, true)) }
      return fault("\(field.kind), not a condition", hint: "compare it, for example: \(field.name) != null", range)
    }
  }

  private mutating func compare(_ left: Found, _ sign: Comparison, _ right: Found, sign range: Range<Int>) -> Logic? {
    let whole = left.range.lowerBound..<max(left.range.upperBound, right.range.upperBound)
    switch (left, right) {
    case (.literal, .literal):
      return fault("two values that never change are compared", hint: "compare a field with a value", whole)
    case (.field(let field, _), .literal(let literal, let place)):
      return compare(field, sign, literal, at: place, sign: range, whole: whole)
    case (.literal(let literal, let place), .field(let field, _)):
      return compare(field, sign.mirrored, literal, at: place, sign: range, whole: whole)
    case (.field(let left, _), .field(let right, _)): return compare(left, sign, right, sign: range, whole: whole)
    }
  }

  private mutating func compare(
    _ field: Field, _ comparison: Comparison, _ literal: Literal, at place: Range<Int>, sign: Range<Int>,
    whole: Range<Int>
  ) -> Logic? {
    if literal == .null {
      if comparison.isOrder {
        return fault("null has no order", hint: "write '\(field.name) == null' or '\(field.name) != null'", sign)
      }
      if comparison == .notEqual { return .test(.isNotNull(field.index)) }
      guard field.declaration.isNullable else { return fault("'\(field.name)' is never null", whole) }
      return .test(.isNull(field.index))
    }
    if field.type.isList {
      return fault(
        "a list cannot be compared, and \(field.kind)",
        hint: field.canHold(literal)
          ? "write \(field.name) contains \(literal.description), or compare it with null"
          : literal.isNumber
            ? "write length(\(field.name)) for how many it has" : "'contains' finds one of them", sign)
    }
    if comparison.isOrder, field.type == .bool {
      return fault("booleans have no order", hint: "write '\(field.name)' or 'not \(field.name)'", sign)
    }
    return predicate(field, comparison, literal, at: place).map { .test($0) }
  }

  /// The comparison of a field with a literal that is not null; a literal of another kind is a fault.
  mutating func predicate(
    _ field: Field, _ comparison: Comparison, _ literal: Literal, at place: Range<Int>
  ) -> Predicate? {
    if isNever(field, comparison, literal, at: place) { return nil }
    switch (field.type.element, literal) {
    case (.int, .int(let bound)), (.number, .int(let bound)): return .int(field.index, comparison, bound)
    case (.int, .double(let bound)) where !comparison.isOrder && bound.rounded() != bound:
      fault("'\(field.name)' is a whole number and never \(literal.description)", place)
      return nil
    case (.int, .double(let bound)), (.number, .double(let bound)): return .double(field.index, comparison, bound)
    case (.string, .string(let bound)), (.url, .string(let bound)): return .string(field.index, comparison, bound)
    case (.bool, .bool(let bound)): return .bool(field.index, (comparison == .equal) == bound)
    case (.date, .string(let text)):
      do throws(DateText.Fault) {
        return .date(field.index, comparison, try DateText(text))
      } catch .notInUTC {
        fault("dates are compared in UTC, and \(literal.description) is not", hint: "write it with a final Z", place)
      } catch {
        fault(
          "\(field.kind), and \(literal.description) is not",
          hint: "write '2026-01-31' for the whole day, or '2026-01-31T10:00:00Z'", place)
      }
      return nil
    default:
      fault("\(field.kind) and cannot be compared with \(literal.name)", hint: hint(field, literal), place)
      return nil
    }
  }

  /// What to write instead of a literal of the wrong kind.
  func hint(_ field: Field, _ literal: Literal) -> String? {
    switch (field.type.element, literal) {
    case (.int, .string(let text)), (.number, .string(let text)):
      Double(text) == nil ? "write a number" : "write the number without quotes: \(text)"
    case (.bool, .string("true")), (.bool, .string("false")):
      "write it without quotes"
    case (.bool, _): "write true or false"
    case (.string, _), (.url, _): "a text is written between quotes: '\(literal.description)'"
    case (.date, _): "write '2026-01-31' for the whole day, or '2026-01-31T10:00:00Z'"
    default: hintForType(field)
    }
  }

  func hintForType(_ field: Field) -> String? {
    switch field.type.element {
    case .json: "give the field a type with 'as', or compare it with null"
    case .date: "compare it with a date: \(field.name) >= '2026-01-31'"
    case .bool: "write '\(field.name)' or 'not \(field.name)'"
    default: nil
    }
  }

  private mutating func compare(
    _ left: Field, _ comparison: Comparison, _ right: Field, sign: Range<Int>, whole: Range<Int>
  ) -> Logic? {
    if left.index == right.index { return fault("'\(left.name)' is compared with itself", whole) }
    if left.type.isList || right.type.isList || left.type == .json || right.type == .json {
      let field = left.type.isList || left.type == .json ? left : right
      return fault("\(field.kind), which can be compared with null alone", sign)
    }
    if left.type == .date, right.type == .date { return .test(.dateFields(left.index, comparison, right.index)) }
    guard left.isNumber && right.isNumber || left.isText && right.isText || left.type == right.type else {
      return fault("\(left.kind) and \(right.kind): they are never equal", sign)
    }
    if comparison.isOrder, left.type == .bool { return fault("booleans have no order", sign) }
    return .test(.fields(left.index, comparison, right.index))
  }

  // MARK: Faults

  @discardableResult
  mutating func fault(_ message: String, hint: String? = nil, _ range: Range<Int>) -> Logic? {
    faults.append(ScalarFault(.typeMismatch, message, hint: hint, range: range))
    return nil
  }
}
