internal import PipeStorage
internal import PipeWeb

/// Which pages of a site are asked for, at which depth, and what led to each, without threads.
///
/// A link is followed as soon as it is found, wherever its page stands: what is within the depth by one way is within it by
/// the shortest. Which way is the shortest is settled behind it, level by level, in the order that a crawl would have that
/// fetches one page after the other (`settleStep`): all sources, then where they redirect to, then all links of these in
/// the order of pages and of the document, and so on. That walks over stored links and waits for the slowest page of a
/// level, but no request waits for it, except for pages that no other way has brought within the depth or the scope. So the
/// set of pages, their depths and their referrers are a function of the site.
///
/// Traps are left out by what was learned of pages (`CrawlState+Traps`), which depends on timing where it bites, and there
/// alone.
struct CrawlState: ~Copyable {
  enum Step {
    /// The place in the level up to which all pages have come.
    case waiting(Int)
    /// The place in the level up to which all links were followed.
    case following(Int)
    case done
  }

  let plan: CrawlPlan
  /// What names in pages are compared by.
  let key: URLFingerprint.Key
  let traps: TrapGuard?
  /// The most redirects in a row.
  let redirects: Int
  var scope: CrawlScope
  var seen: SeenURLs
  var book: PageBook
  var counts = CrawlCounts()
  /// Pages that are asked for and have not come.
  var openCount = 0
  /// Those of them that sources have.
  var openSources = 0
  var areSourcesDry = false
  /// Whether pages that have not come will not.
  var isEnding = false
  var checks: WaitingChecks

  var level = 0
  /// The pages of the level in their order, and of the next one.
  var current: NumberList
  var next: NumberList
  let disk: TemporaryDisk
  /// All pages whose place is settled, in the order of the site, where rows are made of links.
  var order: NumberList
  var linkCursor = LinkCursor()
  var step = Step.waiting(0)
  /// The redirects that led to the pages of the level before `hopsEnd`.
  var hops = 0
  var hopsEnd = 0

  /// A source's own page has its source for a parent, by a number that no URL has.
  static let firstRoot = 1 << 40

  /// Links that are walked over for each page that comes, besides as many as it has: so the walk keeps up.
  static let stride = 256

  /// The next pages of pages that have one, and where pages of lists stand in these.
  var nextPages: [Int: Int] = [:]
  var listPlaces: [Int: ListPlace] = [:]

  /// Requests that were asked for: the ordinal of the next one.
  var wantedCount = 0
  /// Pages that were sent for and have come.
  private(set) var sentCount = 0
  /// What calls learn besides their arguments, as far as it is recorded or replayed.
  var tape = CrawlTape()

  /// Whether somebody wants to know when a page's place is settled.
  let tracksFinals: Bool
  /// Pages whose place was settled since it was asked for the last time.
  var finals: [Int] = []

  /// - Parameters:
  ///   - memory: Bytes for what was seen; what is more goes to the disk, as the rest does.
  ///   - key: What names in pages are compared by.
  ///   - traps: What is known of traps; `nil` where they are followed.
  init(
    _ plan: CrawlPlan, redirects: Int, tracksFinals: Bool = false, memory: Int, disk: TemporaryDisk,
    key: URLFingerprint.Key = URLFingerprint.Key(low: 0, high: 0), traps: TrapGuard? = nil
  ) {
    self.plan = plan
    self.key = key
    self.traps = traps
    self.tracksFinals = tracksFinals
    self.redirects = redirects
    scope = CrawlScope(plan.scope)
    self.disk = disk
    let pages = min(2 << 20, memory / 8)
    seen = SeenURLs(memory: memory - pages, disk: disk)
    book = PageBook(on: disk, memory: pages, keepsChecks: plan.checksLinks || plan.checksFragments)
    checks = WaitingChecks(on: disk)
    current = NumberList(on: disk)
    next = NumberList(on: disk)
    order = NumberList(on: disk)
  }

  /// The URLs that were seen.
  var seenCount: Int { seen.count }

  /// Whether every page has the depth and the referrer that the site gives it.
  var isSettled: Bool { if case .done = step { true } else { false } }

  /// The pages whose place was settled since the last call.
  mutating func takeFinals() -> [Int] {
    defer { finals = [] }
    return finals
  }

  /// Whether the place of a page is settled.
  func isFinal(_ number: Int) throws(RunError) -> Bool { try note(number).isFinal }

  /// A source's request.
  ///
  /// - Parameters:
  ///   - url: The URL that is asked for.
  ///   - ordinal: Its place in the source.
  ///   - isOwn: Whether it is compared by its identity, and not by its URL.
  /// - Returns: Its number; `nil` where the page is asked for already.
  mutating func admit(
    _ url: WebURL, _ fingerprint: URLFingerprint, source: Int, ordinal: Int = 0, isOwn: Bool = false
  ) throws(RunError) -> Int? {
    tape.note(text: url)
    let number = try admit(url, fingerprint, source)
    record(.admitted(source: source, ordinal: ordinal, isOwn: isOwn))
    return number
  }

  mutating func admit(_ url: WebURL, _ fingerprint: URLFingerprint, _ source: Int) throws(RunError) -> Int? {
    scope.add(url)
    let (number, isNew) = try number(of: url, fingerprint, isJudged: false)
    var note = try note(number)
    if note.isFinal {
      counts.duplicates += 1
      return nil
    }
    note.depth = 0
    // Where a link was faster, the page is asked for already.
    let isAsked = !isNew && note.state != .known && note.state != .dropped
    if isAsked {
      counts.duplicates += 1
    } else {
      // It was left alone as a link. As a source's own it is asked for, whatever the patterns say.
      if note.state == .dropped, let reason = dropReason(url) { counts.drop(reason, by: -1) }
      if !isNew { forget(note, url) }
      note.ask(isDoubtful: false)
      openCount += 1
      openSources += 1
    }
    note.isDoubtful = false
    note.isFinal = true
    try setNote(note, number)
    try book.setParent(Self.firstRoot + source, of: number)
    try current.append(number)
    hopsEnd = current.count
    try noteFinal(number, isListed: note.isListed)
    return isAsked ? nil : number
  }

  /// No source will yield another request.
  mutating func sourcesEnded() throws(RunError) -> [Wanted] {
    areSourcesDry = true
    checks.judgeAll()
    var wanted: [Wanted] = []
    try settle(&wanted, links: 0)
    record(.sourcesEnded)
    return wanted
  }

  /// A page has come, or will not. One that has come before changes nothing: its links are those that were found first, as
  /// far as the crawl goes, whatever it answers now.
  ///
  /// - Parameters:
  ///   - place: Where it stands.
  ///   - url: The URL that was asked for.
  ///   - depth: Its depth when it was asked for.
  ///   - wasSent: Whether anybody was asked for it.
  mutating func settle(
    _ place: CrawlPlace, _ url: WebURL?, depth: Int, _ found: FoundLinks, wasSent: Bool = true
  ) throws(RunError) -> [Wanted] {
    guard try note(place.number).state == .asked else { return [] }
    // One that has come before, and failed, was counted then.
    var page = ComePage(found, wasSent: wasSent && !place.hasCome)
    let ahead = try found.next.map { link throws(RunError) in try lead(place, url, to: link) } ?? []
    switch found.content {
    case .redirect(let link):
      tape.note(text: link.url)
      let (number, isNew) = try number(of: link.url, link.fingerprint)
      page.targets = [Target(number: number, isNew: isNew, isNofollow: false, place: 0, isTold: true)]
      page.block = LinkBlock.encode([(number, false)], details: [link.details].compactMap(\.self))
    case .page(let links):
      page.targets.reserveCapacity(links.count)
      let span = links.span
      seen.expect(span)
      for place in span.indices {
        let (number, isNew) = try number(of: span[place].url, span[place].fingerprint)
        if isNew { tape.note(text: span[place].url) }
        page.targets.append(
          Target(number: number, isNew: isNew, isNofollow: span[place].isNofollow, place: Int32(place), isTold: isNew))
      }
      if links.isEmpty { break }
      page.block = LinkBlock.encode(
        page.targets.map { ($0.number, $0.isNofollow) }, details: links.compactMap(\.details))
    }
    let wanted = try settle(place, url, depth: depth, page)
    record(.page(place, depth: depth, page))
    return ahead + wanted
  }

  mutating func settle(
    _ place: CrawlPlace, _ url: WebURL?, depth: Int, _ page: ComePage
  ) throws(RunError) -> [Wanted] {
    var note = try note(place.number)
    openCount -= 1
    if depth == 0, place.hops == 0, listPlaces[place.number] == nil { openSources -= 1 }
    if page.isCut { counts.cutPages += 1 }
    if page.wasSent { sentCount += 1 }
    if let outcome = page.outcome { try book.setOutcome(outcome, of: place.number) }
    var wanted: [Wanted] = []
    // A redirect says nothing for what it leads to, though that is asked for.
    let wasDoubtful = note.isDoubtful || place.hops > 0
    if page.isRedirect {
      note.state = .redirect
      // It was asked for: where it leads to is as good as where it stands.
      note.isDoubtful = false
      try setNote(note, place.number)
      _ = try learn(url, page, isDoubtful: wasDoubtful)
      for target in page.targets {
        listPlaces[target.number] = listPlaces[target.number] ?? listPlaces[place.number]
        if note.depth == 0, let url, let next = page.urls.url(of: target) { scope.follow(url, redirectedTo: next) }
        try find(
          target, page.urls, depth: note.depth, hops: place.hops + 1, from: url, place.source, isDoubtful: false,
          &wanted)
      }
    } else {
      note.state = .page
      let brought = try learn(url, page, isDoubtful: wasDoubtful)
      note.isDoubtful = brought != .something
      try setNote(note, place.number)
      if let names = page.names { try book.setNames(names, of: place.number) }
      for target in page.targets {
        let isDoubtful = brought == .something ? false : isDoubtful(page.urls.url(of: target), of: url, that: brought)
        try find(
          target, page.urls, depth: note.depth + 1, hops: 0, from: url, place.source, isDoubtful: isDoubtful, &wanted)
      }
    }
    if let block = page.block { try book.setLinks(block, of: place.number) }
    try settle(&wanted, links: page.isRedirect ? 0 : page.targets.count)
    return wanted
  }

  /// Requests were left out: goes on with what waited for them.
  mutating func goOn() throws(RunError) -> [Wanted] {
    var wanted: [Wanted] = []
    try settle(&wanted, links: 0)
    record(.goneOn)
    return wanted
  }

  /// No page will come any more, also where one was asked for: the run has had as many as it may, or stops. Settles what
  /// the pages that came tell.
  mutating func end() throws(RunError) {
    if isEnding { return }
    isEnding = true
    var wanted: [Wanted] = []
    var budget = Int.max
    while try settleStep(&wanted, &budget) {}
    record(.ended)
  }

  /// The request for a page is given up: the run has as many as it may have, or stops.
  mutating func leave(_ count: Int) { openCount -= count }

  // MARK: Links as they are found

  /// A link: follows it, if it is the first that may be followed.
  ///
  /// - Parameter isDoubtful: Whether its page is barren.
  mutating func find(
    _ target: Target, _ urls: LinkURLs, depth: Int, hops: Int, from page: WebURL?, _ source: Int, isDoubtful: Bool,
    _ wanted: inout [Wanted]
  ) throws(RunError) {
    let number = target.number
    if !target.isNew { counts.links += 1 }
    var note = try note(number)
    switch note.state {
    case .dropped: break
    case .asked, .page, .redirect:
      if target.isNofollow || hops > redirects { break }
      let before = note
      note.depth = min(depth, note.depth)
      if note.state == .asked, !isDoubtful { note.isDoubtful = false }
      if note != before { try setNote(note, number) }
    case .known:
      let reason =
        plan.waitsForSources && !areSourcesDry
        ? .depth : reason(urls.url(of: target), depth: depth, hops: hops, target.isNofollow, isDoubtful)
      if let reason {
        try know(target, urls, &note, depth: depth, reason)
      } else if let url = try spelled(target, urls) {
        try ask(
          number, &note, isNew: target.isNew, url, depth: depth, hops: hops, source: source, referrer: page?.shown,
          isDoubtful: isDoubtful, &wanted)
      }
    }
    if plan.checksLinks, note.state == .known || note.state == .dropped { try check(target, urls, &wanted) }
  }

  /// Why a URL is not asked for; `nil` where it is.
  mutating func reason(
    _ url: WebURL?, depth: Int, hops: Int, _ isNofollow: Bool, _ isDoubtful: Bool
  ) -> URLNote.Reason? {
    if let told = tape.toldReason() { return told }
    let reason = judged(url, depth: depth, hops: hops, isNofollow, isDoubtful)
    tape.note(reason: reason)
    return reason
  }

  private func judged(
    _ url: WebURL?, depth: Int, hops: Int, _ isNofollow: Bool, _ isDoubtful: Bool
  ) -> URLNote.Reason? {
    guard let url, scope.contains(url) else { return .scope }
    if isNofollow { return .nofollow }
    if depth > plan.depth { return .depth }
    if hops > redirects { return .hops }
    return isDoubtful && isTrap(url) ? .trap : nil
  }

  mutating func know(
    _ target: Target, _ urls: LinkURLs, _ note: inout URLNote, depth: Int, _ reason: URLNote.Reason
  ) throws(RunError) {
    let isNew = target.isNew
    if !isNew {
      // The reason that stands is that of the link which came closest.
      if note.reason != .scope, reason.rawValue <= note.reason.rawValue, depth >= note.depth { return }
      try forget(note, target, urls)
    }
    note.reason =
      isNew || note.reason == .scope ? reason : reason.rawValue > note.reason.rawValue ? reason : note.reason
    note.depth = isNew ? depth : min(depth, note.depth)
    counts.know(note)
    if note.isTrapped, let traps, let url = try url(of: target, urls) { traps.drop(url) }
    try setNote(note, target.number)
  }

  mutating func ask(
    _ number: Int, _ note: inout URLNote, isNew: Bool, _ url: WebURL, depth: Int, hops: Int, source: Int,
    referrer: String?, isDoubtful: Bool, _ wanted: inout [Wanted]
  ) throws(RunError) {
    if !isNew { forget(note, url) }
    note.ask(isDoubtful: isDoubtful)
    note.depth = depth
    try setNote(note, number)
    openCount += 1
    want(
      Wanted(
        number: number, url: String(url.hrefWithoutFragment), depth: depth, hops: hops, source: source,
        referrer: referrer, isElsewhere: !scope.isAtHome(url), isDoubtful: isDoubtful), &wanted)
  }

  /// The number of a URL. One that is new is judged by its text alone.
  mutating func number(
    of url: WebURL, _ fingerprint: URLFingerprint, isJudged: Bool = true
  ) throws(RunError) -> (number: Int, isNew: Bool) {
    let (number, isNew) = try seen.number(of: fingerprint)
    guard isNew else { return (number, false) }
    let text = url.href.utf8.span
    try book.add(url: text.extracting(0..<url.hrefWithoutFragment.utf8.count))
    var note = URLNote(.known, depth: 0xFF)
    if isJudged, let reason = dropReason(url) {
      note.state = .dropped
      counts.drop(reason)
    }
    try setNote(note, number)
    return (number, true)
  }

  func dropReason(_ url: WebURL) -> URLDropReason? {
    plan.filter.reason(toDrop: url) ?? TrapBounds.reason(toDrop: url)
  }

  func note(_ number: Int) throws(RunError) -> URLNote { URLNote(rawValue: try seen.note(of: number)) }

  mutating func setNote(_ note: URLNote, _ number: Int) throws(RunError) {
    try seen.setNote(note.rawValue, of: number)
  }
}
