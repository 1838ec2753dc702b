internal import PipeText

/// The faults of an expectation, by place.
struct ScalarFaults: Error {
  let faults: [ScalarFault]
}

/// Looks up the names of an expectation and checks its types: those of its functions' conditions among the fields of
/// records, and the whole among the numbers that these come to.
struct ExpectationResolver {
  private let parsed: ParsedExpectation
  private let fields: [FieldDeclaration]
  private let faulty: Set<ExactText>
  private let others: [String]
  private var faults: [ScalarFault] = []
  /// Whether something is wrong that is reported elsewhere.
  private var isFaulty = false

  init(
    _ parsed: ParsedExpectation, _ fields: [FieldDeclaration], faulty: Set<ExactText>, others: [String]
  ) {
    self.parsed = parsed
    self.fields = fields
    self.faulty = faulty
    self.others = others
  }

  mutating func resolve() -> Result<Expectation, ScalarFaults> {
    var aggregates: [Aggregate] = []
    var declarations: [FieldDeclaration] = []
    for call in parsed.calls where !aggregates.contains(where: { ExactText($0.name) == ExactText(call.name) }) {
      guard let (kind, type) = kind(of: call) else { continue }
      aggregates.append(Aggregate(kind: kind, name: call.name))
      declarations.append(
        FieldDeclaration(call.name, type, isNullable: call.function != .count, bounds: bounds(of: call)))
    }
    for name in parsed.condition.fieldNames
    where !parsed.calls.contains(where: { ExactText($0.name) == ExactText(name) }) {
      guard let kind = Self.total(name) else {
        report(unknown: name)
        continue
      }
      aggregates.append(Aggregate(kind: kind, name: name))
      let isTime = name == "duration"
      declarations.append(
        FieldDeclaration(name, isTime ? .number : .int, isNullable: false, bounds: isTime ? nil : 0...Int.max))
    }
    if isFaulty || !faults.isEmpty { return .failure(sorted) }
    if case .value(let operand) = parsed.condition, case .field(let name) = operand.kind {
      faults.append(
        ScalarFault(
          .typeMismatch, "'\(name)' is a number, not a condition", hint: "compare it, for example: \(name) >= 1",
          range: operand.range))
      return .failure(sorted)
    }
    let (condition, found) = Resolver.resolve(parsed.condition, declarations)
    faults += found
    guard var condition, faults.isEmpty else { return .failure(sorted) }
    let nullable = Set(declarations.filter(\.isNullable).map { ExactText($0.name) })
    if let strict = Resolver.resolve(parsed.condition.needing(nullable), declarations).0 { condition = strict }
    var units: [ExpectationUnit?] = Array(repeating: nil, count: aggregates.count)
    check(parsed.condition, aggregates, &units)
    if !faults.isEmpty { return .failure(sorted) }
    return .success(
      Expectation(
        text: parsed.description, aggregates: aggregates, units: units, condition: condition,
        offences: offences(of: parsed.condition), minds: minds(parsed.condition)))
  }

  private var sorted: ScalarFaults {
    ScalarFaults(faults: faults.sorted { ($0.range?.lowerBound ?? 0) < ($1.range?.lowerBound ?? 0) })
  }

  // MARK: Aggregates

  private static func total(_ name: String) -> Aggregate.Kind? {
    switch name {
    case "records": .records
    case "failed": .failed
    case "broken": .broken
    case "requests": .requests
    case "links": .links
    case "broken_links": .brokenLinks
    case "duration": .duration
    default: nil
    }
  }

  private mutating func kind(of call: AggregateCall) -> (Aggregate.Kind, FieldType)? {
    if call.function.takesCondition {
      guard let condition = resolve(call.argument) else { return nil }
      return call.function == .count ? (.count(condition), .int) : (.share(condition), .number)
    }
    guard case .value(let operand) = call.argument, case .field(let name) = operand.kind else { return nil }
    guard let index = fields.firstIndex(where: { ExactText($0.name) == ExactText(name) }) else {
      // The resolver of conditions says what there is instead.
      _ = resolve(
        .comparison(operand, .notEqual, Operand(kind: .literal(.null), range: operand.range), sign: operand.range))
      return nil
    }
    let type = fields[index].type
    guard !type.isList, type.element == .int || type.element == .number else {
      faults.append(
        ScalarFault(
          .typeMismatch, "'\(call.function.rawValue)' needs a field with numbers, and '\(name)' is a \(type.name)",
          hint: type.isList ? nil : "as: number makes a number of a text", range: operand.range))
      return nil
    }
    let isExact = call.function != .avg && type.element == .int
    return (call.function.kind(of: index), isExact ? .int : .number)
  }

  private func bounds(of call: AggregateCall) -> ClosedRange<Int>? { call.function == .count ? 0...Int.max : nil }

  private mutating func resolve(_ condition: Condition) -> Expression? {
    let (expression, found) = Resolver.resolve(condition, fields, faulty: faulty, others: others)
    faults += found
    // Its fault may be reported elsewhere.
    if expression == nil, found.isEmpty { isFaulty = true }
    return expression
  }

  private mutating func report(unknown name: String) {
    let range = parsed.condition.place(of: name) ?? 0..<0
    let exact = ExactText(name)
    let isField = fields.contains { ExactText($0.name) == exact } || others.contains(name) || faulty.contains(exact)
    let near = nearestName(to: name, among: Aggregate.totals)
    let hint =
      isField
      ? "it is a field of each record: say of how many, for example count(\(name) != null), or max(\(name))"
      : near.map { "did you mean '\($0)'?" }
        ?? "the totals are \(Aggregate.totals.joined(separator: ", ")); count(…) and share(…) ask of records"
    faults.append(ScalarFault(.unknownField, "a run has no '\(name)'", hint: hint, range: range))
  }

  // MARK: Units

  /// Checks that numbers have the units of what they are compared with.
  private mutating func check(_ condition: Condition, _ aggregates: [Aggregate], _ units: inout [ExpectationUnit?]) {
    func index(of operand: Operand) -> Int? {
      guard case .field(let name) = operand.kind else { return nil }
      return aggregates.firstIndex { ExactText($0.name) == ExactText(name) }
    }
    switch condition {
    case .all(let conditions), .any(let conditions): for one in conditions { check(one, aggregates, &units) }
    case .not(let one): check(one, aggregates, &units)
    case .comparison(let left, _, let right, _):
      for (field, value) in [(left, right), (right, left)] {
        guard let index = index(of: field), case .literal(let literal) = value.kind else { continue }
        check(literal, at: value.range, with: aggregates[index], &units[index])
      }
    case .range(let field, let low, let high):
      guard let index = index(of: field) else { return }
      for bound in [low, high] { check(bound.value, at: bound.range, with: aggregates[index], &units[index]) }
    case .list(let field, let elements, _):
      guard let index = index(of: field) else { return }
      for bound in elements { check(bound.value, at: bound.range, with: aggregates[index], &units[index]) }
    case .value, .text, .matches, .member: break
    }
  }

  private mutating func check(
    _ literal: Literal, at range: Range<Int>, with aggregate: Aggregate, _ unit: inout ExpectationUnit?
  ) {
    guard literal.isNumber else { return }
    let written = parsed.units[range.lowerBound]
    let allowed: Set<ExpectationUnit> =
      switch aggregate.kind {
      case .requests, .records, .failed, .broken, .links, .brokenLinks, .count: []
      case .duration: [.time]
      case .share: [.share]
      case .least, .greatest, .mean, .percentile: [.time, .size]
      }
    if let written {
      unit = written
      if written == .share, allowed.contains(.share) { return checkShare(literal, at: range) }
      if allowed.contains(written) { return }
      let hint =
        written == .share && aggregate.isOfRecords
        ? "share(…) is a part of all records, for example: share(\(aggregate.condition)) < 1%"
        : "write the number alone"
      faults.append(
        ScalarFault(.typeMismatch, "'\(aggregate.name)' is not compared with \(written.name)", hint: hint, range: range)
      )
      return
    }
    switch aggregate.kind {
    case .share:
      unit = .share
      checkShare(literal, at: range)
    case .duration: unit = .time
    default: break
    }
  }

  private mutating func checkShare(_ literal: Literal, at range: Range<Int>) {
    let value: Double =
      switch literal {
      case .int(let value): Double(value)
      case .double(let value): value
      default: 0
      }
    if (0...1).contains(value) { return }
    let isPercent = parsed.units[range.lowerBound] != nil
    faults.append(
      ScalarFault(
        .outOfRange, "a share is from 0% to 100%, or from 0 to 1",
        hint: isPercent || value < 0 || value > 100 ? nil : "write \(literal.description)%", range: range))
  }

  // MARK: Offences

  /// What a single record can do against it: only where nothing but `and` joins its comparisons, so that each has to hold.
  private func offences(of condition: Condition) -> [Expectation.Offence] {
    switch condition {
    case .all(let conditions): return conditions.flatMap { offences(of: $0) }
    case .comparison(let left, let sign, let right, _):
      if case .field(let name) = left.kind, case .literal(let literal) = right.kind {
        return offence(of: name, sign, literal, at: right.range).map { [$0] } ?? []
      }
      if case .field(let name) = right.kind, case .literal(let literal) = left.kind {
        return offence(of: name, sign.mirrored, literal, at: left.range).map { [$0] } ?? []
      }
      return []
    default: return []
    }
  }

  private func offence(
    of name: String, _ sign: Comparison, _ literal: Literal, at range: Range<Int>
  ) -> Expectation.Offence? {
    guard let call = parsed.calls.first(where: { ExactText($0.name) == ExactText(name) }) else { return nil }
    let unwanted: Condition
    switch call.function {
    case .count, .share:
      if sign == .less || sign == .lessOrEqual || sign == .equal && literal.isZero {
        unwanted = call.argument
      } else if call.function == .share, sign == .greater || sign == .greaterOrEqual || sign == .equal {
        unwanted = .not(call.argument)
      } else {
        return nil
      }
    case .min, .max, .avg, .p50, .p95, .p99:
      guard sign.isOrder, case .value(let operand) = call.argument else { return nil }
      let value = Operand(kind: .literal(literal), range: range)
      unwanted = .comparison(operand, sign.negated, value, sign: range)
    }
    guard let expression = Resolver.resolve(unwanted, fields, faulty: faulty, others: others).0 else { return nil }
    let names = call.argument.fieldNames.compactMap { name in
      fields.firstIndex { ExactText($0.name) == ExactText(name) }.map { (index: $0, name: name) }
    }
    return Expectation.Offence(condition: expression, fields: names)
  }

  /// Which totals are to be small.
  private func minds(_ condition: Condition) -> Expectation.Minded {
    switch condition {
    case .all(let conditions): return conditions.reduce(into: []) { $0.formUnion(minds($1)) }
    case .comparison(let left, let sign, let right, _):
      let (operand, sign) = if case .field = left.kind { (left, sign) } else { (right, sign.mirrored) }
      guard case .field(let name) = operand.kind, sign != .greater, sign != .greaterOrEqual, sign != .notEqual else {
        return []
      }
      return name == "failed" ? .failed : name == "broken" ? .broken : name == "broken_links" ? .brokenLinks : []
    default: return []
    }
  }
}

extension Aggregate {
  fileprivate var isOfRecords: Bool {
    switch kind {
    case .count, .failed, .broken: true
    default: false
    }
  }

  /// The condition on records that it counts.
  fileprivate var condition: String {
    switch kind {
    case .failed: "error != null"
    case .broken: "not ok"
    default: String(name.dropFirst("count(".count).dropLast())
    }
  }
}

extension Comparison {
  /// The sign that holds where this one does not.
  fileprivate var negated: Comparison {
    switch self {
    case .equal: .notEqual
    case .notEqual: .equal
    case .less: .greaterOrEqual
    case .lessOrEqual: .greater
    case .greater: .lessOrEqual
    case .greaterOrEqual: .less
    }
  }
}

extension Literal {
  fileprivate var isZero: Bool { self == .int(0) || self == .double(0) }
}

extension Condition {
  /// Where a name stands for the first time.
  fileprivate func place(of name: String) -> Range<Int>? {
    func place(_ operands: Operand...) -> Range<Int>? {
      operands.first { if case .field(let other) = $0.kind { ExactText(other) == ExactText(name) } else { false } }?
        .range
    }
    switch self {
    case .all(let conditions), .any(let conditions): return conditions.lazy.compactMap { $0.place(of: name) }.first
    case .not(let condition): return condition.place(of: name)
    case .value(let operand), .range(let operand, _, _), .list(let operand, _, _), .matches(let operand, _, _):
      return place(operand)
    case .comparison(let left, _, let right, _), .text(let left, _, let right, _), .member(let left, let right, _):
      return place(left, right)
    }
  }
}
