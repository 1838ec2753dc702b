// What the facts are: which attributes are wanted of which tags, and what becomes of them.

extension PageCollector {
  mutating func wantsAttributes(of tag: HTMLTag) -> Bool {
    if looksIntoAll { return true }
    return switch tag {
    case .a, .area: open.contains(.links)
    case .link: !open.isDisjoint(with: [.linkElements, .canonical])
    case .meta: !open.isDisjoint(with: [.metas, .description, .encoding])
    case .html: open.contains(.language)
    case .base: open.contains(.base)
    case .img, .image: open.contains(.images)
    case .iframe, .frame: open.contains(.frames)
    // These decide what is open.
    case .input: isFramesetAllowed
    case .font, .annotationXML: elements.isCurrentForeign
    default: false
    }
  }

  mutating func wantsAttribute(_ name: HTMLName, of tag: HTMLTag) -> Bool {
    if looksIntoAll {
      if isReading, name == HTMLName("hidden") || name == HTMLName("popover") || name == HTMLName("open") {
        return true
      }
      if wantsPlaces, name == HTMLName("role") { return true }
      if wantsNames, name == HTMLName("id") || tag == .a && name == HTMLName("name") { return true }
    }
    return switch tag {
    case .a, .area:
      name == HTMLName("href") || (wanted.contains(.linkRelations) && name == HTMLName("rel"))
        || (tag == .area && wanted.contains(.linkTexts) && name == HTMLName("alt"))
    case .link:
      name == HTMLName("href") || name == HTMLName("rel") || name == HTMLName("hreflang") || name == HTMLName("type")
    case .meta:
      name == HTMLName("content") || name == HTMLName("name") || name == HTMLName("property")
        || name == HTMLName("http-equiv") || name == HTMLName("charset")
    case .html: name == HTMLName("lang")
    case .base: name == HTMLName("href")
    case .img, .image: name == HTMLName("src")
    case .iframe, .frame: name == HTMLName("src") || name == HTMLName("srcdoc")
    case .input: name == HTMLName("type")
    case .font: name == HTMLName("color") || name == HTMLName("face") || name == HTMLName("size")
    case .annotationXML: name == HTMLName("encoding")
    default: false
    }
  }

  /// Takes what a fragment can refer to (WHATWG HTML, "find a potential indicated element").
  mutating func takeNames(_ token: HTMLTagToken) {
    for name in [HTMLName("id"), HTMLName("name")] {
      guard let index = token.index(of: name), name == HTMLName("id") || token.tag == .a && isHTML(token),
        hasRoom(facts.names.count, .names), let value = store(index, of: token)
      else { continue }
      facts.names.append(value)
    }
  }

  /// Takes what a start tag of HTML, outside of templates, says.
  @inline(__always)
  mutating func take(_ token: HTMLTagToken) {
    switch token.tag {
    case .a, .area: takeLink(token)
    case .img, .image: takeImage(token)
    case .meta: takeMeta(token)
    case .link: takeLinkElement(token)
    case .iframe: takeFrame(token)
    case .base:
      if open.contains(.base), facts.baseValue == nil, let href = store(HTMLName("href"), of: token) {
        facts.baseValue = href
        settle(.base)
      }
    default: break
    }
  }

  /// The `html` element takes from later `html` tags what it lacks (13.2.6.4.7).
  mutating func takeLanguage(_ token: HTMLTagToken) {
    guard open.contains(.language), let language = store(HTMLName("lang"), of: token) else { return }
    facts.languageValue = language
    open.remove(.language)
  }

  mutating func takeLink(_ token: HTMLTagToken) {
    guard open.contains(.links), let index = token.index(of: HTMLName("href")), hasRoom(facts.links.count, .links),
      let href = store(index, of: token)
    else { return }
    // As many as most pages have, so that growing costs little.
    if facts.links.isEmpty { facts.links.reserveCapacity(64) }
    let text = token.tag == .area ? store(HTMLName("alt"), of: token) : nil
    facts.links.append(
      PageFacts.Link(href: href, rel: store(HTMLName("rel"), of: token), text: text, isArea: token.tag == .area))
    if wantsPlaces { facts.linkPlaces.append(place(of: token)) }
    if token.tag == .a, wanted.contains(.linkTexts) {
      link = HeadingMarkup(.link)
      updateWantsText()
    }
  }

  /// Takes what a tag does to the texts that are being read, before it does it.
  mutating func noteInLink(_ token: HTMLTagToken) {
    guard let count = link?.bytes.count, count <= limits.value else { return }
    let isForeign = elements.isCurrentForeign
    // It ends the link.
    if token.tag == .a, !isForeign { return }
    let isAnnotation = isHTMLAnnotation(token)
    link?.append(token, isForeign: isForeign, isHTMLAnnotation: isAnnotation)
    takeLinkContext()
  }

  /// Remembers what the link stands in, as soon as its text takes a tree.
  mutating func takeLinkContext() {
    guard linkContext.isEmpty, link?.needsTree == true else { return }
    elements.settle()
    linkContext = HeadingMarkup.context(aroundLink: elements, isQuirky: isQuirky)
  }

  mutating func noteInHeading(_ token: HTMLTagToken) {
    guard let count = heading?.bytes.count, count <= limits.value else { return }
    let isForeign = elements.isCurrentForeign
    let isAnnotation = isHTMLAnnotation(token)
    heading?.append(token, isForeign: isForeign, isHTMLAnnotation: isAnnotation)
  }

  /// The link's text ends with its end tag, the next link, or a part of a table.
  mutating func finishLink() {
    guard let link else { return }
    self.link = nil
    let context = linkContext
    linkContext = []
    updateWantsText()
    let text: PageFacts.Value?
    if link.bytes.count > limits.value {
      text = .tooLarge
    } else if link.needsTree {
      text = store((context + link.bytes)[...], as: .linkMarkup)
    } else {
      text = store(link.text(from: 0)[...], as: .text)
    }
    facts.links[facts.links.count - 1].text = text
  }

  private mutating func takeImage(_ token: HTMLTagToken) {
    guard open.contains(.images), hasRoom(facts.images.count, .images) else { return }
    facts.images.append(store(HTMLName("src"), of: token))
  }

  mutating func takeFrame(_ token: HTMLTagToken) {
    guard open.contains(.frames), token.index(of: HTMLName("srcdoc")) == nil,
      let index = token.index(of: HTMLName("src")),
      hasRoom(facts.frames.count, .frames), let source = store(index, of: token)
    else { return }
    facts.frames.append(PageFacts.Frame(source: source, isInline: token.tag == .iframe))
    if wantsPlaces { facts.framePlaces.append(place(of: token)) }
  }

  /// Takes the encoding that a meta element declares, in a template too (WHATWG HTML 13.2.6.4.4 and 13.2.6.4.18).
  mutating func takeEncoding(_ token: HTMLTagToken) {
    guard open.contains(.encoding), let encoding = encoding(declaredBy: token) else { return }
    facts.encoding = encoding.asDeclaredInDocument
    leave(.encoding)
  }

  private func encoding(declaredBy token: HTMLTagToken) -> CharacterEncoding? {
    if let label = value(HTMLName("charset"), of: token), let encoding = CharacterEncoding(label: label) {
      return encoding
    }
    guard isValue(HTMLName("http-equiv"), of: token, "content-type"),
      var content = value(HTMLName("content"), of: token)
    else { return nil }
    return content.withUTF8 { MetaPrescan.encoding(inContent: $0) }
  }

  private mutating func takeMeta(_ token: HTMLTagToken) {
    takeEncoding(token)
    guard !open.isDisjoint(with: [.metas, .description]), token.index(of: HTMLName("content")) != nil else { return }
    let isDescription =
      open.contains(.description) && facts.descriptionValue == nil
      && isValue(HTMLName("name"), of: token, "description")
    let isListed = open.contains(.metas) && hasRoom(facts.metas.count, .metas)
    guard isDescription || isListed, let content = store(HTMLName("content"), of: token) else { return }
    if isDescription {
      facts.descriptionValue = content
      settle(.description)
    }
    if isListed {
      facts.metas.append(
        PageFacts.Meta(
          name: store(HTMLName("name"), of: token), property: store(HTMLName("property"), of: token),
          httpEquiv: store(HTMLName("http-equiv"), of: token), content: content))
      if wantsPlaces { facts.metaPlaces.append(place(of: token)) }
    }
  }

  private mutating func takeLinkElement(_ token: HTMLTagToken) {
    if open.contains(.canonical), isCanonical(token), let index = token.index(of: HTMLName("href")) {
      takeCanonical(index, of: token)
    }
    guard open.contains(.linkElements), hasRoom(facts.linkElements.count, .linkElements) else { return }
    facts.linkElements.append(
      PageFacts.LinkElement(
        rel: store(HTMLName("rel"), of: token), href: store(HTMLName("href"), of: token),
        hreflang: store(HTMLName("hreflang"), of: token), type: store(HTMLName("type"), of: token)))
    if wantsPlaces { facts.linkElementPlaces.append(place(of: token)) }
  }

  /// A page may name several, and templates leave some of them empty: the first that is usable counts.
  private mutating func takeCanonical(_ index: Int, of token: HTMLTagToken) {
    let use = token.withValue(ofAttribute: index) {
      $0.count > limits.value ? .possible : ReferenceResolver.use(of: $0)
    }
    guard use != .none, hasRoom(facts.canonicalValues.count, .canonical), let href = store(index, of: token) else {
      return
    }
    facts.canonicalValues.append(href)
    if use == .certain { settle(.canonical) }
  }

  private func isCanonical(_ token: HTMLTagToken) -> Bool {
    guard let index = token.index(of: HTMLName("rel")) else { return false }
    return token.withValue(ofAttribute: index) { bytes in
      // Most pages have a dozen of other links.
      if bytes.count < 9 { return false }
      if !bytes.contains(UInt8(ascii: "&")) { return Self.hasCanonical(bytes) }
      var text = HTMLText.attribute.string(bytes)
      return text.withUTF8 { Self.hasCanonical($0) }
    }
  }

  private static func hasCanonical(_ words: UnsafeBufferPointer<UInt8>) -> Bool {
    var start = 0
    while start < words.count {
      var end = start
      while end < words.count, !HTMLBytes.isSpace(words[end]) { end += 1 }
      if UnsafeBufferPointer(rebasing: words[start..<end]).equalsIgnoringCase("canonical") { return true }
      start = end + 1
    }
    return false
  }

  // MARK: Texts

  mutating func beginTitle() {
    guard open.contains(.title), facts.titleValue == nil, !elements.isInTemplate else { return }
    title = []
    updateWantsText()
  }

  mutating func finishTitle() {
    guard let text = title else { return }
    title = nil
    updateWantsText()
    facts.titleValue = store(text[...], as: .title)
    settle(.title)
  }

  mutating func beginHeading() {
    guard !elements.isInTemplate, hasRoom(facts.headings.count, .headings),
      open.contains(.headings) || (open.contains(.firstHeading) && facts.headings.isEmpty)
    else { return }
    let context =
      openHeadings.count < Self.headingNesting ? HeadingMarkup.context(elements, isQuirky: isQuirky) : nil
    openHeadings.append(
      OpenHeading(index: facts.headings.count, start: heading?.bytes.count ?? 0, context: context))
    facts.headings.append(PageFacts.Value(kind: .text, offset: 0, count: 0))
    if heading == nil { heading = HeadingMarkup(.heading) }
    updateWantsText()
  }

  /// Ends those of the open headings that are no longer on the stack of open elements: they nest, so it suffices to
  /// count.
  mutating func finishHeadings(leaving count: Int) {
    while openHeadings.count > count, let ended = openHeadings.last {
      openHeadings.removeLast()
      if let heading {
        // Beyond the limit nothing is gathered for headings within headings either.
        let value = heading.bytes.count > limits.value ? .tooLarge : store(heading, from: ended)
        if let value { facts.headings[ended.index] = value }
      }
      if ended.index == 0 { settle(.firstHeading) }
    }
    if openHeadings.isEmpty, heading != nil {
      heading = nil
      updateWantsText()
    }
  }

  /// The input has ended inside these.
  mutating func finish() {
    finishTitle()
    finishLink()
    finishHeadings(leaving: 0)
    facts.bytes = Array(bytes.elements)
    if wantsPlaces {
      facts.lineParts = lines.lineParts
      facts.startsWithMark = lines.startsWithMark
    }
  }

  // MARK: Bounds

  private mutating func hasRoom(_ count: Int, _ fact: PageFacts.Wanted) -> Bool {
    if count < limits.items { return true }
    facts.isTruncated = true
    facts.incomplete.formUnion(fact)
    return false
  }

  private mutating func store(_ name: HTMLName, of token: HTMLTagToken) -> PageFacts.Value? {
    token.index(of: name).flatMap { store($0, of: token) }
  }

  @inline(__always)
  private mutating func store(_ index: Int, of token: HTMLTagToken) -> PageFacts.Value? {
    token.withValue(ofAttribute: index) { store($0, as: .attribute) }
  }

  private mutating func store(_ heading: HeadingMarkup, from opened: OpenHeading) -> PageFacts.Value? {
    guard heading.needsTree else { return store(heading.text(from: opened.start)[...], as: .text) }
    return opened.context.map { store(heading.markup(from: opened.start, in: $0)[...], as: .markup) } ?? .tooLarge
  }

  private mutating func store(_ text: ArraySlice<UInt8>, as kind: PageFacts.Value.Kind) -> PageFacts.Value? {
    text.withUnsafeBufferPointer { store($0, as: kind) }
  }

  /// Stores raw bytes; nil where they would go beyond the limit.
  @inline(__always)
  private mutating func store(_ slice: UnsafeBufferPointer<UInt8>, as kind: PageFacts.Value.Kind) -> PageFacts.Value? {
    guard slice.count <= limits.value else {
      facts.isTruncated = true
      return .tooLarge
    }
    guard slice.count <= limits.total &- bytes.count, let offset = UInt32(exactly: bytes.count) else {
      facts.isTruncated = true
      // What it would have been for cannot be told, nor what it leaves no room for.
      facts.incomplete.formUnion(wanted)
      return nil
    }
    bytes.append(slice)
    return PageFacts.Value(kind: kind, offset: offset, count: UInt32(slice.count))
  }
}
