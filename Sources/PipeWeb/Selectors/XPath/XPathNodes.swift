internal import CLibxml2

/// Nodes in document order, each once. One alone takes no memory of its own: most sets are an attribute or a child.
struct XPathNodes {
  private var only: XMLNode?
  private var several: [XMLNode] = []

  init(_ only: XMLNode? = nil) { self.only = only }

  /// - Parameter nodes: In document order, each once.
  init(sorted nodes: [XMLNode]) {
    if nodes.count == 1 { only = nodes[0] } else { several = nodes }
  }

  var count: Int { only == nil ? several.count : 1 }
  var isEmpty: Bool { only == nil && several.isEmpty }
  var first: XMLNode? { only ?? several.first }

  subscript(index: Int) -> XMLNode { only ?? several[index] }

  /// Bytes of memory that they take.
  var cost: Int { several.count * MemoryLayout<XMLNode>.stride }

  var all: [XMLNode] { only.map { [$0] } ?? several }
}

/// What a term is worth.
enum XPathValue {
  case nodes(XPathNodes)
  case text(XPathText)
  case number(Double)
  case boolean(Bool)

  /// Bytes of memory that it takes.
  var cost: Int {
    switch self {
    case .nodes(let nodes): nodes.cost
    case .text(let text): text.cost
    case .number, .boolean: 0
    }
  }
}

/// The node that a term is about, and where it stands among those that are looked at with it (XPath 1.0, 1).
struct XPathContext {
  let node: XMLNode
  var position = 1
  var size = 1

  init(_ node: XMLNode, position: Int = 1, size: Int = 1) {
    self.node = node
    self.position = position
    self.size = size
  }
}

extension XMLNode {
  /// Its place in document order, once the document's nodes are numbered. libxml2 has this field for the program's own
  /// use; while a tree is built it holds the length of a text.
  var order: Int {
    get { Int(bitPattern: pointee._private) }
    nonmutating set { pointee._private = UnsafeMutableRawPointer(bitPattern: newValue) }
  }

  var isAttribute: Bool { pointee.type == XML_ATTRIBUTE_NODE }

  /// Whether it is the document itself.
  var isDocument: Bool { pointee.type == XML_DOCUMENT_NODE || pointee.type == XML_HTML_DOCUMENT_NODE }

  /// The first attribute as a node.
  var firstAttribute: XMLNode? {
    guard isElement, let attribute = pointee.properties else { return nil }
    return UnsafeMutableRawPointer(attribute).assumingMemoryBound(to: xmlNode.self)
  }
}

extension DocumentTree {
  /// Gives each node its place in document order: an element, its attributes, its children (XPath 1.0, 5).
  func numberNodes() {
    var count = 0
    root.order = 0
    root.walk { node in
      count += 1
      node.order = count
      var attribute = node.firstAttribute
      while let here = attribute {
        count += 1
        here.order = count
        attribute = here.pointee.next
      }
      return .into
    }
  }
}
