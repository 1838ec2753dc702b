internal import CLibxml2
internal import PipeText

/// Builds the tree of an XML document from its tags and texts.
///
/// A prefix is part of a name and stands for its namespace (Namespaces in XML 1.0); a default namespace is not taken,
/// so that XPath finds what is written without a prefix by its name, as people write it. A prefix that nobody declares
/// stands for itself. An end tag closes the innermost element of its name; one without such an element is nothing. Of what
/// follows the root, comments and processing instructions are part of the document (XML 1.0, 2.1).
///
/// Bounds: depth, by closing the deepest element, and the number of nodes and their bytes, where the tree ends.
struct XMLTreeBuilder {
  private struct Open {
    let node: XMLNode
    /// The name as written, interned.
    let name: UnsafePointer<xmlChar>
    /// How many prefixes it declares.
    let declarations: Int
    /// Whose elements without a prefix are inside.
    let inner: Home
  }

  /// The namespace of an element, as far as it matters.
  private enum Home {
    case none, html, other
  }

  private static let html: StaticString = "http://www.w3.org/1999/xhtml"

  private let tree: DocumentTree
  private var scanner: XMLScanner
  private var stack: [Open] = []
  private var hasRoot = false
  private var isXHTML = false
  /// Whether the root is of no namespace, so that others are XHTML's as well.
  private var isWithoutNamespaces = false
  private var nests = true
  /// How many elements of a name are open, so that a search for none need not begin.
  private var counts: [UnsafePointer<xmlChar>: Int] = [:]
  /// What the open elements declare, the innermost last.
  private var declared: [UnsafePointer<xmlChar>] = []
  private var inScope: [UnsafePointer<xmlChar>: [xmlNsPtr]] = [:]
  private var known: [Namespace: xmlNsPtr] = [:]
  private var seen: Set<UnsafePointer<xmlChar>> = []

  private struct Namespace: Hashable {
    let prefix: UnsafePointer<xmlChar>
    let name: [UInt8]
  }

  private struct Name {
    let prefix: UnsafePointer<xmlChar>?
    let local: UnsafePointer<xmlChar>
  }

  init(tree: DocumentTree, _ bytes: UnsafeBufferPointer<UInt8>) {
    self.tree = tree
    scanner = XMLScanner(bytes)
  }

  /// What a bound left out.
  mutating func build() -> DOMDocument.Missing {
    while !tree.isFull {
      switch scanner.next() {
      case .startTag(let isEmpty):
        // There is one root.
        if hasRoot, stack.isEmpty {
          nests = false
          return missing
        }
        open()
        if isEmpty { close() }
      case .endTag: end()
      case .text: appendText()
      case .comment: append(tree.comment(scanner.name))
      case .instruction: append(tree.instruction(scanner.name, scanner.instruction))
      case nil:
        if !stack.isEmpty || !hasRoot { nests = false }
        return missing
      }
    }
    nests = false
    return missing
  }

  private var missing: DOMDocument.Missing { tree.missing.union(scanner.isTruncated ? .attributes : []) }

  /// Whether the document was well-formed (XML 1.0, 2.1), as far as a reader of its own elements can tell: its document
  /// type declaration is not checked.
  var isWellFormed: Bool { nests && scanner.isWellFormed }

  // MARK: Elements

  private mutating func open() {
    if stack.count >= TreeBuilder.depthLimit {
      close()
      nests = false
    }
    guard let written = tree.intern(asWritten: scanner.name) else { return }
    let declarations = declare()
    let inner = innerHome()
    guard let name = split(scanner.name) else { return }
    let namespace = namespace(of: name)
    guard let node = tree.element(name.local, in: namespace) else { return }
    let home = name.prefix == nil ? inner : isHTML(namespace?.pointee.href) ? .html : .other
    if !hasRoot {
      isXHTML = home != .other && xmlStrEqual(name.local, "html") != 0
      isWithoutNamespaces = home == .none
    }
    hasRoot = true
    if isXHTML, home == .other || home == .none && !isWithoutNamespaces { node.markForeign() }
    addAttributes(to: node)
    append(node)
    stack.append(Open(node: node, name: written, declarations: declarations, inner: inner))
    counts[written, default: 0] += 1
  }

  private mutating func close() {
    guard let element = stack.popLast() else { return }
    counts[element.name, default: 1] -= 1
    for _ in 0..<element.declarations {
      if let prefix = declared.popLast() { _ = inScope[prefix]?.popLast() }
    }
  }

  private mutating func end() {
    guard let name = tree.intern(asWritten: scanner.name), counts[name, default: 0] > 0 else {
      nests = false
      return
    }
    if stack.last?.name != name { nests = false }
    while let element = stack.last {
      close()
      if element.name == name { return }
    }
  }

  private mutating func appendText() {
    scanner.text.withUnsafeBufferPointer { text in
      guard let parent = stack.last?.node else {
        if !text.allSatisfy(HTMLBytes.isSpace) { nests = false }
        return
      }
      // Only a tag that was left out can part two texts.
      if let previous = parent.pointee.last, previous.isText, tree.append(text, to: previous) { return }
      append(tree.text(text))
    }
  }

  private func append(_ node: XMLNode?) {
    guard let node else { return }
    tree.link(node, into: stack.last?.node ?? tree.root)
  }

  private mutating func addAttributes(to node: XMLNode) {
    seen.removeAll(keepingCapacity: true)
    for attribute in scanner.attributes where declaredPrefix(of: attribute) == nil {
      guard let written = tree.intern(asWritten: attribute.name), seen.insert(written).inserted,
        let name = split(attribute.name)
      else {
        nests = false
        continue
      }
      var isWellFormed = true
      tree.addAttribute(name.local, in: namespace(of: name), to: node) {
        isWellFormed = XMLText.append(attribute.value, to: &$0, isAttribute: true)
      }
      if !isWellFormed { nests = false }
    }
  }

  // MARK: Namespaces

  /// Where elements without a prefix belong from the start tag at hand on (Namespaces in XML 1.0, 6.2).
  private func innerHome() -> Home {
    for attribute in scanner.attributes where declaredPrefix(of: attribute)?.isEmpty == true {
      var name: [UInt8] = []
      XMLText.append(attribute.value, to: &name, isAttribute: true)
      return name.isEmpty
        ? .none
        : name.elementsEqual(
          UnsafeBufferPointer(
            start: Self.html.utf8Start, count: Self.html.utf8CodeUnitCount)) ? .html : .other
    }
    return stack.last?.inner ?? .none
  }

  private func isHTML(_ name: UnsafePointer<xmlChar>?) -> Bool { xmlStrEqual(name, Self.html.utf8Start) != 0 }

  /// Declares the prefixes that the start tag at hand declares.
  ///
  /// - Returns: How many.
  private mutating func declare() -> Int {
    var count = 0
    for attribute in scanner.attributes {
      guard let text = declaredPrefix(of: attribute), !text.isEmpty, let prefix = tree.intern(asWritten: text) else {
        continue
      }
      var name: [UInt8] = []
      XMLText.append(attribute.value, to: &name, isAttribute: true)
      guard !name.isEmpty, let namespace = namespace(name, prefix: prefix) else { continue }
      inScope[prefix, default: []].append(namespace)
      declared.append(prefix)
      count += 1
    }
    return count
  }

  /// The prefix that an attribute declares; empty for the default namespace, `nil` where it declares none.
  private func declaredPrefix(of attribute: XMLScanner.Attribute) -> UnsafeBufferPointer<UInt8>? {
    let name = attribute.name
    guard name.starts(with: "xmlns".utf8), name.count == 5 || name[5] == UInt8(ascii: ":") else { return nil }
    return UnsafeBufferPointer(rebasing: name.dropFirst(6))
  }

  private mutating func namespace(of name: Name) -> xmlNsPtr? {
    guard let prefix = name.prefix else { return nil }
    if let namespace = inScope[prefix]?.last { return namespace }
    let text = String(xml: prefix)
    return text == "xml" ? tree.xmlNamespace : namespace(Array(text.utf8), prefix: prefix)
  }

  private mutating func namespace(_ name: [UInt8], prefix: UnsafePointer<xmlChar>) -> xmlNsPtr? {
    let key = Namespace(prefix: prefix, name: name)
    if let namespace = known[key] { return namespace }
    let namespace = (name + [0]).withUnsafeBufferPointer { bytes in
      bytes.baseAddress.flatMap { tree.namespace($0, prefix: prefix) }
    }
    known[key] = namespace
    let prefix = String(xml: prefix)
    let text = ExactText(prefix)
    if tree.namespaces[text] == nil { tree.namespaces[text] = String(decoding: name, as: UTF8.self) }
    return namespace
  }

  /// A name in its two parts; one colon at most, and not at an end, parts them.
  private func split(_ name: UnsafeBufferPointer<UInt8>) -> Name? {
    let colon = UInt8(ascii: ":")
    if let place = name.firstIndex(of: colon), place > 0, place < name.count - 1,
      !name[(place + 1)...].contains(colon)
    {
      guard let prefix = tree.intern(asWritten: UnsafeBufferPointer(rebasing: name[..<place])),
        let local = tree.intern(asWritten: UnsafeBufferPointer(rebasing: name[(place + 1)...]))
      else { return nil }
      return Name(prefix: prefix, local: local)
    }
    return tree.intern(asWritten: name).map { Name(prefix: nil, local: $0) }
  }
}
