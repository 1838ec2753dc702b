internal import CLibxml2

extension PageFacts {
  /// The facts of an XHTML document, read off its tree: its elements are those of XHTML's namespace, whatever their prefix,
  /// and those of a document that declares none.
  package init(of document: DOMDocument, wanted: Wanted, limits: Limits = Limits()) {
    var reader = DocumentFacts(wanted: wanted, limits: limits)
    if let root = document.root { reader.read(root.pointer, in: document) }
    if !document.missing.isEmpty { reader.facts.incomplete.insert(.names) }
    self = reader.facts
  }
}

/// Collects the facts of a tree.
private struct DocumentFacts {
  let wanted: PageFacts.Wanted
  let limits: PageFacts.Limits
  var facts = PageFacts()
  /// The elements around the one at hand that are regions of the page, the innermost last.
  private var regions: [(node: XMLNode, region: PageRegion)] = []

  init(wanted: PageFacts.Wanted, limits: PageFacts.Limits) {
    self.wanted = wanted
    self.limits = limits
  }

  mutating func read(_ root: XMLNode, in document: DOMDocument) {
    if wanted.contains(.language) { facts.languageValue = store(root.language) }
    enterRegion(root)
    takeNames(root)
    var reader = self
    root.walk(leave: { reader.leaveRegion($0) }) { node in
      guard node.isElement else { return .past }
      reader.takeNames(node)
      if node.isForeign { return .into }
      // Its content is not part of the document (WHATWG HTML 4.12.3).
      if node.isNamed("template") { return .past }
      reader.take(node, in: document)
      reader.enterRegion(node)
      return .into
    }
    self = reader
  }

  // MARK: Regions

  private mutating func enterRegion(_ node: XMLNode) {
    guard wanted.contains(.linkPlaces) else { return }
    if let region = node.region { regions.append((node, region)) }
  }

  private mutating func leaveRegion(_ node: XMLNode) {
    if regions.last?.node == node { regions.removeLast() }
  }

  /// Where the element at hand stands: a tree knows of no lines.
  private var place: PageFacts.Place { PageFacts.Place(source: nil, landmark: regions.last?.region.landmark) }

  private mutating func take(_ node: XMLNode, in document: DOMDocument) {
    guard let start = node.pointee.name else { return }
    let bytes = UnsafeBufferPointer(start: start, count: Int(xmlStrlen(start)))
    // XML knows cases.
    if bytes.contains(where: ASCII.isUppercase) { return }
    let name = HTMLName(bytes)
    switch HTMLTagTable.shared.slot(of: name).tag {
    case .title:
      if wanted.contains(.title), facts.titleValue == nil {
        facts.titleValue = store(DOMNode(node, in: document).textContent, as: .title)
      }
    case .base:
      if wanted.contains(.base), facts.baseValue == nil { facts.baseValue = store(node.value("href")) }
    case .meta: takeMeta(node)
    case .link: takeLinkElement(node)
    case .a, .area: takeLink(node, in: document)
    case .img:
      if wanted.contains(.images), hasRoom(facts.images.count, .images) {
        facts.images.append(store(node.value("src")))
      }
    case .iframe, .frame: takeFrame(node)
    case .h1:
      let isWanted = wanted.contains(.headings) || wanted.contains(.firstHeading) && facts.headings.isEmpty
      if isWanted, hasRoom(facts.headings.count, .headings),
        let text = store(DOMNode(node, in: document).readableText, as: .text)
      {
        facts.headings.append(text)
      }
    default: break
    }
  }

  /// Takes what a fragment can refer to (WHATWG HTML, "find a potential indicated element").
  private mutating func takeNames(_ node: XMLNode) {
    guard wanted.contains(.names) else { return }
    for value in [node.value("id"), node.isNamed("a") && !node.isForeign ? node.value("name") : nil] {
      guard let value, hasRoom(facts.names.count, .names), let stored = store(value) else { continue }
      facts.names.append(stored)
    }
  }

  private mutating func takeMeta(_ node: XMLNode) {
    guard let content = node.value("content") else { return }
    let name = node.value("name")
    if wanted.contains(.description), facts.descriptionValue == nil, let name, name.isWord("description") {
      facts.descriptionValue = store(content)
    }
    guard wanted.contains(.metas), hasRoom(facts.metas.count, .metas), let content = store(content) else { return }
    facts.metas.append(
      PageFacts.Meta(
        name: store(name), property: store(node.value("property")), httpEquiv: store(node.value("http-equiv")),
        content: content))
    if wanted.contains(.linkPlaces) { facts.metaPlaces.append(place) }
  }

  private mutating func takeLinkElement(_ node: XMLNode) {
    let (rel, href) = (node.value("rel"), node.value("href"))
    if wanted.contains(.canonical), let href, let rel,
      String(xml: rel).utf8.split(whereSeparator: HTMLBytes.isSpace)
        .contains(where: { HTMLName($0) == HTMLName("canonical") }),
      hasRoom(facts.canonicalValues.count, .canonical), let href = store(href)
    {
      facts.canonicalValues.append(href)
    }
    guard wanted.contains(.linkElements), hasRoom(facts.linkElements.count, .linkElements) else { return }
    facts.linkElements.append(
      PageFacts.LinkElement(
        rel: store(rel), href: store(href), hreflang: store(node.value("hreflang")), type: store(node.value("type"))))
    if wanted.contains(.linkPlaces) { facts.linkElementPlaces.append(place) }
  }

  private mutating func takeFrame(_ node: XMLNode) {
    guard wanted.contains(.frames), node.value("srcdoc") == nil, let source = node.value("src"),
      hasRoom(facts.frames.count, .frames), let source = store(source)
    else { return }
    facts.frames.append(PageFacts.Frame(source: source, isInline: node.isNamed("iframe")))
    if wanted.contains(.linkPlaces) { facts.framePlaces.append(place) }
  }

  private mutating func takeLink(_ node: XMLNode, in document: DOMDocument) {
    guard wanted.contains(.links), let href = node.value("href"), hasRoom(facts.links.count, .links),
      let href = store(href)
    else { return }
    var link = PageFacts.Link(
      href: href, rel: wanted.contains(.linkRelations) ? store(node.value("rel")) : nil, text: nil,
      isArea: node.isNamed("area"))
    if wanted.contains(.linkTexts) {
      link.text =
        node.isNamed("area")
        ? store(node.value("alt")) : store(DOMNode(node, in: document).readableText, as: .text)
    }
    facts.links.append(link)
    if wanted.contains(.linkPlaces) { facts.linkPlaces.append(place) }
  }

  // MARK: Storing

  private mutating func hasRoom(_ count: Int, _ fact: PageFacts.Wanted) -> Bool {
    if count < limits.items { return true }
    facts.isTruncated = true
    facts.incomplete.formUnion(fact)
    return false
  }

  private mutating func store(_ value: UnsafePointer<xmlChar>?) -> PageFacts.Value? {
    value.flatMap { store(String(xml: $0), as: .attribute) }
  }

  /// Stores a text as HTML would write it, since that is how facts are read.
  private mutating func store(_ text: String, as kind: PageFacts.Value.Kind) -> PageFacts.Value? {
    guard text.utf8.count <= limits.value else {
      facts.isTruncated = true
      return .tooLarge
    }
    let start = facts.bytes.count
    for byte in text.utf8 {
      if byte == UInt8(ascii: "&") { facts.bytes += "&amp;".utf8 } else { facts.bytes.append(byte) }
    }
    guard facts.bytes.count <= limits.total, let offset = UInt32(exactly: start) else {
      facts.bytes.removeSubrange(start...)
      facts.isTruncated = true
      facts.incomplete.formUnion(wanted)
      return nil
    }
    return PageFacts.Value(kind: kind, offset: offset, count: UInt32(facts.bytes.count - start))
  }
}

extension XMLNode {
  /// The region of the page that an element of XHTML is, by its role or its name.
  fileprivate var region: PageRegion? {
    if let role = value("role"),
      let region = PageRegion(role: UnsafeBufferPointer(start: role, count: Int(xmlStrlen(role))))
    {
      return region
    }
    // XML knows cases.
    guard let start = pointee.name, isNamed("nav", "header", "footer", "main", "aside") else { return nil }
    let name = HTMLName(UnsafeBufferPointer(start: start, count: Int(xmlStrlen(start))))
    return PageRegion(HTMLTagTable.shared.slot(of: name).tag)
  }
}

extension UnsafePointer<xmlChar> {
  /// Whether it is a word, which is in lower case, in letters of any case.
  fileprivate func isWord(_ word: StaticString) -> Bool {
    UnsafeBufferPointer(start: self, count: Int(xmlStrlen(self))).equalsIgnoringCase(word)
  }
}
