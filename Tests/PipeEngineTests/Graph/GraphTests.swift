import PipeSpec
import PipeTesting
import Testing

@testable import PipeEngine

@Suite("Graph", .timeLimit(.minutes(20)))
struct GraphTests {
  @Test("every request becomes exactly one record")
  func everyRequestBecomesARecord() async throws {
    let urls = (0..<500).map { "http://h\($0 % 9).example/\($0)" }
    let pipeline = MemoryPipeline(urls)
    let graph = Graph(try pipeline.plan(), fetcher: StubFetcher { _ in .status(200) })
    try await graph.runConserving()
    #expect(pipeline.sinks[0].rows.all.map { $0[0] }.sorted(by: order) == urls.sorted().map { .string($0) })
    #expect(graph.progress.tally.counts.records == 500)
    #expect(graph.progress.tally.counts.statuses == [200: 500])
  }

  @Test("requests know their source and their place in it")
  func identities() async throws {
    let seen = Recorder<RequestID>()
    let pipeline = MemoryPipeline(sources: [
      MemorySource(urls: ["http://a.example/", "http://b.example/"]), MemorySource(urls: ["http://c.example/"]),
    ])
    let fetcher = StubFetcher { request in
      seen.append(request.id)
      return .status(200)
    }
    try await Graph(pipeline.plan(), fetcher: fetcher).runConserving()
    #expect(
      seen.all.sorted() == [
        RequestID(source: 0, ordinal: 0), RequestID(source: 0, ordinal: 1), RequestID(source: 1, ordinal: 0),
      ])
  }

  @Test("a URL that cannot be fetched becomes a record without being fetched")
  func faultyURLs() async throws {
    let pipeline = MemoryPipeline(["http://a.example/", "ftp://a.example/", "not a url", ""])
    let fetcher = StubFetcher { _ in .status(200) }
    let graph = Graph(try pipeline.plan(), fetcher: fetcher)
    try await graph.runConserving()
    #expect(fetcher.log.all == ["- http://a.example/"])
    let rows = pipeline.sinks[0].rows.all
    #expect(rows.count == 4)
    #expect(rows.first { $0[0] == "ftp://a.example/" }?[2] == "bad-url: 'ftp:' is neither http nor https")
    #expect(rows.filter { $0[1] == nil }.count == 3)
    #expect(graph.progress.tally.counts.errors == [.badURL: 3])
  }

  @Test("a failed request is a record with an error, and a status of 400 or above is none")
  func failuresAreData() async throws {
    let pipeline = MemoryPipeline(["http://a.example/", "http://b.example/"])
    let fetcher = StubFetcher { request in
      request.host == "a.example" ? .error(RequestError(.timeout, "no answer within 10s")) : .status(500)
    }
    try await Graph(pipeline.plan(), fetcher: fetcher).runConserving()
    let rows = pipeline.sinks[0].rows.all.sorted { order($0[0], $1[0]) }
    #expect(
      rows == [["http://a.example/", nil, "timeout: no answer within 10s"], ["http://b.example/", 500, nil]])
  }

  @Test("where drops records, and each sink's when chooses among the rest")
  func filters() async throws {
    let sinks = [MemorySink("all"), MemorySink("bad"), MemorySink("none")]
    let pipeline = MemoryPipeline((0..<10).map { "http://a.example/\($0)" }, sinks: sinks)
    let plan = try pipeline.plan(
      """
      extract: [url, status]
      where: status != 404
      sinks:
        - sink0
        - sink1: {when: status >= 500}
        - sink2: {when: status == 418}
      """)
    let statuses = [200, 404, 500]
    let graph = Graph(plan, fetcher: StubFetcher { .status(statuses[$0.id.ordinal % 3]) })
    try await graph.runConserving()
    #expect(sinks.map(\.rows.count) == [7, 3, 0])
    let route = try #require(graph.progress.stages.first { $0.name == "route" })
    #expect(route.filtered == 3)
    #expect(route.received == 10)
    #expect(graph.progress.tally.counts.records == 10)
  }

  @Test("requests beyond the limit are not filtered, and the run is conserved")
  func beyondTheLimit() async throws {
    let sinks = [MemorySink("rows")]
    var plan = try MemoryPipeline((0..<1000).map { "http://a.example/\($0)" }, sinks: sinks)
      .plan("extract: [url]\nsinks: [sink0]")
    plan.limit = 10
    let graph = Graph(plan, fetcher: StubFetcher { _ in .status(200) })
    try await graph.runConserving()
    #expect(sinks[0].rows.count == 10)
    let admit = try #require(graph.progress.stages.first { $0.name == "admit" })
    #expect(graph.progress.stages.allSatisfy { $0.filtered == 0 })
    #expect(admit.sent == 10)
    #expect(admit.received == 10 + admit.beyondLimit)
  }

  @Test("fields that only expressions use are in no row")
  func hiddenFields() async throws {
    let sinks = [MemorySink("rows")]
    let pipeline = MemoryPipeline(["http://a.example/1", "http://a.example/2"], sinks: sinks)
    let plan = try pipeline.plan("extract: {address: url}\nwhere: ok and status == 200\nsinks: [sink0]")
    try await Graph(plan, fetcher: StubFetcher { .status($0.id.ordinal == 0 ? 200 : 404) }).runConserving()
    #expect(sinks[0].rows.all == [["http://a.example/1", nil]], "the address, and the error that every sink has")
  }

  @Test("a sink's fields are its columns, in their order")
  func sinkFields() async throws {
    let sinks = [MemorySink("rows")]
    let pipeline = MemoryPipeline(["http://a.example/"], sinks: sinks)
    let plan = try pipeline.plan("extract: [url, status]\nsinks: [sink0: {fields: [status, final_url, url]}]")
    try await Graph(plan, fetcher: StubFetcher { _ in .status(204) }).runConserving()
    #expect(sinks[0].rows.all == [[204, "http://a.example/", "http://a.example/"]])
  }

  @Test("required fields that a page lacks are its error, by name; a default stands in their place")
  func requiredAndDefault() async throws {
    let pipeline = MemoryPipeline((0..<4).map { "http://a.example/\($0)" })
    let plan = try pipeline.plan(
      """
      extract:
        url: url
        text: {body: {required: true}}
        amount: {number: {default: -1}}
        again: {number: {required: true}}
        error: error
      """)
    let fetcher = StubFetcher { request in
      switch request.id.ordinal {
      case 0: .status(200, body: "7")
      case 1: .status(200, body: "seven")
      case 2: .status(200)
      default: .error(RequestError(.dns, "a.example has no address"))
      }
    }
    let graph = Graph(plan, fetcher: fetcher)
    try await graph.runConserving()
    let rows = pipeline.sinks[0].rows.all.sorted { order($0[0], $1[0]) }
    #expect(
      rows.map { Array($0.dropFirst()) } == [
        ["7", 7, 7, nil],
        ["seven", -1, nil, "extract: amount: no number; again: no number"],
        [nil, -1, nil, "extract: text: missing; amount: no number; again: no number"],
        // A page that was not fetched lacks everything: that is the request's error and no other.
        [nil, -1, nil, "dns: a.example has no address"],
      ])
    #expect(graph.progress.tally.counts.errors == [.extract: 2, .dns: 1])
  }

  @Test("a sink is finished and published once, also one that got no rows")
  func sinksAreClosed() async throws {
    let pipeline = MemoryPipeline([])
    try await Graph(pipeline.plan(), fetcher: StubFetcher { _ in .status(200) }).runConserving()
    #expect(pipeline.sinks[0].events.all.suffix(3) == ["open", "finish", "publish"])
  }

  @Test("a limit admits so many and no more", arguments: [0, 1, 255, 256, 257, 1000])
  func limit(count: Int) async throws {
    let pipeline = MemoryPipeline((0..<600).map { "http://h\($0 % 5).example/\($0)" })
    let graph = Graph(try pipeline.plan().with(limit: count), fetcher: StubFetcher { _ in .status(200) })
    try await graph.runConserving()
    #expect(pipeline.sinks[0].rows.count == min(count, 600))
  }

  @Test("a limit ends a source that never ends, and one that waits for input")
  func limitOfEndlessSources() async throws {
    let sources: [any Source] = [EndlessSource(), WaitingSource(isWaiting: Turnstile())]
    let pipeline = MemoryPipeline(sources: sources)
    let graph = Graph(try pipeline.plan().with(limit: 300), fetcher: StubFetcher { _ in .status(200) })
    try await graph.runConserving()
    #expect(pipeline.sinks[0].rows.count == 300)
  }

  @Test("as many requests are in flight at a host as per_host allows, and no more", arguments: [1, 3])
  func perHostConcurrency(limit: Int) async throws {
    let pipeline = MemoryPipeline((0..<50).map { "http://h\($0 % 2).example/\($0)" })
    let plan = try pipeline.plan("fetch: {per_host: {concurrency: \(limit)}, retry: 1}\nextract: [url]")
    let fetcher = StubFetcher(places: 20, seed: 3) { _ in .status(200) }
    try await Graph(plan, fetcher: fetcher).runConserving()
    #expect(pipeline.sinks[0].rows.count == 50)
    #expect(fetcher.mostInFlight == ["h0.example": limit, "h1.example": limit])
  }
}

/// The order of texts; nothing else is compared here.
func order(_ left: Value, _ right: Value) -> Bool {
  guard case .string(let left) = left, case .string(let right) = right else { return false }
  return left < right
}
