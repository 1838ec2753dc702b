internal import CLibxml2
internal import PipeText

// WHATWG HTML 13.2.6.5: the insides of SVG and MathML.

extension TreeBuilder {
  /// Whether a start tag is foreign content's (13.2.6, the tree construction dispatcher).
  func isForeign(_ token: HTMLTagToken) -> Bool {
    guard let current, current.namespace != .html else { return false }
    if current.traits.contains(.htmlIntegrationPoint) { return false }
    if current.traits.contains(.textIntegrationPoint) { return token.tag == .mGlyph || token.tag == .malignMark }
    return !(current.tag == .annotationXML && current.namespace == .math && token.tag == .svg)
  }

  mutating func startForeign(_ token: HTMLTagToken) -> HTMLContentModel {
    let breaksOut =
      token.tag == .font
      ? [HTMLName("color"), HTMLName("face"), HTMLName("size")].contains { token.index(of: $0) != nil }
      : token.traits.contains(.breaksOut)
    if breaksOut {
      popForeign()
      return start(token, in: mode)
    }
    if let namespace = current?.namespace { insertForeign(token, in: namespace) }
    return .data
  }

  mutating func endForeign(_ token: HTMLTagToken) {
    if token.tag == .br || token.tag == .p {
      popForeign()
      return end(token, in: mode)
    }
    for index in stack.indices.reversed() {
      let element = stack[index]
      if element.namespace == .html { return end(token, in: mode) }
      if element.name == token.name { return pop(through: index) }
    }
  }

  private mutating func popForeign() {
    while let current, current.namespace != .html,
      current.traits.isDisjoint(with: [.htmlIntegrationPoint, .textIntegrationPoint])
    {
      pop()
    }
  }

  mutating func insertForeign(_ token: HTMLTagToken, in namespace: OpenElements.Namespace) {
    var traits: HTMLTagTraits = []
    switch (namespace, token.tag) {
    case (.svg, .foreignObject), (.svg, .desc), (.svg, .title):
      traits = [.special, .boundsScope, .htmlIntegrationPoint]
    case (.math, .mi), (.math, .mo), (.math, .mn), (.math, .ms), (.math, .mtext):
      traits = [.special, .boundsScope, .textIntegrationPoint]
    case (.math, .annotationXML):
      traits = [.special, .boundsScope]
      let encoding = token.index(of: HTMLName("encoding")).map { index in
        token.withValue(ofAttribute: index) { HTMLText.attribute.string($0).inASCIILowercase }
      }
      if encoding == "text/html" || encoding == "application/xhtml+xml" { traits.insert(.htmlIntegrationPoint) }
    default: break
    }
    insert(token, namespace: namespace, traits: traits)?.node.markForeign()
    if token.isSelfClosing { pop() }
  }
}
