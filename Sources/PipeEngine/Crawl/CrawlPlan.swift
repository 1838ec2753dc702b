internal import PipeSpec
package import PipeWeb

/// How a run follows links: the spec's `crawl`, resolved.
package struct CrawlPlan: Sendable {
  /// What picks the links of a page; without it, all count that lead to other pages.
  package var follow: LinkPicks?
  /// The most links between a source and a page.
  package var depth: Int
  package var scope: CrawlScope.Kind
  package var filter: URLFilter
  /// The patterns as they are written, for messages.
  package var include: [String]
  package var exclude: [String]
  /// Where the patterns of `exclude` are written: `crawl.yaml:14:9`.
  package var excludePlaces: [String] = []
  /// The most pages that are asked for.
  package var maxPages: Int?
  /// The most links of one page.
  package var maxLinks: Int
  package var respectsNofollow: Bool
  /// Whether groups of URLs that say nothing new come to an end (`TrapEvidence`).
  package var guardsTraps = true
  package var identity: URLIdentity
  /// What `identity` passes over, for messages.
  package var strippedParameters: [String] = []
  package var sortsQuery = false
  /// Whether columns of the sources' rows are asked for: then links wait until all sources are read, since a row may have
  /// the URL of one as well.
  package var waitsForSources = false
  /// Whether rows are made of links.
  package var keepsLinks = false
  /// Of each source, the most pages of a list.
  package var mostListPages: [Int?] = []
  /// Whether these tell where links stand in their pages.
  package var keepsLinkPlaces = false
  /// Whether links that are out of scope are asked what comes of them.
  package var checksLinks = false
  /// Whether the fragments of links are looked for in their targets.
  package var checksFragments = false
  /// What pages and fields of the header call the crawler.
  package var token: ProductToken?

  package init(
    depth: Int = 3, scope: CrawlScope.Kind = .host, filter: URLFilter = URLFilter(), include: [String] = [],
    exclude: [String] = [], maxPages: Int? = nil, maxLinks: Int = 10_000, respectsNofollow: Bool = true,
    identity: URLIdentity = URLIdentity(), token: ProductToken? = nil
  ) {
    self.depth = depth
    self.scope = scope
    self.filter = filter
    self.include = include
    self.exclude = exclude
    self.maxPages = maxPages
    self.maxLinks = maxLinks
    self.respectsNofollow = respectsNofollow
    self.identity = identity
    self.token = token
  }

  /// - Parameter spec: The name of the spec's file, for the places in it.
  init(_ settings: CrawlSettings, token: ProductToken?, spec: String = "") {
    self.init(
      depth: settings.depth, scope: settings.scope,
      filter: URLFilter(
        include: settings.include.map(\.value.pattern), exclude: settings.exclude.map(\.value.pattern)),
      include: settings.include.map(\.value.text), exclude: settings.exclude.map(\.value.text),
      maxPages: settings.maxPages, maxLinks: settings.maxLinks, respectsNofollow: settings.nofollow == .respect,
      identity: URLIdentity(
        stripQuery: settings.canonical.stripQuery, sortQuery: settings.canonical.sortQuery), token: token)
    if !spec.isEmpty {
      excludePlaces = settings.exclude.map { "\(spec):\($0.span.start.line):\($0.span.start.column)" }
    }
    follow = settings.follow
    strippedParameters = settings.canonical.stripQuery
    sortsQuery = settings.canonical.sortQuery
    guardsTraps = settings.traps == .guard
  }

  /// A pattern of `exclude` and its place: `exclude[2] at crawl.yaml:14:9`.
  package func name(ofExclude index: Int) -> String {
    "exclude[\(index)]" + (excludePlaces.indices.contains(index) ? " at \(excludePlaces[index])" : "")
  }

  /// Why a URL is not followed, as a person is told.
  package func words(for reason: URLDropReason) -> String {
    if case .excluded(let index) = reason { name(ofExclude: index) } else { reason.description }
  }

  /// What of a page its links are read from.
  var needs: PageNeeds {
    var facts = PageLinks.wanted
    if keepsLinks { facts.insert(.linkTexts) }
    if keepsLinkPlaces { facts.insert(.linkPlaces) }
    if checksFragments { facts.insert(.names) }
    if let follow {
      return checksFragments ? follow.needs.union(PageNeeds(content: .start, facts: .names)) : follow.needs
    }
    return PageNeeds(content: .start, fields: true, facts: facts)
  }
}

/// Where a request stands in its crawl.
package struct CrawlPlace: Hashable, Sendable {
  /// The number of its URL among those that the crawl has seen.
  package let number: Int
  /// How many redirects in a row led to it.
  package let hops: Int
  /// The source that the way to it begins at: its place in the spec.
  package let source: Int
  /// Whether no source has its origin, so that the spec's own credentials are not sent there.
  package let isElsewhere: Bool
  /// Whether it came in a run before, whose row for it was lost: its links are known, and it counts no more among the pages
  /// that may be asked for.
  package let hasCome: Bool
  /// Whether barren pages alone led to it when it was found (`TrapEvidence`): it goes before others, so that it is soon
  /// known what lies behind them.
  package let isDoubtful: Bool

  package init(
    number: Int, hops: Int = 0, source: Int, isElsewhere: Bool = false, hasCome: Bool = false, isDoubtful: Bool = false
  ) {
    self.number = number
    self.hops = hops
    self.source = source
    self.isElsewhere = isElsewhere
    self.hasCome = hasCome
    self.isDoubtful = isDoubtful
  }
}
