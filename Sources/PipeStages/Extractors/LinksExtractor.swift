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
    var isLeftOut: ((PageFacts.Link) -> Bool)?
    if noFollow == .exclude {
      isLeftOut = { page.string(of: $0.rel)?.hasToken("nofollow") == true }
    }
    guard let links = page.resolvedLinks(isUnique: isUnique, leavingOut: isLeftOut) else { return .null }
    return .list(ValueList(PackedTexts(bytes: links.bytes, ends: links.ends)))
  }
}

extension String {
  /// Whether a list of words, parted by white space, has this word, in any case.
  fileprivate func hasToken(_ token: String) -> Bool {
    split(whereSeparator: \.isWhitespace).contains { $0.lowercased() == token }
  }
}
