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
        let target = try target(of: link.number, isNofollow: link.isNofollow, from: number)
        let details = link.details
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
      if try !note(linkCursor.page).isFinal { return linkCursor.page }
    }
    return nil
  }

  /// What came of the page that a link leads to, at the end of its redirects.
  private func target(
    of number: Int, isNofollow: Bool, from page: Int
  ) throws(RunError) -> (outcome: PageOutcome, isBroken: Bool, reason: String?) {
    var number = number
    var hops = 0
    while hops < redirects, try note(number).state == .redirect, let next = try redirectTarget(of: number) {
      number = next
      hops += 1
    }
    let note = try note(number)
    switch note.state {
    case .redirect: return (tooManyRedirects, true, nil)
    case .page:
      var outcome = try book.outcome(of: number).flatMap { PageOutcome($0) } ?? PageOutcome()
      let (isBroken, reason) = (outcome.isBroken, outcome.reason)
      // The status is that of a redirect, and not of the end.
      if outcome.deadEnd != nil { outcome.status = nil }
      return (outcome, isBroken, reason)
    case .asked: return (PageOutcome(), false, "not known: the run ended before")
    case .dropped:
      let reason = WebURL(try book.url(of: number)).flatMap { dropReason($0) }
      return (PageOutcome(), false, reason?.description ?? "not followed")
    case .known where note.reason == .hops && hops > 0: return (tooManyRedirects, true, nil)
    case .known: return (PageOutcome(), false, note.reason.words(plan, redirects))
    }
  }

  private var tooManyRedirects: PageOutcome {
    PageOutcome(error: RequestError(.redirects, "more than \(redirects) redirects").description)
  }

  private func redirectTarget(of number: Int) throws(RunError) -> Int? {
    try book.links(of: number).flatMap { LinkBlock.links(in: $0).first?.number }
  }
}

extension Value {
  fileprivate init(_ text: String?) { self = text.map { .string($0) } ?? .null }
  fileprivate init(_ number: Int?) { self = number.map { .int($0) } ?? .null }
}

extension URLNote.Reason {
  fileprivate func words(_ plan: CrawlPlan, _ redirects: Int) -> String {
    switch self {
    case .scope: "out of scope (\(plan.scope.rawValue))"
    case .depth: "beyond depth \(plan.depth)"
    case .nofollow: "nofollow"
    case .hops: "behind more than \(redirects) redirects"
    }
  }
}
