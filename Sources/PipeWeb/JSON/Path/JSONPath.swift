/// A JSONPath query (RFC 9535), compiled.
///
/// Names, strings and expressions compare code point by code point. A query runs depth first without lists in between,
/// so its memory is that of its result; the work and the result
/// are bounded.
package struct JSONPath: Sendable {
  /// Why a text is not a query.
  package struct SyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    package let message: String
    /// In Unicode scalars from the start of the query.
    package let offset: Int

    package var description: String { "character \(offset + 1): \(message)" }
  }

  /// A query that takes more work on a document, or selects more of it, than is reasonable.
  package struct LimitExceeded: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String
  }

  /// The most steps of a run, some seconds' work: a value visited, a member compared, a character matched.
  package static let stepLimit = 50_000_000

  /// The most values of a result; a query that descends twice can select a value many times.
  package static let resultLimit = 1_000_000

  /// The query as it was written.
  package let text: String

  /// The expressions of `match` and `search` that are not an I-Regexp (RFC 9485) and therefore match nothing.
  package let faultyExpressions: [SyntaxError]

  private let segments: [JSONPathSegment]

  /// Compiles a query, checking that it is well-typed (RFC 9535 2.4.3).
  package init(_ text: String) throws(SyntaxError) {
    var parser = JSONPathParser(text)
    self.text = text
    segments = try parser.query()
    faultyExpressions = parser.faultyExpressions
  }

  /// Whether the query selects at most one value (RFC 9535 2.3.5.1).
  package var isSingular: Bool {
    segments.allSatisfy(\.isSingular)
  }

  /// The values that the query selects, in the order of the RFC; members of objects in their own order.
  ///
  /// - Parameters:
  ///   - limit: the most values wanted; a run stops there.
  ///   - stepLimit: the most steps that it may take.
  package func select(
    in document: JSONValue, limit: Int = .max, stepLimit: Int = JSONPath.stepLimit
  ) throws(LimitExceeded) -> [JSONValue] {
    guard limit > 0 else { return [] }
    var evaluator = JSONPathEvaluator(root: document, stepLimit: stepLimit)
    let found = try evaluator.values(of: segments[...], at: document, limit: min(limit, Self.resultLimit + 1))
    if found.count > Self.resultLimit {
      throw LimitExceeded(description: "the query selects more than \(Self.resultLimit) values of this document")
    }
    return found
  }
  /// Gives the values that the query selects to `visitor`, until it wants no more: no list of them is kept.
  ///
  /// - Parameter visitor: Returns whether it wants more.
  package func visit(
    _ document: JSONValue, stepLimit: Int = JSONPath.stepLimit, _ visitor: (JSONValue) -> Bool
  ) throws(LimitExceeded) {
    var steps = stepLimit
    try visit(document, steps: &steps, visitor)
  }

  /// - Parameter steps: How many it may take, less those that it has taken.
  package func visit(
    _ document: JSONValue, steps: inout Int, _ visitor: (JSONValue) -> Bool
  ) throws(LimitExceeded) {
    var evaluator = JSONPathEvaluator(root: document, stepLimit: steps)
    defer { steps = max(0, evaluator.stepsLeft) }
    try evaluator.visit(segments[...], at: document, visitor)
  }
}
