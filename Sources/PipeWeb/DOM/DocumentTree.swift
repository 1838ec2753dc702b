internal import CLibxml2
internal import PipeText

typealias XMLNode = UnsafeMutablePointer<xmlNode>

/// The owner of a libxml2 tree while it is built and after; it frees what was made.
///
/// Nodes are linked by hand: libxml2's own functions merge texts as they link, which takes quadratic time on a text
/// that markup cuts into many, and frees nodes that are still known here.
final class DocumentTree {
  let document: UnsafeMutablePointer<xmlDoc>
  /// The contents of templates, which are not part of the document (WHATWG HTML, 4.12.3).
  private var fragments: [XMLNode: XMLNode] = [:]
  /// Nodes that have left the document; they are freed with it, never before, as others may know them.
  private var discarded: [XMLNode] = []
  private(set) var nodeCount = 0
  /// Bytes that the nodes take, about.
  private(set) var bytes = 0
  /// The most bytes that they may take.
  let memory: Int
  /// Whether it is XML's: names are as written, and may have prefixes.
  let isXML: Bool
  /// Whether the page is in quirks mode, as it is without a doctype; never of XML.
  var isQuirky: Bool
  private let dictionary: OpaquePointer
  /// The interned names of known tags.
  private var tagNames = [UnsafePointer<xmlChar>?](repeating: nil, count: HTMLTag.allCases.count)
  /// Their names, cut out of one text once.
  private static let tagWords = HTMLTagTable.words(HTMLTag.names)
  private var scratch: [UInt8] = []
  /// The attribute that was added last.
  private var lastAttribute: UnsafeMutablePointer<xmlAttr>?
  /// The namespaces that prefixes stand for, by what an XML document declares first.
  var namespaces: [ExactText: String] = [:]

  // What nodes take besides their text: libxml2's structures, in the sizes that the allocator hands out. An attribute has a
  // node of text.
  private static let nodeCost = 128
  private static let attributeCost = 96 + nodeCost
  /// A name that is seen for the first time is kept once; most are not.
  private static let nameCost = 16

  /// - Parameter memory: The most bytes that the nodes may take, about.
  /// - Returns: `nil` where there is no memory.
  init?(isXML: Bool = false, memory: Int = .max) {
    _ = Self.isReady
    self.memory = memory
    self.isXML = isXML
    isQuirky = !isXML
    guard let document = isXML ? xmlNewDoc("1.0") : htmlNewDocNoDtD(nil, nil) else { return nil }
    guard let dictionary = xmlDictCreate() else {
      xmlFreeDoc(document)
      return nil
    }
    // The document frees it.
    document.pointee.dict = dictionary
    self.document = document
    self.dictionary = dictionary
  }

  deinit {
    for node in fragments.values { xmlFreeNode(node) }
    for node in discarded { xmlFreeNode(node) }
    xmlFreeDoc(document)
  }

  /// libxml2 sets its tables up once; the first one who needs it waits for that.
  private static let isReady: Bool = {
    xmlInitParser()
    return true
  }()

  // MARK: Bounds

  /// Whether the tree ends here.
  var isFull: Bool { nodeCount >= TreeBuilder.nodeLimit || bytes >= memory }

  /// What is left out because it is.
  var missing: DOMDocument.Missing {
    var missing: DOMDocument.Missing = nodeCount >= TreeBuilder.nodeLimit ? .nodes : []
    if bytes >= memory { missing.insert(.memory) }
    return missing
  }

  /// Whether there is memory for so many bytes more; where not, the tree is full.
  func hasRoom(for count: Int) -> Bool {
    if count < memory - bytes { return true }
    bytes = max(bytes, memory)
    return false
  }

  /// Counts a node; false where there is no memory for it.
  private func take(_ cost: Int) -> Bool {
    nodeCount += 1
    guard hasRoom(for: cost) else { return false }
    bytes += cost
    return true
  }

  // MARK: Nodes

  func element(_ tag: HTMLTag, rawName: UnsafeBufferPointer<UInt8>) -> XMLNode? {
    element(name(of: tag, rawName: rawName))
  }

  func element(_ tag: HTMLTag) -> XMLNode? {
    element(tagNames[Int(tag.rawValue)] ?? name(of: tag, rawName: UnsafeBufferPointer(start: nil, count: 0)))
  }

  /// - Parameter name: Interned.
  func element(_ name: UnsafePointer<xmlChar>?, in namespace: xmlNsPtr? = nil) -> XMLNode? {
    // Never refused: every page has a body, and a builder makes no other where the tree is full.
    nodeCount += 1
    bytes = min(bytes, .max >> 1) + Self.nodeCost + Self.nameCost
    guard let name, let node = xmlNewDocNodeEatName(document, namespace, UnsafeMutablePointer(mutating: name), nil)
    else { return nil }
    return node
  }

  private func name(of tag: HTMLTag, rawName: UnsafeBufferPointer<UInt8>) -> UnsafePointer<xmlChar>? {
    if tag != .other, let name = tagNames[Int(tag.rawValue)] { return name }
    var name: UnsafePointer<xmlChar>?
    if rawName.isEmpty {
      name = xmlDictLookup(dictionary, Self.tagWords[Int(tag.rawValue) - 1], -1)
    } else {
      name = intern(rawName)
    }
    if tag != .other { tagNames[Int(tag.rawValue)] = name }
    return name
  }

  /// The name in lower case; U+0000 in it is U+FFFD (WHATWG HTML, 13.2.5.8).
  private func intern(_ raw: UnsafeBufferPointer<UInt8>) -> UnsafePointer<xmlChar>? {
    // Most names are written as they are kept.
    if raw.allSatisfy({ $0 != 0 && !ASCII.isUppercase($0) }) { return intern(asWritten: raw) }
    scratch.removeAll(keepingCapacity: true)
    for byte in raw {
      if byte == 0 { scratch += [0xEF, 0xBF, 0xBD] } else { scratch.append(HTMLBytes.lowercased(byte)) }
    }
    return scratch.withUnsafeBufferPointer { intern(asWritten: $0) }
  }

  /// A name as XML writes it, one pointer a name; it holds no U+0000.
  func intern(asWritten name: UnsafeBufferPointer<UInt8>) -> UnsafePointer<xmlChar>? {
    xmlDictLookup(dictionary, name.baseAddress, Int32(clamping: name.count))
  }

  /// A name, if a node of the document may have it.
  func existing(_ name: String) -> UnsafePointer<xmlChar>? {
    xmlDictExists(dictionary, name, Int32(clamping: name.utf8.count))
  }

  /// Adds an attribute that is not there.
  func addAttribute(
    _ rawName: UnsafeBufferPointer<UInt8>, _ rawValue: UnsafeBufferPointer<UInt8>, to node: XMLNode
  ) {
    guard let name = intern(rawName) else { return }
    addAttribute(name, to: node) { HTMLText.attribute.append(rawValue, to: &$0) }
  }

  /// Adds an attribute that is not there.
  ///
  /// - Parameters:
  ///   - name: Interned.
  ///   - write: Writes its value, which holds no U+0000.
  func addAttribute(
    _ name: UnsafePointer<xmlChar>, in namespace: xmlNsPtr? = nil, to node: XMLNode, write: (inout [UInt8]) -> Void
  ) {
    scratch.removeAll(keepingCapacity: true)
    write(&scratch)
    scratch.append(0)
    guard take(Self.attributeCost + Self.nameCost + scratch.count) else { return }
    // libxml2 looks for the last attribute from the first on; begun at the last, that takes no time.
    let first = node.pointee.properties
    if let lastAttribute, lastAttribute.pointee.parent == node { node.pointee.properties = lastAttribute }
    lastAttribute = scratch.withUnsafeBufferPointer {
      xmlNewNsPropEatName(node, namespace, UnsafeMutablePointer(mutating: name), $0.baseAddress)
    }
    if let first { node.pointee.properties = first }
  }

  /// A namespace, which the document frees; `nil` for `xml`.
  func namespace(_ name: UnsafePointer<xmlChar>, prefix: UnsafePointer<xmlChar>) -> xmlNsPtr? {
    guard take(Self.nodeCost) else { return nil }
    // libxml2 takes the document's first for that of `xml`.
    guard let first = xmlNamespace, let namespace = xmlNewNs(nil, name, prefix) else { return nil }
    namespace.pointee.next = first.pointee.next
    first.pointee.next = namespace
    return namespace
  }

  /// The namespace of the prefix `xml`, which is there without a declaration (Namespaces in XML 1.0, 3).
  var xmlNamespace: xmlNsPtr? { xmlSearchNs(document, root, "xml") }

  func text(_ bytes: UnsafeBufferPointer<UInt8>) -> XMLNode? {
    guard take(Self.nodeCost + bytes.count) else { return nil }
    return xmlNewDocTextLen(document, bytes.baseAddress, Int32(clamping: bytes.count))
  }

  /// Appends to a text; false where there is no memory. However many pieces it comes in, that takes linear time.
  func append(_ bytes: UnsafeBufferPointer<UInt8>, to text: XMLNode) -> Bool {
    // It takes room for as many again.
    guard hasRoom(for: 2 * bytes.count) else { return true }
    self.bytes += 2 * bytes.count
    return pipe_text_append(text, bytes.baseAddress, bytes.count) == 0
  }

  func instruction(_ target: UnsafeBufferPointer<UInt8>, _ content: UnsafeBufferPointer<UInt8>) -> XMLNode? {
    guard let name = intern(asWritten: target) else { return nil }
    guard take(Self.nodeCost + Self.nameCost + content.count) else { return nil }
    scratch.removeAll(keepingCapacity: true)
    HTMLText(references: .none, nulls: .replaced).append(content, to: &scratch)
    scratch.append(0)
    return scratch.withUnsafeBufferPointer { xmlNewDocPI(document, name, $0.baseAddress) }
  }

  func comment(_ bytes: UnsafeBufferPointer<UInt8>) -> XMLNode? {
    guard take(Self.nodeCost + bytes.count) else { return nil }
    scratch.removeAll(keepingCapacity: true)
    HTMLText(references: .none, nulls: .replaced).append(bytes, to: &scratch)
    scratch.append(0)
    return scratch.withUnsafeBufferPointer { xmlNewDocComment(document, $0.baseAddress) }
  }

  /// The same element with the same attributes, without its content.
  ///
  /// Its attributes count as nodes, and long values as several: a page opens an element once, and each paragraph after it
  /// copies it (WHATWG HTML 13.2.6.1, "reconstruct the active formatting elements").
  func copy(_ node: XMLNode) -> XMLNode? {
    var cost = Self.nodeCost
    var attribute = node.pointee.properties
    while let here = attribute {
      let length = Int(xmlStrlen(here.pointee.children?.pointee.content))
      nodeCount += 1 + length >> 8
      cost += Self.attributeCost + length
      attribute = here.pointee.next
    }
    guard take(cost) else { return nil }
    return xmlDocCopyNode(node, document, 2)
  }

  /// What holds the content of a template.
  func content(of template: XMLNode) -> XMLNode? {
    if let fragment = fragments[template] { return fragment }
    let fragment = xmlNewDocFragment(document)
    fragments[template] = fragment
    return fragment
  }

  // MARK: Links

  var root: XMLNode { UnsafeMutableRawPointer(document).assumingMemoryBound(to: xmlNode.self) }

  /// Puts an unlinked node into a parent, before one of its children or at its end.
  func link(_ node: XMLNode, into parent: XMLNode, before next: XMLNode? = nil) {
    let previous = next.map { $0.pointee.prev } ?? parent.pointee.last
    node.pointee.parent = parent
    node.pointee.prev = previous
    node.pointee.next = next
    if let previous { previous.pointee.next = node } else { parent.pointee.children = node }
    if let next { next.pointee.prev = node } else { parent.pointee.last = node }
  }

  func unlink(_ node: XMLNode) { xmlUnlinkNode(node) }

  func discard(_ node: XMLNode) {
    unlink(node)
    discarded.append(node)
  }

  func moveChildren(of node: XMLNode, to parent: XMLNode) {
    while let child = node.pointee.children {
      unlink(child)
      link(child, into: parent)
    }
  }
}

extension HTMLText {
  /// Appends the text that raw UTF-8 stands for.
  fileprivate func append(_ bytes: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
    let isPlain = !bytes.contains { $0 == 0 || $0 == 0x0D || $0 == UInt8(ascii: "&") }
    // What is cut at a limit may end within a character.
    if isPlain, bytes.count < TreeBuilder.valueLimit {
      output += bytes
    } else {
      output += string(bytes).utf8
    }
  }
}
