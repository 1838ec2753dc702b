internal import CLibxml2

/// Location paths (XPath 1.0, 2).
extension XPathEvaluator {
  /// - Parameter isOneEnough: Whether it is only asked if there is a node.
  mutating func nodes(
    of path: XPathPath, _ context: XPathContext, isOneEnough: Bool = false
  ) throws(Failure) -> XPathNodes {
    // To begin a walk takes as long as some nodes of it.
    try step(4)
    let before = held
    var nodes =
      switch path.start {
      case .root: XPathNodes(document.tree.root)
      case .context: XPathNodes(context.node)
      case .nodes(let term): try nodes(of: term, context)
      }
    for index in path.steps.indices {
      if nodes.isEmpty { break }
      nodes = try take(path.steps[index], from: nodes, isOneEnough: isOneEnough && index == path.steps.count - 1)
      release(to: before, keeping: nodes.cost)
    }
    return nodes
  }

  /// The nodes of a step from each of some nodes, in document order.
  private mutating func take(
    _ step: XPathStep, from contexts: XPathNodes, isOneEnough: Bool
  ) throws(Failure) -> XPathNodes {
    if contexts.count == 1 { return try take(step, from: contexts[0], isOneEnough: isOneEnough) }
    document.numberNodes()
    let isDescending = step.isWithoutPositions && (step.axis == .descendant || step.axis == .descendantOrSelf)
    var found: [XMLNode] = []
    /// The last node that was looked at on the way down; what is inside of it was found.
    var end = -1
    /// How many of them are sorted.
    var sorted = 0
    for index in 0..<contexts.count {
      let context = contexts[index]
      if isDescending, !context.isAttribute {
        if context.order <= end { continue }
        end = max(end, try lastDescendant(of: context).order)
      }
      let before = held
      let more = try take(step, from: context, isOneEnough: isOneEnough)
      release(to: before, keeping: more.count * MemoryLayout<XMLNode>.stride)
      try hold(0)
      if isOneEnough, !more.isEmpty { return more }
      if more.count == 1 { found.append(more[0]) } else { found += more.all }
      if found.count > max(4_096, 2 * sorted) {
        // Most may be there several times.
        let count = found.count
        found = try sort(found)
        release(to: held, keeping: (found.count - count) * MemoryLayout<XMLNode>.stride)
        sorted = found.count
      }
    }
    return XPathNodes(sorted: try sort(found))
  }

  /// The nodes of a step from one node, in document order.
  private mutating func take(
    _ step: XPathStep, from context: XMLNode, isOneEnough: Bool
  ) throws(Failure) -> XPathNodes {
    let enough = isOneEnough && step.predicates.isEmpty ? 1 : step.enough
    let axis = step.axis
    let test = step.test
    var walk = AxisWalk(axis, context)
    var first: XMLNode?
    var found: [XMLNode] = []
    var cursor = try begin(&walk)
    let cost = axis.cost
    while let node = cursor {
      try self.step(cost)
      if matches(node, test, isAttribute: axis == .attribute) {
        if first == nil {
          first = node
        } else {
          if found.isEmpty, let first { found.append(first) }
          found.append(node)
          try hold(MemoryLayout<XMLNode>.stride)
        }
        if enough == 1 || found.count >= enough { break }
      }
      cursor = try advance(&walk, node)
    }
    if found.isEmpty, step.predicates.isEmpty { return XPathNodes(first) }
    if found.isEmpty, let first { found = [first] }
    for predicate in step.predicates { found = try filter(found, predicate) }
    if axis.isReverse { found.reverse() }
    return XPathNodes(sorted: found)
  }

  /// The nodes that a predicate lets through (XPath 1.0, 2.4).
  mutating func filter(_ nodes: [XMLNode], _ predicate: XPathPredicate) throws(Failure) -> [XMLNode] {
    var kept: [XMLNode] = []
    for (index, node) in nodes.enumerated() {
      let context = XPathContext(node, position: index + 1, size: nodes.count)
      let isKept =
        predicate.kind == .number
        ? try number(of: predicate.term, context) == Double(index + 1) : try boolean(of: predicate.term, context)
      if isKept { kept.append(node) }
    }
    return kept
  }

  /// Nodes in document order, each once.
  mutating func sort(_ nodes: [XMLNode]) throws(Failure) -> [XMLNode] {
    if nodes.count < 2 { return nodes }
    document.numberNodes()
    try step(nodes.count)
    var isSorted = true
    for index in 1..<nodes.count where nodes[index - 1].order >= nodes[index].order {
      isSorted = false
      break
    }
    if isSorted { return nodes }
    try step(8 * nodes.count)
    var sorted = nodes
    sorted.sort { $0.order < $1.order }
    var kept = 1
    for index in 1..<sorted.count where sorted[index] != sorted[kept - 1] {
      sorted[kept] = sorted[index]
      kept += 1
    }
    sorted.removeLast(sorted.count - kept)
    return sorted
  }

  // MARK: Node tests (2.3)

  private func matches(_ node: XMLNode, _ test: XPathTest, isAttribute: Bool) -> Bool {
    let isPrincipal = isAttribute ? node.isAttribute : node.isElement
    switch test {
    case .node: return true
    case .text: return node.isText
    case .comment: return node.pointee.type == XML_COMMENT_NODE
    case .instruction: return node.pointee.type == XML_PI_NODE
    case .instructionNamed(let name): return node.pointee.type == XML_PI_NODE && isNamed(node, name)
    case .any: return isPrincipal
    case .named(let name): return isPrincipal && isNamed(node, name) && node.pointee.ns == nil
    case .anyOf(let prefix): return isPrincipal && isOf(node, prefix)
    case .namedOf(let prefix, let name): return isPrincipal && isNamed(node, name) && isOf(node, prefix)
    }
  }

  private func isNamed(_ node: XMLNode, _ name: Int) -> Bool {
    guard let name = names[name] else { return false }
    return node.pointee.name == name
  }

  private func isOf(_ node: XMLNode, _ prefix: Int) -> Bool {
    guard let namespace = namespaces[prefix], let own = node.pointee.ns else { return false }
    return xmlStrEqual(own.pointee.href, namespace) != 0
  }

  // MARK: Axes (2.2)

  /// A walk along an axis.
  private struct AxisWalk {
    let axis: XPathAxis
    let origin: XMLNode
    /// Backwards, the node or the ancestor of it whose preceding siblings are looked at.
    var ancestor: XMLNode

    init(_ axis: XPathAxis, _ origin: XMLNode) {
      self.axis = axis
      self.origin = origin
      ancestor = origin
    }
  }

  private mutating func begin(_ walk: inout AxisWalk) throws(Failure) -> XMLNode? {
    let origin = walk.origin
    switch walk.axis {
    case .own, .ancestorOrSelf, .descendantOrSelf: return origin
    case .child, .descendant: return origin.child
    case .attribute: return origin.firstAttribute
    case .parent, .ancestor: return origin.pointee.parent
    case .followingSibling: return origin.isAttribute ? nil : origin.pointee.next
    case .precedingSibling: return origin.isAttribute ? nil : origin.pointee.prev
    // There are declarations, but no nodes of them: a prefix means the same in all of the document.
    case .namespace: return nil
    case .following:
      guard origin.isAttribute, let owner = origin.pointee.parent else { return try behind(origin) }
      if let child = owner.child { return child }
      return try behind(owner)
    case .preceding:
      if origin.isAttribute, let owner = origin.pointee.parent { walk.ancestor = owner }
      return try before(walk.ancestor, &walk)
    }
  }

  private mutating func advance(_ walk: inout AxisWalk, _ node: XMLNode) throws(Failure) -> XMLNode? {
    switch walk.axis {
    case .own, .parent, .namespace: return nil
    case .child, .attribute, .followingSibling: return node.pointee.next
    case .precedingSibling: return node.pointee.prev
    case .ancestor, .ancestorOrSelf: return node.pointee.parent
    case .descendant, .descendantOrSelf:
      if let child = node.child { return child }
      return try behind(node, in: walk.origin)
    case .following:
      if let child = node.child { return child }
      return try behind(node)
    case .preceding: return try before(node, &walk)
    }
  }

  /// The node behind a node and all that is in it, inside of another one.
  mutating func behind(_ node: XMLNode, in origin: XMLNode? = nil) throws(Failure) -> XMLNode? {
    var node = node
    while node != origin {
      if node.isAttribute { return nil }
      if let next = node.pointee.next { return next }
      guard let parent = node.pointee.parent else { return nil }
      try step()
      node = parent
    }
    return nil
  }

  /// The node before a node in document order that is no ancestor of where the walk began.
  private mutating func before(_ node: XMLNode, _ walk: inout AxisWalk) throws(Failure) -> XMLNode? {
    var node = node
    while true {
      if let previous = node.pointee.prev { return try lastDescendant(of: previous) }
      guard let parent = node.pointee.parent else { return nil }
      if parent != walk.ancestor.pointee.parent { return parent }
      try step()
      walk.ancestor = parent
      node = parent
    }
  }

  /// The last node inside of a node, or itself.
  private mutating func lastDescendant(of node: XMLNode) throws(Failure) -> XMLNode {
    var node = node
    while node.child != nil, let last = node.pointee.last {
      try step()
      node = last
    }
    return node
  }
}

extension XMLNode {
  /// The first child of an element or the document; an attribute has none.
  var child: XMLNode? { isElement || isDocument ? pointee.children : nil }
}
