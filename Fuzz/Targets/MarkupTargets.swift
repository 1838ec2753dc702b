internal import PipeWeb

extension FuzzTarget {
  /// The first byte says how long the pieces are in which the page arrives, and what is wanted of it.
  static let html = FuzzTarget(name: "html", summary: "the scanner and the tree of a page") { input in
    let page = Array(input.dropFirst())
    let first = Int(input.first ?? 0)
    let size = 1 + first % 32
    let wanted = parts[first / 32]
    var whole = PageScanner(wanted: everything)
    _ = whole.feed(page)
    var pieces = PageScanner(wanted: wanted)
    for start in stride(from: 0, to: page.count, by: size) {
      _ = pieces.feed(Array(page[start..<min(start + size, page.count)]))
    }
    require(
      described(whole.finish(), wanted) == described(pieces.finish(), wanted),
      "how a page arrives, and what else is wanted of it, changes none of its facts")
    let text = CharacterDecoder(.utf8).decodeToUTF8(page.span)
    guard let document = DOMDocument(parsing: text.span) else { return }
    require(document.root?.name == "html", "every page has a root")
    walk(document)
  }

  static let xml = FuzzTarget(name: "xml", summary: "the tree of an XML document") { input in
    let text = CharacterDecoder(.utf8).decodeToUTF8(Array(input).span)
    if let document = DOMDocument(parsingXML: text.span) { walk(document) }
  }

  /// The first byte is an encoding, the second what the header says.
  static let encoding = FuzzTarget(name: "encoding", summary: "finding a page's encoding, and decoding") { input in
    let bytes = Array(input.dropFirst(2))
    let types = [
      nil, "text/html", "text/html; charset=x", "text/xml", "application/json", "text/plain; charset=utf-16",
    ]
    let type = types[Int(input.dropFirst().first ?? 0) % types.count].flatMap { MediaType($0) }
    let found = EncodingSniffer.sniff(prefix: bytes.span, mediaType: type).encoding
    let encodings = CharacterEncoding.allCases
    for encoding in [found, encodings[Int(input.first ?? 0) % encodings.count]] {
      let decoder = CharacterDecoder(encoding)
      let text = decoder.decodeToUTF8(bytes.span)
      require(text.elementsEqual(decoder.decode(bytes.span).utf8), "bytes and text are the same, and well-formed")
      require(text.count <= 3 * bytes.count, "a byte is at most three of UTF-8")
      if let url = WebURL("http://a.example/?" + String(decoding: text, as: UTF8.self), encoding: encoding) {
        require(WebURL(url.href) == url, "a query that was encoded is one")
      }
    }
  }

  private static let everything: PageFacts.Wanted = [
    .title, .language, .base, .description, .metas, .canonical, .linkElements, .links, .linkTexts, .images, .frames,
    .headings, .linkPlaces,
  ]

  private static let parts: [PageFacts.Wanted] = [
    everything, .title, [.links, .base, .frames], [.links, .linkTexts], [.title, .language, .description],
    [.canonical, .base],
    [.links, .linkElements, .metas, .frames, .linkPlaces], .firstHeading,
  ]

  private static func described(_ facts: PageFacts, _ wanted: PageFacts.Wanted) -> [String] {
    func text(_ value: PageFacts.Value?) -> String { value.map { facts.string(of: $0) } ?? "-" }
    var words: [String] = []
    func add(_ fact: PageFacts.Wanted, _ texts: @autoclosure () -> [String]) {
      if wanted.contains(fact) { words += texts() }
    }
    add(.title, [text(facts.titleValue)])
    add(.language, [text(facts.languageValue)])
    add(.base, [text(facts.baseValue)])
    add(.description, [text(facts.descriptionValue)])
    add(.canonical, facts.canonicalValues.map { text($0) })
    add(.metas, facts.metas.flatMap { [text($0.name), text($0.property), text($0.httpEquiv), text($0.content)] })
    add(.linkElements, facts.linkElements.flatMap { [text($0.rel), text($0.href), text($0.hreflang), text($0.type)] })
    add(.links, facts.links.map { text($0.href) })
    add(.linkTexts, facts.links.flatMap { [text($0.rel), text($0.text)] })
    add(.linkPlaces, places(facts))
    add(.images, facts.images.map(text))
    add(.frames, facts.frames.flatMap { ["\($0.isInline)", text($0.source)] })
    add(.headings, facts.headings.map { text($0) })
    add(.firstHeading, [text(facts.headings.first)])
    return words
  }

  /// By any decoder: it is the same for both ways that a page is read in.
  private static func places(_ facts: PageFacts) -> [String] {
    let all = facts.linkPlaces + facts.linkElementPlaces + facts.metaPlaces + facts.framePlaces
    require(facts.linkPlaces.count == facts.links.count, "every link has a place")
    return [nil, CharacterEncoding.gb18030, .shiftJIS].flatMap { encoding in
      let decoder = encoding.map { CharacterDecoder($0) }
      var columns = PageFacts.Columns(facts, transcode: decoder.map { decoder in { decoder.decodePart($0.span) } })
      return all.map { place in
        let column = columns.column(of: place)
        // A link element that leads nowhere has no place.
        require((place.line ?? 1) > 0 && (column ?? 1) > 0, "lines and columns begin with 1")
        return "\(place.line ?? 0):\(column ?? 0) \(place.landmark?.rawValue ?? "-")"
      }
    }
  }

  private static func walk(_ document: DOMDocument) {
    guard let root = document.root else { return }
    let text = root.textContent
    require(root.readableText.utf8.count <= 2 * text.utf8.count + 64, "reading text adds little to it")
    var rest = [root]
    while let node = rest.popLast() {
      _ = node.attributes.count + node.content.utf8.count
      rest += node.children
    }
  }
}
