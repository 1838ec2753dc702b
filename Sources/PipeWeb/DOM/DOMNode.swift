internal import CLibxml2
internal import PipeText

/// A node of a document, which it keeps alive.
package struct DOMNode {
  let pointer: XMLNode
  private let document: DOMDocument

  init(_ pointer: XMLNode, in document: DOMDocument) {
    self.pointer = pointer
    self.document = document
  }

  /// The name of an element: in lower case, in XML as written, prefix included; `nil` for a text, a comment or a processing instruction.
  package var name: String? {
    pointer.isElement ? String(xml: pointer.pointee.name, in: pointer.pointee.ns) : nil
  }

  package var isText: Bool { pointer.isText }

  /// Whether it is an element of another namespace than HTML's.
  package var isForeign: Bool { pointer.isElement && pointer.isForeign }

  /// The target of a processing instruction.
  package var target: String? {
    pointer.pointee.type == XML_PI_NODE ? String(xml: pointer.pointee.name) : nil
  }

  /// The text of a text, a comment, a processing instruction or an attribute.
  package var content: String {
    if pointer.pointee.type == XML_ATTRIBUTE_NODE {
      return pointer.pointee.children.map { String(xml: $0.pointee.content) } ?? ""
    }
    return String(xml: pointer.pointee.content)
  }

  /// Whether it is of XML that is not XHTML, where no element is known to be a link.
  var isOfXML: Bool { document.isXML && !document.isXHTML }

  /// Another node of its document.
  func inSameDocument(_ node: XMLNode) -> DOMNode { DOMNode(node, in: document) }

  /// Whether nothing stands behind it in the document, so that a tree that was cut may lack a part of it.
  package var isLast: Bool {
    var node: XMLNode? = pointer
    while let here = node, here != document.tree.root {
      if here.pointee.next != nil { return false }
      node = here.pointee.parent
    }
    return true
  }

  /// The links within it in HTML: `a` and `area` elements with a `href`; and itself, if it is one.
  package var links: [DOMNode] {
    var found: [DOMNode] = []
    func visit(_ node: XMLNode) -> XMLNode.Walk {
      if node.isHTML("a", "area"), node.value("href") != nil { found.append(DOMNode(node, in: document)) }
      return .into
    }
    if visit(pointer) == .into { pointer.walk { visit($0) } }
    return found
  }

  package var children: [DOMNode] {
    var nodes: [DOMNode] = []
    var child = pointer.pointee.children
    while let node = child {
      nodes.append(DOMNode(node, in: document))
      child = node.pointee.next
    }
    return nodes
  }

  /// The attributes in their order, names as those of elements.
  package var attributes: [(name: String, value: String)] {
    guard pointer.isElement else { return [] }
    var found: [(String, String)] = []
    var attribute = pointer.pointee.properties
    while let here = attribute {
      found.append((String(xml: here.pointee.name, in: here.pointee.ns), here.value))
      attribute = here.pointee.next
    }
    return found
  }

  /// The value of an attribute, by its name: in any case, in XML as written, prefix included.
  package subscript(attribute name: String) -> String? {
    guard pointer.isElement else { return nil }
    if !document.isXML { return pointer.attribute(name.inASCIILowercase)?.value }
    return attributes.first { $0.name.isExactly(name) }?.value
  }

  /// The text as a person would read it: see ``ReadableText``; a script, a style and an attribute as they stand. Of XML,
  /// where no element is known to be a block, all of the text, white space collapsed.
  package var readableText: String {
    var budget = ValueBudget.unlimited
    return readableText(within: &budget)
  }

  /// The text as a person would read it, as much of it as there is budget for.
  package func readableText(within budget: inout ValueBudget) -> String {
    switch pointer.pointee.type {
    case XML_ELEMENT_NODE where isOfXML || isVerbatim: textContent(within: &budget)
    case XML_ELEMENT_NODE: String(decoding: appendReadableText(to: [], within: &budget), as: UTF8.self)
    default: ownText(within: &budget)
    }
  }

  /// Text with that of this node behind it.
  ///
  /// - Parameter bytes: What it is appended to, so that the texts of many nodes lie in one piece of memory.
  package func appendReadableText(to bytes: consuming [UInt8], within budget: inout ValueBudget) -> [UInt8] {
    guard pointer.isElement, !isOfXML, !isVerbatim else {
      bytes += readableText(within: &budget).utf8
      return bytes
    }
    let text = ReadableText(of: pointer, after: bytes, within: budget)
    budget = text.budget
    return text.bytes
  }

  /// Whether it is an element whose text is what stands in it.
  private var isVerbatim: Bool { pointer.isNamed("script", "style") }

  private func ownText(within budget: inout ValueBudget) -> String {
    let content = XMLNode.text(ownContent, within: &budget)
    if pointer.pointee.type == XML_ATTRIBUTE_NODE || isInPreformatted(&budget) { return content }
    return content.collapsingWhiteSpace()
  }

  private var ownContent: UnsafePointer<xmlChar>? {
    if pointer.pointee.type == XML_ATTRIBUTE_NODE {
      return pointer.pointee.children.flatMap { UnsafePointer($0.pointee.content) }
    }
    return UnsafePointer(pointer.pointee.content)
  }

  /// Whether it is a text whose white space is kept.
  private func isInPreformatted(_ budget: inout ValueBudget) -> Bool {
    guard pointer.isText else { return false }
    var parent = pointer.pointee.parent
    while let node = parent, node.isElement, budget.step() {
      if node.isNamed("pre", "textarea", "listing", "xmp", "plaintext") { return !document.isXML || document.isXHTML }
      parent = node.pointee.parent
    }
    return false
  }

  /// The text of all texts inside, as it stands; of a script and a style too.
  package var textContent: String {
    var budget = ValueBudget.unlimited
    return verbatimText(within: &budget)
  }

  /// The text of all texts inside, of XML with its white space collapsed, as much of it as there is budget for.
  private func textContent(within budget: inout ValueBudget) -> String {
    let text = verbatimText(within: &budget)
    return isVerbatim && !isOfXML ? text : text.collapsingWhiteSpace()
  }

  /// The text of all texts inside, as it stands, as much of it as there is budget for.
  package func verbatimText(within budget: inout ValueBudget) -> String {
    guard pointer.isElement else { return XMLNode.text(ownContent, within: &budget) }
    var bytes: [UInt8] = []
    var rest = budget
    pointer.walk { node in
      guard rest.step() else { return .stop }
      if node.isText, let content = node.pointee.content {
        let text = UnsafeBufferPointer(start: content, count: Int(xmlStrlen(content)))
        guard rest.step(text.count >> 4) else { return .stop }
        guard rest.take(text.count) else {
          bytes.append(contentsOf: text[..<text.characterStart(before: rest.bytes)])
          return .stop
        }
        bytes.append(contentsOf: text)
      }
      return .into
    }
    budget = rest
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The value of an attribute, as much of it as there is budget for; see ``subscript(attribute:)``.
  package func attribute(_ name: String, within budget: inout ValueBudget) -> String? {
    guard pointer.isElement else { return nil }
    if document.isXML { return self[attribute: name].map { budget.text($0) } }
    guard let attribute = pointer.attribute(name.inASCIILowercase) else { return nil }
    return XMLNode.text(attribute.pointee.children?.pointee.content, within: &budget)
  }
}

extension XMLNode {
  var isElement: Bool { pointee.type == XML_ELEMENT_NODE }
  var isText: Bool { pointee.type == XML_TEXT_NODE || pointee.type == XML_CDATA_SECTION_NODE }

  /// Whether it is SVG's or MathML's, in HTML, or of another namespace than XHTML's, in XHTML. Names alone do not tell, and
  /// nodes without a prefix have no namespace, since XPath would not find them by their names.
  var isForeign: Bool { pointee.line != 0 }

  /// Keeps it in the place of a line number, which no tree of ours has.
  func markForeign() { pointee.line = 1 }

  func attribute(_ name: String) -> UnsafeMutablePointer<xmlAttr>? {
    var attribute = pointee.properties
    while let here = attribute {
      if xmlStrEqual(here.pointee.name, name) != 0 { return here }
      attribute = here.pointee.next
    }
    return nil
  }

  /// Whether it is HTML's element of one of these names.
  func isHTML(_ names: StaticString...) -> Bool {
    isElement && !isForeign && names.contains { xmlStrEqual(pointee.name, $0.utf8Start) != 0 }
  }

  /// A text of libxml2's, as much of it as there is budget for.
  static func text(_ text: UnsafePointer<xmlChar>?, within budget: inout ValueBudget) -> String {
    text.map { budget.text(UnsafeBufferPointer(start: $0, count: Int(xmlStrlen($0)))) } ?? ""
  }

  enum Walk {
    case into, past, stop
  }

  /// Visits everything inside, in document order, without recursion: a tree may be deep.
  ///
  /// - Parameter leave: Called for each element that was gone into, when all inside it was visited.
  func walk(leave: (XMLNode) -> Void = { _ in }, _ visit: (XMLNode) -> Walk) {
    guard var node = pointee.children else { return }
    while true {
      var next: XMLNode?
      switch visit(node) {
      case .stop: return
      case .into:
        next = node.isElement ? node.pointee.children : nil
        if next == nil { leave(node) }
      case .past: break
      }
      while next == nil {
        if let sibling = node.pointee.next {
          next = sibling
        } else {
          guard let parent = node.pointee.parent, parent != self else { return }
          leave(parent)
          node = parent
        }
      }
      if let next { node = next }
    }
  }
}

extension UnsafeMutablePointer<xmlAttr> {
  var value: String { pointee.children.map { String(xml: $0.pointee.content) } ?? "" }
}

extension String {
  /// A name, with the prefix of its namespace.
  fileprivate init(xml name: UnsafePointer<xmlChar>?, in namespace: UnsafeMutablePointer<xmlNs>?) {
    self.init(xml: name)
    if let prefix = namespace?.pointee.prefix { self = String(xml: prefix) + ":" + self }
  }

  init(xml text: UnsafePointer<xmlChar>?) {
    self = text.map { String(decoding: UnsafeBufferPointer(start: $0, count: Int(xmlStrlen($0))), as: UTF8.self) } ?? ""
  }
}
