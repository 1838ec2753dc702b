internal import PipeText

/// A condition as it was written: names not looked up, types not checked.
indirect enum Condition: Sendable {
  case all([Condition])
  case any([Condition])
  case not(Condition)
  /// A field, `true` or `false` that stands for itself.
  case value(Operand)
  case comparison(Operand, Comparison, Operand, sign: Range<Int>)
  case range(Operand, Bound, Bound)
  case list(Operand, [Bound], range: Range<Int>)
  case text(Operand, TextTest, Operand, word: Range<Int>)
  case matches(Operand, RegularExpression, word: Range<Int>)
  /// Whether a list has a value.
  case member(Operand, Operand, word: Range<Int>)

  /// A literal and where it stands.
  typealias Bound = (value: Literal, range: Range<Int>)
}

/// A field or a literal.
struct Operand: Sendable {
  enum Kind: Sendable {
    case field(String)
    /// How many elements a list has, or characters a text.
    case length(String)
    case literal(Literal)
    /// Its fault is reported.
    case faulty
  }

  let kind: Kind
  let range: Range<Int>
}

enum TextTest: String {
  case contains
  case startsWith = "starts_with"
  case endsWith = "ends_with"
}

extension Condition {
  /// Joined by `and`; conditions so joined before are taken in.
  static func allOf(_ conditions: [Condition]) -> Condition { .all(conditions.flatMap(\.conjuncts)) }

  /// Joined by `or`; conditions so joined before are taken in.
  static func anyOf(_ conditions: [Condition]) -> Condition { .any(conditions.flatMap(\.disjuncts)) }

  private var conjuncts: [Condition] { if case .all(let conditions) = self { conditions } else { [self] } }
  private var disjuncts: [Condition] { if case .any(let conditions) = self { conditions } else { [self] } }

  /// The names of the fields used, each once, in the order of the text.
  var fieldNames: [String] {
    var names: [String] = []
    var seen: Set<ExactText> = []
    collectNames { if seen.insert(ExactText($0)).inserted { names.append($0) } }
    return names
  }

  private func collectNames(_ collect: (String) -> Void) {
    func take(_ operands: Operand...) {
      for operand in operands {
        switch operand.kind {
        case .field(let name), .length(let name): collect(name)
        case .literal, .faulty: break
        }
      }
    }
    switch self {
    case .all(let conditions), .any(let conditions): for condition in conditions { condition.collectNames(collect) }
    case .not(let condition): condition.collectNames(collect)
    case .value(let operand), .range(let operand, _, _), .list(let operand, _, _), .matches(let operand, _, _):
      take(operand)
    case .comparison(let left, _, let right, _), .text(let left, _, let right, _), .member(let left, let right, _):
      take(left, right)
    }
  }
}

extension Condition {
  /// Whether it is `x == null` or `x != null`, which an absent value answers.
  private var asksForNull: Bool {
    guard case .comparison(let left, _, let right, _) = self else { return false }
    return [left, right].contains { if case .literal(.null) = $0.kind { true } else { false } }
  }

  /// The same, but that what `not` stands before needs a value of each of these names as well: that of a run without a number
  /// says nothing of it. `not max(a) > 3 or b` is `(not max(a) > 3 and max(a) != null) or b`.
  func needing(_ names: Set<ExactText>) -> Condition { needing(names, isDenied: false) }

  private func needing(_ names: Set<ExactText>, isDenied: Bool) -> Condition {
    switch self {
    case .all(let conditions), .any(let conditions):
      let parts = conditions.map { $0.needing(names, isDenied: isDenied) }
      let joinsAll = if case .all = self { !isDenied } else { isDenied }
      return joinsAll ? .allOf(parts) : .anyOf(parts)
    case .not(let condition): return condition.needing(names, isDenied: !isDenied)
    default:
      if !isDenied { return self }
      if asksForNull { return .not(self) }
      let needed = fieldNames.filter { names.contains(ExactText($0)) }.map { name in
        let null = Operand(kind: .literal(.null), range: 0..<0)
        return Condition.comparison(Operand(kind: .field(name), range: 0..<0), .notEqual, null, sign: 0..<0)
      }
      return .allOf([.not(self)] + needed)
    }
  }
}
