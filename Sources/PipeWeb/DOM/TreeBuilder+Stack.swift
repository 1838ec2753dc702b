internal import CLibxml2

// WHATWG HTML 13.2.4.2, 13.2.4.3 and 13.2.6.1: the open elements, the formatting elements, and where nodes go.

extension TreeBuilder {
  var current: Element? { stack.last }

  // MARK: Inserting

  /// Where a node goes, given the element it would be appended to.
  private func place(in target: Element) -> (parent: XMLNode, next: XMLNode?) {
    if isFostering, target.isTableStructure {
      let template = stack.lastIndex { $0.isHTML(.template) }
      guard let table = stack.lastIndex(where: { $0.isHTML(.table) }) else {
        return (template.map { inside(stack[$0]) } ?? stack[0].node, nil)
      }
      if let template, template > table { return (inside(stack[template]), nil) }
      if let parent = stack[table].node.pointee.parent { return (parent, stack[table].node) }
      return (inside(stack[max(0, table - 1)]), nil)
    }
    return (inside(target), nil)
  }

  private func inside(_ element: Element) -> XMLNode {
    element.isHTML(.template) ? tree.content(of: element.node) ?? element.node : element.node
  }

  func link(_ node: XMLNode, into target: Element? = nil) {
    guard let target = target ?? current else { return tree.link(node, into: tree.root) }
    let place = place(in: target)
    tree.link(node, into: place.parent, before: place.next)
  }

  /// The node that would come before one that is inserted now.
  var nodeBeforeInsertion: XMLNode? {
    guard let current else { return nil }
    let place = place(in: current)
    return place.next.map { $0.pointee.prev } ?? place.parent.pointee.last
  }

  /// Inserts the element of a start tag, and opens it.
  @discardableResult
  mutating func insert(
    _ token: HTMLTagToken, namespace: OpenElements.Namespace = .html, traits: HTMLTagTraits? = nil
  ) -> Element? {
    guard let node = token.withRawName({ tree.element(token.tag, rawName: $0) }) else { return nil }
    takeAttributes(of: token, onto: node)
    let element = Element(
      node: node, tag: token.tag, name: token.name, namespace: namespace, traits: traits ?? token.traits)
    open(element)
    return element
  }

  /// Inserts an element that no tag stands for, and opens it.
  @discardableResult
  mutating func insert(_ tag: HTMLTag) -> Element? {
    guard let node = tree.element(tag) else { return nil }
    let name = HTMLName(UnsafeBufferPointer(start: node.pointee.name, count: Int(xmlStrlen(node.pointee.name))))
    let element = Element(node: node, tag: tag, name: name, traits: HTMLTagTable.shared.slot(of: name).traits)
    open(element)
    return element
  }

  mutating func insertVoid(_ token: HTMLTagToken) {
    insert(token)
    pop()
  }

  mutating func insertRaw(_ token: HTMLTagToken) -> HTMLContentModel {
    insert(token)
    textElement = token.tag
    let traits = token.traits
    if traits.contains(.escapableText) { return .escapableText }
    if traits.contains(.script) { return .script }
    if traits.contains(.plaintext) { return .plaintext }
    return .rawText
  }

  private mutating func open(_ element: Element) {
    if stack.count >= Self.depthLimit { pop() }
    link(element.node)
    push(element)
  }

  mutating func push(_ element: Element) {
    stack.append(element)
    if element.namespace == .html { counts[Int(element.tag.rawValue)] += 1 }
  }

  /// Adds the attributes that are not there.
  func takeAttributes(of token: HTMLTagToken, onto node: XMLNode, ifMissing: Bool = false) {
    for index in 0..<token.attributeCount {
      token.withRawName(ofAttribute: index) { name in
        if name.isEmpty || (ifMissing && node.hasAttribute(name)) { return }
        token.withValue(ofAttribute: index) { tree.addAttribute(name, $0, to: node) }
      }
    }
  }

  // MARK: Open elements

  mutating func pop() {
    guard let element = stack.popLast() else { return }
    if element.namespace == .html { counts[Int(element.tag.rawValue)] -= 1 }
  }

  mutating func pop(through index: Int) { while stack.count > max(1, index) { pop() } }

  mutating func pop(through tag: HTMLTag) {
    if let index = stack.lastIndex(where: { $0.isHTML(tag) }) { pop(through: index) }
  }

  /// Pops until one of the tags, or `html`, is current.
  mutating func pop(until tags: HTMLTag...) {
    while stack.count > 1, let current, current.namespace != .html || !tags.contains(current.tag) { pop() }
  }

  mutating func remove(at index: Int) {
    let element = stack.remove(at: index)
    if element.namespace == .html { counts[Int(element.tag.rawValue)] -= 1 }
  }

  func has(_ tag: HTMLTag) -> Bool { counts[Int(tag.rawValue)] > 0 }

  /// Where the innermost HTML element that matches is, if it is in scope (13.2.4.2).
  func index(in bounds: HTMLTagTraits = .boundsScope, where matches: (Element) -> Bool) -> Int? {
    for index in stack.indices.reversed() {
      let element = stack[index]
      if element.namespace == .html, matches(element) { return index }
      if !element.traits.isDisjoint(with: bounds) { return nil }
    }
    return nil
  }

  func isInScope(_ tag: HTMLTag, _ bounds: HTMLTagTraits = .boundsScope) -> Bool {
    has(tag) && index(in: bounds) { $0.tag == tag } != nil
  }

  func isInTableScope(_ tag: HTMLTag) -> Bool { isInScope(tag, .boundsTableScope) }

  mutating func closeParagraph() {
    guard isInScope(.p, [.boundsScope, .boundsButtonScope]) else { return }
    impliedEnds(except: .p)
    pop(through: .p)
  }

  /// Generates implied end tags (13.2.6.3).
  mutating func impliedEnds(except tag: HTMLTag? = nil, name: HTMLName? = nil) {
    while let current, current.namespace == .html, current.tag != tag || tag == .other || tag == nil,
      current.hasImpliedEnd, name != current.name
    {
      pop()
    }
  }

  // MARK: Formatting elements

  mutating func pushFormatting(_ element: Element) {
    var element = element
    element.signature = element.node.attributeSignature
    // Three of a kind are enough (the Noah's Ark clause).
    var same = 0
    for index in formatting.indices.reversed() {
      guard let other = formatting[index] else { break }
      if other.tag == element.tag, other.signature == element.signature {
        same += 1
        if same == 3 {
          formatting.remove(at: index)
          break
        }
      }
    }
    // Reopening more than are open at most would not help anyone.
    if formatting.count >= Self.depthLimit { formatting.removeFirst() }
    formatting.append(element)
  }

  mutating func clearFormatting() {
    while let last = formatting.popLast(), last != nil {}
  }

  mutating func reconstructFormatting() {
    guard let last = formatting.last, let last, !isOpen(last) else { return }
    var start = formatting.count - 1
    while start > 0, let before = formatting[start - 1], !isOpen(before) { start -= 1 }
    for index in start..<formatting.count {
      guard !isFinished, let element = formatting[index], let copy = copy(element) else { return }
      open(copy)
      formatting[index] = copy
    }
  }

  func isOpen(_ element: Element) -> Bool { has(element.tag) && stack.contains { $0.node == element.node } }

  func copy(_ element: Element) -> Element? {
    tree.copy(element.node).map {
      Element(node: $0, tag: element.tag, name: element.name, traits: element.traits, signature: element.signature)
    }
  }
}

extension TreeBuilder.Element {
  fileprivate var hasImpliedEnd: Bool {
    switch tag {
    case .dd, .dt, .li, .p: true
    case .other: Self.impliedEnds.contains(name)
    default: false
    }
  }

  private static let impliedEnds = [
    HTMLName("optgroup"), HTMLName("option"), HTMLName("rb"), HTMLName("rp"), HTMLName("rt"), HTMLName("rtc"),
  ]
}

extension XMLNode {
  func hasAttribute(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
    var attribute = pointee.properties
    while let here = attribute {
      let own = UnsafeBufferPointer(start: here.pointee.name, count: Int(xmlStrlen(here.pointee.name)))
      if own.elementsEqual(name.lazy.map(HTMLBytes.lowercased)) { return true }
      attribute = here.pointee.next
    }
    return false
  }

  /// The attributes, in any order, as a number that no page can foresee.
  fileprivate var attributeSignature: Int {
    var signature = 0
    var attribute = pointee.properties
    while let here = attribute {
      var hasher = Hasher()
      // Names are interned, one pointer a name.
      hasher.combine(here.pointee.name)
      if let value = here.pointee.children?.pointee.content {
        hasher.combine(bytes: UnsafeRawBufferPointer(start: value, count: Int(xmlStrlen(value))))
      }
      signature &+= hasher.finalize()
      attribute = here.pointee.next
    }
    return signature
  }
}
