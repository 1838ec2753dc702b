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

  /// Whether nothing stands behind it in the document, so that a tree that was cut may lack a part of it.
  package var isLast: Bool {
    var node: XMLNode? = pointer
    while let here = node, here != document.tree.root {
      if here.pointee.next != nil { return false }
      node = here.pointee.parent
    }
    return true
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
    switch pointer.pointee.type {
    case XML_ATTRIBUTE_NODE: content
    case XML_ELEMENT_NODE where document.isXML && !document.isXHTML: textContent.collapsingWhiteSpace()
    case XML_ELEMENT_NODE where name == "script" || name == "style": textContent
    case XML_ELEMENT_NODE: ReadableText(of: pointer).string
    default: isInPreformatted ? content : content.collapsingWhiteSpace()
    }
  }

  /// Whether it is a text whose white space is kept.
  private var isInPreformatted: Bool {
    guard pointer.isText else { return false }
    var parent = pointer.pointee.parent
    while let node = parent, node.isElement {
      if node.isNamed("pre", "textarea", "listing", "xmp", "plaintext") { return !document.isXML || document.isXHTML }
      parent = node.pointee.parent
    }
    return false
  }

  /// The text of all texts inside, as it stands; of a script and a style too.
  package var textContent: String {
    var bytes: [UInt8] = []
    pointer.walk { node in
      if node.isText, let content = node.pointee.content {
        bytes.append(contentsOf: UnsafeBufferPointer(start: content, count: Int(xmlStrlen(content))))
      }
      return .into
    }
    return pointer.isElement ? String(decoding: bytes, as: UTF8.self) : content
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
