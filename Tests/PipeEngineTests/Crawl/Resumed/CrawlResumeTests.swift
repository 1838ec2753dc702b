import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

/// Crawls that are cut off and gone on with, against one that is computed page by page and one that nothing disturbs.
@Suite("Crawls that go on", .timeLimit(.minutes(20)))
struct CrawlResumeTests {
  /// Goes on as often as it is cut off, then to the end.
  private func finish(_ crawl: inout ResumedCrawl, cuts: Int, _ random: inout RepeatableRandom) async throws {
    for _ in 0..<cuts {
      let steps = Int.random(in: 0...(random.oneIn(3) ? 400 : 60), using: &random)
      let isDone = try await crawl.run(
        cutAfter: steps, checkpoints: Int.random(in: 1...30, using: &random), stops: random.oneIn(4), &random)
      if isDone { return }
    }
    let isDone = try await crawl.run(cutAfter: nil, checkpoints: 20, &random)
    #expect(isDone)
  }

  /// Everything that can go to disk does.
  private static var tiny: Bounds {
    var bounds = Bounds()
    (bounds.orderBytes, bounds.seenBytes) = (1, 1)
    return bounds
  }

  private func text(_ value: Value) -> String? { if case .string(let text) = value { text } else { nil } }

  /// How a page is written that leads to others depends on which link to it was found first.
  private func links(_ crawl: ResumedCrawl) -> [[Value]] {
    crawl.kept.links.sorted { $0.key < $1.key }.map { _, row in
      [.string(PlainURL.identity(of: text(row[0]) ?? ""))] + row[1...]
    }
  }

  @Test("rows are those of the reference, however often the run is cut off", arguments: Effort.seeds(50))
  func equalsReference(seed: UInt64) async throws {
    let sample = SiteGenerator.sample(seed: seed, size: 20 + Int(seed) % 4 * 15)
    var rules = CrawlRules(
      sample.sources + (seed % 4 == 1 ? [sample.sources[0]] : []), depth: Int(seed % 5),
      scope: CrawlRules.Scope.allCases[Int(seed / 5) % 4])
    (rules.checksExternal, rules.checksFragments) = (seed % 3 > 0 && rules.scope != .any, seed % 2 > 0)
    rules.obeysRobots = false
    let reference = ReferenceCrawl(of: sample.site, rules)
    let pipeline = MemoryPipeline(
      sources: [MemorySource(urls: rules.sources)], sinks: [MemorySink("pages"), MemorySink("links")])
    var plan = try pipeline.plan(rules.spec(robots: "ignore"))
      .with(bounds: seed % 2 == 0 ? Self.tiny : Bounds())
    plan.crawl?.waitsForSources = seed % 7 == 0
    var random = RepeatableRandom(seed: seed)
    var crawl = ResumedCrawl(plan, sources: [rules.sources], StubFetcher(site: sample.site))
    try await finish(&crawl, cuts: 1 + Int(seed) % 4, &random)
    let rows = crawl.kept.pages.values.map { row in
      [
        .string(PlainURL.identity(of: text(row[0]) ?? "")), row[1],
        text(row[2]).map { .string(PlainURL.identity(of: $0)) } ?? .null, row[3],
      ]
    }
    let expected: [[Value]] = reference.pages.map { page in
      let status: Value =
        switch page.outcome {
        case .status(let status), .redirect(let status, _): .int(status)
        case .failure, .disallowed: .null
        }
      return [.string(page.identity), .int(page.depth), page.referrer.map { .string($0) } ?? .null, status]
    }
    #expect(rows.count == expected.count, "\(sample), \(crawl.cuts) cuts")
    #expect(Set(rows) == Set(expected), "\(sample), \(crawl.cuts) cuts")
    // Rows of links stand in the order of the site, so they are the very same, with their ordinals.
    var undisturbed = ResumedCrawl(plan, sources: [rules.sources], StubFetcher(site: sample.site))
    _ = try await undisturbed.run(cutAfter: nil, checkpoints: 1000, &random)
    let (rowsOfLinks, others) = (links(crawl), links(undisturbed))
    #expect(rowsOfLinks.count == others.count)
    // Why a link was not followed that was found before all sources were known may be one or another reason.
    let columns = plan.crawl?.waitsForSources == true ? 12 : 13
    for (row, other) in zip(rowsOfLinks, others) {
      #expect(row.prefix(columns) == other.prefix(columns), "seed \(seed)")
    }
    #expect(crawl.kept.links.count == reference.links.count { !$0.to.hasPrefix("mailto:") })
    #expect(Set(crawl.kept.links.keys.map(\.ordinal)) == Set(0..<crawl.kept.links.count))
  }

  // MARK: The most pages

  @Test("so many pages are asked for and no more, in all runs together", arguments: Effort.seeds(30))
  func pageLimit(seed: UInt64) async throws {
    var random = RepeatableRandom(seed: seed)
    var site = SiteModel()
    let count = 40
    for page in 0..<count {
      site.put("http://h\(page % 3).example/\(page)", links: (0..<count).map { "http://h\($0 % 3).example/\($0)" })
    }
    let limit = Int.random(in: 1...50, using: &random)
    let pipeline = MemoryPipeline(
      sources: [MemorySource(urls: [])], sinks: [MemorySink("pages"), MemorySink("links")])
    let holds = seed % 2 == 0 ? "url, depth, referrer" : "url"
    let plan = try pipeline.plan(
      """
      extract: [\(holds)]
      crawl: {scope: any, max_pages: \(limit)}
      fetch: {robots: ignore, retry: 1}
      sinks: [{sink0: {fields: [\(holds)]}}, {sink1: {rows: links}}]
      """)
    var crawl = ResumedCrawl(plan, sources: [["http://h0.example/0", "http://h0.example/39"]], StubFetcher(site: site))
    try await finish(&crawl, cuts: 3, &random)
    let pages = crawl.kept.pages.values.compactMap { text($0[0]) }
    #expect(pages.count == min(limit, count), "seed \(seed), \(crawl.cuts) cuts")
    #expect(Set(pages).count == pages.count)
    // Each page that has a row has rows for its links, and no other.
    let links = crawl.kept.links.values.compactMap { text($0[0]) }
    #expect(Set(links) == Set(pages))
    #expect(links.count == count * pages.count)
  }

  // MARK: Traps

  @Test("a trap that is known stays known, and no page outside of it is lost", arguments: Effort.seeds(12))
  func traps(seed: UInt64) async throws {
    var random = RepeatableRandom(seed: seed)
    var site = SiteModel()
    let root = "http://site.example"
    site.put(
      root + "/", .page(.init("Home", links: [.init("/trap/500")] + (0..<20).map { .init("/page/p\($0)", text: "p") })))
    for page in 0..<20 {
      site.put("\(root)/page/p\(page)", .page(.init("Page of number p\(page)q", links: [.init("/page/q\(page)")])))
      site.put("\(root)/page/q\(page)", .page(.init("Another of number q\(page)p", links: [.init("/")])))
    }
    for month in 0..<1000 {
      site.put(
        "\(root)/trap/\(month)",
        .page(.init("Nothing", links: [.init("/trap/\(month + 1)"), .init("/trap/\(max(0, month - 1))"), .init("/")])))
    }
    let pipeline = MemoryPipeline(
      sources: [MemorySource(urls: [])], sinks: [MemorySink("pages"), MemorySink("links")])
    let plan = try pipeline.plan(
      """
      extract: [url, depth, referrer]
      crawl: {depth: 200}
      fetch: {robots: ignore, retry: 1}
      sinks: [{sink0: {fields: [url, depth, referrer]}}, {sink1: {rows: links}}]
      """)
    var crawl = ResumedCrawl(plan, sources: [[root + "/"]], StubFetcher(site: site))
    try await finish(&crawl, cuts: 4, &random)
    let pages = crawl.kept.pages.values.compactMap { text($0[0]) }
    #expect(Set(pages).count == pages.count)
    #expect(pages.count { !$0.contains("/trap/") } == 41)
    #expect(pages.count { $0.contains("/trap/") } <= 50)
    #expect(Set(crawl.kept.links.values.compactMap { text($0[0]) }) == Set(pages))
  }

  // MARK: Answers that change

  @Test("a page that answers otherwise the second time has the row of that, and the links that it had first")
  func changedAnswers() async throws {
    func site(_ status: Int, _ links: [String]) -> SiteModel {
      var site = SiteModel()
      site.put("http://a.example/", status == 200 ? .page(.init("", links: links.map { .init($0) })) : .status(status))
      for page in ["/x", "/y", "/z"] { site.put("http://a.example" + page, links: []) }
      return site
    }
    let pipeline = MemoryPipeline(sources: [MemorySource(urls: [])])
    let plan = try pipeline.plan("extract: [url, depth, status]\ncrawl: {}\nfetch: {robots: ignore, retry: 1}")
    for (status, links) in [(404, []), (200, ["/z"]), (200, [])] {
      var random = RepeatableRandom(seed: 1)
      var crawl = ResumedCrawl(plan, sources: [["http://a.example/"]], StubFetcher(site: site(200, ["/x", "/y"])))
      // The page comes, and its row is lost: it is at no checkpoint.
      try await crawl.runLosingRows(steps: 3, &random)
      crawl.fetcher = StubFetcher(site: site(status, links))
      #expect(try await crawl.run(cutAfter: nil, checkpoints: 100, &random))
      let rows = Set(crawl.kept.pages.values.map { Array($0[0..<3]) })
      #expect(
        rows == [
          [.string("http://a.example/"), .int(0), .int(status)], [.string("http://a.example/x"), .int(1), .int(200)],
          [.string("http://a.example/y"), .int(1), .int(200)],
        ])
    }
  }
}
