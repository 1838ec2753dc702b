import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

@Suite("Graph, with next pages in a crawl", .timeLimit(.minutes(20)))
struct ChainCrawlTests {
  /// Pages as JSON: links are found by a pattern, the next page by its member.
  private static func page(_ links: [String], next: String? = nil) -> StubFetcher.Answer {
    let all = links.map { "\"to\": \"\($0)\"" } + (next.map { ["\"next\": \"\($0)\""] } ?? [])
    return .status(200, type: "application/json", body: "{\(all.joined(separator: ", "))}")
  }

  private static let spec = """
    sources: [source0: {follow: {json: $.next MOST}}]
    crawl: {depth: DEPTH, follow: {regex: '/"to": "([^"]+)"/'}, scope: SCOPE}
    extract: [url, depth, referrer, source]
    """

  private static func rows(
    of site: [String: StubFetcher.Answer], from urls: [String] = ["http://a.example/l1"], depth: Int = 1,
    most: Int? = nil, scope: String = "host", seed: UInt64 = 0
  ) async throws -> (rows: [String: String], notices: [String]) {
    let pipeline = MemoryPipeline(urls)
    let text = spec.replacing("DEPTH", with: "\(depth)").replacing("SCOPE", with: scope)
      .replacing(" MOST", with: most.map { ", max_pages: \($0)" } ?? "")
    let fetcher = StubFetcher(places: 3, seed: seed) { request in
      if request.url?.pathname == "/robots.txt" { return .status(404) }
      let name = request.url.map { $0.host == "a.example" ? String($0.pathname.dropFirst()) : $0.href } ?? ""
      return site[name] ?? page([])
    }
    let graph = Graph(try pipeline.plan(text), fetcher: fetcher)
    try await graph.runConserving()
    var rows: [String: String] = [:]
    for row in pipeline.sinks[0].rows.all {
      guard case .string(let url) = row[0], case .int(let depth) = row[1] else { continue }
      let referrer = if case .string(let text) = row[2] { text.replacing("http://a.example/", with: "") } else { "-" }
      #expect(rows[url.replacing("http://a.example/", with: "")] == nil)
      #expect(row[3] == "source0")
      rows[url.replacing("http://a.example/", with: "")] = "\(depth) \(referrer)"
    }
    return (rows, graph.progress.tally.counts.notices)
  }

  @Test(arguments: Effort.seeds(6))
  func `A list's pages have depth 0, and their details depth 1`(seed: UInt64) async throws {
    let site = [
      "l1": Self.page(["d1", "d2"], next: "l2"), "l2": Self.page(["d2", "d3"], next: "l3"), "l3": Self.page(["d4"]),
      "d1": Self.page(["x1"], next: "d2"),
    ]
    let found = try await Self.rows(of: site, seed: seed)
    #expect(
      found.rows == [
        "l1": "0 -", "l2": "0 l1", "l3": "0 l2", "d1": "1 l1", "d2": "1 l1", "d3": "1 l2", "d4": "1 l3",
      ])
    #expect(found.notices == [])
  }

  @Test(arguments: Effort.seeds(6))
  func `It makes no difference whether a link found a page of the list before`(seed: UInt64) async throws {
    // Each page links to all others, as a row of numbers does.
    var site: [String: StubFetcher.Answer] = [:]
    for page in 1...9 {
      site["l\(page)"] = Self.page(
        (1...9).reversed().map { "l\($0)" } + ["d\(page)"], next: page < 9 ? "l\(page + 1)" : nil)
    }
    let found = try await Self.rows(of: site, seed: seed)
    var expected = ["l1": "0 -", "d1": "1 l1"]
    for page in 2...9 {
      expected["l\(page)"] = "0 l\(page - 1)"
      expected["d\(page)"] = "1 l\(page)"
    }
    #expect(found.rows == expected)
  }

  @Test func `A cycle ends, and two lists that meet have each page once`() async throws {
    let site = [
      "l1": Self.page([], next: "l2"), "l2": Self.page([], next: "l3"), "l3": Self.page([], next: "l1"),
      "m1": Self.page([], next: "l2"), "s": Self.page([], next: "s"),
    ]
    let found = try await Self.rows(
      of: site, from: ["http://a.example/l1", "http://a.example/m1", "http://a.example/s"])
    #expect(found.rows == ["l1": "0 -", "m1": "0 -", "s": "0 -", "l2": "0 l1", "l3": "0 l2"])
  }

  @Test func `The most pages hold, with a notice`() async throws {
    var site: [String: StubFetcher.Answer] = [:]
    for page in 1...50 { site["l\(page)"] = Self.page(["d\(page)"], next: "l\(page + 1)") }
    let found = try await Self.rows(of: site, most: 4)
    #expect(found.rows.count == 8)
    #expect(found.rows["l4"] == "0 l3")
    #expect(found.rows["d4"] == "1 l4")
    #expect(
      found.notices == ["source 1, memory: 1 list of pages ended at max_pages: 4, with a next page left"])
  }

  @Test func `A list may be longer than redirects in a row, and may have one at each page`() async throws {
    var site: [String: StubFetcher.Answer] = [:]
    for page in 1...30 {
      site["l\(page)"] = .status(302, location: "/m\(page)")
      site["m\(page)"] = Self.page(["d\(page)"], next: page < 30 ? "l\(page + 1)" : nil)
    }
    let found = try await Self.rows(of: site)
    #expect(found.rows.count == 90)
    #expect(found.rows["l30"] == "0 m29")
    #expect(found.rows["m30"] == "0 l30")
    #expect(found.rows["d30"] == "1 m30")
  }

  @Test func `A next page is the source's own, wherever it is`() async throws {
    let site = [
      "l1": Self.page([], next: "http://b.example/l2"),
      "http://b.example/l2": Self.page(["http://b.example/d", "http://a.example/d"]),
    ]
    let found = try await Self.rows(of: site)
    #expect(found.rows == ["l1": "0 -", "http://b.example/l2": "0 l1", "d": "1 http://b.example/l2"])
  }
}
