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
