import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

@Suite("Graph, in the order of the input", .timeLimit(.minutes(20)))
struct GraphOrderTests {
  private static let never = ContinuousClock.now + .seconds(100_000)
  private static let inOrder = "extract: [url, status]\nsinks: [sink0: {order: input}]"

  /// Redirects, failures and answers of all kinds, by the request's place alone.
  private static func answer(_ request: Request) -> StubFetcher.Answer {
    let hops = request.id.ordinal % 4
    if request.trail.count < hops { return .status(302, location: "/hop/\(request.trail.count)") }
    return request.id.ordinal % 7 == 0 ? .error(RequestError(.connection, "broken off")) : .status(200 + hops)
  }

  @Test("rows come in the order of the list, also those of pages that failed and of what is not a URL")
  func list() async throws {
    let urls = (0..<2000).map { $0 % 50 == 0 ? "no url \($0)" : "http://h\($0 % 9).example/\($0)" }
    let pipeline = MemoryPipeline(urls)
    let graph = Graph(try pipeline.plan(Self.inOrder), fetcher: StubFetcher(seed: 3, Self.answer))
    try await graph.runConserving()
    #expect(pipeline.sinks[0].rows.all.map { $0[0] } == urls.map { .string($0) })
  }

  @Test("several sources come one after the other, in the order of the spec")
  func sources() async throws {
    let lists = (0..<4).map { source in
      (0..<[700, 0, 1, 900][source]).map { "http://h\($0 % 5).example/\(source)/\($0)" }
    }
    let pipeline = MemoryPipeline(sources: lists.map { MemorySource(urls: $0) })
    let graph = Graph(try pipeline.plan(Self.inOrder), fetcher: StubFetcher(seed: 4, Self.answer))
    try await graph.runConserving()
    #expect(pipeline.sinks[0].rows.all.map { $0[0] } == lists.joined().map { .string($0) })
  }

  @Test("each sink's condition chooses among the rows, and where drops some")
  func filters() async throws {
    let sinks = [MemorySink("even"), MemorySink("all"), MemorySink("any order")]
    let urls = (0..<600).map { "http://h\($0 % 9).example/\($0)" }
    let pipeline = MemoryPipeline(urls, sinks: sinks)
    let plan = try pipeline.plan(
      """
      extract: [url, status]
      where: status != 204
      sinks:
        - sink0: {order: input, when: status == 200}
        - sink1: {order: input}
        - sink2: {order: completion}
      """)
    let graph = Graph(plan, fetcher: StubFetcher(seed: 5) { .status([200, 204, 301][$0.id.ordinal % 3]) })
    try await graph.runConserving()
    let all = urls.indices.map { Value.string(urls[$0]) }
    #expect(sinks[0].rows.all.map { $0[0] } == all.indices.filter { $0 % 3 == 0 }.map { all[$0] })
    #expect(sinks[1].rows.all.map { $0[0] } == all.indices.filter { $0 % 3 != 1 }.map { all[$0] })
    #expect(Set(sinks[2].rows.all) == Set(sinks[1].rows.all))
    #expect(sinks[2].rows.all != sinks[1].rows.all)
  }

  @Test("a limit, a failing source: what there is comes in order")
  func endsOfInput() async throws {
    let urls = (0..<2000).map { "http://h\($0 % 9).example/\($0)" }
    let failure = RunError("urls.gz", "is cut off")
    for (source, limit) in [(MemorySource(urls: urls), 777), (MemorySource(urls: urls, failure: failure), nil)] {
      let pipeline = MemoryPipeline(sources: [source, EndlessSource()])
      let plan = try pipeline.plan(Self.inOrder).with(limit: limit)
      let graph = Graph(plan, fetcher: StubFetcher(seed: 6, Self.answer))
      if limit == nil {
        await #expect(throws: failure) { try await graph.run() }
      } else {
        try await graph.run()
      }
      #expect(graph.progress.discrepancies == [])
      #expect(pipeline.sinks[0].rows.all.map { $0[0] } == urls.prefix(limit ?? 2000).map { .string($0) })
    }
  }

  @Test("stopped, it writes in order what there is behind a page that never came", arguments: [true, false])
  func stop(isAbrupt: Bool) async throws {
    let sinks = [MemorySink("ordered"), MemorySink("as they come")]
    let urls = (0..<300).map { "http://h\($0 % 5).example/\($0)" }
    let pipeline = MemoryPipeline(urls, sinks: sinks)
    let plan = try pipeline.plan("extract: [url]\nsinks: [sink0: {order: input}, sink1]")
    let control = RunControl()
    let answered = Turnstile()
    let fetcher = StubFetcher(places: 12, seed: 7) { request in
      if request.id.ordinal % 100 == 3 { return isAbrupt || request.id.ordinal > 3 ? .silence : .status(200) }
      answered.pass()
      if answered.count == 200 { control.stop(by: isAbrupt ? .now : Self.never) }
      return .status(200)
    }
    let graph = Graph(plan, fetcher: fetcher, control: control)
    let run = Task { try await graph.runConserving() }
    if !isAbrupt {
      await answered.wait(for: 200)
      control.stop(by: .now)
    }
    try await run.value
    let rows = sinks[0].rows.all.map { $0[0] }
    #expect(rows.count >= 200)
    #expect(Set(rows) == Set(sinks[1].rows.all.map { $0[0] }))
    let places = Dictionary(urls.enumerated().map { (Value.string($1), $0) }) { first, _ in first }
    let order = rows.compactMap { places[$0] }
    #expect(order == order.sorted())
    #expect(sinks[0].events.all.last == "abandon")
  }

  @Test(
    "stopped, a run that can go on leaves what is behind such a page, and goes on there",
    arguments: 1...4 as ClosedRange<UInt64>)
  func goingOn(seed: UInt64) async throws {
    let storage = MemoryStorage()
    let urls = (0..<300).map { "http://h\($0 % 5).example/\($0)" }
    var rows: [[Value]] = []
    for session in 0..<3 {
      let sinks = [MemorySink("ordered"), MemorySink("as they come")]
      let pipeline = MemoryPipeline(urls, sinks: sinks)
      let plan = try pipeline.plan("extract: [url]\nsinks: [sink0: {order: input}, sink1]")
      let opening = try RunJournal.open(
        RunJournal.Settings(folder: "/w/.pipe/ordered"), for: .resume, spec: try #require(SpecMeaning([1, 0])),
        at: "/w/spec.yaml", shown: "spec.yaml", of: plan, in: storage)
      guard case .run(let journal) = opening else { return #expect(Bool(false), "\(opening)") }
      let control = RunControl()
      let answered = Turnstile()
      let fetcher = StubFetcher(places: 12, seed: seed) { request in
        answered.pass()
        if session < 2, answered.count == 100 { control.stop(by: .now) }
        return session < 2 && request.id.ordinal % 40 == 3 ? .silence : .status(200)
      }
      let run = Run(plan, fetcher: fetcher, control: control, journal: journal, storage: storage)
      let outcome = await run.perform()
      #expect(run.progress.discrepancies == [])
      #expect(outcome.reason == (session < 2 ? .stopped(by: .interrupted) : .complete))
      rows.append(contentsOf: [sinks[0].rows.all.map { $0[0] }])
      #expect(Set(rows[session]).isSubset(of: urls.map { .string($0) }))
    }
    // None of the sinks can be opened where it was: what was written before is there, and the rest comes behind it.
    #expect(rows.joined().map { $0 } == urls.map { .string($0) })
  }

  @Test(
    "a page that is slow holds up what comes after it, once memory and disk hold as much as may", arguments: [0, 1, 8])
  func slowPage(badEvery: Int) async throws {
    let urls = (0..<6000).map { number in
      badEvery > 0 && number > 0 && number % badEvery == 0 ? "no url" : "http://h\(number % 5).example/\(number)"
    }
    let yielded = Turnstile()
    let pipeline = MemoryPipeline(sources: [MemorySource(urls: urls, willYield: { _ in yielded.pass() })])
    var bounds = Bounds()
    bounds.orderBytes = 200 * OrderState<Int>.slotBytes
    // Some 500 rows.
    bounds.disk = 16_000
    (bounds.requests, bounds.frontier, bounds.fetched, bounds.records) = (64, 64, 64, 64)
    let plan = try pipeline.plan(Self.inOrder).with(bounds: bounds)
    let before = Recorder<Int>()
    let fetcher = PatientFetcher(progress: { yielded.count }) { before.append(yielded.count) }
    let graph = Graph(plan, fetcher: fetcher)
    try await graph.runConserving()
    #expect(pipeline.sinks[0].rows.all.map { $0[0] } == urls.map { .string($0) })
    let count = fetcher.overtaking.count
    #expect(count < 1500, "\(count) answers came before that of the first request")
    if badEvery != 1 { #expect(count > 5) }
    #expect(try #require(before.all.first) < 4000, "admit waits as well")
  }

  @Test("a page that is slow does not hold up the fetching of others as long as the disk takes their rows")
  func slowPageWithDisk() async throws {
    let urls = (0..<3000).map { "http://h\($0 % 5).example/\($0)" }
    let pipeline = MemoryPipeline(urls)
    var bounds = Bounds()
    bounds.orderBytes = 1 << 16
    let fetcher = PatientFetcher(after: 2999) {}
    let graph = Graph(try pipeline.plan(Self.inOrder).with(bounds: bounds), fetcher: fetcher)
    try await graph.runConserving()
    #expect(pipeline.sinks[0].rows.all.map { $0[0] } == urls.map { .string($0) })
    #expect(fetcher.overtaking.count == 2999)
  }

  @Test("large rows come in order with a bound of 1 MiB on what is held of them", arguments: [1 << 20, 1 << 12])
  func largeRows(disk: Int) async throws {
    let urls = (0..<60).map { "http://h\($0 % 5).example/\($0)" }
    let pipeline = MemoryPipeline(urls)
    var bounds = Bounds()
    bounds.orderBytes = 1 << 20
    // Even a disk that takes none of them.
    bounds.disk = disk == 1 << 20 ? 1 << 30 : disk
    let plan = try pipeline.plan("extract: [url, body]\nsinks: [sink0: {order: input}]").with(bounds: bounds)
    let fetcher = StubFetcher(places: 40, seed: 9) { request in
      .status(200, body: String(repeating: "\(request.id.ordinal % 10)", count: 100_000 + request.id.ordinal))
    }
    try await Graph(plan, fetcher: fetcher).runConserving()
    let rows = pipeline.sinks[0].rows.all
    #expect(rows.map { $0[0] } == urls.map { .string($0) })
    for (number, row) in rows.enumerated() {
      let body = row[1].plainText
      #expect(body.utf8.count == 100_000 + number && body.hasPrefix("\(number % 10)"))
    }
  }

  @Test("whatever its bounds, the order holds and nothing is lost", arguments: 0..<60 as Range<UInt64>)
  func anyBounds(seed: UInt64) async throws {
    var random = RepeatableRandom(seed: seed)
    let sinks = [MemorySink("ordered"), MemorySink("as they come")]
    let lists = (0..<Int.random(in: 1...3, using: &random)).map { source in
      (0..<Int.random(in: 0...400, using: &random)).map { number in
        random.oneIn(20)
          ? "no url \(source) \(number)"
          : "http://h\(Int.random(in: 0..<9, using: &random)).example/\(source)/\(number)"
      }
    }
    var bounds = Bounds()
    bounds.requests = Int.random(in: 1...40, using: &random)
    bounds.frontier = Int.random(in: 1...40, using: &random)
    bounds.fetched = Int.random(in: 1...20, using: &random)
    bounds.records = Int.random(in: 1...20, using: &random)
    bounds.recordBytes = Int.random(in: 1...2000, using: &random)
    bounds.orderBytes = Int.random(in: 1...(random.oneIn(2) ? 200 : 20_000), using: &random)
    bounds.disk = random.oneIn(2) ? 1 << 20 : Int.random(in: 1...10_000, using: &random)
    bounds.extractors = Int.random(in: 1...5, using: &random)
    let stopAfter = random.oneIn(4) ? Int.random(in: 1...200, using: &random) : nil
    let isAbrupt = random.oneIn(2)
    let control = RunControl()
    let answered = Turnstile()
    let fetcher = StubFetcher(places: Int.random(in: 1...12, using: &random), seed: seed) { request in
      answered.pass()
      if answered.count == stopAfter { control.stop(by: isAbrupt ? .now : Self.never) }
      return request.attempt == 1 && request.id.ordinal % 11 == 5 ? .status(503) : Self.answer(request)
    }
    let retry = random.oneIn(2) ? 1 : 3
    let pipeline = MemoryPipeline(sources: lists.map { MemorySource(urls: $0) }, sinks: sinks)
    let plan = try pipeline.plan(
      """
      fetch: {retry: {attempts: \(retry), base: 1ms, max: 2ms}}
      extract: [url]
      sinks: [sink0: {order: input}, sink1]
      """
    ).with(bounds: bounds)
    try await Graph(plan, fetcher: fetcher, control: control).runConserving()
    let all = lists.joined().map { Value.string($0) }
    let rows = sinks[0].rows.all.map { $0[0] }
    #expect(Set(rows) == Set(sinks[1].rows.all.map { $0[0] }))
    if control.isStopping {
      let places = Dictionary(all.enumerated().map { ($1, $0) }) { first, _ in first }
      #expect(rows.compactMap { places[$0] } == rows.compactMap { places[$0] }.sorted())
    } else {
      #expect(rows == all)
    }
  }
}

/// Answers the first request once nothing else has come for a long while, or so many others have; and every other one at
/// once.
private final class PatientFetcher: Fetcher {
  /// The requests answered before the first.
  let overtaking = Recorder<RequestID>()
  private let willAnswerFirst: @Sendable () -> Void

  private let others: Int?
  private let progress: @Sendable () -> Int

  /// - Parameter progress: Grows as long as something else can come.
  init(
    after others: Int? = nil, progress: @escaping @Sendable () -> Int = { 0 },
    willAnswerFirst: @escaping @Sendable () -> Void
  ) {
    self.others = others
    self.progress = progress
    self.willAnswerFirst = willAnswerFirst
  }

  /// Whether nothing else will come: for so many milliseconds nothing has.
  private func isPatienceOver(after turns: Int) -> Bool { others.map { overtaking.count >= $0 } ?? (turns > 500) }

  func fetch(_ work: any FetchWork) async throws {
    work.onChange {}
    var first: Request?
    var isFirstAnswered = false
    var turns = 0
    var seen = 0
    while true {
      switch work.take(upTo: 8) {
      case .requests(let requests):
        turns = 0
        first = first ?? requests.first { $0.id.ordinal == 0 }
        let others = requests.filter { $0.id.ordinal > 0 }
        if !isFirstAnswered { overtaking.append(contentsOf: others.map(\.id)) }
        work.complete(others.map(answered))
      case .wait:
        if isFirstAnswered { await Task.yield() } else { try? await Task.sleep(for: .milliseconds(1)) }
        let now = progress()
        turns = now == seen ? turns + 1 : 0
        seen = now
        if let request = first, !isFirstAnswered, isPatienceOver(after: turns) {
          isFirstAnswered = true
          willAnswerFirst()
          work.complete([answered(request)])
        }
      case .finished, .draining: return
      }
    }
  }

  private func answered(_ request: Request) -> Fetched {
    Fetched(request: request, response: HTTPResponse(status: 200, version: .http11))
  }
}
