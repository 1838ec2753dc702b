/// What a crawl of a site has to come to, computed as slowly and plainly as it can be: one page after the other, in
/// breadth-first order.
///
/// A page's depth is its shortest distance from a source. A redirect has no length: its target is a page of the same depth,
/// behind those that links lead to. Of several pages that lead to one, the referrer is the first in this order: that of the
/// sources, then that of the links in their documents. A chain of redirects counts from the page at its beginning that is the
/// first in this order.
package struct ReferenceCrawl: Sendable {
  package enum Outcome: Hashable, Sendable {
    case status(Int)
    /// The identity of the target, which need not be fetched.
    case redirect(Int, to: String?)
    /// The code of the error.
    case failure(String)
    /// By robots.txt: nothing was sent.
    case disallowed
  }

  /// Why a link is not followed.
  package enum Reason: Hashable, Sendable {
    /// Not an http or https URL.
    case scheme
    case nofollow
    case scope
    /// The place of the pattern.
    case exclude(Int)
    case include
    case depth
    /// The chain of redirects is too long.
    case redirects
  }

  package struct Page: Hashable, Sendable {
    /// What its URL is compared by.
    package var identity: String
    package var depth: Int
    /// The identity of the page that has the link, or of the URL that redirects; `nil` for a source.
    package var referrer: String?
    package var outcome: Outcome
    /// How often it was requested.
    package var attempts: Int
  }

  /// A link or a redirect that was not followed.
  package struct Drop: Hashable, Sendable {
    package var from: String
    /// The identity of the target, or what was written if that is not an http or https URL.
    package var to: String
    package var reason: Reason
  }

  /// A row of `rows: links`.
  package struct LinkRow: Hashable, Sendable {
    package var from: String
    package var to: String
    package var text: String
    /// Of the page that has the link.
    package var depth: Int
    /// That of the end of the chain of redirects; `nil` if that was not answered.
    package var status: Int?
    /// The code of an error, that of the end of the chain.
    package var error: String?
    /// Why the link was not followed, or the redirect at the end of its chain.
    package var reason: Reason?
    /// What the page at the end has no element for, of what the fragment refers to.
    package var missing: String?

    package var isBroken: Bool {
      if missing != nil { return true }
      if let error { return error != "robots" }
      return status.map { $0 >= 400 && $0 != 429 && $0 != 503 } ?? false
    }
  }

  /// In breadth-first order.
  package private(set) var pages: [Page] = []
  /// In the order of the pages and of their links.
  package private(set) var dropped: [Drop] = []
  /// In the order of the pages and of their links; not of redirects.
  package private(set) var links: [LinkRow] = []
  /// What came of what is not a page of the crawl, by what it is compared by.
  package private(set) var checks: [String: Outcome] = [:]
  /// How often what is not a page was asked: `HEAD http://a.example/`.
  package private(set) var checkRequests: [String: Int] = [:]
  /// Sources, links and redirects to pages that were fetched by another one.
  package private(set) var duplicates = 0

  private let site: SiteModel
  private let rules: CrawlRules
  private let scope: PlainScope
  /// The ways from each page of the site that has any.
  private var edges: [String: [Edge]] = [:]
  /// Where each page that is fetched stands.
  private var places: [String: Place] = [:]

  private struct Place {
    var depth: Int
    /// How many redirects lead to it from a page that a link leads to.
    var redirects: Int
  }

  /// A way from a page to another.
  private struct Edge {
    var to: String
    /// What stands behind the `#`, if there is one.
    var fragment: String?
    var text = ""
    var isRedirect = false
    /// Why it is never followed, whatever the depth.
    var reason: Reason?
  }

  package init(of site: SiteModel, _ rules: CrawlRules) {
    self.site = site
    self.rules = rules
    scope = PlainScope(of: site, rules)
    for page in site.identities { edges[page] = judgedEdges(of: page) }
    let sources = rules.sources.compactMap { PlainURL.resolved($0) }.map { PlainURL.identity(of: $0) }
    fetchAll(from: sources)
    if rules.checksExternal { checkAll() }
    tellLinks()
    let followed = pages.flatMap { page in edges[page.identity, default: []].filter { leads($0, from: page.identity) } }
    duplicates = sources.count + followed.count - pages.count
  }

  /// The page of a URL in any spelling.
  package subscript(url: String) -> Page? {
    let identity = PlainURL.identity(of: url)
    return pages.first { $0.identity == identity }
  }

  // MARK: What is fetched

  private mutating func fetchAll(from sources: [String]) {
    var coming: [(page: String, referrer: String?)] = sources.map { ($0, nil) }
    for depth in 0...max(0, rules.depth) {
      var level: [String] = []
      for (page, referrer) in coming where places[page] == nil {
        level.append(page)
        fetch(page, Place(depth: depth, redirects: 0), referrer)
      }
      // It grows by the targets of redirects meanwhile.
      var next = 0
      while next < level.count {
        let page = level[next]
        next += 1
        for edge in edges[page, default: []] where edge.isRedirect && edge.reason == nil && places[edge.to] == nil {
          let redirects = (places[page]?.redirects ?? 0) + 1
          if redirects > rules.redirects { continue }
          level.append(edge.to)
          fetch(edge.to, Place(depth: depth, redirects: redirects), page)
        }
      }
      coming = level.flatMap { page in
        edges[page, default: []].filter { !$0.isRedirect && $0.reason == nil }.map { ($0.to, page) }
      }
    }
  }

  private mutating func fetch(_ page: String, _ place: Place, _ referrer: String?) {
    places[page] = place
    let (outcome, attempts) = outcome(of: page)
    pages.append(
      Page(identity: page, depth: place.depth, referrer: referrer, outcome: outcome, attempts: attempts))
  }

  /// Whether an edge is one of those by which its target is fetched, first or as a duplicate.
  private func leads(_ edge: Edge, from page: String) -> Bool { reason(edge, from: page) == nil }

  private func reason(_ edge: Edge, from page: String) -> Reason? {
    if let reason = edge.reason { return reason }
    // A page that another way leads to is there, however long this one is.
    if places[edge.to] != nil { return nil }
    return edge.isRedirect ? .redirects : .depth
  }

  // MARK: What is checked

  /// Checks what links and redirects out of scope lead to, and where that redirects to, as far as chains are followed.
  private mutating func checkAll() {
    var coming: [String] = []
    for page in pages {
      for edge in edges[page.identity, default: []] where edge.reason != .scheme && !scope.contains(edge.to) {
        coming.append(edge.to)
      }
    }
    for _ in 0...rules.redirects {
      var next: [String] = []
      for url in coming where checks[url] == nil && places[url] == nil && !isExcluded(url) {
        let outcome = check(url)
        checks[url] = outcome
        if case .redirect(_, let target?) = outcome { next.append(target) }
      }
      coming = next
    }
  }

  private func isExcluded(_ identity: String) -> Bool {
    rules.exclude.contains { PlainURL.matches($0, identity) }
  }

  /// What comes of a URL that is asked by HEAD, and by GET if HEAD does not tell.
  private mutating func check(_ url: String) -> Outcome {
    if rules.obeysRobots, site.isDisallowed(url) { return .disallowed }
    var outcome = Outcome.status(0)
    for method in ["HEAD", "GET"] {
      var isVerdict = true
      for attempt in 1...max(1, rules.attempts) {
        checkRequests["\(method) \(url)", default: 0] += 1
        var isFinal = true
        switch site.answer(to: url, method: method, attempt: attempt) {
        case .page: outcome = .status(200)
        case .status(let status): (outcome, isFinal) = (.status(status), !rules.retried.contains(status))
        case .failure(let code): (outcome, isFinal) = (.failure(code), ["dns", "tls"].contains(code))
        case .redirect(let status, let location):
          outcome = .redirect(status, to: PlainURL.resolved(location, at: url).map { PlainURL.identity(of: $0) })
        }
        switch outcome {
        case .status(403), .status(404), .status(405), .status(501): isVerdict = false
        case .failure("connection"), .failure("protocol"), .failure("timeout"): isVerdict = false
        default: break
        }
        if isFinal || method == "HEAD" && !isVerdict { break }
      }
      if isVerdict { break }
    }
    return outcome
  }

  // MARK: What a page has

  /// What comes of a page at last.
  private func outcome(of page: String) -> (Outcome, attempts: Int) {
    if rules.obeysRobots, site.isDisallowed(page) { return (.disallowed, 0) }
    var attempt = 1
    while true {
      let answer = site.answer(to: page, attempt: attempt)
      let outcome: Outcome
      var isFinal = true
      switch answer {
      case .page: outcome = .status(200)
      case .status(let status): (outcome, isFinal) = (.status(status), !rules.retried.contains(status))
      case .failure(let code): (outcome, isFinal) = (.failure(code), false)
      case .redirect(let status, let location):
        outcome = .redirect(status, to: PlainURL.resolved(location, at: page).map { PlainURL.identity(of: $0) })
      }
      if isFinal || attempt >= rules.attempts { return (outcome, attempt) }
      attempt += 1
    }
  }

  /// The links of a page, or its redirect, judged by everything but depth.
  private func judgedEdges(of page: String) -> [Edge] {
    let (outcome, attempts) = outcome(of: page)
    switch (outcome, site.answer(to: page, attempt: attempts)) {
    case (.disallowed, _): return []
    case (.redirect(_, let target), .redirect(_, let location)):
      guard let target else { return [Edge(to: location, isRedirect: true, reason: .scheme)] }
      return [
        Edge(to: target, fragment: PlainURL.fragment(of: location), isRedirect: true, reason: reasonToDrop(target))
      ]
    case (_, .page(let document)):
      return document.links.map { link in
        guard let target = PlainURL.resolved(link.written, at: page).map({ PlainURL.identity(of: $0) }) else {
          return Edge(to: link.written, text: link.text, reason: .scheme)
        }
        let isNofollow = rules.respectsNofollow && (link.isNofollow || document.isNofollow)
        return Edge(
          to: target, fragment: PlainURL.fragment(of: link.written), text: link.text,
          reason: isNofollow ? .nofollow : reasonToDrop(target))
      }
    default: return []
    }
  }

  private func reasonToDrop(_ identity: String) -> Reason? {
    if !scope.contains(identity) { return .scope }
    if let place = rules.exclude.firstIndex(where: { PlainURL.matches($0, identity) }) { return .exclude(place) }
    return rules.include.isEmpty || rules.include.contains { PlainURL.matches($0, identity) } ? nil : .include
  }

  // MARK: Links

  private mutating func tellLinks() {
    for page in pages {
      for edge in edges[page.identity, default: []] {
        let reason = reason(edge, from: page.identity)
        if let reason { dropped.append(Drop(from: page.identity, to: edge.to, reason: reason)) }
        if edge.isRedirect { continue }
        let end = end(of: edge.to, fragment: edge.fragment)
        links.append(
          LinkRow(
            from: page.identity, to: edge.to, text: edge.text, depth: page.depth, status: end.status, error: end.error,
            reason: reason ?? end.reason, missing: end.missing))
      }
    }
  }

  private struct End {
    var status: Int?
    var error: String?
    var reason: Reason?
    var missing: String?
  }

  /// What comes at the end of a chain of redirects that begins with a URL.
  private func end(of url: String, fragment: String?) -> End {
    var seen: Set<String> = []
    var (url, fragment) = (url, fragment)
    while true {
      if !seen.insert(url).inserted || seen.count > rules.redirects + 1 { return End(error: "redirects") }
      let isPage = places[url] != nil
      guard let outcome = isPage ? outcome(of: url).0 : checks[url] else { return End() }
      switch outcome {
      case .status(let status): return End(status: status, missing: isPage ? missing(fragment, in: url) : nil)
      case .failure(let code): return End(error: code)
      case .disallowed: return End(error: "robots")
      case .redirect(_, let target):
        let edge = isPage ? edges[url, default: []].first : edge(ofCheck: url, to: target)
        guard let edge else { return End() }
        if let reason = isPage ? reason(edge, from: url) : nil, checks[edge.to] == nil {
          return End(error: reason == .redirects ? "redirects" : nil, reason: reason)
        }
        if !isPage, edge.reason != nil { return End() }
        fragment = edge.fragment ?? fragment
        url = edge.to
      }
    }
  }

  /// Where something that was checked redirects to.
  private func edge(ofCheck url: String, to target: String?) -> Edge? {
    for method in ["HEAD", "GET"] {
      for attempt in 1...max(1, rules.attempts) {
        guard case .redirect(_, let location) = site.answer(to: url, method: method, attempt: attempt) else { continue }
        return target.map { Edge(to: $0, fragment: PlainURL.fragment(of: location), isRedirect: true) }
      }
    }
    return nil
  }

  // MARK: Fragments

  /// What a page has no element for, of what a fragment refers to; `nil` if it has one, or none is needed.
  private func missing(_ fragment: String?, in url: String) -> String? {
    guard rules.checksFragments, let fragment, !fragment.isEmpty, !fragment.contains(":~:text="),
      case .page(let page) = site.answer(to: url, attempt: rules.attempts)
    else { return nil }
    let names = page.ids + page.anchors
    let decoded = PlainURL.decoded(fragment)
    if names.contains(fragment) || names.contains(decoded) || decoded.lowercased() == "top" { return nil }
    return decoded
  }
}
