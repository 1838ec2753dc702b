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
        "Whether a URL that comes again is left out; those that differ in the fragment are different."),
      Key(
        "nofollow", .choice { $0 == .include ? "as any other" : "left out" }, default: NoFollow.include,
        shown: "include", "What becomes of links with rel=nofollow."),
      Key(
        "with", Shape<Detail>.choice(\.meaning).list(orOne: true), default: [], shown: "[]",
        "What is told of each link besides its URL. With any of them the elements are JSON objects, with a member url"
          + " and one for each that is named here.",
        example: "[text, rel]"),
      make: LinksExtractor.init),
    standsAlone: true,
    examples: ["links", "links: {unique: false, nofollow: exclude}", "links: {with: [text, rel, nofollow]}"],
    make: { $0 })

  var type: FieldType { FieldType(details.isEmpty ? .url : .json, isList: true) }
  let needs: PageNeeds

  init(isUnique: Bool, noFollow: NoFollow, details: [Detail]) {
    self.isUnique = isUnique
    self.noFollow = noFollow
    self.details = Set(details)
    var facts: PageFacts.Wanted = [.links, .base]
    if self.details.contains(.text) { facts.insert(.linkTexts) }
    if noFollow == .exclude || !self.details.isDisjoint(with: [.rel, .nofollow]) { facts.insert(.linkRelations) }
    needs = PageNeeds.scan(facts)
  }

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    var isLeftOut: ((PageFacts.Link) -> Bool)?
    if noFollow == .exclude { isLeftOut = { Self.isNoFollow($0, page) } }
    guard let links = page.resolvedLinks(isUnique: isUnique, leavingOut: isLeftOut) else { return .null }
    try page.checkBase()
    let list: Value =
      details.isEmpty
      ? .list(ValueList(PackedTexts(bytes: links.bytes, ends: links.ends)))
      : .list(links.places.indices.map { .json(object(at: $0, of: links, page)) })
    if links.isTruncated {
      throw ExtractionFault(
        "the page has more than 100,000 links, or more than 16 MiB of them, or one of more than 1 MiB; the others are here",
        partial: list)
    }
    return list
  }

  /// A link with its details, as JSON.
  private func object(at index: Int, of links: ResolvedLinks, _ page: Page) -> String {
    guard let link = page.facts?.links[Int(links.places[index])] else { return "null" }
    var members: [(name: StaticString, value: Value)] = [("url", .string(links[index]))]
    if details.contains(.text) {
      members.append(("text", Value(page.string(of: link.text).map { $0.collapsingWhiteSpace() })))
    }
    if details.contains(.rel) {
      members.append(("rel", Value(page.string(of: link.rel).map { $0.collapsingWhiteSpace() })))
    }
    if details.contains(.nofollow) { members.append(("nofollow", .bool(Self.isNoFollow(link, page)))) }
    var json = Array("{".utf8)
    for (index, member) in members.enumerated() {
      json += (index == 0 ? "\"\(member.name)\":" : ",\"\(member.name)\":").utf8
      member.value.appendJSON(to: &json)
    }
    return String(decoding: json + "}".utf8, as: UTF8.self)
  }

  private static func isNoFollow(_ link: PageFacts.Link, _ page: Page) -> Bool {
    page.string(of: link.rel)?.hasToken("nofollow") == true
  }
}

extension LinksExtractor.Detail {
  fileprivate var meaning: String {
    switch self {
    case .text: "the text inside of it, white space collapsed, or the alt of an area; null where there is none"
    case .rel: "its rel attribute, null where there is none"
    case .nofollow: "whether its rel says nofollow"
    }
  }
}

extension String {
  /// Whether a list of words, parted by white space, has this word, in any case.
  fileprivate func hasToken(_ token: String) -> Bool {
    split(whereSeparator: \.isWhitespace).contains { $0.lowercased() == token }
  }
}
