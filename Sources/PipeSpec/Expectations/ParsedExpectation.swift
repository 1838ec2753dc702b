package import PipeText

/// A condition on a whole run as it was written: its names are not looked up yet.
///
///     records >= 100
///     share(status >= 500) < 1% and p95(elapsed) < 2s
///
/// It is a condition of the language (`Parser`) whose operands are totals and functions of all records.
package struct ParsedExpectation: Sendable {
  /// Functions stand in it as fields that have the function's text as their name.
  let condition: Condition
  let calls: [AggregateCall]
  /// The units of numbers, by where these begin.
  let units: [Int: ExpectationUnit]
  package let text: ResolvedText

  /// Reads an expectation; the failure holds every fault found, by place.
  package static func parse(_ text: ResolvedText) -> Result<ParsedExpectation, ExpressionFaults> {
    let parsed = Parser.parseExpectation(text.text)
    guard let condition = parsed.condition else { return .failure(ExpressionFaults(parsed.faults, in: text)) }
    return .success(
      ParsedExpectation(condition: condition, calls: parsed.calls, units: parsed.units, text: text))
  }

  /// The fields of records that it uses, each once, in the order of the text.
  package var fieldNames: [String] {
    var seen: Set<ExactText> = []
    return calls.flatMap(\.argument.fieldNames).filter { seen.insert(ExactText($0)).inserted }
  }

  /// Looks up the names and checks the types.
  ///
  /// - Parameters:
  ///   - fields: What its functions can use, in the order of the values of a record.
  ///   - faulty: Fields that there are, but of which nothing is known, as their faults are reported.
  ///   - others: Names that it could use too, for hints.
  package func resolve(
    _ fields: [FieldDeclaration], faulty: Set<ExactText> = [], others: [String] = []
  ) -> Result<Expectation, ExpressionFaults> {
    var resolver = ExpectationResolver(self, fields, faulty: faulty, others: others)
    return resolver.resolve().mapError { ExpressionFaults($0.faults, in: text) }
  }
}

extension ParsedExpectation: CustomStringConvertible {
  /// As it is written, on one line, with `***` in the place of a secret.
  package var description: String {
    (text.masked ?? text.text).split { $0.isWhitespace }.joined(separator: " ")
  }
}

/// A condition on a whole run, ready to be asked.
package struct Expectation: Sendable {
  /// What makes a record one that the expectation does not want.
  package struct Offence: Sendable {
    package let condition: Expression
    /// The places of the fields that say why, with their names.
    package let fields: [(index: Int, name: String)]
  }

  /// As it is written.
  package let text: String
  /// What it is evaluated on, in this order.
  package let aggregates: [Aggregate]
  /// The unit of each of them, where it is compared with a number that has one.
  package let units: [ExpectationUnit?]
  package let condition: Expression
  /// Where one record alone can be at odds with it.
  package let offences: [Offence]
  /// What is at odds with it by itself.
  package let minds: Minded

  /// Records with an error, records that are not `ok`, links that are broken.
  package struct Minded: OptionSet, Sendable {
    package let rawValue: Int

    package init(rawValue: Int) { self.rawValue = rawValue }

    package static let failed = Minded(rawValue: 1)
    package static let broken = Minded(rawValue: 2)
    package static let brokenLinks = Minded(rawValue: 4)
  }
}

extension Shape where Value == [Located<ParsedExpectation>] {
  /// Conditions on a whole run: a list, or one alone.
  package static var expectations: Self {
    let one = Shape<ParsedExpectation>(
      .text(name: "a condition on the run", examples: ["records >= 100", "broken == 0", "share(status >= 500) < 1%"])
    ) { node, context in
      guard let text = context.text(of: node, expected: "a condition on the run") else { return nil }
      switch ParsedExpectation.parse(text) {
      case .success(let expectation): return expectation
      case .failure(let faults):
        context.report(faults.diagnostics)
        return nil
      }
    }
    return one.located.list(minimum: 1, orOne: true)
  }
}
