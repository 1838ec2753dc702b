internal import PipeSpec
internal import PipeWeb

// Links as rows, once nothing more comes of any page.
extension CrawlState {
  /// How far the rows have been made.
  struct LinkCursor {
    /// The place of the page among those whose place is settled, and then its number among all that were seen.
    var page = 0
    var isBehindOrder = false
  }

  /// The rows of the links of the next page that has any, in the order of the site: first of the pages whose place is
  /// settled, then of those that a run which ends early has besides.
  ///
  /// - Returns: The values of each row, in the order of `LinkRow.Field`; `nil` behind the last page.
  mutating func nextLinkRows() throws(RunError) -> [[Value]]? {
    while let number = try nextPage() {
      guard try note(number).state == .page, let block = try book.links(of: number) else { continue }
      let links = LinkBlock.details(in: block)
      if links.isEmpty { continue }
      let from = Value.string(try shownURL(of: number))
      let depth = Value.int(try note(number).depth)
      var rows: [[Value]] = []
      rows.reserveCapacity(links.count)
      for link in links {
        let fragment = plan.checksFragments ? fragment(of: link.details.url) : nil
        let details = link.details
        let target: Verdict
        if let fault = details.fault {
          target = told(notURL(fault))
        } else {
          target = try self.target(of: link.number, fragment: fragment)
        }
        rows.append([
          from, .string(details.url), Value(details.text), Value(details.rel), .string(details.element),
          Value(details.landmark?.rawValue), Value(details.line), Value(details.column), depth,
          Value(target.outcome.status), Value(target.outcome.error), .bool(!target.isBroken), Value(target.reason),
        ])
      }
      return rows
    }
    return nil
  }

  private func notURL(_ fault: String) -> PageOutcome {
    PageOutcome(error: RequestError(.badURL, "the page's link is not a URL: \(fault)"))
  }

  private mutating func nextPage() throws(RunError) -> Int? {
    if !linkCursor.isBehindOrder {
      if let number = try order.number(at: linkCursor.page) {
        linkCursor.page += 1
        return number
      }
      linkCursor = LinkCursor(page: 0, isBehindOrder: true)
    }
    while linkCursor.page < seen.count {
      defer { linkCursor.page += 1 }
      let note = try note(linkCursor.page)
      if !note.isFinal, !note.isListed { return linkCursor.page }
    }
    return nil
  }

  private typealias Verdict = (outcome: PageOutcome, isBroken: Bool, reason: String?)

  /// What came of the page that a link leads to, at the end of its redirects.
  private func target(of number: Int, fragment: Substring?) throws(RunError) -> Verdict {
    var (number, fragment) = (number, fragment)
    var hops = 0
    while hops < redirects, let next = try redirectTarget(of: number) {
      // A redirect hands the fragment on, unless it has one of its own (RFC 9110, 10.2.2).
      if plan.checksFragments, let own = try redirectFragment(of: number) {
        fragment = own
      }
      number = next
      hops += 1
    }
    if try redirectTarget(of: number) != nil { return (tooManyRedirects, true, nil) }
    let note = try note(number)
    switch note.state {
    case .redirect: return (tooManyRedirects, true, nil)
    case .page:
      let target = told(try book.outcome(of: number).flatMap { PageOutcome($0) } ?? PageOutcome())
      if let fragment, !target.isBroken, target.reason == nil, let missing = try missingName(fragment, in: number) {
        return (target.outcome, true, "no element with the id '\(excerpt(missing))'")
      }
      return target
    case .asked: return (PageOutcome(), false, reasonNotToSend ?? "not known: the run ended before")
    case .dropped where note.isChecked, .known where note.isChecked:
      guard let outcome = try checkAnswer(of: number)?.outcome else {
        return (PageOutcome(), false, "not known: the run ended before")
      }
      return told(outcome)
    case .dropped:
      let reason = WebURL(try book.url(of: number)).flatMap { dropReason($0) }
      return (PageOutcome(), false, reason.map { plan.words(for: $0) } ?? "not followed")
    case .known where note.reason == .hops && hops > 0: return (tooManyRedirects, true, nil)
    case .known where note.isTrapped:
      let group = WebURL(try book.url(of: number)).flatMap { traps?.name(ofTrapOf: $0) }
      return (PageOutcome(), false, "trap: pages" + (group.map { " like \($0)" } ?? "") + " say nothing new")
    case .known: return (PageOutcome(), false, note.reason.words(plan, redirects))
    }
  }

  /// Why pages are not sent for that were to be; `nil` if that is still to come.
  var reasonNotToSend: String? {
    checks.arePagesOver ? "beyond the limit of pages (max_pages or limits.records)" : nil
  }

  private var tooManyRedirects: PageOutcome {
    PageOutcome(error: RequestError(.redirects, "more than \(redirects) redirects"))
  }

  /// What a page has no element for, of what a fragment refers to.
  private func missingName(_ fragment: Substring, in page: Int) throws(RunError) -> String? {
    guard let names = IndicatedPart.names(for: fragment) else { return nil }
    for name in names {
      // What is not HTML, and what was not read to its end, may have it.
      guard let isThere = try book.hasName(URLFingerprint(name, key: key).low, of: page) else { return nil }
      if isThere { return nil }
    }
    return names.last
  }

  private func redirectFragment(of number: Int) throws(RunError) -> Substring? {
    let location =
      try note(number).state == .redirect
      ? try book.links(of: number).flatMap { LinkBlock.details(in: $0).first }?.details.url
      : try checkAnswer(of: number)?.location
    return location.flatMap { fragment(of: $0) }
  }

  /// The fragment of a serialized URL, if it has one.
  private func fragment(of url: String) -> Substring? {
    url.firstIndex(of: "#").map { url[url.index(after: $0)...] }
  }

  private func told(_ outcome: PageOutcome) -> Verdict {
    var shown = outcome
    // The status is that of a redirect, and not of the end.
    if outcome.deadEnd != nil { shown.status = nil }
    return (shown, outcome.isBroken, outcome.reason)
  }

  private func redirectTarget(of number: Int) throws(RunError) -> Int? {
    let note = try note(number)
    switch note.state {
    case .redirect: return try book.links(of: number).flatMap { LinkBlock.links(in: $0).first?.number }
    // A page of its own answers for itself.
    case .asked, .page: return nil
    case .known, .dropped: return note.isChecked ? try checkAnswer(of: number)?.target : nil
    }
  }
}

extension Value {
  fileprivate init(_ text: String?) { self = text.map { .string($0) } ?? .null }
  fileprivate init(_ number: Int?) { self = number.map { .int($0) } ?? .null }
}

extension URLNote.Reason {
  func words(_ plan: CrawlPlan, _ redirects: Int) -> String {
    switch self {
    case .scope: "out of scope (\(plan.scope.rawValue))"
    case .depth: "beyond depth \(plan.depth)"
    case .nofollow: "nofollow"
    case .trap, .withdrawn: "trap"
    case .hops: "behind more than \(redirects) redirects"
    }
  }
}
