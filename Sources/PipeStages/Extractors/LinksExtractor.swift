import PipeEngine
import PipeSpec
import PipeWeb

/// `links`: where the page leads.
struct LinksExtractor: Extractor {
  enum NoFollow: String, CaseIterable, Sendable {
    case include, exclude
  }

  let isUnique: Bool
  let noFollow: NoFollow

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
      make: LinksExtractor.init),
    standsAlone: true, examples: ["links", "links: {unique: false, nofollow: exclude}"],
    make: { $0 })

  let type = FieldType(.url, isList: true)
  let needs = PageNeeds.scan([.links, .base])

  init(isUnique: Bool, noFollow: NoFollow) {
    self.isUnique = isUnique
    self.noFollow = noFollow
  }

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    guard let facts = page.facts else { return .null }
    var links: [Value] = []
    links.reserveCapacity(facts.links.count)
    var seen = Set<WebURL>(minimumCapacity: isUnique ? facts.links.count : 0)
    for link in facts.links {
      if noFollow == .exclude, page.string(of: link.rel)?.hasToken("nofollow") == true { continue }
      guard let url = page.url(of: link.href), url.isHTTP else { continue }
      if isUnique, !seen.insert(url).inserted { continue }
      links.append(.string(url.href))
    }
    return .list(links)
  }
}

extension String {
  /// Whether a list of words, parted by white space, has this word, in any case.
  fileprivate func hasToken(_ token: String) -> Bool {
    split(whereSeparator: \.isWhitespace).contains { $0.lowercased() == token }
  }
}
