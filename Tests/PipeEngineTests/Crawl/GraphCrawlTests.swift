import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

@Suite("Graph, crawling", .timeLimit(.minutes(20)))
struct GraphCrawlTests {
  private struct Row: Hashable {
    let url: Value
    let depth: Value
    let referrer: Value
    let source: Value
    let status: Value
  }

  private static let fields = "extract: [url, depth, referrer, source, status]"

  private func answer(_ site: TableSite, _ page: Int) -> StubFetcher.Answer {
    switch site.pages[page] {
    case .redirect(let target): return .status(302, location: site.url(target))
    case .links(let links):
      let anchors = links.map {
        "<a href='\(site.url($0.target))#\(page)'\($0.isNofollow ? " rel=nofollow" : "")>x</a>"
      }
      return .status(200, body: "<title>page p\(page)q</title>" + anchors.joined())
    }
  }

  /// Requests by their URL, as pages of a site.
  private func fetcher(
    _ site: TableSite, seed: UInt64, failing: @escaping @Sendable (Int, Int) -> StubFetcher.Answer? = { _, _ in nil }
  ) -> StubFetcher {
    let pages = Dictionary(uniqueKeysWithValues: site.pages.indices.map { (site.url($0), $0) })
    return StubFetcher(places: 5, seed: seed) { request in
      guard let page = request.url.flatMap({ pages[String($0.hrefWithoutFragment)] }) else { return .status(404) }
      return failing(page, request.attempt) ?? answer(site, page)
    }
  }

  private func expected(_ site: TableSite, _ sources: [[Int]], depth: Int) -> Set<Row> {
    let crawl = ObviousCrawl(site, sources: sources, depth: depth, redirects: 10)
    return Set(
      crawl.places.map { page, place in
        let status = if case .redirect = site.pages[page] { 302 } else { 200 }
        return Row(
          url: .string(site.url(page)), depth: .int(place.depth),
          referrer: place.referrer.map { .string(site.url($0)) } ?? .null,
          source: .string("source\(place.source)"), status: .int(status))
      })
  }

  private func rows(_ sink: MemorySink) -> [Row] {
    sink.rows.all.map { Row(url: $0[0], depth: $0[1], referrer: $0[2], source: $0[3], status: $0[4]) }
  }

  @Test("rows are those of the site, whatever the order of the answers and the bounds", arguments: 0..<30)
  func equalsReference(seed: UInt64) async throws {
    var random = RepeatableRandom(seed: seed)
    let site = TableSite(pages: Int.random(in: 2...50, using: &random), &random)
    let depth = Int.random(in: 0...4, using: &random)
    let sources = (0..<2).map { _ in
      (0..<Int.random(in: 1...3, using: &random)).map { _ in Int.random(in: site.pages.indices, using: &random) }
    }
    let pipeline = MemoryPipeline(sources: sources.map { MemorySource(urls: $0.map { site.url($0) }) })
    var bounds = Bounds()
    if seed % 2 == 0 {
      (bounds.requests, bounds.frontier, bounds.fetched, bounds.records) = (1, 1, 1, 1)
      (bounds.frontierBytes, bounds.orderBytes) = (1, 1)
    }
    let plan = try pipeline.plan(
      "\(Self.fields)\ncrawl: {depth: \(depth), exclude: [/no/*]}"
    ).with(bounds: bounds)
    let graph = Graph(plan, fetcher: fetcher(site, seed: seed))
    try await graph.runConserving()
    let rows = rows(pipeline.sinks[0])
    #expect(rows.count == Set(rows).count)
    #expect(Set(rows) == expected(site, sources, depth: depth), "seed \(seed)")
  }

  private struct LinkRowValues: Hashable {
    let from: Value
    let to: Value
    let depth: Value
    let status: Value
    let isOK: Value
    let isKnown: Bool
  }

  /// The links of a crawl, worked out one after the other.
  private func expectedLinks(_ site: TableSite, _ crawl: ObviousCrawl) -> [LinkRowValues: Int] {
    var rows: [LinkRowValues: Int] = [:]
    for (page, place) in crawl.places {
      guard case .links(let links) = site.pages[page] else { continue }
      for (target, _) in links {
        var end = target
        var hops = 0
        while hops < 10, crawl.places[end] != nil, case .redirect(let next) = site.pages[end] {
          end = next
          hops += 1
        }
        let isLoop = if case .redirect = site.pages[end] { crawl.places[end] != nil } else { false }
        let isKnown = crawl.places[end] != nil && !isLoop
        let row = LinkRowValues(
          from: .string(site.url(page)), to: .string(site.url(target) + "#\(page)"), depth: .int(place.depth),
          status: isKnown ? 200 : .null, isOK: .bool(!isLoop), isKnown: isKnown || isLoop)
        rows[row, default: 0] += 1
      }
    }
    return rows
  }

  @Test("each link is a row with what came of its target, whatever the order of the answers", arguments: 0..<20)
  func linkRows(seed: UInt64) async throws {
    var random = RepeatableRandom(seed: 100 + seed)
    let site = TableSite(pages: Int.random(in: 2...40, using: &random), &random)
    let depth = Int.random(in: 0...4, using: &random)
    let sources = [(0..<2).map { _ in Int.random(in: site.pages.indices, using: &random) }]
    let sinks = [MemorySink("pages"), MemorySink("links"), MemorySink("broken")]
    let pipeline = MemoryPipeline(
      sources: sources.map { MemorySource(urls: $0.map { site.url($0) }) }, sinks: sinks)
    let plan = try pipeline.plan(
      """
      extract: [url, depth, referrer, source, status]
      crawl: {depth: \(depth), exclude: [/no/*]}
      sinks:
        - sink0
        - sink1: {rows: links}
        - sink2: {rows: links, when: not ok}
      """)
    try await Graph(plan, fetcher: fetcher(site, seed: seed)).runConserving()
    let rows = sinks[1].rows.all.map { row in
      LinkRowValues(
        from: row[0], to: row[1], depth: row[8], status: row[9], isOK: row[11], isKnown: row[12] == .null)
    }
    let crawl = ObviousCrawl(site, sources: sources, depth: depth, redirects: 10)
    #expect(Dictionary(rows.map { ($0, 1) }, uniquingKeysWith: +) == expectedLinks(site, crawl), "seed \(seed)")
    #expect(sinks[2].rows.count == rows.count { $0.isOK == .bool(false) })
    #expect(sinks[0].rows.count == crawl.places.count)
  }

  @Test("a link is broken where its target is, and not where the target does not say")
  func brokenLinks() async throws {
    let sinks = [MemorySink("broken"), MemorySink("all")]
    let pipeline = MemoryPipeline(sources: [MemorySource(urls: ["http://site.example/"])], sinks: sinks)
    let plan = try pipeline.plan(
      """
      extract: [url]
      crawl: {}
      fetch: {retry: 1, robots: ignore}
      sinks: [{sink0: {rows: links, when: not ok}}, {sink1: {rows: links}}]
      """)
    let fetcher = StubFetcher { request in
      switch request.url?.pathname {
      case "/":
        .status(200, body: ["404", "500", "429", "503", "dead", "moved"].map { "<a href=/\($0)>\($0) !</a>" }.joined())
      case "/dead": .error(RequestError(.timeout, "no answer within 10s"))
      case "/moved": .status(301, location: "/404")
      case let path?: .status(Int(path.dropFirst()) ?? 200)
      case nil: .status(200)
      }
    }
    try await Graph(plan, fetcher: fetcher).runConserving()
    func texts(_ sink: MemorySink) -> [Value] { sink.rows.all.map { $0[2] } }
    #expect(texts(sinks[0]) == ["404 !", "500 !", "dead !", "moved !"])
    #expect(sinks[0].rows.all.map { $0[9] } == [404, 500, nil, 404])
    #expect(sinks[0].rows.all[2][10] == "timeout: no answer within 10s")
    #expect(texts(sinks[1]) == ["404 !", "500 !", "429 !", "503 !", "dead !", "moved !"])
    #expect(sinks[1].rows.all[2][12] == "not known: the server answered 429")
  }

  @Test("a page that fails at first leads on once it comes, and one that never comes leads nowhere")
  func failures() async throws {
    var random = RepeatableRandom(seed: 5)
    var site = TableSite(pages: 1, &random)
    (site.outside, site.excluded) = ([], [])
    site.pages = [[1, 2], [3], [4], [], []].map { .links($0.map { ($0, false) }) }
    let pipeline = MemoryPipeline([site.url(0)])
    let plan = try pipeline.plan(
      "\(Self.fields)\ncrawl: {}\nfetch: {retry: {attempts: 3, base: 1ms}}")
    let leaf = site.url(4)
    let fetcher = fetcher(site, seed: 1) { page, attempt in
      switch (page, attempt) {
      case (1, ..<3): .error(RequestError(.timeout, "no answer"))
      case (2, _): .status(500, body: "<a href='\(leaf)'>x</a>")
      default: nil
      }
    }
    try await Graph(plan, fetcher: fetcher).runConserving()
    #expect(Set(rows(pipeline.sinks[0]).map(\.url)) == Set([0, 1, 2, 3].map { .string(site.url($0)) }))
  }

  @Test("so many pages are asked for and no more, those that fail included", arguments: [1, 2, 7, 1000])
  func pageLimit(limit: Int) async throws {
    var random = RepeatableRandom(seed: 3)
    var site = TableSite(pages: 40, &random)
    (site.outside, site.excluded) = ([], [])
    site.pages = (0..<40).map { page in .links((0..<40).map { ($0, false) }) }
    let pipeline = MemoryPipeline([site.url(0)])
    var bounds = Bounds()
    // Some of them go to disk.
    (bounds.frontier, bounds.frontierBytes) = (1, 1)
    let plan = try pipeline.plan("\(Self.fields)\ncrawl: {max_pages: \(limit)}\nfetch: {robots: ignore, retry: 1}")
      .with(bounds: bounds)
    let fetcher = fetcher(site, seed: 2) { page, _ in page % 3 == 1 ? .error(RequestError(.timeout, "no")) : nil }
    let graph = Graph(plan, fetcher: fetcher)
    try await graph.runConserving()
    #expect(fetcher.log.count == min(limit, 40))
    #expect(pipeline.sinks[0].rows.count == min(limit, 40))
    let beyond = graph.progress.stages.reduce(0) { $0 + $1.beyondLimit }
    #expect((beyond == 0) == (limit >= 40))
  }

  @Test("a page that sets a cookie and redirects to itself is asked again; without cookies its row is the redirect")
  func redirectToItself() async throws {
    for keeps in [true, false] {
      let pipeline = MemoryPipeline(["http://site.example/"])
      let plan = try pipeline.plan(
        "\(Self.fields)\ncrawl: {}\nfetch: {cookies: \(keeps ? "run" : "none"), retry: 1, robots: ignore}")
      let fetcher = StubFetcher { request in
        request.trail.isEmpty ? .status(302, location: "http://site.example/") : .status(200)
      }
      try await Graph(plan, fetcher: fetcher).runConserving()
      #expect(pipeline.sinks[0].rows.all.map { $0[4] } == [.int(keeps ? 200 : 302)])
      #expect(fetcher.log.count == (keeps ? 2 : 1))
    }
  }

  @Test("a user and password of a source's URL go with its links, and into no row")
  func userinfo() async throws {
    let sinks = [MemorySink("pages"), MemorySink("links")]
    let pipeline = MemoryPipeline(sources: [MemorySource(urls: ["http://u:secret@site.example/#x"])], sinks: sinks)
    let plan = try pipeline.plan(
      """
      extract: [depth, referrer, status]
      crawl: {}
      fetch: {robots: ignore}
      sinks: [sink0, {sink1: {rows: links}}]
      """)
    let fetcher = StubFetcher { request in
      switch request.url?.pathname {
      case "/": .status(200, body: "<a href=/a>a</a>")
      case "/a": .status(302, location: "/b#y")
      default: .status(200, body: "<a href=/c?@#z>c</a>")
      }
    }
    try await Graph(plan, fetcher: fetcher).runConserving()
    #expect(fetcher.log.all.allSatisfy { $0.contains("u:secret@") })
    #expect(fetcher.log.count == 4)
    let rows = sinks[0].rows.all + sinks[1].rows.all
    #expect(rows.count == 4 + 3)
    #expect(!String(reflecting: rows).contains("secret"))
    #expect(sinks[0].rows.all.map { $0[1] }.contains("http://site.example/a"))
  }

  @Test("links that are no http URLs lead nowhere")
  func leadsNowhere() async throws {
    let pipeline = MemoryPipeline(["http://site.example/"])
    let plan = try pipeline.plan("\(Self.fields)\ncrawl: {}")
    let fetcher = StubFetcher { _ in
      .status(200, body: "<a href='http://'>x</a><a href='mailto:a@b.example'>x</a><a href='http://a b/'>y</a><a>z</a>")
    }
    try await Graph(plan, fetcher: fetcher).runConserving()
    #expect(pipeline.sinks[0].rows.count == 1)
  }

  @Test(
    "a run that is stopped in the middle of a crawl writes what it has and loses count of nothing", arguments: 0..<5)
  func stopped(seed: UInt64) async throws {
    var random = RepeatableRandom(seed: seed)
    var site = TableSite(pages: 60, &random)
    (site.outside, site.excluded) = ([], [])
    let pipeline = MemoryPipeline([site.url(0), site.url(1)])
    let control = RunControl()
    let count = Recorder<Int>()
    let plan = try pipeline.plan("\(Self.fields)\ncrawl: {depth: 20}")
    let fetcher = fetcher(site, seed: seed) { page, _ in
      count.append(page)
      if count.count == 8 { control.stop(by: .now) }
      return nil
    }
    let graph = Graph(plan, fetcher: fetcher, control: control)
    try await graph.run()
    #expect(graph.progress.discrepancies == [])
    #expect(pipeline.sinks[0].rows.count <= 20)
  }
}
