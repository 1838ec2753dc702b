import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

@Suite("Graph, with next pages", .timeLimit(.minutes(20)))
struct ChainGraphTests {
  private static let follow = "sources: [source0: {follow: {json: $.next}}]\n"

  private static func json(_ next: String?) -> StubFetcher.Answer {
    .status(200, type: "application/json", body: next.map { "{\"next\": \"\($0)\"}" } ?? "{}")
  }

  /// The pages of list `n` are `/n`, `/n?p=2` and so on, as many as the list's number tells.
  private static func length(_ list: Int) -> Int { list % 5 + 1 }

  private static func lists(_ request: Request) -> StubFetcher.Answer {
    guard let url = request.url, let list = Int(url.pathname.dropFirst()) else { return .status(404) }
    let page = Int(url.search.dropFirst(3)) ?? 1
    return json(page < length(list) ? "?p=\(page + 1)" : nil)
  }

  private static func pages(of list: Int) -> [String] {
    let url = "http://h\(list % 3).example/\(list)"
    return [url] + (1..<max(1, length(list))).map { "\(url)?p=\($0 + 1)" }
  }

  private static func urls(_ sink: MemorySink) -> [String] {
    sink.rows.all.map { if case .string(let url) = $0[0] { url } else { "" } }
  }

  @Test(arguments: Effort.seeds(4))
  func `Each list is fetched page by page, once`(seed: UInt64) async throws {
    let pipeline = MemoryPipeline((0..<400).map { Self.pages(of: $0)[0] })
    let fetcher = StubFetcher(seed: seed, Self.lists)
    let graph = Graph(try pipeline.plan(Self.follow + "extract: [url, referrer, depth, source]"), fetcher: fetcher)
    try await graph.runConserving()
    let expected = (0..<400).flatMap(Self.pages)
    #expect(Self.urls(pipeline.sinks[0]).sorted() == expected.sorted())
    for row in pipeline.sinks[0].rows.all {
      guard case .string(let url) = row[0] else { continue }
      let page = url.split(separator: "?p=").count == 1 ? 1 : Int(url.split(separator: "=")[1]) ?? 0
      let list = String(url.split(separator: "?")[0])
      #expect(row[1] == (page == 1 ? .null : .string(page == 2 ? list : "\(list)?p=\(page - 1)")))
      // The pages are the source's own.
      #expect(row[2] == .int(0))
      #expect(row[3] == "source0")
    }
  }

  @Test(arguments: Effort.seeds(4))
  func `In the order of the input, a list's pages come behind its URL`(seed: UInt64) async throws {
    let sources = [0..<40, 40..<70].map { MemorySource(urls: $0.map { Self.pages(of: $0)[0] }) }
    let pipeline = MemoryPipeline(sources: sources)
    let plan = try pipeline.plan(
      """
      sources: [source0: {follow: {json: $.next}}, source1]
      extract: [url]
      sinks: [sink0: {order: input}]
      """)
    let graph = Graph(plan, fetcher: StubFetcher(seed: seed, Self.lists))
    try await graph.runConserving()
    let expected = (0..<40).flatMap(Self.pages) + (40..<70).map { Self.pages(of: $0)[0] }
    #expect(Self.urls(pipeline.sinks[0]) == expected)
  }

  @Test(arguments: [nil, 1, 3])
  func `A list without an end has the most pages, and a notice tells of it`(most: Int?) async throws {
    let pipeline = MemoryPipeline(["http://h.example/?p=0"])
    let bound = most.map { ", max_pages: \($0)" } ?? ""
    let plan = try pipeline.plan("sources: [source0: {follow: {json: $.next\(bound)}}]\nextract: [url]")
    let graph = Graph(
      plan,
      fetcher: StubFetcher { request in
        let page = Int(request.url?.search.dropFirst(3) ?? "") ?? 0
        // Without a bound, the list has one of its own.
        return Self.json(page < 50 ? "?p=\(page + 1)" : nil)
      })
    try await graph.runConserving()
    #expect(pipeline.sinks[0].rows.count == most ?? 51)
    let notices = graph.progress.tally.counts.notices
    #expect(
      notices
        == (most.map { ["source 1, memory: 1 list of pages ended at max_pages: \($0), with a next page left"] } ?? []))
  }

  @Test func `A source whose pages lead nowhere is told of`() async throws {
    let pipeline = MemoryPipeline(["http://h.example/0", "http://h.example/5"])
    let graph = Graph(
      try pipeline.plan("sources: [source0: {follow: {json: $.nxt}}]\nextract: [url]"), fetcher: StubFetcher(Self.lists)
    )
    try await graph.runConserving()
    #expect(
      graph.progress.tally.counts.notices == ["source 1, memory: no page has a next page (follow, json '$.nxt')"])
  }

  @Test(
    "A list that ends where it cannot be meant to is told of",
    arguments: [
      (
        ["0": "1", "1": "0"],
        "1 list of pages ended at the second page, which leads back to the first: "
          + "does json '$.next' find the link to the page before (follow)?"
      ),
      (["0": "0"], "no page has a next page (follow, json '$.next')"),
      (["0": "1", "1": "1"], nil), (["0": "1", "1": "2", "2": "0"], nil),
    ] as [([String: String], String?)])
  func turned(links: [String: String], notice: String?) async throws {
    let pipeline = MemoryPipeline(["http://h.example/0"])
    let graph = Graph(
      try pipeline.plan(Self.follow + "extract: [url]"),
      fetcher: StubFetcher { request in Self.json(links[String(request.url?.pathname.dropFirst() ?? "")]) })
    try await graph.runConserving()
    #expect(pipeline.sinks[0].rows.count == links.count)
    #expect(graph.progress.tally.counts.notices == (notice.map { ["source 1, memory: \($0)"] } ?? []))
  }

  @Test(arguments: ["javascript:;", "JavaScript:void(0)", " java&#10;script:next()"])
  func `A link of a script is not a next page, however it is written`(link: String) async throws {
    let pipeline = MemoryPipeline(["http://h.example/0"])
    let plan = try pipeline.plan("sources: [source0: {follow: {css: a}}]\nextract: [url, error]")
    let fetcher = StubFetcher { _ in .status(200, type: "text/html", body: "<a href=\"\(link)\">next</a>") }
    try await Graph(plan, fetcher: fetcher).runConserving()
    #expect(pipeline.sinks[0].rows.all == [["http://h.example/0", .null]])
  }

  @Test(arguments: [1, 3, 5, 50])
  func `The limit holds for the pages of lists as well`(limit: Int) async throws {
    let pipeline = MemoryPipeline([4, 9].map { Self.pages(of: $0)[0] })
    let plan = try pipeline.plan(Self.follow + "extract: [url]").with(limit: limit)
    let fetcher = StubFetcher(Self.lists)
    let graph = Graph(plan, fetcher: fetcher)
    try await graph.runConserving()
    #expect(pipeline.sinks[0].rows.count == min(limit, 10))
    #expect(fetcher.log.all.count == min(limit, 10))
  }

  @Test func `A page that fails ends its list, and a next page that answers with an error says so`() async throws {
    let pipeline = MemoryPipeline(["http://h.example/a", "http://h.example/b", "http://h.example/c"])
    let fetcher = StubFetcher { request in
      switch request.url?.pathname ?? "" {
      case "/a": Self.json("/a2")
      case "/a2": .error(RequestError(.protocol, "no HTTP"))
      case "/b": Self.json("/b2")
      case "/b2": .status(500, type: "application/json", body: "{\"next\": \"/b3\"}")
      default: .status(500)
      }
    }
    let graph = Graph(try pipeline.plan(Self.follow + "extract: [url, status, error]"), fetcher: fetcher)
    try await graph.runConserving()
    #expect(pipeline.sinks[0].rows.count == 5)
    let wanted: [String: Value] = [
      "a": nil, "a2": "protocol: no HTTP", "b": nil,
      "b2": "extract: follow: the list breaks off at this page, which answered with 500", "c": nil,
    ]
    for (name, error) in wanted {
      #expect(pipeline.sinks[0].rows.all.contains { $0[0] == .string("http://h.example/\(name)") && $0[2] == error })
    }
  }

  @Test func `A next page has the row's columns and fields, but for those that may not leave its origin`() async throws
  {
    let source = MemorySource(
      urls: ["http://h.example/1"], method: .post, body: Array("x=1".utf8),
      headers: [
        .init(name: "Authorization", value: "Bearer s"), .init(name: "Content-Type", value: "text/plain"),
        .init(name: "X-Plain", value: "1"),
      ])
    let sent = Recorder<String>()
    let fetcher = StubFetcher { request in
      sent.append(
        "\(request.method?.rawValue ?? "-") \(request.url?.href ?? "") \(request.body?.count ?? 0) "
          + request.headers.map(\.name).joined(separator: ",") + (request.hasLeftItsOrigin ? " left" : ""))
      switch request.url?.href {
      case "http://h.example/1": return Self.json("/2")
      case "http://h.example/2": return .status(302, location: "/2b")
      case "http://h.example/2b": return Self.json("http://evil.example/3")
      case "http://evil.example/3": return Self.json("http://h.example/4")
      default: return Self.json(nil)
      }
    }
    let pipeline = MemoryPipeline(sources: [source])
    try await Graph(try pipeline.plan(Self.follow + "extract: [url]"), fetcher: fetcher).runConserving()
    #expect(
      sent.all == [
        "POST http://h.example/1 3 Authorization,Content-Type,X-Plain",
        "GET http://h.example/2 0 Authorization,X-Plain",
        "GET http://h.example/2b 0 Authorization,X-Plain", "GET http://evil.example/3 0 X-Plain left",
        "GET http://h.example/4 0 X-Plain left",
      ])
  }

  @Test(arguments: ["", "sinks: [sink0: {order: input}]"])
  func `Stopped, what is under way is left undone and counted`(sinks: String) async throws {
    let pipeline = MemoryPipeline((0..<50).map { "http://h.example/\($0)?p=0" })
    let control = RunControl()
    let count = Recorder<Int>()
    let fetcher = StubFetcher { request in
      count.append(1)
      if count.count == 30 { control.stop(by: .now) }
      let page = Int(request.url?.search.dropFirst(3) ?? "") ?? 0
      return Self.json("?p=\(page + 1)")
    }
    let graph = Graph(
      try pipeline.plan(Self.follow + "extract: [url]\n" + sinks), fetcher: fetcher, control: control)
    try await graph.run()
    #expect(graph.progress.discrepancies == [])
  }
}
