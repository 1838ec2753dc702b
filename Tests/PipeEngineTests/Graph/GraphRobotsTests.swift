import PipeSpec
import PipeTesting
import PipeWeb
import Synchronization
import Testing

@testable import PipeEngine

@Suite("Graph, robots.txt", .timeLimit(.minutes(20)))
struct GraphRobotsTests {
  private static let spec = "fetch: {retry: {attempts: 2, base: 1ms}, robots: obey}\nextract: [url, status, error]"

  /// Answers robots.txt with a text, and everything else with a 200.
  private func fetcher(
    places: Int = 8, seed: UInt64 = 0, _ file: @escaping @Sendable (Request) -> StubFetcher.Answer
  ) -> StubFetcher {
    StubFetcher(places: places, seed: seed) { request in
      request.purpose == .robots ? file(request) : .status(200)
    }
  }

  @Test("what robots.txt disallows becomes a record with the line that says so", arguments: [1, 8, 64])
  func disallowed(places: Int) async throws {
    let pipeline = MemoryPipeline((0..<100).map { "http://a.example/\($0 % 3 == 0 ? "no" : "yes")/\($0)" })
    let fetcher = fetcher(places: places, seed: 3) { _ in .status(200, body: "User-agent: *\nDisallow: /no/") }
    let graph = Graph(try pipeline.plan(Self.spec), fetcher: fetcher)
    try await graph.runConserving()
    let rows = pipeline.sinks[0].rows.all
    #expect(rows.count == 100)
    let refused = rows.filter { $0[1] == nil }
    #expect(refused.count == 34)
    #expect(refused.allSatisfy { $0[2] == "robots: disallowed by line 2 of http://a.example/robots.txt" })
    #expect(fetcher.log.all.filter { $0.hasSuffix("/robots.txt") } == ["GET http://a.example/robots.txt"])
    #expect(fetcher.log.all.first == "GET http://a.example/robots.txt")
    #expect(!fetcher.log.all.contains { $0.contains("/no/") })
    #expect(graph.progress.tally.counts.own == [.robots: OwnCount(requests: 1, answered: 1)])
    #expect(graph.progress.tally.counts.errors == [.robots: 34])
  }

  @Test("without a word of robots.txt, it is not asked for")
  func ignored() async throws {
    for spec in ["fetch: {retry: 1}\nextract: [url]", "fetch: {retry: 1, robots: ignore}\nextract: [url]"] {
      let pipeline = MemoryPipeline(["http://a.example/1"])
      let fetcher = fetcher { _ in .status(200, body: "User-agent: *\nDisallow: /") }
      try await Graph(pipeline.plan(spec), fetcher: fetcher).runConserving()
      #expect(fetcher.log.all == ["- http://a.example/1"])
    }
  }

  @Test("the files of many hosts are asked for once each, before their pages")
  func manyHosts() async throws {
    let pipeline = MemoryPipeline((0..<3000).map { "http://h\($0 % 500).example/\($0)" })
    let fetcher = fetcher(places: 20, seed: 7) { _ in .status(404) }
    let graph = Graph(try pipeline.plan(Self.spec), fetcher: fetcher)
    try await graph.runConserving()
    #expect(pipeline.sinks[0].rows.all.count == 3000)
    #expect(graph.progress.tally.counts.own == [.robots: OwnCount(requests: 500, answered: 500)])
    var seen: Set<Substring> = []
    for line in fetcher.log.all {
      let host = line.split(separator: "/")[1]
      if line.hasSuffix("/robots.txt") {
        #expect(seen.insert(host).inserted, "\(line)")
      } else {
        #expect(seen.contains(host), "\(line)")
      }
    }
  }

  @Test("a file that cannot be had fails what waits for it, after its retries", arguments: [500, 503, 429])
  func unreachable(status: Int) async throws {
    let pipeline = MemoryPipeline((0..<20).map { "http://a.example/\($0)" })
    let fetcher = fetcher { _ in .status(status) }
    let plan = try pipeline.plan(
      "fetch: {retry: {attempts: 3, base: 1ms, max: 1ms}, robots: obey}\nextract: [url, status, error]")
    let graph = Graph(plan, fetcher: fetcher)
    try await graph.runConserving()
    #expect(fetcher.log.all == Array(repeating: "GET http://a.example/robots.txt", count: 3))
    let error = Value.string("robots: robots.txt of http://a.example cannot be had (\(status))")
    #expect(pipeline.sinks[0].rows.all.allSatisfy { $0[2] == error })
    #expect(pipeline.sinks[0].rows.all.count == 20)
  }

  @Test("a page that redirects to what is disallowed fails there, and its attempt is counted")
  func redirect() async throws {
    let pipeline = MemoryPipeline(["http://a.example/1"])
    let fetcher = StubFetcher { request in
      switch request.url?.href {
      case "http://b.example/robots.txt": .status(200, body: "User-agent: *\nDisallow: /")
      case "http://a.example/1": .status(302, location: "http://b.example/2")
      default: .status(404)
      }
    }
    let graph = Graph(
      try pipeline.plan("fetch: {retry: 1, robots: obey}\nextract: [url, final_url, error]"), fetcher: fetcher)
    try await graph.runConserving()
    #expect(
      pipeline.sinks[0].rows.all == [
        [
          "http://a.example/1", "http://b.example/2",
          "robots: disallowed by line 2 of http://b.example/robots.txt",
        ]
      ])
    #expect(
      fetcher.log.all == [
        "GET http://a.example/robots.txt", "- http://a.example/1", "GET http://b.example/robots.txt",
      ])
  }

  @Test("robots.txt may be elsewhere; its rules count for who was asked")
  func movedFile() async throws {
    let pipeline = MemoryPipeline(["http://a.example/no", "http://a.example/yes", "http://b.example/no"])
    let fetcher = StubFetcher { request in
      switch request.url?.href {
      case "http://a.example/robots.txt": .status(301, location: "http://b.example/other.txt")
      case "http://b.example/other.txt": .status(200, body: "User-agent: *\nDisallow: /no")
      case "http://b.example/robots.txt": .status(404)
      default: .status(200)
      }
    }
    try await Graph(pipeline.plan(Self.spec), fetcher: fetcher).runConserving()
    let errors = Dictionary(uniqueKeysWithValues: pipeline.sinks[0].rows.all.map { ("\($0[0])", $0[2] == nil) })
    #expect(errors.values.count { !$0 } == 1)
    #expect(
      fetcher.log.all.filter { $0.hasPrefix("- ") }.sorted() == ["- http://a.example/yes", "- http://b.example/no"])
  }

  @Test("a stop while hosts are parked ends the run at once, their requests left undone")
  func stop() async throws {
    let pipeline = MemoryPipeline((0..<50).map { "http://h\($0 % 5).example/\($0)" })
    let control = RunControl()
    let asked = Turnstile()
    let fetcher = StubFetcher(places: 8) { request in
      asked.pass()
      return request.purpose == .robots ? .silence : .status(200)
    }
    let graph = Graph(try pipeline.plan(Self.spec), fetcher: fetcher, control: control)
    let running = Task { try await graph.run() }
    await asked.wait(for: 5)
    control.stop(by: .now)
    try await running.value
    #expect(graph.progress.discrepancies == [])
    #expect(graph.progress.unfinished == 50)
    #expect(graph.progress.tally.counts.own == [.robots: OwnCount(requests: 5, undone: 5)])
  }

  @Test("a run that is cancelled while hosts are parked ends")
  func cancel() async throws {
    let pipeline = MemoryPipeline(["http://a.example/1"])
    let asked = Turnstile()
    let fetcher = StubFetcher { _ in
      asked.pass()
      return .silence
    }
    let graph = Graph(try pipeline.plan(Self.spec), fetcher: fetcher)
    let running = Task { try await graph.run() }
    await asked.wait(for: 1)
    running.cancel()
    await #expect(throws: CancellationError.self) { try await running.value }
  }

  @Test("a long list of a host whose file does not come holds up nobody")
  func spilled() async throws {
    let slow = 5000
    let urls = (0..<slow).map { "http://slow.example/\($0)" } + (0..<500).map { "http://h\($0 % 20).example/\($0)" }
    let pipeline = MemoryPipeline(urls)
    let control = RunControl()
    let others = Turnstile()
    let fetcher = StubFetcher(places: 64) { request in
      if request.host == "slow.example" { return .silence }
      if request.purpose == .robots { return .status(404) }
      others.pass()
      return .status(200)
    }
    let graph = Graph(try pipeline.plan(Self.spec), fetcher: fetcher, control: control)
    let running = Task { try await graph.run() }
    await others.wait(for: 500)
    control.stop(by: .now)
    try await running.value
    #expect(graph.progress.discrepancies == [])
    #expect(graph.progress.unfinished == slow)
  }

  @Test("rows keep the order of the input, refused ones among them")
  func ordered() async throws {
    let urls = (0..<200).map { "http://h\($0 % 7).example/\($0 % 2 == 0 ? "no" : "yes")/\($0)" }
    let pipeline = MemoryPipeline(urls)
    let fetcher = fetcher(seed: 5) { _ in .status(200, body: "User-agent: *\nDisallow: /no") }
    let plan = try pipeline.plan(Self.spec + "\nsinks: [sink0: {order: input}]")
    var bounds = plan.bounds
    bounds.orderBytes = 4000
    try await Graph(plan.with(bounds: bounds), fetcher: fetcher).runConserving()
    #expect(pipeline.sinks[0].rows.all.map { $0[0] } == urls.map { .string($0) })
  }

  @Test("a source that asks for robots.txt shares the answer with the pages, and the other way round")
  func shared() async throws {
    let lists = (0..<6).map { _ in "http://a.example/robots.txt" }
    let source = FetchingSource(lists: lists, purpose: .robots, isConcurrent: true)
    let pipeline = MemoryPipeline(sources: [source, MemorySource(urls: ["http://a.example/1", "http://a.example/2"])])
    let mostAtOnce = Mutex(0)
    let fetcher = fetcher(seed: 1) { _ in
      mostAtOnce.withLock { $0 += 1 }
      return .status(200, body: "http://a.example/3")
    }
    let graph = Graph(try pipeline.plan(Self.spec), fetcher: fetcher)
    try await graph.runConserving()
    #expect(source.responses.all.count == 6)
    #expect(source.responses.all.allSatisfy { $0.response?.status == 200 })
    #expect(pipeline.sinks[0].rows.all.count == 8)
    #expect(fetcher.log.all.firstIndex { $0.hasPrefix("- ") } ?? 0 > 0, "no page before the file")
    #expect(graph.progress.tally.counts.own[.robots]?.requests ?? 9 < 6)
  }
}
