import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

/// Crawls of sites with pages without an end, and of sites that look like such.
@Suite("Graph, crawling traps", .timeLimit(.minutes(20)))
struct CrawlTrapTests {
  private static let start = "http://site.example/"
  private static let innocents = 60

  /// Text that no other number has, and that no rule for traps passes over.
  private static func text(_ number: Int) -> String { "item x\(number)y of the whole" }

  enum Trap: String, CaseIterable {
    case calendar, facets, sessions, ownPath, escapes, echo
  }

  /// The body of a page of a trap, by its path with the query.
  private static func body(_ trap: Trap, _ path: String) -> String {
    func links(_ urls: [String]) -> String { urls.map { "<a href='\($0)'>x</a>" }.joined() }
    let query = path.split(separator: "?", maxSplits: 1).dropFirst().first.map(String.init) ?? ""
    switch trap {
    case .calendar:
      let month = Int(path.split { !$0.isNumber }.last ?? "") ?? 24_000
      return "Month \(month % 12 + 1) of \(month / 12): nothing"
        + links(["/trap/\(month + 1)", "/trap/\(month - 1)", "/"])
    case .facets:
      let chosen = query.split(separator: "&").map(String.init).filter { $0 != "all" }
      let all = ["color=red", "color=blue", "size=s", "size=l", "sort=up", "sort=down", "brand=acme", "sale=1"]
      return "boots and shoes"
        + links(
          all.map { facet in
            "/trap?all&"
              + (chosen.contains(facet) ? chosen.filter { $0 != facet } : chosen + [facet]).joined(separator: "&")
          } + ["/"])
    case .sessions:
      let session = path.utf8.reduce(5381) { ($0 * 33 + Int($1)) % 1_000_003 }
      return "the same page" + links((0..<4).map { "/trap/\(["a", "b", "c", "d"][$0])?sid=\(session + $0)" } + ["/"])
    case .ownPath: return "a page" + links(["a/", "/"])
    case .escapes: return "a page" + links([path + (query.isEmpty ? "?x=1" : "&amp;x=1"), "/"])
    case .echo:
      return "You asked for http://site.example\(path)" + links([path + "/n\(path.utf8.count)", "/"])
    }
  }

  private static func body(of path: String, _ trap: Trap) -> String {
    if path == "/" {
      return "welcome <a href='/trap'>in</a>"
        + (0..<innocents / 2).map { "<a href='/page/p\($0)'>\($0)</a>" }.joined()
    }
    if path.hasPrefix("/page/"), let number = Int(path.dropFirst("/page/p".count)) {
      let next = number + innocents / 2
      return text(number) + "<a href='/'>home</a>" + (next < innocents ? "<a href='/page/p\(next)'>next</a>" : "")
    }
    return body(trap, path)
  }

  private func path(_ request: Request) -> String {
    request.url.map { String($0.hrefWithoutFragment.dropFirst("http://site.example".count)) } ?? ""
  }

  /// Crawls a site with a trap.
  private func crawl(
    _ trap: Trap, traps: String = "guard", depth: Int = 100, seed: UInt64 = 0, bounds: Bounds = Bounds()
  ) async throws -> (pages: [String], links: [[Value]], graph: Graph) {
    let sinks = [MemorySink("pages"), MemorySink("links")]
    let pipeline = MemoryPipeline(sources: [MemorySource(urls: [Self.start])], sinks: sinks)
    let plan = try pipeline.plan(
      """
      extract: [url, depth, referrer]
      crawl: {depth: \(depth), traps: \(traps)}
      fetch: {robots: ignore, per_host: {concurrency: 8}}
      sinks: [{sink0: {fields: [url, depth, referrer]}}, {sink1: {rows: links}}]
      """
    ).with(bounds: bounds)
    let fetcher = StubFetcher(places: 8, seed: seed) { .status(200, body: Self.body(of: path($0), trap)) }
    let graph = Graph(plan, fetcher: fetcher)
    try await graph.runConserving()
    let rows = sinks[0].rows.all
    var depths: [Value: Value] = [:]
    for row in rows { #expect(depths.updateValue(row[1], forKey: row[0]) == nil) }
    for row in rows {
      guard row[2] != .null, case .int(let above)? = depths[row[2]] else {
        #expect(row[0] == .string(Self.start), "\(row)")
        continue
      }
      #expect(row[1] == .int(above + 1), "\(row)")
    }
    // A page has a row for each of its links, once.
    let from = Set(sinks[1].rows.all.map { $0[0] })
    #expect(from == Set(rows.map { $0[0] }))
    return (fetcher.log.all.map { String($0.dropFirst(Self.start.count - 1)) }, sinks[1].rows.all, graph)
  }

  @Test("a trap costs at most 50 pages, and no page outside of it is lost", arguments: Trap.allCases, 0..<UInt64(3))
  func bound(trap: Trap, seed: UInt64) async throws {
    var bounds = Bounds()
    if seed == 1 {
      (bounds.requests, bounds.frontier, bounds.fetched, bounds.records) = (1, 1, 1, 1)
      (bounds.frontierBytes, bounds.orderBytes, bounds.seenBytes) = (1, 1, 1)
    }
    let (pages, _, graph) = try await crawl(trap, seed: seed, bounds: bounds)
    #expect(Set(pages).count == pages.count)
    #expect(pages.filter { $0.contains("/page/p") }.count == Self.innocents)
    #expect(pages.filter { !$0.contains("/page/p") }.count - 1 <= 50)
    let groups = graph.progress.trapGroups.groups
    let counts = graph.progress.crawlCounts?.counts
    #expect((counts.map { $0.traps + $0.endless } ?? 0) > 0)
    if [.calendar, .facets, .sessions].contains(trap) {
      #expect(groups.reduce(0) { $0 + $1.dropped } > 0, "\(groups)")
    }
    for group in groups where group.dropped > 0 {
      #expect(group.shape.contains("trap") || group.shape.contains("sid"), "\(group)")
    }
  }

  @Test("with traps: off a trap is followed as deep as the spec says")
  func off() async throws {
    let (pages, _, graph) = try await crawl(.calendar, traps: "off", depth: 80)
    #expect(pages.filter { $0.contains("/trap") }.count == 160)
    #expect(graph.progress.trapGroups.groups.isEmpty)
  }

  @Test("links that are left out say so in their rows")
  func rows() async throws {
    let (_, links, _) = try await crawl(.calendar)
    let left = links.filter { row in
      if case .string(let reason)? = row.last { reason.hasPrefix("trap") } else { false }
    }
    #expect(left.count >= 2)
    let reason = Value.string("trap: pages like http://site.example/trap/* say nothing new")
    #expect(left.allSatisfy { $0.last == reason && $0[$0.count - 2] == .bool(true) })
  }

  /// Sites whose URLs look like those of traps.
  private static func lookalike(_ kind: Int) -> SiteModel {
    var site = SiteModel()
    func put(_ path: String, _ title: String, _ links: [String]) {
      site.put(
        "http://site.example" + path,
        .page(SiteModel.Page(title, links: links.map { SiteModel.Link($0, text: "to \($0)") })))
    }
    switch kind {
    // Pages of a list, each with a link to the next and to ten items.
    case 0:
      for page in 0..<60 {
        put(
          page == 0 ? "/" : "/list?page=\(page)", "List",
          (page < 59 ? ["/list?page=\(page + 1)"] : []) + (0..<10).map { "/item?id=\(page * 10 + $0)" })
      }
      for item in 0..<600 { put("/item?id=\(item)", "Item", ["/"]) }
    // A catalogue whose products differ in their URL alone, and lead to others like them.
    case 1:
      put("/", "Shop", (0..<20).map { "/c/\($0)" })
      for page in 0..<20 { put("/c/\(page)", "Category \(page)", (0..<30).map { "/product/\(page * 30 + $0)" }) }
      for item in 0..<600 {
        put("/product/\(item)", "Buy now", ["/product/\((item + 1) % 600)", "/product/\(item / 2)"])
      }
    // An archive by months, each of which has articles, of many words or few.
    case 2:
      for month in 0..<120 {
        put(
          month == 0 ? "/" : "/\(2010 + month / 12)/\(month % 12 + 1)", "Archive",
          (month < 119 ? ["/\(2010 + (month + 1) / 12)/\((month + 1) % 12 + 1)"] : [])
            + (0..<4).map { "/post/p\(month)n\($0)" })
        for post in 0..<4 { put("/post/p\(month)n\(post)", "p\(month)n\(post)", []) }
      }
    // Redirects within a group, found from two pages.
    default:
      put("/", "Start", (0..<300).map { "/go/\($0)" } + ["/second"])
      put("/second", "Second", (0..<300).map { "/go/\($0 + 150)" })
      for number in 0..<450 {
        site.put("http://site.example/go/\(number)", .redirect(302, to: "/to/\(number / 2)"))
        put("/to/\(number / 2)", "The same for all", ["/"])
      }
    }
    return site
  }

  @Test("sites that look like traps are fetched as by the reference", arguments: 0..<4, 0..<UInt64(2))
  func lookalikes(kind: Int, seed: UInt64) async throws {
    let site = Self.lookalike(kind)
    let rules = CrawlRules([Self.start], depth: 200)
    let reference = ReferenceCrawl(of: site, rules)
    let pipeline = MemoryPipeline([Self.start])
    let plan = try pipeline.plan("extract: [url, depth, referrer]\ncrawl: {depth: 200}\nfetch: {retry: 1}")
    try await Graph(plan, fetcher: StubFetcher(site: site, places: 8, seed: seed)).runConserving()
    let rows = Set(pipeline.sinks[0].rows.all.map { Array($0[0..<3]) })
    let expected = Set(
      reference.pages.map { page in
        [Value.string(page.identity), .int(page.depth), page.referrer.map { .string($0) } ?? .null]
      })
    #expect(reference.pages.count >= 450)
    #expect(rows.count == expected.count)
    #expect(rows == expected)
  }
}
