import PipeEngine
import PipeSpec
import PipeWeb

/// `links`: where the page leads.
struct LinksExtractor: Extractor {
  enum NoFollow: String, CaseIterable, Sendable {
    case include, exclude
  }

  /// What may be told of a link besides its URL.
  enum Detail: String, CaseIterable, Sendable {
    case text, rel, nofollow
  }

  let isUnique: Bool
  let noFollow: NoFollow
  let details: Set<Detail>

  static let component = Component<any Extractor>(
    .extractor, "links",
    "The http and https URLs that the page's a and area elements lead to, absolute, in the order of the page.",
    options: MapShape(
      Key(
        "unique", .bool, default: true, shown: "true",
        "Whether a URL that comes again is left out; those that differ in the fragment are different. With false, each a and "
          + "area element of the page's tree counts, as in document.links, which takes building the tree."),
      Key(
        "nofollow", .choice { $0 == .include ? "as any other" : "left out" }, default: NoFollow.include,
        shown: "include", "How links with rel=nofollow are handled."),
      Key(
        "with", Shape<Detail>.choice(\.meaning).list(orOne: true), default: [], shown: "[]",
        "What each link tells besides its URL. With any of them the elements are JSON objects, with a member url"
          + " and one for each that is named here.",
        example: "[text, rel]"),
      make: LinksExtractor.init),
    standsAlone: true,
    examples: ["links", "links: {unique: false, nofollow: exclude}", "links: {with: [text, rel, nofollow]}"],
    make: { $0 })

  var type: FieldType { FieldType(details.isEmpty ? .url : .json, isList: true) }
  let needs: PageNeeds
  let readsItem = true

  init(isUnique: Bool, noFollow: NoFollow, details: [Detail]) {
    self.isUnique = isUnique
    self.noFollow = noFollow
    self.details = Set(details)
    guard isUnique else {
      needs = PageNeeds(content: .dom, facts: .base)
      return
    }
    var facts: PageFacts.Wanted = [.links, .base]
    if self.details.contains(.text) { facts.insert(.linkTexts) }
    if noFollow == .exclude || !self.details.isDisjoint(with: [.rel, .nofollow]) { facts.insert(.linkRelations) }
    needs = PageNeeds.scan(facts)
  }

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    if let item = page.item?.node { return try links(item.links, isUnique: isUnique, of: page) }
    if !isUnique { return try repeatedLinks(of: page) }
    var isLeftOut: ((PageFacts.Link) -> Bool)?
    if noFollow == .exclude { isLeftOut = { Self.isNoFollow(page.string(of: $0.rel)) } }
    guard let links = page.resolvedLinks(isUnique: true, within: page.room.budget, leavingOut: isLeftOut),
      let facts = page.facts
    else {
      return .null
    }
    try page.checkBase()
    let wantsText = details.contains(.text)
    return try list(links, isWhole: !links.isTruncated, page) { place, budget, isWhole in
      let link = facts.links[place]
      let (text, isMissing) = wantsText ? page.linkText(link.text, within: &budget) : (nil, false)
      if isMissing { isWhole = false }
      // The `alt` of an area is written as any attribute is.
      return (text?.collapsingWhiteSpace(), page.string(of: link.rel))
    }
  }

  /// The links of the page's tree: what a page writes once may be there more than once (WHATWG HTML 13.2.6.1,
  /// "reconstruct the active formatting elements"), which the scanner does not tell.
  private func repeatedLinks(of page: Page) throws(ExtractionFault) -> Value {
    guard let document = page.document else { return .null }
    return try links(document.links, isUnique: false, of: page)
  }

  /// The links of a tree, or of an item in it.
  private func links(_ nodes: [DOMNode], isUnique: Bool, of page: Page) throws(ExtractionFault) -> Value {
    guard page.isHTML, let document = page.document else { return .null }
    try page.checkBase()
    let nodes = nodes.filter { noFollow == .include || !Self.isNoFollow($0[attribute: "rel"]) }
    let links = ResolvedLinks(
      nodes.lazy.map { $0[attribute: "href"] }, base: page.baseURL, encoding: page.urlEncoding, isUnique: isUnique,
      within: page.room.budget)
    let list = try list(links, isWhole: !links.isTruncated, page) { place, budget, _ in
      let node = nodes[place]
      let text =
        node.name == "area" ? node.attribute("alt", within: &budget) : node.readableText(within: &budget)
      return (text?.collapsingWhiteSpace(), node.attribute("rel", within: &budget))
    }
    if document.isTruncated { throw Page.incomplete(document, list) }
    return list
  }

  /// The URLs, or JSON objects with what is told of each link.
  ///
  /// - Throws: Where the list is not whole.
  private func list(
    _ links: ResolvedLinks, isWhole: Bool, _ page: Page,
    _ told: (_ place: Int, _ budget: inout ValueBudget, _ isWhole: inout Bool) -> (text: String?, rel: String?)
  ) throws(ExtractionFault) -> Value {
    var isWhole = isWhole
    var objects: [Value] = []
    var isCut = links.isCut
    if !details.isEmpty {
      var budget = page.room.budget
      for index in links.places.indices {
        let before = budget.bytes
        let (text, rel) = told(Int(links.places[index]), &budget, &isWhole)
        let object = object(links[index], text, rel)
        // What was told has been taken; the rest of the object has not.
        guard !budget.isSpent, budget.takeElement(bytes: max(0, object.utf8.count - (before - budget.bytes))) else {
          isCut = true
          break
        }
        objects.append(.json(object))
      }
      if budget.isOutOfSteps { _ = try page.room.checked(.list(objects), budget) }
    }
    let list: Value = .list(
      details.isEmpty ? ValueList(PackedTexts(bytes: links.bytes, ends: links.ends)) : ValueList(objects))
    if isCut { throw page.room.tooLarge(list) }
    if isWhole { return list }
    throw ExtractionFault(
      "the page has more than 100,000 links, or more than 16 MiB of them, or one of more than 1 MiB; the others are here",
      partial: list)
  }

  /// A link with its details, as JSON.
  private func object(_ url: String, _ text: String?, _ rel: String?) -> String {
    var members: [(name: StaticString, value: Value)] = [("url", .string(url))]
    if details.contains(.text) { members.append(("text", Value(text))) }
    if details.contains(.rel) { members.append(("rel", Value(rel))) }
    if details.contains(.nofollow) { members.append(("nofollow", .bool(Self.isNoFollow(rel)))) }
    var json = Array("{".utf8)
    for (index, member) in members.enumerated() {
      json += (index == 0 ? "\"\(member.name)\":" : ",\"\(member.name)\":").utf8
      member.value.appendJSON(to: &json)
    }
    return String(decoding: json + "}".utf8, as: UTF8.self)
  }

  private static func isNoFollow(_ rel: String?) -> Bool { rel?.hasToken("nofollow") == true }
}

extension LinksExtractor.Detail {
  fileprivate var meaning: String {
    switch self {
    case .text: "its text as text has it, on one line, or the alt of an area; null if there is none"
    case .rel: "its rel attribute, null if there is none"
    case .nofollow: "whether its rel says nofollow"
    }
  }
}

extension String {
  /// Whether a list of words, parted by ASCII white space, has this word, in any case.
  fileprivate func hasToken(_ token: StaticString) -> Bool {
    unicodeScalars.split { " \t\n\u{C}\r".unicodeScalars.contains($0) }.contains { word in
      String(word).utf8.elementsEqual(String(describing: token).utf8) { $0 | 0x20 == $1 }
    }
  }
}
