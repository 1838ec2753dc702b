import Glibc
import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, with lists of pages", .timeLimit(.minutes(20)))
struct FollowTests {
  private static let lists = """
    sources:
      - urls: [SITE/shop, "SITE/shop?page=4"]
        follow: {css: a.next}
      - urls: SITE/json/items
        follow: {json: $.next, max_pages: 3}
    fetch: {allow_private: [127.0.0.1], retry: 1, per_host: {rate: 40/s}}
    extract: [url, referrer, source]
    sinks: [{csv: out.csv}]
    journal: {every: 100ms}
    """

  private static func urls(_ site: String) -> [String] {
    (1...10).map { $0 == 1 ? "\(site)/shop" : "\(site)/shop?page=\($0)" } + (4...10).map { "\(site)/shop?page=\($0)" }
      + (1...3).map { $0 == 1 ? "\(site)/json/items" : "\(site)/json/items?page=\($0)" }
  }

  @Test("each list is fetched to its end, or its most pages, in the order of the input where that is asked for")
  func lists() async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(Self.lists.replacing("csv: out.csv", with: "csv: {path: out.csv, order: input}"))
      let outcome = try await place.pipe("run", spec)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(
        outcome.errors.contains("source 2, 1 URL: 1 list of pages ended at max_pages: 3, with a next page left"),
        "\(outcome.errors)")
      let rows = try place.table("out.csv").rows
      #expect(rows.map { $0["url"] ?? "" } == Self.urls(place.site.baseURL))
      #expect(rows[2]["referrer"] == rows[1]["url"])
      #expect(rows[10]["referrer"] == "")
    }
  }

  @Test("killed again and again, the lists go on where they were, and each page has one row")
  func killed() async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(Self.lists)
      let part = place.folder.path("out.csv.part")
      for kill in 1...3 {
        let command = try place.start(["run", spec, "--resume"])
        #expect(try await command.send(SIGKILL) { Self.lines(of: part) >= kill * 5 })
        #expect(await command.outcome().status == 128 + SIGKILL)
        #expect(!place.folder.exists("out.csv"))
      }
      let outcome = try await place.pipe("run", spec, "--resume")
      #expect(outcome.status == 0, "\(outcome.errors)")
      let urls = try place.table("out.csv").rows.map { $0["url"] ?? "" }
      #expect(urls.sorted() == Self.urls(place.site.baseURL).sorted())
    }
  }

  @Test("killed again and again, the lists of a crawl and their products have one row each")
  func killedCrawl() async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(
        """
        sources: [{urls: SITE/shop, follow: {css: a.next}}]
        crawl: {follow: {css: .product h2 a}, depth: 1}
        fetch: {allow_private: [127.0.0.1], retry: 1, per_host: {rate: 120/s}, robots: ignore}
        extract: [url]
        sinks: [{csv: out.csv}]
        journal: {every: 100ms}
        """)
      let part = place.folder.path("out.csv.part")
      for kill in 1...3 {
        let command = try place.start(["run", spec, "--resume"])
        #expect(try await command.send(SIGKILL) { Self.lines(of: part) >= kill * 30 })
        #expect(await command.outcome().status == 128 + SIGKILL)
      }
      let outcome = try await place.pipe("run", spec, "--resume")
      #expect(outcome.status == 0, "\(outcome.errors)")
      let shop = place.site.baseURL + "/shop"
      let expected = (1...200).map { "\(shop)/\($0)" } + [shop] + (2...10).map { "\(shop)?page=\($0)" }
      let urls = try place.table("out.csv").rows.map { $0["url"] ?? "" }
      #expect(urls.sorted() == expected.sorted())
    }
  }

  private static func lines(of path: String) -> Int {
    guard let file = fopen(path, "r") else { return 0 }
    defer { fclose(file) }
    var count = 0
    while case let byte = getc(file), byte != EOF { if byte == 0x0A { count += 1 } }
    return count
  }

  @Test("why tells of a next page, and plan of how it is found")
  func told() async throws {
    try await Workplace.use(pages: 1) { place in
      let site = place.site.baseURL
      let spec = try place.spec(Self.lists)
      #expect(try await place.pipe("run", spec).status == 0)
      let why = try await place.pipe("why", "\(site)/json/items?page=3", spec)
      #expect(why.output.contains("of the next pages (follow)"), "\(why.output)")
      #expect(why.output.contains("1 row in out.csv"), "\(why.output)")
      let plan = try await place.pipe("plan", spec)
      #expect(plan.output.contains("then the next page of each, found by css 'a.next', as many as"), "\(plan.output)")
      #expect(plan.output.contains("requests   at least 3"), "\(plan.output)")
    }
  }

  @Test("a next page stays with the rules of requests: private addresses, robots.txt")
  func rules() async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(
        """
        sources: [{urls: "SITE/shop", follow: {xpath: "concat('http://10.0.0.1/', '')"}}]
        fetch: {allow_private: [127.0.0.1], retry: 1}
        extract: [url, error]
        sinks: [{csv: {path: out.csv, order: input}}]
        """)
      #expect(try await place.pipe("run", spec).status == 0)
      let rows = try place.table("out.csv").rows
      #expect(rows.map { $0["url"] } == ["\(place.site.baseURL)/shop", "http://10.0.0.1/"])
      #expect(rows.last?["error"]?.hasPrefix("forbidden: ") == true, "\(rows)")
    }
  }
}
