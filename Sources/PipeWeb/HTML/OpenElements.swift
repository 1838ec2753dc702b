/// The stack of open elements (WHATWG HTML 13.2.4.2), without a tree: names and traits alone.
///
/// `html`, `head` and `body` are not on it: an empty stack stands for whichever of them is open. Depth is
/// bounded: the deepest element is replaced by the next one, as browsers do.
struct OpenElements {
  enum Namespace: UInt8 {
    case html, svg, math
  }

  struct Element {
    let tag: HTMLTag
    let namespace: Namespace
    let traits: HTMLTagTraits
    /// Tells names apart that have no tag.
    let fingerprint: UInt32

    func hasName(of token: HTMLTagToken) -> Bool {
      tag == token.tag && (tag != .other || fingerprint == token.name.fingerprint)
    }
  }

  enum Scope {
    case any, button, list, table

    fileprivate var bounds: HTMLTagTraits {
      switch self {
      case .any: .boundsScope
      case .button: [.boundsScope, .boundsButtonScope]
      case .list: [.boundsScope, .boundsListScope]
      case .table: .boundsTableScope
      }
    }
  }

  static let depthLimit = 512

  private var elements: [Element] = []
  /// How many HTML elements of each tag are open, so that most searches need not begin.
  private var counts = [UInt16](repeating: 0, count: HTMLTag.allCases.count)

  var count: Int { elements.count }
  var current: Element? { elements.last }
  subscript(index: Int) -> Element { elements[index] }
  var isInTemplate: Bool { contains(.template) }

  @inline(__always)
  var isCurrentForeign: Bool {
    if let last = elements.last { last.namespace != .html } else { false }
  }

  @inline(__always)
  func contains(_ tag: HTMLTag) -> Bool { count(of: tag) > 0 }

  @inline(__always)
  func count(of tag: HTMLTag) -> Int { Int(counts[Int(tag.rawValue)]) }

  mutating func push(_ element: Element) {
    if elements.count == Self.depthLimit { pop() }
    elements.append(element)
    if element.namespace == .html { counts[Int(element.tag.rawValue)] += 1 }
  }

  mutating func pop() {
    guard let element = elements.popLast() else { return }
    uncount(element)
  }

  mutating func removeAll() {
    while !elements.isEmpty { pop() }
  }

  private mutating func uncount(_ element: Element) {
    if element.namespace == .html { counts[Int(element.tag.rawValue)] -= 1 }
  }

  /// Pops up to and with the element at an index.
  mutating func pop(through index: Int) {
    while elements.count > index { pop() }
  }

  /// Pops while the current element is not one of those a condition names.
  mutating func pop(until isContext: (Element) -> Bool) {
    while let current, !isContext(current) { pop() }
  }

  mutating func pop(throughInnermost tag: HTMLTag) {
    if let index = elements.lastIndex(where: { $0.namespace == .html && $0.tag == tag }) { pop(through: index) }
  }

  mutating func remove(at index: Int) {
    uncount(elements.remove(at: index))
  }

  /// Where the innermost HTML element that matches is, if it is in scope.
  func index(in scope: Scope, where matches: (Element) -> Bool) -> Int? {
    let bounds = scope.bounds
    var index = elements.count
    while index > 0 {
      index -= 1
      let element = elements[index]
      if element.namespace == .html, matches(element) { return index }
      if !element.traits.isDisjoint(with: bounds) { return nil }
    }
    return nil
  }

  func index(of tag: HTMLTag, in scope: Scope) -> Int? {
    guard contains(tag) else { return nil }
    return index(in: scope) { $0.tag == tag }
  }

  /// Pops through an element if it is in scope; false where it is not.
  @discardableResult
  mutating func close(_ tag: HTMLTag, in scope: Scope) -> Bool {
    guard let index = index(of: tag, in: scope) else { return false }
    pop(through: index)
    return true
  }

  /// A new `li`, or `dd` and `dt`, closes the one before (13.2.6.4.7).
  mutating func closeItem(_ tags: HTMLTag...) {
    guard tags.contains(where: contains) else { return }
    var index = elements.count
    while index > 0 {
      index -= 1
      let element = elements[index]
      if element.namespace == .html, tags.contains(element.tag) { return pop(through: index) }
      if element.traits.contains(.special), ![.address, .div, .p].contains(element.tag) { return }
    }
  }

  /// The end tag of a formatting element: what the adoption agency (13.2.6.4.7) leaves on the stack.
  ///
  /// It goes, with what is inside it; but if there are special elements inside, those stay open, and the formatting
  /// elements between them.
  mutating func closeFormatting(_ tag: HTMLTag) {
    guard let index = index(of: tag, in: .any) else { return }
    if index < elements.count - 1 {
      let kept = keptByAdoption(above: index)
      pop(through: index)
      for element in kept { push(element) }
    } else {
      pop()
    }
  }

  private func keptByAdoption(above index: Int) -> [Element] {
    let inside = elements[(index + 1)...]
    guard let last = inside.lastIndex(where: { $0.traits.contains(.special) }) else { return [] }
    return inside[...last].filter { !$0.traits.isDisjoint(with: [.special, .formatting]) }
  }

  /// Any other end tag (13.2.6.4.7).
  mutating func closeOther(_ token: HTMLTagToken) {
    guard contains(token.tag) else { return }
    var index = elements.count
    while index > 0 {
      index -= 1
      let element = elements[index]
      if element.namespace == .html, element.hasName(of: token) { return pop(through: index) }
      if element.traits.contains(.special) { return }
    }
  }

  /// An end tag in foreign content (13.2.6.5); false where the rules of HTML content are to be used.
  mutating func closeForeign(_ token: HTMLTagToken) -> Bool {
    var index = elements.count
    while index > 0 {
      index -= 1
      let element = elements[index]
      if element.namespace == .html { return false }
      if element.hasName(of: token) {
        pop(through: index)
        return true
      }
    }
    return false
  }
}
