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
  private(set) var openSources = 0
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
  /// - Parameter url: The URL that is asked for.
  /// - Returns: Its number; `nil` where the page is asked for already.
  mutating func admit(_ url: WebURL, _ fingerprint: URLFingerprint, source: Int) throws(RunError) -> Int? {
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
    return wanted
  }

  /// A page has come, or will not.
  ///
  /// - Parameters:
  ///   - place: Where it stands.
  ///   - url: The URL that was asked for.
  ///   - depth: Its depth when it was asked for.
  mutating func settle(
    _ place: CrawlPlace, _ url: WebURL?, depth: Int, _ found: FoundLinks
  ) throws(RunError) -> [Wanted] {
    var note = try note(place.number)
    guard note.state == .asked else { return [] }
    openCount -= 1
    if depth == 0, place.hops == 0 { openSources -= 1 }
    if found.isCut { counts.cutPages += 1 }
    if let outcome = found.outcome { try book.setOutcome(outcome.encoded(), of: place.number) }
    var wanted: [Wanted] = []
    var count = 0
    switch found.content {
    case .redirect(let link):
      note.state = .redirect
      // It was asked for: where it leads to is as good as where it stands.
      note.isDoubtful = false
      try setNote(note, place.number)
      let (number, isNew) = try number(of: link.url, link.fingerprint)
      _ = try learn(url, found, [(number, isNew)])
      if note.depth == 0, let url { scope.follow(url, redirectedTo: link.url) }
      try find(
        link, number, isNew: isNew, depth: note.depth, hops: place.hops + 1, from: url, place.source, isDoubtful: false,
        &wanted)
      try book.setLinks(
        LinkBlock.encode([(number, false)], details: [link.details].compactMap(\.self)), of: place.number)
    case .page(let links):
      note.state = .page
      count = links.count
      var numbers: [(number: Int, isNew: Bool)] = []
      numbers.reserveCapacity(count)
      for link in links { numbers.append(try number(of: link.url, link.fingerprint)) }
      let brought = try learn(url, found, numbers)
      note.isDoubtful = brought != .something
      try setNote(note, place.number)
      if let names = found.names { try book.setNames(names, of: place.number) }
      if links.isEmpty { break }
      var targets: [(number: Int, isNofollow: Bool)] = []
      targets.reserveCapacity(count)
      for (link, target) in zip(links, numbers) {
        try find(
          link, target.number, isNew: target.isNew, depth: note.depth + 1, hops: 0, from: url, place.source,
          isDoubtful: isDoubtful(link.url, of: url, that: brought), &wanted)
        targets.append((target.number, link.isNofollow))
      }
      try book.setLinks(
        LinkBlock.encode(targets, details: links.compactMap(\.details)), of: place.number)
    }
    try settle(&wanted, links: count)
    return wanted
  }

  /// Requests were left out: goes on with what waited for them.
  mutating func goOn() throws(RunError) -> [Wanted] {
    var wanted: [Wanted] = []
    try settle(&wanted, links: 0)
    return wanted
  }

  /// No page will come any more, also where one was asked for: the run has had as many as it may, or stops. Settles what
  /// the pages that came tell.
  mutating func end() throws(RunError) {
    isEnding = true
    var wanted: [Wanted] = []
    var budget = Int.max
    while try settleStep(&wanted, &budget) {}
  }

  /// The request for a page is given up: the run has as many as it may have, or stops.
  mutating func leave(_ count: Int) { openCount -= count }

  // MARK: Links as they are found

  /// A link: follows it, if it is the first that may be followed.
  ///
  /// - Parameter isDoubtful: Whether its page is barren.
  private mutating func find(
    _ link: FoundLinks.Link, _ number: Int, isNew: Bool, depth: Int, hops: Int, from page: WebURL?, _ source: Int,
    isDoubtful: Bool, _ wanted: inout [Wanted]
  ) throws(RunError) {
    if !isNew { counts.links += 1 }
    var note = try note(number)
    switch note.state {
    case .dropped: break
    case .asked, .page, .redirect:
      if link.isNofollow || hops > redirects { break }
      let before = note
      note.depth = min(depth, note.depth)
      if note.state == .asked, !isDoubtful { note.isDoubtful = false }
      if note != before { try setNote(note, number) }
    case .known:
      let reason =
        plan.waitsForSources && !areSourcesDry
        ? .depth : reason(link.url, depth: depth, hops: hops, link.isNofollow, isDoubtful)
      if let reason {
        try know(number, &note, isNew: isNew, link.url, depth: depth, reason)
      } else {
        try ask(
          number, &note, isNew: isNew, link.url, depth: depth, hops: hops, source: source,
          referrer: page?.shown, isDoubtful: isDoubtful, &wanted)
      }
    }
    if plan.checksLinks, note.state == .known || note.state == .dropped { try check(number, link.url, &wanted) }
  }

  func reason(
    _ url: WebURL, depth: Int, hops: Int, _ isNofollow: Bool, _ isDoubtful: Bool
  ) -> URLNote.Reason? {
    if !scope.contains(url) { return .scope }
    if isNofollow { return .nofollow }
    if depth > plan.depth { return .depth }
    if hops > redirects { return .hops }
    return isDoubtful && isTrap(url) ? .trap : nil
  }

  mutating func know(
    _ number: Int, _ note: inout URLNote, isNew: Bool, _ url: WebURL, depth: Int, _ reason: URLNote.Reason
  ) throws(RunError) {
    if !isNew {
      // The reason that stands is that of the link which came closest.
      if note.reason != .scope, reason.rawValue <= note.reason.rawValue, depth >= note.depth { return }
      forget(note, url)
    }
    note.reason =
      isNew || note.reason == .scope ? reason : reason.rawValue > note.reason.rawValue ? reason : note.reason
    note.depth = isNew ? depth : min(depth, note.depth)
    counts.know(note)
    if note.isTrapped { traps?.drop(url) }
    try setNote(note, number)
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
    wanted.append(
      Wanted(
        number: number, url: String(url.hrefWithoutFragment), depth: depth, hops: hops, source: source,
        referrer: referrer, isElsewhere: !scope.isAtHome(url)))
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
