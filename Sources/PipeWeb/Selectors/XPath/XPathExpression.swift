internal import CLibxml2
internal import PipeText

/// An expression of XPath 1.0, compiled. In XML, names are as the document writes them: a prefix means what the document
/// declares it to be first, and a name without one is found whatever the default namespace.
///
/// Our own rather than libxml2's evaluator, which counts the nodes that it looks at and nothing else: a page of 1 MB can
/// make it take minutes and gigabytes (`concat`, `//a = //b`, joining sets).
package struct XPathExpression: Sendable {
  /// Why a text is not an expression.
  package struct SyntaxError: Error, Hashable, Sendable {
    /// In words that follow "is not an XPath expression: ".
    package let message: String
    /// UTF-8 offsets in the text.
    package let range: Range<Int>
  }

  /// Why an evaluation ended without a result.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String

    static func tooManySteps(_ limit: Int) -> Failure {
      let number = limit < 1_000_000 ? "\(limit)" : "\(limit / 1_000_000) million"
      return Failure(description: "it takes more than \(number) steps")
    }

    static let tooMuchMemory = Failure(
      description: "its intermediate texts and nodes take more than \(memoryLimit >> 20) MiB")
  }

  /// What an expression is worth, which is known before there is a document: XPath 1.0 has no other types.
  package enum Kind: Sendable {
    case nodes, text, number, boolean
  }

  package enum Result {
    /// In document order.
    case nodes([DOMNode])
    case text(String)
    case number(Double)
    case boolean(Bool)
  }

  /// A step is a node that is looked at, or 16 bytes that are read or written: some tenths of a second's work in all.
  package static let stepLimit = 10_000_000

  /// Bytes of texts and sets that an evaluation may hold at a time.
  package static let memoryLimit = 32 << 20

  package let text: String
  package let kind: Kind
  private let term: XPathTerm
  private let names: [String]
  private let prefixes: Set<Int>

  /// Whether it says the same wherever it is evaluated: it begins at the root of the document.
  package var isAbsolute: Bool { text.drop { $0.isWhitespace || $0 == "(" }.hasPrefix("/") }

  package init(_ text: String) throws(SyntaxError) {
    self.text = text
    let syntax = try XPathSyntax(text)
    term = syntax.term
    names = syntax.names
    prefixes = syntax.prefixes
    kind = term.kind
  }

  package func evaluate(
    in document: DOMDocument, stepLimit: Int = XPathExpression.stepLimit
  ) throws(Failure) -> Result {
    var budget = ValueBudget.unlimited
    return try evaluate(in: document, stepLimit: stepLimit, text: &budget)
  }

  /// - Parameter budget: What a text may take; one that is longer is cut.
  package func evaluate(
    in document: DOMDocument, stepLimit: Int = XPathExpression.stepLimit, text budget: inout ValueBudget
  ) throws(Failure) -> Result {
    var steps = stepLimit
    return try evaluate(in: document, at: nil, steps: &steps, text: &budget)
  }

  /// - Parameters:
  ///   - node: The context node; `nil` for the root of the document.
  ///   - steps: How many it may take, less those that it has taken.
  ///   - budget: What a text may take; one that is longer is cut.
  package func evaluate(
    in document: DOMDocument, at node: DOMNode?, steps: inout Int, text budget: inout ValueBudget
  ) throws(Failure) -> Result {
    var evaluator = XPathEvaluator(document, names: names, prefixes: prefixes, stepLimit: steps)
    defer { steps = max(0, evaluator.stepsLeft) }
    switch try evaluator.value(of: term, XPathContext(node?.pointer ?? document.tree.root)) {
    case .nodes(let nodes): return .nodes(nodes.all.map { DOMNode($0, in: document) })
    case .text(let text): return .text(text.withBytes { budget.text($0) })
    case .number(let number): return .number(number)
    case .boolean(let value): return .boolean(value)
    }
  }
}
