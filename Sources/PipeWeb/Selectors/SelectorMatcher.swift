internal import CLibxml2

/// Matches elements against selectors, within a number of steps: an element compared, a sibling passed.
struct SelectorMatcher {
  /// What is known of the position of an element among its siblings, for the next one.
  private struct Memory {
    var parent: XMLNode?
    var node: XMLNode?
    var index = 0
    /// How many siblings count in all; of the type that `type` tells.
    var total: Int?
    var type: ElementType?
  }

  private var memories: [Memory]
  var steps: Int
  let document: DOMDocument
  /// The element that is searched in; `nil` for the root.
  private let scope: XMLNode?
  private let isXML: Bool
  private let isQuirky: Bool

  // What is looked up once, when a selector asks for it.
  var formStates: FormStates?
  /// The options that are chosen in lists for one choice.
  var choices: [XMLNode: XMLNode?] = [:]
  /// Which elements that go by their text run from right to left.
  var directions: [XMLNode: Bool] = [:]
  var targetElement: XMLNode??

  var gaveUp: Bool { steps < 0 }

  init(slots: Int, steps: Int, document: DOMDocument, scope: XMLNode?) {
    memories = [Memory](repeating: Memory(), count: slots)
    self.steps = steps
    self.document = document
    self.scope = scope
    isXML = document.isXML
    isQuirky = document.tree.isQuirky
  }

  mutating func matches(any selectors: [ComplexSelector], _ node: XMLNode) -> Bool {
    for selector in selectors where matches(selector, node, at: selector.compounds.count - 1, anchor: nil) {
      return true
    }
    return false
  }

  /// Whether an element is the one at a place of a selector, and those before it are where they must be.
  ///
  /// - Parameter anchor: The element of `:has()`.
  private mutating func matches(_ selector: ComplexSelector, _ node: XMLNode, at place: Int, anchor: XMLNode?) -> Bool {
    steps -= 1
    if gaveUp || !matches(selector.compounds[place], node) { return false }
    if place == 0 {
      guard let anchor else { return true }
      return relates(node, to: anchor, by: selector.leading)
    }
    switch selector.combinators[place - 1] {
    case .child:
      guard let parent = node.parentElement else { return false }
      return matches(selector, parent, at: place - 1, anchor: anchor)
    case .descendant:
      var parent = node.parentElement
      while let element = parent, !gaveUp {
        if matches(selector, element, at: place - 1, anchor: anchor) { return true }
        parent = element.parentElement
      }
      return false
    case .next:
      guard let previous = node.previousElement else { return false }
      return matches(selector, previous, at: place - 1, anchor: anchor)
    case .later:
      var previous = node.previousElement
      while let element = previous, !gaveUp {
        if matches(selector, element, at: place - 1, anchor: anchor) { return true }
        previous = element.previousElement
      }
      return false
    }
  }

  private mutating func relates(
    _ node: XMLNode, to anchor: XMLNode, by combinator: ComplexSelector.Combinator
  ) -> Bool {
    switch combinator {
    case .child: return node.parentElement == anchor
    case .next: return node.previousElement == anchor
    case .descendant:
      var parent = node.parentElement
      while let element = parent, !gaveUp {
        if element == anchor { return true }
        steps -= 1
        parent = element.parentElement
      }
      return false
    case .later:
      var previous = node.previousElement
      while let element = previous, !gaveUp {
        if element == anchor { return true }
        steps -= 1
        previous = element.previousElement
      }
      return false
    }
  }

  private mutating func matches(_ compound: CompoundSelector, _ node: XMLNode) -> Bool {
    if let name = compound.name, !name.text(isXML).equals(node.pointee.name) { return false }
    // Every element of HTML is in a namespace.
    if compound.hasNoNamespace, !isXML || node.pointee.ns != nil { return false }
    for test in compound.tests where !passes(test, node) { return false }
    return true
  }

  private mutating func passes(_ test: SelectorTest, _ node: XMLNode) -> Bool {
    switch test {
    case .id(let id):
      guard let value = node.value("id") else { return false }
      return isQuirky ? id.lowercased.equalsInAnyCase(value) : id.written.equals(value)
    case .class(let name):
      guard let value = node.value("class") else { return false }
      return isQuirky ? name.lowercased.isWordInAnyCase(of: value) : name.written.isWord(of: value)
    case .attribute(let test): return node.passes(test, isXML: isXML)
    case .position(let position): return isAt(position, node)
    case .never: return false
    case .root: return node.parentElement == nil
    case .scope: return scope.map { $0 == node } ?? (node.parentElement == nil)
    case .empty: return node.isEmpty
    case .state(let state): return isIn(state, node)
    case .input: return node.isNamed("input", "select", "textarea", "button")
    case .language(let ranges): return isIn(ranges, node)
    case .direction(let rightToLeft): return isRightToLeft(node) == rightToLeft
    case .not(let selectors): return !matches(any: selectors, node) && !gaveUp
    case .any(let selectors): return matches(any: selectors, node)
    case .has(let selectors):
      for selector in selectors where has(selector, node) { return true }
      return false
    case .contains(let text, let own): return contains(text, own: own, node)
    }
  }

  // MARK: What looks beyond the element

  private mutating func has(_ selector: ComplexSelector, _ node: XMLNode) -> Bool {
    let last = selector.compounds.count - 1
    var found = false
    func visit(_ candidate: XMLNode) -> XMLNode.Walk {
      guard candidate.isElement else { return .past }
      found = matches(selector, candidate, at: last, anchor: node)
      if found || gaveUp { return .stop }
      return selector.leading == .child && last == 0 ? .past : .into
    }
    switch selector.leading {
    case .descendant, .child: node.walk { visit($0) }
    case .next, .later:
      var sibling = node.pointee.next
      while let here = sibling, !found, !gaveUp {
        if visit(here) == .into, last > 0 { here.walk { visit($0) } }
        sibling = here.pointee.next
      }
    }
    return found
  }

  private mutating func contains(_ text: SelectorText, own: Bool, _ node: XMLNode) -> Bool {
    var content: [UInt8] = []
    func visit(_ child: XMLNode) -> XMLNode.Walk {
      steps -= 1
      if child.isText, let text = child.pointee.content {
        let bytes = UnsafeBufferPointer(start: text, count: Int(xmlStrlen(text)))
        steps -= bytes.count / 8
        content.append(contentsOf: bytes.lazy.map(HTMLBytes.lowercased))
      }
      return gaveUp ? .stop : own ? .past : .into
    }
    node.walk { visit($0) }
    return text.isPart(of: content)
  }

  // MARK: Positions

  private mutating func isAt(_ position: SelectorTest.Position, _ node: XMLNode) -> Bool {
    if let selectors = position.of, !matches(any: selectors, node) { return false }
    // The common ones need no counting.
    if position.step == 0, position.offset == 1, position.of == nil {
      return isFirst(node, fromEnd: position.isFromEnd, ofType: position.isOfType)
    }
    var index = self.index(of: node, position)
    if position.isFromEnd { index = total(of: node, position) - index + 1 }
    let distance = index - position.offset
    if position.step == 0 { return distance == 0 }
    return distance % position.step == 0 && distance / position.step >= 0
  }

  private mutating func isFirst(_ node: XMLNode, fromEnd: Bool, ofType: Bool) -> Bool {
    var sibling = fromEnd ? node.nextElement : node.previousElement
    while let here = sibling, !gaveUp {
      if !ofType || here.elementType == node.elementType { return false }
      steps -= 1
      sibling = fromEnd ? here.nextElement : here.previousElement
    }
    return true
  }

  /// From 1; counted on from the sibling asked for before.
  private mutating func index(of node: XMLNode, _ position: SelectorTest.Position) -> Int {
    let memory = memories[position.slot]
    var count = 1
    var previous = node.previousElement
    while let here = previous, !gaveUp {
      if here == memory.node, !position.isOfType || memory.type == node.elementType {
        count += memory.index
        break
      }
      steps -= 1
      if counts(here, for: node, position) { count += 1 }
      previous = here.previousElement
    }
    let isSame = memory.parent == node.pointee.parent && (!position.isOfType || memory.type == node.elementType)
    memories[position.slot] = Memory(
      parent: node.pointee.parent, node: node, index: count, total: isSame ? memory.total : nil,
      type: node.elementType)
    return count
  }

  /// How many siblings count, the element included; asked after its index.
  private mutating func total(of node: XMLNode, _ position: SelectorTest.Position) -> Int {
    if let total = memories[position.slot].total { return total }
    var total = memories[position.slot].index
    var next = node.nextElement
    while let here = next, !gaveUp {
      steps -= 1
      if counts(here, for: node, position) { total += 1 }
      next = here.nextElement
    }
    memories[position.slot].total = total
    return total
  }

  private mutating func counts(_ sibling: XMLNode, for node: XMLNode, _ position: SelectorTest.Position) -> Bool {
    if position.isOfType { return sibling.elementType == node.elementType }
    if let selectors = position.of { return matches(any: selectors, sibling) }
    return true
  }
}
