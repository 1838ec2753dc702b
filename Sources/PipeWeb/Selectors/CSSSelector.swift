/// A list of CSS selectors (Selectors Level 4), compiled.
///
/// Beyond the standard, as other tools have them: `[a!=b]`, `:contains("text")` and `:containsOwn("text")`, which
/// compare ASCII letters in either case, `:haschild(…)` and `:input`. A page is as a browser has it before anybody clicks
/// or types and without scripts: see ``ElementState``. In XML, names are as written, and those without a namespace mean
/// elements of any, and attributes of none, as the standard has it where no namespace is declared.
package struct CSSSelector: Sendable {
  /// Why a text is not a selector.
  package struct SyntaxError: Error, Hashable, Sendable {
    /// In words that follow "is not a selector: ".
    package let message: String
    package let hint: String?
    /// UTF-8 offsets in the text.
    package let range: Range<Int>
  }

  /// A search that takes too many steps, some tenths of a second's work.
  package struct LimitExceeded: Error {}

  package static let stepLimit = 20_000_000

  /// As it was written.
  package let text: String
  private let selectors: [ComplexSelector]
  /// Those that `:scope` itself is the subject of.
  private let scopes: [ComplexSelector]
  private let slots: Int
  /// Whether it asks for an element's language, which the header may tell.
  package let needsLanguage: Bool
  /// The selectors in `:is()` and `:where()` that are none, and so match nothing (4.2, forgiving selector parsing).
  package let ignored: [SyntaxError]

  package init(_ text: String) throws(SyntaxError) {
    var parser = CSSSelectorParser(text)
    self.text = text
    selectors = try parser.all()
    scopes = selectors.filter { selector in
      selector.compounds.last?.tests.contains { if case .scope = $0 { true } else { false } } == true
    }
    slots = parser.slots
    needsLanguage = parser.needsLanguage
    ignored = parser.ignored
  }

  /// The elements that match, in document order.
  ///
  /// - Parameter limit: The most elements wanted.
  package func select(
    in document: DOMDocument, limit: Int = .max, stepLimit: Int = CSSSelector.stepLimit
  ) throws(LimitExceeded) -> [DOMNode] {
    var steps = stepLimit
    return try select(in: document, within: nil, limit: limit, steps: &steps)
  }

  /// - Parameters:
  ///   - element: The element whose descendants are looked at, and which `:scope` is (3.6.1); `nil` for all of the
  ///     document. A browser never finds the element itself; here `:scope` does, which would mean nothing otherwise.
  ///   - steps: How many it may take, less those that it has taken.
  package func select(
    in document: DOMDocument, within element: DOMNode?, limit: Int = .max, steps: inout Int
  ) throws(LimitExceeded) -> [DOMNode] {
    guard limit > 0, let root = document.root else { return [] }
    var matcher = SelectorMatcher(slots: slots, steps: steps, document: document, scope: element?.pointer)
    var found: [DOMNode] = []
    func visit(_ node: XMLNode) -> XMLNode.Walk {
      guard node.isElement else { return .past }
      if matcher.matches(any: selectors, node) { found.append(DOMNode(node, in: document)) }
      return matcher.gaveUp || found.count >= limit ? .stop : .into
    }
    if let element {
      if !scopes.isEmpty, element.pointer.isElement, matcher.matches(any: scopes, element.pointer) {
        found.append(element)
      }
      if found.count < limit { element.pointer.walk { visit($0) } }
    } else if visit(root.pointer) == .into {
      root.pointer.walk { visit($0) }
    }
    steps = max(0, matcher.steps)
    if matcher.gaveUp { throw LimitExceeded() }
    return found
  }
}

/// Compound selectors joined by combinators.
struct ComplexSelector: Sendable {
  enum Combinator: Sendable {
    case descendant, child, next, later
  }

  var compounds: [CompoundSelector]
  /// One fewer than the compounds: what stands between them.
  var combinators: [Combinator] = []
  /// How the first compound relates to the element of `:has()`.
  var leading = Combinator.descendant
}

/// What one element has to meet.
struct CompoundSelector: Sendable {
  /// `nil` for any.
  var name: SelectorName?
  /// Whether it is about elements in no namespace, which are those of XML without a prefix.
  var hasNoNamespace = false
  var tests: [SelectorTest] = []
}

enum SelectorTest: Sendable {
  enum Operator: Sendable {
    case exists, equals, notEquals, word, dash, prefix, suffix, contains
  }

  struct Attribute: Sendable {
    let name: SelectorName
    /// Whether HTML compares its values in any case where nothing else is said.
    let hasValuesInAnyCase: Bool
    /// Whether its name may have a prefix, in XML.
    let isInAnyNamespace: Bool
    var comparison = Operator.exists
    var value = SelectorName([])
    var letterCase = LetterCase.asDeclared
  }

  enum LetterCase: Sendable {
    /// By the attribute: in HTML, some values compare in any case.
    case asDeclared
    case ignored, kept
  }

  struct Position: Sendable {
    /// An+B.
    let step: Int
    let offset: Int
    let isFromEnd: Bool
    let isOfType: Bool
    let of: [ComplexSelector]?
    /// Which of the matcher's memories it has.
    let slot: Int
  }

  case id(SelectorName)
  case `class`(SelectorName)
  case attribute(Attribute)
  case position(Position)
  case never
  case root
  case scope
  case empty
  case state(ElementState)
  case input
  case language([LanguageRange])
  case direction(rightToLeft: Bool)
  case not([ComplexSelector])
  case any([ComplexSelector])
  case has([ComplexSelector])
  case contains(SelectorText, own: Bool)
}

/// The name of an element or an attribute, which HTML compares in lower case (Selectors Level 4, 3.6), or an id or a
/// class, which pages in quirks mode compare so (4.1 and 6.6).
struct SelectorName: Sendable {
  let written: SelectorText
  let lowercased: SelectorText

  init(_ bytes: [UInt8]) {
    written = SelectorText(bytes)
    lowercased = SelectorText(lowercasing: bytes)
  }
}

/// Text that is compared with libxml2's.
struct SelectorText: Sendable {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  init(lowercasing bytes: [UInt8]) { self.bytes = bytes.map(HTMLBytes.lowercased) }
}
