extension Condition {
  /// The condition as a text of the language, always the same for the same condition.
  var description: String {
    switch self {
    case .all(let conditions): conditions.map { $0.text(inside: .all) }.joined(separator: " and ")
    case .any(let conditions): conditions.map { $0.text(inside: .any) }.joined(separator: " or ")
    case .not(.range(let left, let low, let high)): Self.text(left, "not in", low, high)
    case .not(.list(let left, let elements, _)): Self.text(left, "not in", elements)
    case .not(.text(let left, let test, let right, _)):
      "\(left.description) not \(test.rawValue) \(right.description)"
    case .not(.matches(let left, let expression, _)): "\(left.description) not matches \(expression.description)"
    case .not(.member(let left, let list, _)): "\(left.description) not in \(list.description)"
    case .not(let condition): "not \(condition.text(inside: .not))"
    case .value(let operand): operand.description
    case .comparison(let left, let sign, let right, _):
      "\(left.description) \(sign.rawValue) \(right.description)"
    case .range(let left, let low, let high): Self.text(left, "in", low, high)
    case .list(let left, let elements, _): Self.text(left, "in", elements)
    case .text(let left, let test, let right, _): "\(left.description) \(test.rawValue) \(right.description)"
    case .matches(let left, let expression, _): "\(left.description) matches \(expression.description)"
    case .member(let left, let list, _): "\(left.description) in \(list.description)"
    }
  }

  private enum Outside { case all, any, not }

  private func text(inside outside: Outside) -> String {
    switch (self, outside) {
    case (.any, .all), (.any, .not), (.all, .not): "(\(description))"
    default: description
    }
  }

  private static func text(_ left: Operand, _ word: String, _ low: Bound, _ high: Bound) -> String {
    "\(left.description) \(word) \(low.value.description)..\(high.value.description)"
  }

  private static func text(_ left: Operand, _ word: String, _ elements: [Bound]) -> String {
    "\(left.description) \(word) [\(elements.map(\.value.description).joined(separator: ", "))]"
  }
}

extension Operand {
  var description: String {
    switch kind {
    case .field(let name): Self.written(name)
    case .length(let name): "length(\(Self.written(name)))"
    case .literal(let literal): literal.description
    // Nothing that is described has one.
    case .faulty: "null"
    }
  }

  private static func written(_ name: String) -> String { Lexer.isPlainName(name) ? name : "`\(name)`" }
}

extension Literal {
  var description: String {
    switch self {
    case .null: return "null"
    case .bool(let value): return String(value)
    case .int(let value): return String(value)
    case .double(let value): return String(value)
    case .string(let value):
      let quote: Unicode.Scalar =
        value.unicodeScalars.contains("'") && !value.unicodeScalars.contains("\"") ? "\"" : "'"
      var text = String(quote)
      for scalar in value.unicodeScalars {
        switch scalar {
        case "\n": text += "\\n"
        case "\r": text += "\\r"
        case "\t": text += "\\t"
        case "\\", quote: text += "\\\(scalar)"
        default: text.unicodeScalars.append(scalar)
        }
      }
      return text + String(quote)
    }
  }
}
