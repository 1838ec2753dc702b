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
struct CrawlState: ~Copyable {
  private enum Step {
    /// The place in the level up to which all pages have come.
    case waiting(Int)
    /// The place in the level up to which all links were followed.
    case following(Int)
    case done
  }

  let plan: CrawlPlan
  /// What names in pages are compared by.
  let key: URLFingerprint.Key
  /// The most redirects in a row.
  let redirects: Int
  var scope: CrawlScope
  var seen: SeenURLs
  var book: PageBook
  var counts = CrawlCounts()
  /// Pages that are asked for and have not come.
  private(set) var openCount = 0
  /// Those of them that sources have.
  private(set) var openSources = 0
  private(set) var areSourcesDry = false
  /// Whether pages that have not come will not.
  private(set) var isEnding = false
  var checks: WaitingChecks

  private var level = 0
  /// The pages of the level in their order, and of the next one.
  private var current: NumberList
  private var next: NumberList
  private let disk: TemporaryDisk
  /// All pages whose place is settled, in the order of the site, where rows are made of links.
  var order: NumberList
  var linkCursor = LinkCursor()
  private var step = Step.waiting(0)
  /// The redirects that led to the pages of the level before `hopsEnd`.
  private var hops = 0
  private var hopsEnd = 0

  /// A source's own page has its source for a parent, by a number that no URL has.
  static let firstRoot = 1 << 40

  /// Links that are walked over for each page that comes, besides as many as it has: so the walk keeps up.
  static let stride = 256

  /// Whether somebody wants to know when a page's place is settled.
  private let tracksFinals: Bool
  /// Pages whose place was settled since it was asked for the last time.
  private var finals: [Int] = []

  /// - Parameters:
  ///   - memory: Bytes for what was seen; what is more goes to the disk, as the rest does.
  ///   - key: What names in pages are compared by.
  init(
    _ plan: CrawlPlan, redirects: Int, tracksFinals: Bool = false, memory: Int, disk: TemporaryDisk,
    key: URLFingerprint.Key = URLFingerprint.Key(low: 0, high: 0)
  ) {
    self.plan = plan
    self.key = key
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
    note.isFinal = true
    note.depth = 0
    // Where a link was faster, the page is asked for already.
    let isAsked = !isNew && note.state != .known && note.state != .dropped
    if isAsked {
      counts.duplicates += 1
    } else {
      // It was left alone as a link. As a source's own it is asked for, whatever the patterns say.
      if note.state == .dropped, let reason = dropReason(url) { counts.drop(reason, by: -1) }
      if !isNew { counts.forget(note) }
      note.state = .asked
      openCount += 1
      openSources += 1
    }
    try setNote(note, number)
    try book.setParent(Self.firstRoot + source, of: number)
    try current.append(number)
    hopsEnd = current.count
    try noteFinal(number)
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
      try setNote(note, place.number)
      if note.depth == 0, let url { scope.follow(url, redirectedTo: link.url) }
      let target = try find(link, depth: note.depth, hops: place.hops + 1, from: url, place.source, &wanted)
      try book.setLinks(
        LinkBlock.encode([(target, false)], details: [link.details].compactMap(\.self)), of: place.number)
    case .page(let links):
      note.state = .page
      try setNote(note, place.number)
      if let names = found.names { try book.setNames(names, of: place.number) }
      count = links.count
      if links.isEmpty { break }
      var targets: [(number: Int, isNofollow: Bool)] = []
      targets.reserveCapacity(links.count)
      for link in links {
        targets.append(
          (try find(link, depth: note.depth + 1, hops: 0, from: url, place.source, &wanted), link.isNofollow))
      }
      try book.setLinks(
        LinkBlock.encode(targets, details: links.compactMap(\.details)), of: place.number)
    }
    try settle(&wanted, links: count)
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
  private mutating func find(
    _ link: FoundLinks.Link, depth: Int, hops: Int, from page: WebURL?, _ source: Int, _ wanted: inout [Wanted]
  ) throws(RunError) -> Int {
    let (number, isNew) = try number(of: link.url, link.fingerprint)
    if !isNew { counts.links += 1 }
    var note = try note(number)
    switch note.state {
    case .dropped: break
    case .asked, .page, .redirect:
      if depth < note.depth, !link.isNofollow, hops <= redirects {
        note.depth = depth
        try setNote(note, number)
      }
    case .known:
      let reason =
        plan.waitsForSources && !areSourcesDry ? .depth : reason(link.url, depth: depth, hops: hops, link.isNofollow)
      if let reason {
        try know(number, &note, isNew: isNew, depth: depth, reason)
      } else {
        try ask(
          number, &note, isNew: isNew, link.url, depth: depth, hops: hops, source: source,
          referrer: page?.shown, &wanted)
      }
    }
    if plan.checksLinks, note.state == .known || note.state == .dropped { try check(number, link.url, &wanted) }
    return number
  }

  private func reason(_ url: WebURL, depth: Int, hops: Int, _ isNofollow: Bool) -> URLNote.Reason? {
    if !scope.contains(url) { return .scope }
    if isNofollow { return .nofollow }
    if depth > plan.depth { return .depth }
    return hops > redirects ? .hops : nil
  }

  mutating func know(
    _ number: Int, _ note: inout URLNote, isNew: Bool, depth: Int, _ reason: URLNote.Reason
  ) throws(RunError) {
    if !isNew {
      // The reason that stands is that of the link which came closest.
      if note.reason != .scope, reason.rawValue <= note.reason.rawValue, depth >= note.depth { return }
      counts.forget(note)
    }
    note.reason =
      isNew || note.reason == .scope ? reason : reason.rawValue > note.reason.rawValue ? reason : note.reason
    note.depth = isNew ? depth : min(depth, note.depth)
    counts.know(note)
    try setNote(note, number)
  }

  private mutating func ask(
    _ number: Int, _ note: inout URLNote, isNew: Bool, _ url: WebURL, depth: Int, hops: Int, source: Int,
    referrer: String?, _ wanted: inout [Wanted]
  ) throws(RunError) {
    if !isNew { counts.forget(note) }
    note.state = .asked
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

  // MARK: Levels

  /// Settles levels as far as pages have come: a few links at a time, or all the way where nothing else is to come.
  private mutating func settle(_ wanted: inout [Wanted], links: Int) throws(RunError) {
    var budget = Self.stride + 2 * links
    while budget > 0 || openCount == 0 && areSourcesDry, try settleStep(&wanted, &budget) {}
    try judgeChecks(&wanted)
  }

  /// - Returns: Whether there may be more to do.
  private mutating func settleStep(_ wanted: inout [Wanted], _ budget: inout Int) throws(RunError) -> Bool {
    switch step {
    case .done: return false
    case .waiting(let index):
      // The scope is not known before, and any page could be a source's own.
      if !areSourcesDry, !isEnding { return false }
      if index == current.count {
        step = level >= plan.depth || current.count == 0 ? .done : .following(0)
        // The sources' own pages are all there, or all pages.
        if level == 0 || isSettled { checks.judgeAll() }
        checks.isScopeCertain = true
        return true
      }
      budget -= 1
      guard let number = try current.number(at: index) else { return false }
      let note = try note(number)
      if note.state == .asked, !isEnding { return false }
      if index == hopsEnd {
        hops += 1
        hopsEnd = current.count
      }
      step = .waiting(index + 1)
      if note.state == .redirect, let target = try targets(of: number).first {
        try reach(target.number, from: number, depth: level, hops: hops + 1, isNofollow: false, &wanted)
      }
      return true
    case .following(let index):
      if index == current.count {
        swap(&current, &next)
        next = NumberList(on: disk)
        level += 1
        (hops, hopsEnd) = (0, current.count)
        step = .waiting(0)
        return true
      }
      guard let number = try current.number(at: index) else { return false }
      step = .following(index + 1)
      budget -= 1
      guard try note(number).state == .page else { return true }
      for target in try targets(of: number) {
        budget -= 1
        try reach(target.number, from: number, depth: level + 1, hops: 0, isNofollow: target.isNofollow, &wanted)
      }
      return true
    }
  }

  /// The first link, in the order of the site, that leads to a URL gives it its depth and referrer.
  private mutating func reach(
    _ number: Int, from parent: Int, depth: Int, hops: Int, isNofollow: Bool, _ wanted: inout [Wanted]
  ) throws(RunError) {
    var note = try note(number)
    if note.isFinal || note.state == .dropped || isNofollow || hops > redirects { return }
    if note.state == .known {
      if isEnding { return }
      guard let url = WebURL(try book.url(of: number)) else { return }
      if let reason = reason(url, depth: depth, hops: hops, isNofollow) {
        return try know(number, &note, isNew: false, depth: depth, reason)
      }
      let referrer = try shownURL(of: parent)
      try ask(
        number, &note, isNew: false, url, depth: depth, hops: hops, source: try source(of: parent),
        referrer: referrer, &wanted)
    }
    note.isFinal = true
    note.depth = depth
    try setNote(note, number)
    try book.setParent(parent, of: number)
    try noteFinal(number)
    if depth == level { try current.append(number) } else { try next.append(number) }
  }

  private mutating func noteFinal(_ number: Int) throws(RunError) {
    if tracksFinals { finals.append(number) }
    if plan.keepsLinks { try order.append(number) }
  }

  private func targets(of number: Int) throws(RunError) -> [(number: Int, isNofollow: Bool)] {
    try book.links(of: number).map(LinkBlock.links) ?? []
  }

  func note(_ number: Int) throws(RunError) -> URLNote { URLNote(rawValue: try seen.note(of: number)) }

  mutating func setNote(_ note: URLNote, _ number: Int) throws(RunError) {
    try seen.setNote(note.rawValue, of: number)
  }
}
