package import PipeText

/// A `where` or `when` as it was written: its names are not looked up yet.
package struct ParsedExpression: Sendable {
  let condition: Condition
  let text: ResolvedText
  /// The fields that it uses, each once, in the order of the text.
  package let fieldNames: [String]

  /// Reads an expression; the failure holds every fault found, by place.
  package static func parse(_ text: ResolvedText) -> Result<ParsedExpression, ExpressionFaults> {
    let (condition, faults) = Parser.parse(text.text)
    guard let condition else { return .failure(ExpressionFaults(faults, in: text)) }
    return .success(ParsedExpression(condition: condition, text: text, fieldNames: condition.fieldNames))
  }

  /// Looks up the names and checks the types.
  ///
  /// - Parameters:
  ///   - fields: What the expression can use, in the order of the values that it is evaluated on.
  ///   - faulty: Fields that there are, but of which nothing is known, as their faults are reported. What uses
  ///     them fails without a finding of its own.
  ///   - others: Names that an expression could use too, for hints.
  package func resolve(
    _ fields: [FieldDeclaration], faulty: Set<ExactText> = [], others: [String] = []
  ) -> Result<Expression, ExpressionFaults> {
    let (expression, faults) = Resolver.resolve(condition, fields, faulty: faulty, others: others)
    guard let expression else { return .failure(ExpressionFaults(faults, in: text)) }
    return .success(expression)
  }
}

extension ParsedExpression: CustomStringConvertible {
  /// The expression as a text of the language, in one form for all ways to write it.
  package var description: String { condition.description }
}

/// A field that an expression can use.
package struct FieldDeclaration: Hashable, Sendable {
  package let name: String
  package let type: FieldType
  package let isNullable: Bool
  /// What a whole number is within.
  package let bounds: ClosedRange<Int>?
  /// The codes that its texts begin with, as `code: message`; empty if they do not.
  package let codes: [String]
  /// All texts that it can be, if there are few.
  package let words: [String]?
  var isCoded: Bool { !codes.isEmpty }

  package init(
    _ name: String, _ type: FieldType, isNullable: Bool = true, bounds: ClosedRange<Int>? = nil, codes: [String] = [],
    words: [String]? = nil
  ) {
    self.bounds = bounds
    self.codes = codes
    self.words = words
    self.name = name
    self.type = type
    self.isNullable = isNullable
  }
}

/// The faults of an expression, by place; none where all that is wrong is reported elsewhere.
package struct ExpressionFaults: Error, Hashable {

  package let diagnostics: [Diagnostic]

  init(_ faults: [ScalarFault], in text: ResolvedText) {
    diagnostics = faults.prefix(text.mostFaults).map { fault in
      let range = fault.range ?? 0..<0
      // An empty text has no part to point at.
      let span = range.isEmpty ? text.node.span : text.span(of: range)
      return Diagnostic(fault.code, at: span, fault.message, hint: fault.hint)
    }
  }
}

extension Shape where Value == ParsedExpression {
  /// A condition over a record's fields.
  package static var expression: Self {
    let examples = ["status >= 400 or error != null", "ok and title contains 'shop'", "url matches /\\.pdf$/i"]
    return Shape(.text(name: "a condition", examples: examples)) { node, context in
      guard let text = context.text(of: node, expected: "a condition") else { return nil }
      switch ParsedExpression.parse(text) {
      case .success(let expression): return expression
      case .failure(let faults):
        context.report(faults.diagnostics)
        return nil
      }
    }
  }
}
