internal import CLibxml2
internal import PipeText

/// What the nodes that a spec picks of a page lead to, in the order in which they are picked.
///
/// An element with a `href`, else a `src`, else a refresh is a link. Of any other one, the elements within it are that have a
/// `href`, and its frames. An element of XML with nothing but text in it, an attribute and a text are links by their text.
package struct PickedLinks {
  package struct Link {
    /// As it is written: relative to the page's base.
    package let reference: String
    /// The element that it stands in.
    package let element: DOMNode?
    /// Whether the element asks that the link not be followed.
    package let isNofollow: Bool
  }

  package private(set) var links: [Link] = []
  /// Whether there are more of them than the limit, or than there was room for.
  package private(set) var isCut = false
  private let limit: Int
  private var budget: ValueBudget
  /// A node that is picked twice is one link.
  private var taken: Set<XMLNode> = []

  /// - Parameters:
  ///   - limit: The most links.
  ///   - budget: What the references of all of them may take.
  package init(limit: Int, within budget: ValueBudget) {
    self.limit = limit
    self.budget = budget
  }

  /// - Parameter attribute: The attribute that has the reference; without it, the usual ones.
  package mutating func take(_ nodes: [DOMNode], attribute: String? = nil) {
    for node in nodes {
      if isCut { return }
      take(node, attribute)
    }
  }

  /// A reference that stands in no element.
  package mutating func take(_ reference: String) {
    if hasRoom() { links.append(Link(reference: reference, element: nil, isNofollow: false)) }
  }

  private mutating func take(_ node: DOMNode, _ attribute: String?) {
    if let attribute {
      if let reference = node.attribute(attribute, within: &budget) { add(reference, node) }
    } else if let reference = reference(of: node) {
      add(reference, node)
    } else if node.isTextAlone {
      add(node.readableText(within: &budget), node)
    } else {
      for inner in elements(within: node) {
        if isCut { return }
        if let reference = innerReference(of: inner) { add(reference, inner) }
      }
    }
  }

  private mutating func elements(within node: DOMNode) -> [DOMNode] {
    var elements: [DOMNode] = []
    var rest = budget
    node.pointer.walk { inner in
      guard rest.step() else { return .stop }
      if inner.isElement { elements.append(node.inSameDocument(inner)) }
      return .into
    }
    budget = rest
    if rest.isSpent { isCut = true }
    return elements
  }

  private mutating func add(_ reference: String, _ node: DOMNode) {
    // A part of a reference leads elsewhere.
    guard !budget.isSpent, hasRoom() else {
      isCut = true
      return
    }
    guard !reference.isEmpty || node.pointer.isElement, taken.insert(node.pointer).inserted else { return }
    let element = node.pointer.isElement ? node : node.pointer.pointee.parent.map { node.inSameDocument($0) }
    let relations = element?.attribute("rel", within: &budget) ?? ""
    let isNofollow = relations.utf8.split(whereSeparator: HTMLBytes.isSpace)
      .contains { String(Substring($0)).isExactlyInAnyCase("nofollow") }
    links.append(Link(reference: reference, element: element, isNofollow: isNofollow))
  }

  private mutating func hasRoom() -> Bool {
    if links.count < limit { return true }
    isCut = true
    return false
  }

  private mutating func reference(of node: DOMNode) -> String? {
    guard node.pointer.isElement else { return nil }
    if let reference = node.attribute("href", within: &budget) ?? node.attribute("src", within: &budget) {
      return reference
    }
    guard node.pointer.isHTML("meta"), let name = node.attribute("http-equiv", within: &budget),
      name.isExactlyInAnyCase("refresh"), let content = node.attribute("content", within: &budget)
    else { return nil }
    return DeclaredRefresh(content)?.reference
  }

  private mutating func innerReference(of node: DOMNode) -> String? {
    if let reference = node.attribute("href", within: &budget) { return reference }
    return node.pointer.isHTML("iframe", "frame") ? node.attribute("src", within: &budget) : nil
  }
}

extension DOMNode {
  /// Whether its text is what refers to something: it is no element, or an element of XML without any in it.
  fileprivate var isTextAlone: Bool {
    guard pointer.isElement else { return true }
    guard isOfXML else { return false }
    var child = pointer.pointee.children
    while let node = child {
      if node.isElement { return false }
      child = node.pointee.next
    }
    return true
  }
}
