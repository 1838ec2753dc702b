internal import CLibxml2

/// A page, or an XML document, as a tree of nodes, for selectors and XPath.
///
/// Lives in one task: searching it is not safe from several at once.
package final class DOMDocument {
  let tree: DocumentTree
  /// The languages that the header field Content-Language tells.
  package var contentLanguage: String?
  /// That of the page's URL, without its `#`.
  package var fragment: String?
  /// Whether a bound left something out.
  package var isTruncated: Bool { !missing.isEmpty }
  package let missing: Missing
  /// Bytes that its nodes take, about.
  package var bytes: Int { tree.bytes }
  /// The most that they may take.
  package var memory: Int { tree.memory }
  /// Whether it is well-formed XML; false for HTML.
  package let isWellFormed: Bool

  /// What the bounds may leave out.
  package struct Missing: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// What stands behind the last node.
    package static let nodes = Missing(rawValue: 1)
    /// Attributes of some elements.
    package static let attributes = Missing(rawValue: 2)
    /// What some references to entities stand for; they are left as written.
    package static let entities = Missing(rawValue: 4)
    /// What stands behind the last node that there was memory for.
    package static let memory = Missing(rawValue: 8)
  }

  /// Builds the tree of a page; `nil` where there is no memory.
  ///
  /// - Parameters:
  ///   - text: Well-formed UTF-8; a byte order mark is left out.
  ///   - memory: The most bytes that its nodes may take, about; there the tree ends.
  package init?(parsing text: Span<UInt8>, memory: Int = .max) {
    guard let tree = DocumentTree(memory: memory) else { return nil }
    self.tree = tree
    isWellFormed = false
    missing = text.withUnsafeBufferPointer { bytes in
      var limits = HTMLTokenizerLimits()
      limits.value = TreeBuilder.valueLimit
      var tokenizer = HTMLTokenizer(handler: TreeBuilder(tree: tree), limits: limits)
      let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
      _ = tokenizer.feed(UnsafeBufferPointer(rebasing: bytes[start...]))
      tokenizer.end()
      tokenizer.handler.finish()
      return tokenizer.handler.missing
    }
  }

  /// Builds the tree of an XML document; `nil` where there is no memory.
  ///
  /// - Parameters:
  ///   - text: Well-formed UTF-8; a byte order mark is left out.
  ///   - memory: The most bytes that its nodes may take, about; there the tree ends.
  package init?(parsingXML text: Span<UInt8>, memory: Int = .max) {
    guard let tree = DocumentTree(isXML: true, memory: memory) else { return nil }
    self.tree = tree
    (missing, isWellFormed) = text.withUnsafeBufferPointer { bytes in
      // The text with what entities stand for takes a part of the memory, too.
      let limit = min(XMLEntities.totalLimit, memory / 4)
      if let expanded = XMLEntities.expand(bytes, totalLimit: limit) {
        var missing: Missing = expanded.isTruncated ? .entities : []
        if expanded.isTruncated, limit < XMLEntities.totalLimit { missing.insert(.memory) }
        return expanded.text.withUnsafeBufferPointer { Self.build(tree, $0, missing: missing) }
      }
      return Self.build(tree, bytes, missing: [])
    }
  }

  private static func build(
    _ tree: DocumentTree, _ bytes: UnsafeBufferPointer<UInt8>, missing: Missing
  ) -> (missing: Missing, isWellFormed: Bool) {
    var builder = XMLTreeBuilder(tree: tree, bytes)
    let more = builder.build()
    return (missing.union(more), builder.isWellFormed && missing.isEmpty)
  }

  private var isNumbered = false

  /// Numbers its nodes in document order, once.
  func numberNodes() {
    if isNumbered { return }
    isNumbered = true
    tree.numberNodes()
  }

  /// Whether it is XML: names are as written, prefix included.
  package var isXML: Bool { tree.isXML }

  /// The language of elements that say none themselves (WHATWG HTML 3.2.6.2): what a meta element tells, or the header
  /// where it tells one; empty where it is not known.
  private(set) lazy var defaultLanguage: [UInt8] = {
    var pragma: Substring?
    if !isXML {
      root?.pointer.walk { node in
        if node.isElement, !node.isForeign, node.isNamed("meta"), let name = node.value("http-equiv"),
          xmlStrcasecmp(name, "content-language") == 0, let content = node.value("content"),
          let language = Self.onlyWord(of: String(xml: content))
        {
          pragma = language
        }
        return .into
      }
    }
    return Array((pragma ?? contentLanguage.flatMap { Self.onlyWord(of: $0) } ?? "").utf8)
  }()

  /// The first word of a text without a comma (WHATWG HTML 4.2.5.3, "content language").
  private static func onlyWord(of text: String) -> Substring? {
    if text.utf8.contains(UInt8(ascii: ",")) { return nil }
    return text.split { $0.isASCII && $0.isWhitespace }.first
  }

  /// Whether it is XHTML (WHATWG HTML 14.1): XML whose root is HTML's, of its namespace or of none.
  package private(set) lazy var isXHTML: Bool = isXML && root.map { $0.pointer.isHTML("html") } == true

  /// The `html` element, or the root of an XML document.
  package var root: DOMNode? {
    xmlDocGetRootElement(tree.document).map { DOMNode($0, in: self) }
  }

  /// The `a` and `area` elements of HTML that have an `href`, as document.links has them (WHATWG HTML 3.1.5).
  package var links: [DOMNode] { root?.links ?? [] }

  /// The `h1` elements of HTML.
  var headings: [DOMNode] {
    var found: [DOMNode] = []
    root?.pointer.walk { node in
      if node.isHTML("h1") { found.append(DOMNode(node, in: self)) }
      return .into
    }
    return found
  }

  /// All nodes outside of any element, the root among them.
  package var nodes: [DOMNode] { DOMNode(tree.root, in: self).children }

  /// The `body` element.
  package var body: DOMNode? {
    root?.children.last { $0.pointer.isHTML("body") }
  }
}
