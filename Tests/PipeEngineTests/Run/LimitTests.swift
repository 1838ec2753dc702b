import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

@Suite("The limits of a run", .timeLimit(.minutes(20)))
struct LimitTests {
  private static let refused = RequestError(.connect, "refused", .noConnection)

  private func urls(_ count: Int) -> [String] { (0..<count).map { "http://h\($0).example/\($0)" } }

  /// Runs a spec, and says why it ended.
  private func run(
    _ limits: String, _ pipeline: MemoryPipeline, _ script: @escaping @Sendable (Request) -> StubFetcher.Answer
  ) async throws -> (outcome: RunOutcome, limit: ReachedLimit?, progress: RunProgress) {
    let plan = try pipeline.plan("extract: [url, status, error]\nlimits: {\(limits)}")
    let run = Run(plan, fetcher: StubFetcher(script))
    let outcome = await run.perform()
    #expect(outcome.discrepancies == [])
    guard case .stopped(.limit(let limit)) = outcome.reason else { return (outcome, nil, run.progress) }
    return (outcome, limit, run.progress)
  }

  @Test(arguments: [(300, 7), (7, 7), (3, 7)])
  func `records is exact, and an end as planned`(count: Int, limit: Int) async throws {
    let pipeline = MemoryPipeline(urls(count))
    let outcome = try await run("records: \(limit)", pipeline) { _ in .status(200) }.outcome
    #expect(outcome.reason == (count > limit ? .limit : .complete))
    #expect(pipeline.sinks[0].rows.count == min(count, limit))
    #expect(pipeline.sinks[0].events.all.last == "publish")
  }

  @Test(arguments: [(5, 3), (3, 5)])
  func `Of records and --limit the smaller counts`(records: Int, limit: Int) async throws {
    let text = "extract: [url]\nlimits: {records: \(records)}"
    #expect(MemoryPipeline(urls(9)).compile(text).plan?.limit == records)
    #expect(MemoryPipeline(urls(9)).compile(text, limit: limit).plan?.limit == 3)
  }

  @Test func `errors stops the run, and what is done is written`() async throws {
    let pipeline = MemoryPipeline(sources: [EndlessSource()])
    let (outcome, limit, progress) = try await run("errors: 10", pipeline) { request in
      request.id.ordinal.isMultiple(of: 2) ? .error(Self.refused) : .status(200)
    }
    #expect(limit?.name == "limits.errors (10)")
    #expect(outcome.failure == nil)
    #expect(pipeline.sinks[0].events.all.last == "abandon")
    let counts = progress.tally.counts
    #expect(counts.failed >= 10)
    #expect(pipeline.sinks[0].rows.count == counts.records)
    #expect(limit?.words.hasSuffix("records have an error") == true)
  }

  @Test func `A share of errors counts from some number of records on`() async throws {
    // 50 of the first 99 fail, and nothing comes of it.
    let few = MemoryPipeline(urls(99))
    let fewOutcome = try await run("errors: 5%", few) { request in
      request.id.ordinal < 50 ? .error(Self.refused) : .status(200)
    }.outcome
    #expect(fewOutcome.reason == .complete)
    let (_, limit, progress) = try await run("errors: 5%", MemoryPipeline(sources: [EndlessSource()])) { request in
      request.id.ordinal.isMultiple(of: 10) ? .error(Self.refused) : .status(200)
    }
    #expect(limit?.name == "limits.errors (5%)")
    #expect(progress.tally.counts.records >= ErrorLimit.leastRecords)
  }

  @Test(
    arguments: [
      (ErrorLimit.count(3), 2, 2, false), (.count(3), 3, 3, true), (.count(3), 4, 1000, true),
      (.share(5, text: "5%"), 99, 99, false), (.share(5, text: "5%"), 5, 100, true),
      (.share(5, text: "5%"), 4, 100, false), (.share(0.1, text: "0.1%"), 1, 1001, false),
      (.share(0.1, text: "0.1%"), 1, 1000, true), (.share(100, text: "100%"), 99, 100, false),
      (.share(100, text: "100%"), 100, 100, true),
    ] as [(ErrorLimit, Int, Int, Bool)])
  func `Errors are too many`(limit: ErrorLimit, failed: Int, records: Int, isReached: Bool) {
    #expect(limit.isReached(failed: failed, of: records) == isReached)
  }

  @Test func `bytes stops the run once so much content has come, of redirects and retries as well`() async throws {
    let body = String(repeating: "x", count: 1000)
    let (_, limit, progress) = try await run("bytes: 20KiB", MemoryPipeline(sources: [EndlessSource()])) { request in
      request.trail.isEmpty ? .status(302, location: "/next", body: body) : .status(200, body: body)
    }
    #expect(limit?.name == "limits.bytes (20KiB)")
    #expect(limit?.words.hasSuffix("bytes of content were received") == true)
    // Each page is 2,000 bytes with its redirect; a few were under way.
    #expect(10...60 ~= progress.tally.counts.records)
  }

  @Test func `duration stops the run when its time is over`() async throws {
    let pipeline = MemoryPipeline(["http://a.example/"])
    let (_, limit, _) = try await run("duration: 1ms", pipeline) { _ in .silence }
    #expect(limit?.name == "limits.duration (1ms)")
    #expect(!pipeline.sinks[0].events.all.contains("publish"))
  }

  @Test func `A limit that is not reached changes nothing`() async throws {
    let pipeline = MemoryPipeline(urls(300))
    let limits = "duration: 1h, errors: 301, bytes: 1GiB, records: 1000, disk: 1MiB"
    let outcome = try await run(limits, pipeline) { _ in .error(Self.refused) }.outcome
    #expect(outcome.reason == .complete)
    #expect(pipeline.sinks[0].rows.count == 300)
  }

  @Test func `A crawl whose links find no room on disk is stopped by disk`() async throws {
    let pipeline = MemoryPipeline(["http://a.example/"])
    let links = (0..<20_000).map { "<a href=/\($0)/\(String(repeating: "p", count: 100))>" }.joined()
    let plan = try pipeline.plan(
      """
      extract: [url]
      crawl: {max_links_per_page: 20000}
      limits: {disk: 1MiB, memory: 8MiB}
      fetch: {retry: 1, robots: ignore}
      """)
    let fetcher = StubFetcher { request in
      request.url?.pathname == "/" ? .status(200, body: links) : .status(200)
    }
    let outcome = await Run(plan, fetcher: fetcher).perform()
    guard case .stopped(.limit(let limit)) = outcome.reason else {
      Issue.record("\(outcome.reason)")
      return
    }
    #expect(limit.key == .disk)
    #expect(limit.words.contains("take"))
    #expect(outcome.failure?.hint == "limits.disk can be larger")
    #expect(pipeline.sinks[0].events.all.last == "abandon")
  }

  @Test func `What a plan says of the limits`() throws {
    let plan = try MemoryPipeline(urls(3)).plan(
      "extract: [url]\nlimits: {records: 5, duration: 90s, errors: 5%, bytes: 1GiB}")
    let notes = PlanOutline(plan).stages.first { $0.kind == .admit }?.notes
    #expect(
      notes == [
        "no more than 5 requests", "stops after 90s", "stops once 5% of at least 100 records have an error",
        "stops once 1GiB of content were received",
      ])
  }

  @Test(
    arguments: [
      ("errors: 0", "limits.errors must be from 1 to 1000000000000, not 0"),
      ("errors: -1", "limits.errors must be a number of records or a share of them, not -1"),
      ("errors: 0%", "limits.errors must be a share above 0%, up to 100%, not '0%'"),
      ("errors: 101%", "limits.errors must be a share above 0%, up to 100%, not '101%'"),
      ("errors: 0.05", "limits.errors must be a number of records or a share of them, not 0.05"),
      ("errors: many", "limits.errors must be a number of records or a share of them, not 'many'"),
      ("errors: .%", "limits.errors cannot be '.%'"),
      ("duration: 0s", "limits.duration must be from 1ms to 1000h, not 0s"),
      ("records: 0", "limits.records must be from 1 to 1000000000000000, not 0"),
      ("bytes: 10", "limits.bytes needs a unit"), ("disk: 1KiB", "limits.disk must be from 1MiB to 1024GiB, not 1KiB"),
    ])
  func `A limit that cannot be is told`(limit: String, message: String) {
    let pipeline = MemoryPipeline(urls(1)).compile("extract: [url]\nlimits: {\(limit)}")
    #expect(pipeline.diagnostics.map(\.message) == [message])
  }

  @Test(arguments: [("5%", "5%"), ("0.5 %", "0.5%"), ("12", "12")])
  func `A limit of errors is read`(text: String, shown: String) throws {
    let plan = try MemoryPipeline(urls(1)).plan("extract: [url]\nlimits: {errors: \(text)}")
    #expect(plan.stopLimits.errors?.text == shown)
  }
}
