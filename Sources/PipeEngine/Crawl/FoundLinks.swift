package import PipeWeb

/// Where a page leads, as a crawl is told of it.
package struct FoundLinks: Sendable {
  package struct Link: Sendable {
    /// The URL as it is written there, resolved.
    package let url: WebURL
    package let fingerprint: URLFingerprint
    /// Whether the link, or its page, asks not to be followed.
    package let isNofollow: Bool
    /// What the page says of it, where rows are made of links.
    var details: LinkDetails?

    init(url: WebURL, fingerprint: URLFingerprint, isNofollow: Bool, details: LinkDetails? = nil) {
      self.url = url
      self.fingerprint = fingerprint
      self.isNofollow = isNofollow
      self.details = details
    }
  }

  package enum Content: Sendable {
    case page([Link])
    /// A redirect, which is a link without distance.
    case redirect(Link)
  }

  package let content: Content
  /// Whether the page has more links than are taken of it.
  package let isCut: Bool
  /// The next page of the list that the page is one of.
  var next: Link?
  /// What came of the page itself, where rows are made of links.
  var outcome: PageOutcome?
  /// Fingerprints of the names that fragments can refer to, ascending, where these are looked for and the page is whole.
  var names: [UInt64]?
  /// What the page says; `nil` for one that failed, of which nothing is learned.
  var says: TrapEvidence.Content?

  init(content: Content, isCut: Bool, outcome: PageOutcome? = nil, says: TrapEvidence.Content? = nil) {
    self.content = content
    self.isCut = isCut
    self.outcome = outcome
    self.says = says
  }

  static let none = FoundLinks(content: .page([]), isCut: false)
}

/// Reads the links of pages.
struct LinkReader: Sendable {
  private let plan: CrawlPlan
  private let key: URLFingerprint.Key
  private let traps: TrapGuard?

  /// - Parameter traps: Says which pages are to be read.
  init(_ plan: CrawlPlan, key: URLFingerprint.Key, traps: TrapGuard? = nil) {
    self.plan = plan
    self.key = key
    self.traps = traps
  }

  /// What is compared of a URL.
  func fingerprint(of url: WebURL) -> URLFingerprint { plan.identity.fingerprint(of: url, key: key) }

  /// Where a page leads. Only what was found is followed further: an error page has no links, and what was cut short
  /// has those that came.
  ///
  /// - Parameter next: The next page, if it is one of a list.
  func links(of page: Page, next: WebURL? = nil) -> FoundLinks {
    let outcome =
      plan.keepsLinks
      ? PageOutcome(
        status: page.response?.status, error: page.fetched.error, deadEnd: page.deadEnd) : nil
    let (content, isCut) = content(of: page)
    var found = FoundLinks(content: content, isCut: isCut, outcome: outcome, says: says(page))
    found.next = next.map { FoundLinks.Link(url: $0, fingerprint: fingerprint(of: $0), isNofollow: false) }
    if plan.checksFragments, case .page = content { found.names = names(of: page) }
    return found
  }

  /// What fragments can refer to; `nil` for what is not HTML, and for a page of which a part is missing.
  private func names(of page: Page) -> [UInt64]? {
    guard let response = page.response, (200..<300).contains(response.status), !response.isTruncated,
      page.fetched.error == nil
    else { return nil }
    // A page of nothing has no names, and nothing to be scanned.
    if page.isHTML, response.length == 0 { return [] }
    guard let facts = page.facts, !facts.incomplete.contains(.names) else { return nil }
    var names: [UInt64] = []
    names.reserveCapacity(facts.names.count)
    for value in facts.names {
      if let name = page.string(of: value), !name.isEmpty { names.append(URLFingerprint(name, key: key).low) }
    }
    names.sort()
    return names
  }

  /// What came of a check, and where that redirects to.
  func answer(_ fetched: Fetched) -> (PageOutcome, target: FoundLinks.Link?) {
    // An answer is one whatever becomes of its content.
    var outcome = PageOutcome(
      status: fetched.response?.status, error: fetched.response == nil ? fetched.error : nil)
    switch RedirectRule.decide(fetched, limit: .max) {
    case .answer: return (outcome, nil)
    case .fail(let error):
      outcome.deadEnd = error.message
      return (outcome, nil)
    case .follow(let next):
      guard let url = next.url else { return (outcome, nil) }
      return (outcome, fetched.response.map { redirect(to: url, $0) })
    }
  }

  /// A redirect as a link. Its details tell its fragment, if it has one of its own.
  private func redirect(to target: WebURL, _ response: HTTPResponse) -> FoundLinks.Link {
    let hasFragment = plan.checksFragments && response.location?.contains("#") == true
    return FoundLinks.Link(
      url: target, fingerprint: fingerprint(of: target), isNofollow: false,
      details: hasFragment ? LinkDetails(url: target.href, element: "header") : nil)
  }

  /// What a page says, as far as it was to be read.
  private func says(_ page: Page) -> TrapEvidence.Content? {
    guard let traps, let response = page.response, let url = page.request.url, page.fetched.error == nil else {
      return nil
    }
    if page.redirectTarget != nil { return .nothing }
    guard (200..<300).contains(response.status) else { return nil }
    let body = response.body
    guard !body.isEmpty || response.length == 0, page.request.keepsPage || traps.wantsContent(of: url) else {
      return .unread
    }
    let minute = SystemClock.realtime.seconds / 60 % 60
    if page.isHTML { return .substance(PageSubstance.hash(ofHTML: body.span, at: url, minute: minute)) }
    let isText = page.mediaType.map { $0.type == "text" || $0.isJSON || $0.isXML } ?? false
    return .substance(
      isText ? PageSubstance.hash(of: body.span, at: url, minute: minute) : PageSubstance.hash(ofFile: body.span))
  }

  private func content(of page: Page) -> (FoundLinks.Content, isCut: Bool) {
    guard let response = page.response, page.request.place != nil else { return (.page([]), false) }
    if let target = page.redirectTarget {
      return (.redirect(redirect(to: target, response)), false)
    }
    guard (200..<300).contains(response.status) else { return (.page([]), false) }
    if let picks = plan.follow { return picked(picks, of: page) }
    guard let found = page.links(upTo: plan.maxLinks, keepsFaulty: plan.keepsLinks) else { return (.page([]), false) }
    let isNofollow = asksNofollow(page)
    var budget = page.room.budget
    let links = found.links.map { link in
      self.link(
        to: link.url, isNofollow: isNofollow || link.isNofollow,
        plan.keepsLinks ? details(of: link, page, &budget) : nil)
    }
    return (.page(links), found.isCut)
  }

  /// The links that the spec picks.
  private func picked(_ picks: LinkPicks, of page: Page) -> (FoundLinks.Content, isCut: Bool) {
    let (found, isCut, fault) = page.links(picks, upTo: plan.maxLinks)
    if let fault { page.addFault(of: "crawl.follow", fault) }
    let isNofollow = asksNofollow(page)
    var budget = page.room.budget
    let links = found.map { url, link in
      self.link(
        to: url, isNofollow: isNofollow || link.isNofollow, plan.keepsLinks ? details(of: link, url, &budget) : nil)
    }
    return (.page(links), isCut)
  }

  private func link(to url: WebURL, isNofollow: Bool, _ details: LinkDetails?) -> FoundLinks.Link {
    FoundLinks.Link(
      url: url, fingerprint: fingerprint(of: url), isNofollow: plan.respectsNofollow && isNofollow, details: details)
  }

  private func asksNofollow(_ page: Page) -> Bool {
    plan.respectsNofollow && page.directives(for: plan.token).contains(.nofollow)
  }

  /// What a page says of a link that was picked.
  private func details(of link: PickedLinks.Link, _ url: WebURL, _ budget: inout ValueBudget) -> LinkDetails {
    let name = link.element?.name
    var rest = budget
    let text = link.element?.readableText(within: &rest).collapsingWhiteSpace()
    let rel = link.element?.attribute("rel", within: &rest)
    let isWithin = !rest.isSpent && rest.takeElement(bytes: 0)
    if isWithin { budget = rest }
    return LinkDetails(
      url: url.hrefWithoutUserinfo, element: name.flatMap { LinkDetails.elements.contains($0) ? $0 : nil } ?? "other",
      text: isWithin && text?.isEmpty == false ? text : nil, rel: isWithin ? rel : nil)
  }

  /// What a page says of a link. What is too much of all texts of a page is left out.
  private func details(of link: PageLinks.Link, _ page: Page, _ budget: inout ValueBudget) -> LinkDetails {
    let text = page.linkText(link.text, within: &budget).text?.collapsingWhiteSpace()
    let rel = page.string(of: link.relations)
    let isWithin = budget.takeElement(bytes: (text?.utf8.count ?? 0) + (rel?.utf8.count ?? 0))
    return LinkDetails(
      url: link.fault?.written ?? link.url.hrefWithoutUserinfo, fault: link.fault?.reason,
      element: link.element.rawValue,
      text: isWithin ? text : nil, rel: isWithin ? rel : nil, landmark: link.landmark, line: link.line,
      column: link.column)
  }
}
