import PipeSpec
import PipeTesting
import PipeWeb
import Synchronization
import Testing

@testable import PipeEngine

@Suite("What is fetched for the run itself", .timeLimit(.minutes(20)))
struct OwnRequestsTests {
  private static let never = ContinuousClock.now + .seconds(100_000)

  /// Two URLs for each list, of hosts that all lists share.
  private func list(_ number: Int) -> String { "http://h\(number % 3).example/\(number)\nhttp://a.example/\(number)" }

  private func isList(_ request: Request) -> Bool { request.purpose != .page }

  @Test("a source reads what it fetches, and no row comes of that", arguments: [false, true])
  func source(isConcurrent: Bool) async throws {
    let lists = (0..<20).map { "http://lists.example/\($0)" }
    let source = FetchingSource(lists: lists, isConcurrent: isConcurrent)
    let pipeline = MemoryPipeline(sources: [source])
    let fetcher = StubFetcher { request in
      guard request.purpose == .sitemap else { return .status(200) }
      return .status(200, body: list(Int(request.written.split(separator: "/").last ?? "") ?? 0))
    }
    let graph = Graph(try pipeline.plan(), fetcher: fetcher)
    try await graph.runConserving()
    let urls = pipeline.sinks[0].rows.all.map { $0[0] }
    #expect(urls.count == 40)
    #expect(!urls.contains { lists.contains($0.text ?? "") })
    #expect(graph.progress.tally.counts.own == [.sitemap: OwnCount(requests: 20, answered: 20)])
    #expect(graph.progress.tally.counts.statuses == [200: 40])
    #expect(source.responses.all.allSatisfy { $0.error == nil && $0.response?.status == 200 })
    #expect(fetcher.log.all.filter { $0.hasPrefix("GET http://lists.example/") }.count == 20)
  }

  @Test("it is fetched by GET without the spec's content, whatever the method of pages")
  func method() async throws {
    let pipeline = MemoryPipeline(sources: [FetchingSource(lists: ["http://lists.example/"])])
    let fetcher = StubFetcher { isList($0) ? .status(200, body: "http://a.example/") : .status(200) }
    let plan = try pipeline.plan("fetch: {retry: 1, method: POST, body: x}\nextract: [url]")
    try await Graph(plan, fetcher: fetcher).runConserving()
    #expect(fetcher.log.all == ["GET http://lists.example/", "- http://a.example/"])
  }

  @Test("redirects are followed, though those of pages are recorded")
  func redirects() async throws {
    let source = FetchingSource(lists: ["http://lists.example/1"])
    let pipeline = MemoryPipeline(sources: [source])
    let fetcher = StubFetcher { request in
      switch request.url?.href {
      case "http://lists.example/1": .status(301, location: "http://other.example/2")
      case "http://other.example/2": .status(200, body: "http://a.example/3")
      default: .status(302, location: "/4")
      }
    }
    let graph = Graph(try pipeline.plan("fetch: {retry: 1, redirects: 0}\nextract: [url, status]"), fetcher: fetcher)
    try await graph.runConserving()
    #expect(source.responses.all.map(\.url.href) == ["http://other.example/2"])
    #expect(pipeline.sinks[0].rows.all == [["http://a.example/3", 302, nil]])
  }

  @Test("a loop of redirects ends with its error", arguments: [RequestPurpose.robots, .sitemap, .check])
  func loop(purpose: RequestPurpose) async throws {
    let source = FetchingSource(lists: ["http://lists.example/1"], purpose: purpose)
    let fetcher = StubFetcher { _ in .status(301, location: "/1") }
    let graph = Graph(try MemoryPipeline(sources: [source]).plan(), fetcher: fetcher)
    try await graph.runConserving()
    #expect(source.responses.all.map(\.error?.code) == [.redirects])
    #expect(graph.progress.tally.counts.own == [purpose: OwnCount(requests: 1, failed: 1)])
    #expect(fetcher.log.count == (purpose == .robots ? 6 : 11))
  }

  @Test("it is retried as pages are, and its retries are counted apart")
  func retries() async throws {
    let source = FetchingSource(lists: ["http://lists.example/1"])
    let pipeline = MemoryPipeline(sources: [source])
    let asked = Turnstile()
    let fetcher = StubFetcher { request in
      guard isList(request) else { return .status(200) }
      asked.pass()
      return asked.count < 3 ? .status(500) : .status(200, body: "http://a.example/")
    }
    let text = "fetch: {retry: {attempts: 5, on: [500], base: 1ms}}\nextract: [url]"
    let graph = Graph(try pipeline.plan(text), fetcher: fetcher)
    try await graph.runConserving()
    #expect(source.responses.all.map(\.response?.status) == [200])
    #expect(graph.progress.tally.counts.own == [.sitemap: OwnCount(requests: 1, answered: 1, retries: 2)])
    #expect(graph.progress.tally.counts.retries == 0)
  }

  @Test("what cannot be had is told to who asked")
  func failure() async throws {
    let source = FetchingSource(lists: ["http://lists.example/1", "ftp://lists.example/2"])
    let fetcher = StubFetcher { _ in .error(RequestError(.connect, "refused", .noConnection)) }
    let graph = Graph(try MemoryPipeline(sources: [source]).plan(), fetcher: fetcher)
    try await graph.runConserving()
    #expect(source.responses.all.map(\.error?.code) == [.connect, .badURL])
    #expect(source.responses.all.allSatisfy { $0.response == nil })
    #expect(graph.progress.tally.counts.own == [.sitemap: OwnCount(requests: 1, failed: 1)])
    #expect(graph.progress.tally.counts.records == 0)
  }

  @Test("a host that is given up gives up what is fetched from it for the run")
  func givenUp() async throws {
    let source = FetchingSource(lists: (0..<30).map { "http://lists.example/\($0)" }, isConcurrent: true)
    let fetcher = StubFetcher(places: 2) { _ in .error(RequestError(.connect, "refused", .noConnection)) }
    let plan = try MemoryPipeline(sources: [source]).plan(
      "fetch: {retry: {attempts: 1, base: 1ms, max: 1m}}\nextract: [url]")
    let graph = Graph(plan.with(bounds: { $0.ownBytes = .max }), fetcher: fetcher)
    try await graph.runConserving()
    #expect(source.responses.count == 30)
    #expect(source.responses.all.allSatisfy { $0.error?.code == .connect })
    #expect(source.responses.all.contains { $0.error?.message.contains("given up") == true })
    #expect(fetcher.log.count < 30)
  }

  @Test("a host's concurrency holds over pages and what is fetched for the run together")
  func concurrency() async throws {
    let lists = (0..<40).map { "http://a.example/list/\($0)" }
    let pages = (0..<200).map { "http://a.example/page/\($0)" }
    let pipeline = MemoryPipeline(
      sources: [MemorySource(urls: pages), FetchingSource(lists: lists, purpose: .check, isConcurrent: true)])
    let kinds = Mutex<Set<RequestPurpose>>([])
    let fetcher = StubFetcher(places: 50, seed: 3) { request in
      kinds.withLock { _ = $0.insert(request.purpose) }
      return .status(200)
    }
    let plan = try pipeline.plan("fetch: {retry: 1, per_host: {concurrency: 3}}\nextract: [url]")
    let graph = Graph(plan, fetcher: fetcher)
    try await graph.runConserving()
    #expect(fetcher.mostInFlight["a.example"] == 3)
    #expect(fetcher.log.count == 240)
    #expect(kinds.withLock { $0 } == [.page, .check])
    #expect(pipeline.sinks[0].rows.count == 200)
  }

  @Test(
    "a content counts while a source reads it, and what is small can be fetched meanwhile",
    arguments: [1 << 20, 120 << 20])
  func heldContents(bytes: Int) async throws {
    var source = FetchingSource(lists: (0..<12).map { "http://h\($0).example/" })
    source.holdsContents = true
    let fetcher = StubFetcher(places: 50) { _ in .status(200) }
    let plan = try MemoryPipeline(sources: [source]).plan()
    try await Graph(plan.with(bounds: { $0.ownBytes = bytes }), fetcher: fetcher).runConserving()
    // A sitemap may come to 50 MiB.
    #expect(source.held.most <= (bytes == 1 << 20 ? 1 : 2))
    #expect(source.responses.count == 12)
    #expect(fetcher.log.count == 4 * 12)
  }

  @Test("contents that may be large are under way one after the other")
  func memory() async throws {
    let source = FetchingSource(lists: (0..<30).map { "http://h\($0).example/" }, isConcurrent: true)
    let fetcher = StubFetcher(places: 50) { _ in .status(200) }
    let plan = try MemoryPipeline(sources: [source]).plan()
    // Each may come to more than all of the room.
    let graph = Graph(plan.with(bounds: { $0.ownBytes = 1 << 20 }), fetcher: fetcher)
    try await graph.runConserving()
    #expect(fetcher.mostAtOnce == 1)
    #expect(source.responses.count == 30)
  }

  @Test("a stop lets a source go that waits for an answer", arguments: [true, false])
  func stop(isAtOnce: Bool) async throws {
    let control = RunControl()
    let source = FetchingSource(lists: ["http://lists.example/"])
    let asked = Turnstile()
    let fetcher = StubFetcher { _ in
      asked.pass()
      return .silence
    }
    let graph = Graph(try MemoryPipeline(sources: [source]).plan(), fetcher: fetcher, control: control)
    let run = Task { try await graph.runConserving() }
    await asked.wait()
    if !isAtOnce { control.stop(by: Self.never) }
    control.stop(by: .now)
    try await run.value
    #expect(source.responses.count == 0)
    #expect(graph.progress.tally.counts.own == [.sitemap: OwnCount(requests: 1, undone: 1)])
    #expect(graph.progress.unfinished == 0)
  }

  @Test("a stop lets sources go whose requests wait for their turn, and for room")
  func stopOfWaiting() async throws {
    let control = RunControl()
    let source = FetchingSource(lists: (0..<20).map { "http://a.example/\($0)" }, isConcurrent: true)
    let asked = Turnstile()
    let fetcher = StubFetcher { _ in
      asked.pass()
      return .silence
    }
    let plan = try MemoryPipeline(sources: [source]).plan(
      "fetch: {retry: 1, per_host: {concurrency: 1}}\nextract: [url]")
    let graph = Graph(
      plan.with(bounds: { $0.ownBytes = 5 * (50 << 20) }), fetcher: fetcher, control: control)
    let run = Task { try await graph.runConserving() }
    await asked.wait()
    await source.willFetch.wait(for: 20)
    control.stop(by: .now)
    try await run.value
    #expect(source.responses.count == 0)
    let count = graph.progress.tally.counts.own[.sitemap] ?? OwnCount()
    #expect(count.undone == count.requests)
  }

  @Test("a sink that fails ends a run whose source waits for an answer")
  func failingSink() async throws {
    let sink = MemorySink("bad", failing: .atRow(0))
    let pipeline = MemoryPipeline(
      sources: [FetchingSource(lists: ["http://lists.example/"]), MemorySource(urls: ["http://a.example/"])],
      sinks: [sink])
    let fetcher = StubFetcher { isList($0) ? .silence : .status(200) }
    await #expect(throws: RunError("bad", "is full")) { try await Graph(pipeline.plan(), fetcher: fetcher).run() }
  }

  @Test("a fetcher that fails ends a run whose source waits for an answer")
  func failingFetcher() async throws {
    let failure = RunError("fetch", "no descriptors")
    let pipeline = MemoryPipeline(sources: [FetchingSource(lists: ["http://lists.example/"])])
    let graph = Graph(try pipeline.plan(), fetcher: StubFetcher(failure: failure) { _ in .silence })
    await #expect(throws: failure) { try await graph.run() }
  }

  @Test("a run that has all that it may take does not wait for what a source still wanted to fetch")
  func limit() async throws {
    // The second list would have to wait an hour for its host.
    let source = FetchingSource(lists: ["http://lists.example/1", "http://lists.example/2"])
    let pipeline = MemoryPipeline(sources: [source])
    let fetcher = StubFetcher { request in
      isList(request)
        ? .status(200, body: (0..<9).map { "http://h\($0).example/" }.joined(separator: "\n")) : .status(200)
    }
    let plan = try pipeline.plan("fetch: {retry: 1, per_host: {delay: 1h}}\nextract: [url]").with(limit: 5)
    let graph = Graph(plan, fetcher: fetcher)
    try await graph.runConserving()
    #expect(pipeline.sinks[0].rows.count == 5)
    let count = graph.progress.tally.counts.own[.sitemap] ?? OwnCount()
    #expect(count.answered == 1)
    #expect(count.undone == count.requests - 1)
  }

  @Test("outputs are opened when a source has found something, not before")
  func outputs() async throws {
    let opened = Turnstile()
    let sink = MemorySink { if $0 == "open" { opened.pass() } }
    let source = FetchingSource(lists: ["http://lists.example/1"])
    let pipeline = MemoryPipeline(sources: [source], sinks: [sink])
    let openedBefore = Recorder<Int>()
    let fetcher = StubFetcher { request in
      if !isList(request) { return .status(200) }
      openedBefore.append(opened.count)
      return .status(200, body: "http://a.example/")
    }
    try await Graph(pipeline.plan(), fetcher: fetcher).runConserving()
    #expect(openedBefore.all == [0])
    #expect(sink.rows.count == 1)
  }

  @Test("a source whose list cannot be had fails the run and leaves the outputs alone")
  func outputsOfAFailedSource() async throws {
    let source = FetchingSource(lists: ["http://lists.example/1"], isStrict: true)
    let sink = MemorySink()
    let pipeline = MemoryPipeline(sources: [source], sinks: [sink])
    let fetcher = StubFetcher { _ in .error(RequestError(.connect, "refused", .noConnection)) }
    await #expect(throws: RunError("http://lists.example/1", "connect: refused")) {
      try await Graph(pipeline.plan(), fetcher: fetcher).run()
    }
    #expect(sink.events.all == [])
  }

  @Test("sources that are read one after the other may fetch, too")
  func ordered() async throws {
    let sources = [0, 1].map { FetchingSource(lists: ["http://lists.example/\($0)"]) }
    let pipeline = MemoryPipeline(sources: sources)
    let fetcher = StubFetcher(seed: 5) { request in
      isList(request)
        ? .status(200, body: (0..<50).map { "\(request.written)/\($0)" }.joined(separator: "\n")) : .status(200)
    }
    let plan = try pipeline.plan("extract: [url]\nsinks: [sink0: {order: input}]")
    try await Graph(plan, fetcher: fetcher).runConserving()
    let expected = [0, 1].flatMap { list in (0..<50).map { "http://lists.example/\(list)/\($0)" } }
    #expect(pipeline.sinks[0].rows.all.map { $0[0].text } == expected)
  }

  @Test("the ledger keeps a run alive while something is fetched for it")
  func ledger() {
    var ledger = LedgerState(sources: 1)
    ledger.ownBegan()
    ledger.sourcesEnded()
    #expect(!ledger.isOver)
    ledger.ownEnded()
    #expect(ledger.isOver)
  }
}

extension Value {
  fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }
}

extension Plan {
  fileprivate func with(bounds change: (inout Bounds) -> Void) -> Plan {
    var bounds = bounds
    change(&bounds)
    return with(bounds: bounds)
  }
}
