import PipeStorage
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

@Suite("Crawl state")
struct CrawlStateTests {
  /// A crawl whose pages come in an order of chance.
  private struct Simulation: ~Copyable {
    let site: TableSite
    var state: CrawlState
    let key = URLFingerprint.Key(low: 1, high: 2)
    var waiting: [(number: Int, page: Int, depth: Int, hops: Int, source: Int)] = []
    var asked: [Int: Int] = [:]
    let pageOf: [String: Int]

    init(_ site: TableSite, _ plan: CrawlPlan, redirects: Int) {
      self.site = site
      state = CrawlState(
        plan, redirects: redirects, tracksFinals: true, memory: 1 << 20,
        disk: TemporaryDisk(limit: 1 << 30))
      pageOf = Dictionary(uniqueKeysWithValues: site.pages.indices.map { (site.url($0), $0) })
    }

    func link(_ page: Int, isNofollow: Bool = false) throws -> FoundLinks.Link {
      let url = try #require(WebURL(site.url(page)))
      return FoundLinks.Link(
        url: url, fingerprint: URLIdentity().fingerprint(of: url, key: key), isNofollow: isNofollow)
    }

    mutating func admit(_ page: Int, source: Int) throws {
      let link = try link(page)
      guard let number = try state.admit(link.url, link.fingerprint, source: source) else { return }
      #expect(asked.updateValue(number, forKey: page) == nil)
      waiting.append((number, page, 0, 0, source))
    }

    mutating func take(_ wanted: [CrawlState.Wanted]) throws {
      for one in wanted {
        let page = try #require(pageOf[one.url])
        #expect(asked.updateValue(one.number, forKey: page) == nil, "page \(page) is asked for twice")
        waiting.append((one.number, page, one.depth, one.hops, one.source))
      }
    }

    mutating func settle(_ random: inout RepeatableRandom) throws {
      let one = waiting.remove(at: Int.random(in: waiting.indices, using: &random))
      let content: FoundLinks.Content =
        switch site.pages[one.page] {
        case .links(let links): .page(try links.map { try link($0.target, isNofollow: $0.isNofollow) })
        case .redirect(let target): .redirect(try link(target))
        }
      try take(
        state.settle(
          CrawlPlace(number: one.number, hops: one.hops, source: one.source), WebURL(site.url(one.page)),
          depth: one.depth, FoundLinks(content: content, isCut: false)))
    }
  }

  @Test(
    "which pages are asked for, their depths and referrers do not depend on the order in which pages come",
    arguments: 0..<60)
  func isAFunctionOfTheSite(seed: UInt64) throws {
    var random = RepeatableRandom(seed: seed)
    let site = TableSite(pages: Int.random(in: 1...60, using: &random), &random)
    let depth = Int.random(in: 0...6, using: &random)
    let sources = (0..<Int.random(in: 1...3, using: &random)).map { _ in
      (0..<Int.random(in: 1...4, using: &random)).map { _ in Int.random(in: site.pages.indices, using: &random) }
    }
    let plan = CrawlPlan(depth: depth, filter: URLFilter(exclude: [.glob(try URLGlob("/no/*"))]))
    // A chain that is longer than that ends where it is found to be: so no chain is.
    let redirects = 100
    let expected = ObviousCrawl(site, sources: sources, depth: depth, redirects: redirects)
    for _ in 0..<6 {
      var crawl = Simulation(site, plan, redirects: redirects)
      var rows = sources.enumerated().flatMap { index, pages in pages.map { (page: $0, source: index) } }
      var areDry = false
      while !areDry || !crawl.waiting.isEmpty {
        if !areDry, crawl.waiting.isEmpty || random.oneIn(3) {
          if rows.isEmpty {
            areDry = true
            try crawl.take(crawl.state.sourcesEnded())
          } else {
            let row = rows.removeFirst()
            try crawl.admit(row.page, source: row.source)
          }
        } else {
          try crawl.settle(&random)
        }
      }
      let isSettled = crawl.state.isSettled
      #expect(isSettled)
      let openCount = crawl.state.openCount
      #expect(openCount == 0)
      #expect(crawl.asked.keys.sorted() == expected.places.keys.sorted(), "seed \(seed)")
      let finals = crawl.state.takeFinals()
      #expect(Set(finals) == Set(crawl.asked.values))
      for (page, number) in crawl.asked {
        let standing = try crawl.state.standing(of: number)
        let place = expected.places[page]
        #expect(standing.depth == place?.depth, "seed \(seed), page \(page)")
        #expect(standing.referrer == place?.referrer.map { site.url($0) }, "seed \(seed), page \(page)")
        #expect(standing.source == place?.source, "seed \(seed), page \(page)")
      }
    }
  }

  @Test("a page that a long way reached first is followed as far as the short way allows")
  func shortWayLater() throws {
    var random = RepeatableRandom(seed: 1)
    // 0 ─▶ 1 ─▶ 2 ─▶ 3 ─▶ 4, and 0 ─▶ 5 ─▶ 3.
    var site = TableSite(pages: 1, &random)
    (site.outside, site.excluded) = ([], [])
    site.pages = [[1, 5], [2], [3], [4], [], [3]].map { .links($0.map { ($0, false) }) }
    var crawl = Simulation(site, CrawlPlan(depth: 3), redirects: 10)
    try crawl.admit(0, source: 0)
    try crawl.take(crawl.state.sourcesEnded())
    func settle(_ page: Int) throws {
      crawl.waiting.sort { left, _ in left.page == page }
      let place = try #require(crawl.waiting.firstIndex { $0.page == page })
      crawl.waiting.swapAt(0, place)
      let others = Array(crawl.waiting[1...])
      crawl.waiting.removeSubrange(1...)
      try crawl.settle(&random)
      crawl.waiting += others
    }
    for page in [0, 1, 2, 3] { try settle(page) }
    #expect(crawl.asked[4] == nil)
    var counts = crawl.state.counts
    #expect(counts.beyondDepth == 1)
    try settle(5)
    #expect(crawl.asked[4] != nil)
    counts = crawl.state.counts
    #expect(counts.beyondDepth == 0)
    try settle(4)
    let last = try #require(crawl.asked[4])
    let depth = try crawl.state.standing(of: last).depth
    #expect(depth == 3)
    let isSettled = crawl.state.isSettled
    #expect(isSettled)
  }

  @Test("where a run ends before all pages have come, those that came stand where they tell each other")
  func endsEarly() throws {
    var random = RepeatableRandom(seed: 1)
    var site = TableSite(pages: 1, &random)
    (site.outside, site.excluded) = ([], [])
    // 0 ─▶ 1 ─▶ 2 and 3; 3 does not come.
    site.pages = [[1], [2, 3], [4], [], []].map { .links($0.map { ($0, false) }) }
    var crawl = Simulation(site, CrawlPlan(depth: 5), redirects: 10)
    try crawl.admit(0, source: 0)
    try crawl.settle(&random)
    try crawl.settle(&random)
    crawl.waiting.removeAll { $0.page == 3 }
    try crawl.settle(&random)
    let second = try #require(crawl.asked[2])
    var isFinal = try crawl.state.isFinal(second)
    #expect(!isFinal)
    try crawl.state.end()
    isFinal = try crawl.state.isFinal(second)
    #expect(isFinal)
    let standing = try crawl.state.standing(of: second)
    #expect(standing == PageStanding(depth: 2, referrer: site.url(1), source: 0))
  }

  @Test("redirects that have no end are followed as often as the spec says")
  func endlessRedirects() throws {
    var random = RepeatableRandom(seed: 1)
    var site = TableSite(pages: 1, &random)
    (site.outside, site.excluded) = ([], [])
    site.pages = (0..<40).map { .redirect(min($0 + 1, 39)) }
    var crawl = Simulation(site, CrawlPlan(depth: 3), redirects: 10)
    try crawl.admit(0, source: 0)
    try crawl.take(crawl.state.sourcesEnded())
    while !crawl.waiting.isEmpty { try crawl.settle(&random) }
    #expect(crawl.asked.keys.sorted() == Array(0...10))
    let counts = crawl.state.counts
    #expect(counts.beyondRedirects == 1)
  }

  /// A crawl of pages of a trap, `/t/1` and so on, that anything may lead to.
  private struct TrapCrawl: ~Copyable {
    var state: CrawlState
    let key = URLFingerprint.Key(low: 1, high: 2)
    private(set) var asked: [String: CrawlState.Wanted] = [:]

    init() {
      state = CrawlState(
        CrawlPlan(depth: 100), redirects: 10, tracksFinals: true, memory: 1 << 20,
        disk: TemporaryDisk(limit: 1 << 30), traps: TrapGuard())
    }

    static func url(_ path: String) throws -> WebURL { try #require(WebURL("http://site.example" + path)) }

    private func link(_ path: String) throws -> FoundLinks.Link {
      let url = try Self.url(path)
      return FoundLinks.Link(url: url, fingerprint: URLIdentity().fingerprint(of: url, key: key), isNofollow: false)
    }

    mutating func begin() throws {
      let home = try link("/")
      let admitted = try state.admit(home.url, home.fingerprint, source: 0)
      let number = try #require(admitted)
      take(try state.sourcesEnded())
      asked["/"] = CrawlState.Wanted(
        number: number, url: home.url.href, depth: 0, hops: 0, source: 0, referrer: nil)
    }

    private mutating func take(_ wanted: [CrawlState.Wanted]) {
      for one in wanted { asked[String(one.url.dropFirst("http://site.example".count))] = one }
    }

    mutating func settle(_ path: String, says: UInt64, _ links: [String]) throws {
      let removed = asked.removeValue(forKey: path)
      let one = try #require(removed)
      let content = FoundLinks.Content.page(try links.map { try link($0) })
      take(
        try state.settle(
          CrawlPlace(number: one.number, hops: 0, source: 0), try Self.url(path), depth: one.depth,
          FoundLinks(content: content, isCut: false, says: .substance(says))))
    }

    mutating func leavesOut(_ path: String) throws -> Bool {
      guard let one = asked[path], try state.leavesOut(one.number, try Self.url(path)) else { return false }
      asked[path] = nil
      take(try state.goOn())
      return true
    }
  }

  @Test(
    "what barren pages alone lead to is left out, and asked for once a better page leads to it",
    arguments: [true, false])
  func traps(isAskedBefore: Bool) throws {
    var crawl = TrapCrawl()
    try crawl.begin()
    try crawl.settle("/", says: 1, ["/t/0", "/late"])
    // Each has the same words, and leads to two more.
    for page in 0...20 { try crawl.settle("/t/\(page)", says: 2, ["/t/\(page + 1)", "/t/\(page + 500)"]) }
    var isLeftOut = try crawl.leavesOut("/t/510")
    #expect(isLeftOut)
    isLeftOut = try crawl.leavesOut("/late")
    #expect(!isLeftOut)
    // The group was known for a trap when it was found.
    #expect(crawl.asked["/t/520"] == nil)
    if !isAskedBefore {
      isLeftOut = try crawl.leavesOut("/t/511")
      #expect(isLeftOut)
    }
    var counts = crawl.state.counts
    let before = counts.traps
    try crawl.settle("/late", says: 3, ["/t/510", "/t/511", "/t/520"])
    #expect(Set(["/t/510", "/t/511", "/t/520"]).isSubset(of: crawl.asked.keys))
    counts = crawl.state.counts
    #expect(counts.traps == before - (isAskedBefore ? 2 : 3))
    isLeftOut = try crawl.leavesOut("/t/511")
    #expect(!isLeftOut)
    // Whatever else is there is settled, or left out.
    while let path = crawl.asked.keys.sorted().first {
      if try !crawl.leavesOut(path) { try crawl.settle(path, says: 2, ["/"]) }
    }
    let isSettled = crawl.state.isSettled
    #expect(isSettled)
    let openCount = crawl.state.openCount
    #expect(openCount == 0)
  }
}
