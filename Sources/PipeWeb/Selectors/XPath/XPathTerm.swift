/// A term of an expression of XPath 1.0.
///
/// Operators of one precedence are one list, so that only parentheses, predicates and arguments make a term deep.
indirect enum XPathTerm: Sendable {
  case number(Double)
  case text([UInt8])
  case path(XPathPath)
  /// Nodes of a term that its predicates let through; positions count in document order.
  case filter(XPathTerm, [XPathPredicate])
  case union([XPathTerm])
  case call(XPathFunction, [XPathTerm])
  case negative(XPathTerm)
  /// From left to right.
  case chain(XPathTerm, [Link])
  case and([XPathTerm])
  case or([XPathTerm])

  struct Link: Sendable {
    let sign: XPathOperator
    let term: XPathTerm
  }

  /// What it is worth, whatever the document: there are no variables.
  var kind: XPathExpression.Kind {
    switch self {
    case .number, .negative: .number
    case .text: .text
    case .path, .filter, .union: .nodes
    case .call(let function, _): function.kind
    case .chain(let first, let links): links.last.map { $0.sign.isComparison ? .boolean : .number } ?? first.kind
    case .and, .or: .boolean
    }
  }

  /// Whether it asks for the position of the node that it is about, or may do so.
  var asksForPosition: Bool {
    switch self {
    case .number, .text: false
    case .path(let path): path.asksForPosition
    case .filter(let term, let predicates):
      term.asksForPosition || predicates.contains { $0.term.asksForPosition }
    case .union(let terms), .and(let terms), .or(let terms): terms.contains { $0.asksForPosition }
    case .call(let function, let terms):
      function == .position || function == .last || terms.contains { $0.asksForPosition }
    case .negative(let term): term.asksForPosition
    case .chain(let first, let links): first.asksForPosition || links.contains { $0.term.asksForPosition }
    }
  }
}

enum XPathOperator: Sendable {
  case equal, unequal
  case less, atMost, more, atLeast
  case add, subtract
  case multiply, divide, modulo

  var isComparison: Bool {
    switch self {
    case .equal, .unequal, .less, .atMost, .more, .atLeast: true
    case .add, .subtract, .multiply, .divide, .modulo: false
    }
  }

  /// The comparison with both sides exchanged.
  var mirrored: XPathOperator {
    switch self {
    case .less: .more
    case .atMost: .atLeast
    case .more: .less
    case .atLeast: .atMost
    default: self
    }
  }

  /// How tightly it binds (XPath 1.0, 3.5).
  var precedence: Int {
    switch self {
    case .equal, .unequal: 0
    case .less, .atMost, .more, .atLeast: 1
    case .add, .subtract: 2
    case .multiply, .divide, .modulo: 3
    }
  }
}

/// A location path, or steps from the nodes of a term.
struct XPathPath: Sendable {
  enum Start: Sendable {
    case root, context
    case nodes(XPathTerm)
  }

  let start: Start
  let steps: [XPathStep]

  var asksForPosition: Bool {
    if case .nodes(let term) = start, term.asksForPosition { return true }
    return steps.contains { $0.predicates.contains { $0.term.asksForPosition } }
  }
}

/// A predicate of a step or a filter.
struct XPathPredicate: Sendable {
  let term: XPathTerm
  let kind: XPathExpression.Kind
  /// Whether what it lets through depends on where a node stands among the others.
  let isPositional: Bool

  init(_ term: XPathTerm) {
    self.term = term
    kind = term.kind
    isPositional = kind == .number || term.asksForPosition
  }
}

/// A step of a path (XPath 1.0, 2.1).
struct XPathStep: Sendable {
  var axis: XPathAxis
  let test: XPathTest
  let predicates: [XPathPredicate]
  /// Whether each node is let through, or not, for itself.
  let isWithoutPositions: Bool
  /// How many nodes of the axis are enough, by a first predicate like `[1]`.
  let enough: Int

  init(_ axis: XPathAxis, _ test: XPathTest, _ predicates: [XPathPredicate] = []) {
    self.axis = axis
    self.test = test
    self.predicates = predicates
    isWithoutPositions = !predicates.contains { $0.isPositional }
    if case .number(let position)? = predicates.first?.term, position >= 1, let place = Int(exactly: position) {
      enough = place
    } else {
      enough = .max
    }
  }

  /// All nodes, which `//` stands for.
  static let everything = XPathStep(.descendantOrSelf, .node)

  var isEverything: Bool {
    if case .node = test { axis == .descendantOrSelf && predicates.isEmpty } else { false }
  }
}

enum XPathAxis: String, Sendable {
  case ancestor, attribute, child, descendant, following, namespace, parent, preceding
  case ancestorOrSelf = "ancestor-or-self"
  case descendantOrSelf = "descendant-or-self"
  case followingSibling = "following-sibling"
  case precedingSibling = "preceding-sibling"
  case own = "self"

  /// Steps that a node takes: those side by side lie far from each other, with all that is in them between.
  var cost: Int {
    switch self {
    case .child, .followingSibling, .precedingSibling: 3
    default: 1
    }
  }

  /// Whether its nodes come in reverse document order (XPath 1.0, 2.4).
  var isReverse: Bool {
    switch self {
    case .ancestor, .ancestorOrSelf, .preceding, .precedingSibling: true
    default: false
    }
  }
}

/// A node test (XPath 1.0, 2.3). Names and prefixes are places in ``XPathSyntax/names``.
enum XPathTest: Sendable {
  case node, text, comment
  case instruction
  case instructionNamed(Int)
  /// Any element, or on its axis any attribute.
  case any
  case named(Int)
  case anyOf(prefix: Int)
  case namedOf(prefix: Int, Int)
}
