/// How far a crawl goes, in the plainest way: what the sources are, and where they are redirected to, is known before
/// anything else is asked.
struct PlainScope: Sendable {
  private let kind: CrawlRules.Scope
  /// The URLs that a scope is taken from, each with the one whose folder counts.
  private var origins: [(place: String, source: String)] = []

  init(of site: SiteModel, _ rules: CrawlRules) {
    kind = rules.scope
    for written in rules.sources {
      guard let source = PlainURL.resolved(written) else { continue }
      origins.append((source, source))
      // A source takes its scope along to its own name with or without `www.`, and to https.
      var place = source
      for _ in 0..<rules.redirects {
        guard let target = Self.redirect(of: place, site, rules), PlainURL.isSamePlace(source, target) else { break }
        origins.append((target, source))
        place = target
      }
    }
  }

  /// Where a URL is redirected to, after so many attempts as it takes.
  private static func redirect(of url: String, _ site: SiteModel, _ rules: CrawlRules) -> String? {
    if rules.obeysRobots, site.isDisallowed(url) { return nil }
    for attempt in 1...max(1, rules.attempts) {
      switch site.answer(to: url, attempt: attempt) {
      case .redirect(_, let location): return PlainURL.resolved(location, at: url)
      case .page: return nil
      case .status(let status): if !rules.retried.contains(status) { return nil }
      case .failure: break
      }
    }
    return nil
  }

  func contains(_ identity: String) -> Bool {
    switch kind {
    case .any: true
    // The sources themselves are asked for as sources; links to them are duplicates.
    case .page: origins.contains { PlainURL.identity(of: $0.place) == identity }
    case .host: origins.contains { PlainURL.host(of: $0.place) == PlainURL.host(of: identity) }
    case .prefix:
      origins.contains {
        PlainURL.host(of: $0.place) == PlainURL.host(of: identity)
          && PlainURL.path(of: identity).hasPrefix(PlainURL.folder(of: PlainURL.identity(of: $0.source)))
      }
    }
  }
}
