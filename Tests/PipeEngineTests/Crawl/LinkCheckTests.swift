import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

/// Links that are out of scope, which are asked what comes of them and lead nowhere.
@Suite("Checks of links", .timeLimit(.minutes(20)))
struct LinkCheckTests {
  private struct Crawled {
    /// `to status ok`, with the error's code or the reason, in the order of the rows.
    let rows: [String]
    let pages: [Value]
    /// `HEAD http://far.example/x`, each request.
    let log: [String]
    let graph: Graph

    func requests(_ part: String) -> [String] { log.filter { $0.contains(part) } }
  }

  private func text(_ value: Value) -> String {
    switch value {
    case .string(let text): text
    case .int(let number): "\(number)"
    default: "-"
    }
  }

  /// Crawls http://site.example/ with checks of what is out of scope.
  private func crawl(
    _ options: String = "", fetch: String = "retry: 1, robots: ignore", sources: [String] = ["http://site.example/"],
    bounds: Bounds? = nil, seed: UInt64 = 0, control: RunControl = RunControl(),
    _ answer: @escaping @Sendable (_ method: String, _ url: String) -> StubFetcher.Answer
  ) async throws -> Crawled {
    let sinks = [MemorySink("pages"), MemorySink("links")]
    let pipeline = MemoryPipeline(sources: [MemorySource(urls: sources)], sinks: sinks)
    let plan = try pipeline.plan(
      """
      extract: [url, depth]
      crawl: {check: external, \(options)}
      fetch: {\(fetch)}
      sinks: [sink0, {sink1: {rows: links, fields: [to, status, error, ok, reason]}}]
      """
    ).with(bounds: bounds)
    let fetcher = StubFetcher(seed: seed) {
      answer($0.method?.rawValue ?? "GET", String($0.url?.hrefWithoutFragment ?? ""))
    }
    let graph = Graph(plan, fetcher: fetcher, control: control)
    try await graph.run()
    #expect(graph.progress.discrepancies == [])
    let rows = sinks[1].rows.all.map { row in
      let isOK = row[3] == .bool(true) ? "ok" : "broken"
      let words = row[2] == .null ? text(row[4]) : text(row[2]).split(separator: " ").first.map(String.init) ?? ""
      return "\(text(row[0])) \(text(row[1])) \(isOK) \(words)"
    }
    return Crawled(
      rows: rows, pages: sinks[0].rows.all.map { $0[0] },
      log: fetcher.log.all.map { $0.hasPrefix("- ") ? "GET" + $0.dropFirst() : $0 }, graph: graph)
  }

  /// A page with links to paths of another host.
  private func page(_ paths: String...) -> StubFetcher.Answer {
    .status(
      200, body: paths.map { "<a href='\($0.hasPrefix("http") ? "" : "http://far.example")\($0)'>x</a>" }.joined())
  }

  @Test("a link out of scope is asked by HEAD, by GET where that does not tell, and followed nowhere")
  func methods() async throws {
    let crawled = try await crawl { method, url in
      switch (url.dropFirst(7), method) {
      case ("site.example/", _): page("/ok", "/no-head", "/gone", "/busy", "/later", "/broken-off", "/503", "/down")
      case ("far.example/ok", _): .status(200, body: "<a href=/more>x</a>")
      case ("far.example/no-head", "HEAD"): .status(405)
      case ("far.example/no-head", _): .status(200, body: "<a href=/more>x</a>")
      case ("far.example/gone", _): .status(404)
      case ("far.example/busy", _): .status(429)
      case ("far.example/503", _): .status(503)
      case ("far.example/later", _): .status(500)
      case ("far.example/broken-off", "HEAD"): .error(RequestError(.connection, "closed", .connectionLost))
      case ("far.example/broken-off", _): .status(200)
      case ("far.example/down", _): .error(RequestError(.dns, "no address", .noConnection))
      default: .status(418)
      }
    }
    #expect(
      crawled.rows == [
        "http://far.example/ok 200 ok -", "http://far.example/no-head 200 ok -",
        "http://far.example/gone 404 broken -",
        "http://far.example/busy 429 ok not known: the server answered 429", "http://far.example/later 500 broken -",
        "http://far.example/broken-off 200 ok -",
        "http://far.example/503 503 ok not known: the server answered 503", "http://far.example/down - broken dns:",
      ])
    #expect(crawled.pages == ["http://site.example/"])
    #expect(crawled.log.count == 1 + 8 + 3)
    #expect(crawled.requests("GET http://far").count == 3)
    #expect(crawled.graph.progress.crawlCounts?.counts.checks == .init(asked: 8, well: 3, broken: 3, unknown: 2))
  }

  @Test("a URL is asked once, however many pages link to it", arguments: [0, 1] as [UInt64])
  func once(seed: UInt64) async throws {
    let links = (0..<300).map { "<a href=/p\($0)>p</a>" }.joined()
    let far =
      "<a href=http://down.example/>d</a><a href=http://far.example/x#a>f</a><a href=http://far.example/x#b>f</a>"
    let crawled = try await crawl(seed: seed) { _, url in
      switch url {
      case "http://site.example/": .status(200, body: links)
      case "http://far.example/x": .status(404)
      case "http://down.example/": .error(RequestError(.connect, "refused", .noConnection))
      default: .status(200, body: far)
      }
    }
    #expect(crawled.rows.count == 300 + 3 * 300)
    #expect(crawled.rows.count { $0 == "http://down.example/ - broken connect:" } == 300)
    #expect(crawled.rows.count { $0 == "http://far.example/x#b 404 broken -" } == 300)
    #expect(crawled.requests("down.example") == ["HEAD http://down.example/"])
    #expect(crawled.requests("far.example") == ["HEAD http://far.example/x", "GET http://far.example/x"])
  }

  @Test("exclude keeps a link from being checked, and include, nofollow and depth do not")
  func patterns() async throws {
    let crawled = try await crawl("depth: 0, exclude: ['*/no/*'], include: ['/docs/*']") { _, url in
      url == "http://site.example/"
        ? .status(
          200,
          body: "<a href=http://far.example/no/x>a</a><a href=http://far.example/yes>b</a><a href=/docs/deep>c</a>"
            + "<a href=/else>d</a><a rel=nofollow href=http://far.example/too>e</a>") : .status(200)
    }
    #expect(
      crawled.rows == [
        "http://far.example/no/x - ok exclude[0] at spec.yaml:4:46", "http://far.example/yes 200 ok -",
        "http://site.example/docs/deep - ok beyond depth 0",
        "http://site.example/else - ok no pattern of include matches",
        "http://far.example/too 200 ok -",
      ])
    #expect(crawled.log.count == 3)
  }

  @Test("what redirects is asked where to, once, and a chain counts against redirects")
  func redirects() async throws {
    let crawled = try await crawl(fetch: "retry: 1, robots: ignore, redirects: 3") { _, url in
      let path = url.replacing("http://far.example", with: "")
      if url == "http://site.example/" { return page("/0", "/1", "/2", "/loop", "/mail", "/home", "/lost", "/known") }
      switch path {
      case "/0", "/1", "/2", "/3": return .status(302, location: "/\((Int(path.dropFirst()) ?? 0) + 1)")
      case "/loop": return .status(301, location: "/loop")
      case "/mail": return .status(301, location: "mailto:a@b.example")
      case "/home": return .status(301, location: "http://site.example/")
      case "/lost": return .status(301, location: "http://site.example/never-linked")
      case "/known": return .status(301, location: "/4")
      case "http://site.example/never-linked": return .status(404, body: "<a href=/x>x</a>")
      default: return .status(200)
      }
    }
    #expect(
      crawled.rows == [
        "http://far.example/0 - broken redirects:", "http://far.example/1 200 ok -", "http://far.example/2 200 ok -",
        "http://far.example/loop - broken redirects:",
        "http://far.example/mail - ok a redirect to 'mailto:' is not followed", "http://far.example/home 200 ok -",
        "http://far.example/lost 404 broken -", "http://far.example/known 200 ok -",
      ])
    #expect(Dictionary(crawled.log.map { ($0, 1) }, uniquingKeysWith: +).values.allSatisfy { $0 == 1 })
    #expect(crawled.requests("http://site.example/") == ["GET http://site.example/"] + crawled.requests("never-linked"))
    #expect(
      crawled.requests("never-linked").sorted() == ["GET", "HEAD"].map { "\($0) http://site.example/never-linked" })
  }

  @Test("what the sources' redirects bring into scope is a page, however early it was linked to", arguments: 0..<8)
  func scopeGrows(seed: UInt64) async throws {
    let crawled = try await crawl(
      sources: ["http://site.example/a", "http://site.example/b"], seed: seed
    ) { _, url in
      switch url {
      case "http://site.example/a": page("http://www.site.example/x", "/far", "https://site.example/y")
      case "http://site.example/b": .status(301, location: "http://www.site.example/b")
      default: .status(200)
      }
    }
    #expect(crawled.requests("www.site.example/x") == ["GET http://www.site.example/x"])
    #expect(crawled.requests("https://site.example/y") == ["GET https://site.example/y"])
    #expect(crawled.requests("far.example") == ["HEAD http://far.example/far"])
    #expect(
      crawled.rows == [
        "http://www.site.example/x 200 ok -", "http://far.example/far 200 ok -", "https://site.example/y 200 ok -",
      ])
  }

  @Test("other pages of the host are out of a narrower scope", arguments: ["page", "prefix"])
  func narrow(scope: String) async throws {
    let crawled = try await crawl("scope: \(scope)", sources: ["http://site.example/docs/"]) { _, url in
      url.hasSuffix("/docs/") ? .status(200, body: "<a href=/other>x</a><a href=/docs/in>y</a>") : .status(404)
    }
    #expect(crawled.rows.first == "http://site.example/other 404 broken -")
    #expect(crawled.requests("HEAD http://site.example/docs/in").count == (scope == "page" ? 1 : 0))
  }

  @Test("robots.txt of the other host is asked, once, and what it disallows is not known", arguments: [200, 503])
  func robots(status: Int) async throws {
    let crawled = try await crawl(fetch: "retry: 1") { _, url in
      switch url {
      case "http://site.example/": page("/closed/a", "/open", "/closed/b", "http://down.example/")
      case "http://far.example/robots.txt": .status(status, body: "User-agent: *\nDisallow: /closed/\n")
      case "http://down.example/robots.txt": .error(RequestError(.dns, "no address", .noConnection))
      default: url.hasSuffix("/robots.txt") ? .status(404) : .status(200)
      }
    }
    #expect(crawled.requests("far.example/robots.txt").count == 1)
    #expect(crawled.requests("far.example/closed").isEmpty)
    #expect(
      crawled.rows == [
        "http://far.example/closed/a - ok robots:",
        status == 200 ? "http://far.example/open 200 ok -" : "http://far.example/open - ok robots:",
        "http://far.example/closed/b - ok robots:",
        // Nothing there answers, robots.txt or not.
        "http://down.example/ - broken robots:",
      ])
  }

  @Test("checks come to their end where the limit of pages leaves pages out", arguments: 0..<6)
  func pageLimit(seed: UInt64) async throws {
    var bounds = Bounds()
    // Most of them go to disk.
    if seed % 2 == 0 { (bounds.frontier, bounds.frontierBytes) = (1, 1) }
    let limit = Int(1 + seed * 3)
    let crawled = try await crawl("max_pages: \(limit)", bounds: bounds, seed: seed) { _, url in
      if url.contains("far") { return .status(200) }
      let page = Int(url.split(separator: "/").last ?? "") ?? 0
      let links = (1..<40).map { "<a href=/\(page * 40 + $0)>x</a>" }
      let far = (0..<20).map { "<a href=http://far\($0 % 3).example/\(page)/\($0)>x</a>" }
      let twin = ["<a href=http://www.site.example/\(page)>x</a>"]
      return .status(200, body: (links + far + twin).joined())
    }
    #expect(crawled.requests("GET http://site.example").count == limit)
    #expect(crawled.pages.count == limit)
    #expect(crawled.requests("HEAD http://far").count == 20 * limit)
    #expect(crawled.requests("HEAD http://www.site").count == limit)
    #expect(crawled.rows.count { $0.contains(".example/") && $0.hasSuffix("200 ok -") } >= 21 * limit)
    #expect(crawled.graph.progress.crawlCounts?.counts.checks.undone == 0)
  }

  @Test("a run that is stopped within its checks tells what it knows and loses count of nothing", arguments: 0..<5)
  func stopped(seed: UInt64) async throws {
    let control = RunControl()
    let count = Recorder<Int>()
    let links = (0..<60).map { "<a href=http://far\($0 % 7).example/\($0)>x</a>" }.joined()
    let crawled = try await crawl(seed: seed, control: control) { method, _ in
      if method == "GET" { return .status(200, body: links) }
      count.append(1)
      if count.count == 12 { control.stop(by: .now) }
      return count.count > 12 ? .silence : .status(404)
    }
    #expect(crawled.rows.count == 60)
    #expect(crawled.rows.contains { $0.hasSuffix("- ok not known: the run ended before") })
    #expect(crawled.graph.progress.crawlCounts?.counts.checks.undone ?? 0 > 0)
  }

  @Test("checks beyond the capacity of the frontier go to disk and come back")
  func spilled() async throws {
    var bounds = Bounds()
    (bounds.frontier, bounds.frontierBytes, bounds.seenBytes) = (1, 1, 1)
    let links = (0..<500).map { "<a href=http://far\($0 % 90).example/\($0)>x</a>" }.joined()
    let crawled = try await crawl(bounds: bounds) { method, _ in .status(200, body: method == "GET" ? links : "") }
    #expect(crawled.requests("HEAD").count == 500)
    #expect(crawled.rows.allSatisfy { $0.hasSuffix("200 ok -") })
  }

  @Test("without rows of links nothing is checked")
  func noRows() async throws {
    let pipeline = MemoryPipeline(["http://site.example/"])
    let plan = try pipeline.plan("extract: [url]\ncrawl: {check: external, fragments: true}\nfetch: {robots: ignore}")
    let fetcher = StubFetcher { _ in .status(200, body: "<a href=http://far.example/>x</a>") }
    try await Graph(plan, fetcher: fetcher).runConserving()
    #expect(fetcher.log.all == ["- http://site.example/"])
    #expect(!plan.needs.facts.contains(.names))
  }

  @Test("the spec's own credentials go to the origins of the sources alone")
  func credentials() async throws {
    let withheld = Recorder<String>()
    let pipeline = MemoryPipeline(["http://site.example/docs/"], sinks: [MemorySink()])
    let plan = try pipeline.plan(
      """
      extract: [url]
      crawl: {check: external, scope: prefix}
      fetch: {robots: ignore}
      sinks: [{sink0: {rows: links}}]
      """)
    let fetcher = StubFetcher { request in
      if request.hasLeftItsOrigin { withheld.append(request.url?.href ?? "") }
      return .status(
        200, body: "<a href=http://far.example/>x</a><a href=/other>x</a><a href=http://site.example:81/>x</a>")
    }
    try await Graph(plan, fetcher: fetcher).runConserving()
    #expect(Set(withheld.all) == ["http://far.example/", "http://site.example:81/"])
  }
}
