import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

@Suite("Run", .timeLimit(.minutes(20)))
struct RunTests {
  private static let never = ContinuousClock.now + .seconds(100_000)
  private static let full = RunError("memory", "is full")
  private static let standing = RunError("memory", "takes no more rows", comesOfStop: true)

  private static let unread = RunError("standard output", "has no reader any more", isReaderGone: true)

  @Test("a run that reads everything is complete")
  func complete() async throws {
    let pipeline = MemoryPipeline((0..<300).map { "http://h\($0 % 3).example/\($0)" })
    let run = Run(try pipeline.plan(), fetcher: StubFetcher { _ in .status(200) })
    let outcome = await run.perform()
    #expect(outcome.reason == .complete && outcome.reason.isComplete)
    #expect(outcome.failure == nil && outcome.discrepancies == [])
    #expect(pipeline.sinks[0].rows.count == 300)
  }

  @Test("a run that has had as many requests as it may take ends as planned", arguments: [(300, 100), (100, 100)])
  func limit(count: Int, limit: Int) async throws {
    let pipeline = MemoryPipeline((0..<count).map { "http://h\($0 % 3).example/\($0)" })
    let run = Run(try pipeline.plan().with(limit: limit), fetcher: StubFetcher { _ in .status(200) })
    let outcome = await run.perform()
    #expect(outcome.reason == (count > limit ? .limit : .complete))
    #expect(outcome.reason.isComplete)
    #expect(pipeline.sinks[0].events.all.last == "publish")
  }

  @Test(
    "a run that is stopped says by what, and by what first", arguments: [StopCause.interrupted, .terminated, .hungUp])
  func stopped(cause: StopCause) async throws {
    let control = RunControl()
    let pipeline = MemoryPipeline(sources: [EndlessSource()])
    let fetcher = StubFetcher { _ in
      control.stop(cause, by: Self.never)
      control.stop(cause == .hungUp ? .interrupted : .hungUp, by: Self.never)
      return .status(200)
    }
    let outcome = await Run(try pipeline.plan(), fetcher: fetcher, control: control).perform()
    #expect(outcome.reason == .stopped(by: cause))
    #expect(!outcome.reason.isComplete)
    #expect(outcome.failure == nil)
    #expect(pipeline.sinks[0].events.all.last == "abandon")
  }

  @Test("a stop that comes once the run is concluded changes nothing")
  func late() async throws {
    let control = RunControl()
    let sinks = (0..<2).map { number in
      MemorySink("sink\(number)") { call in if call == "publish" { control.stop(by: .now) } }
    }
    let pipeline = MemoryPipeline(["http://a.example/"], sinks: sinks)
    let outcome = await Run(try pipeline.plan(), fetcher: StubFetcher { _ in .status(200) }, control: control).perform()
    #expect(outcome.reason == .complete)
    for sink in sinks { #expect(sink.events.all.last == "publish") }
  }

  @Test(
    "a failure is the reason, unless it comes of the stop",
    arguments: [
      (full, nil, StopReason.failed(by: full)), (full, StopCause.terminated, .failed(by: full)),
      (standing, .terminated, .stopped(by: .terminated)), (standing, nil, .failed(by: standing)),
      (nil, .interrupted, .stopped(by: .interrupted)), (unread, nil, .readerGone),
      (unread, .interrupted, .stopped(by: .interrupted)),
    ] as [(RunError?, StopCause?, StopReason)])
  func failures(failure: RunError?, cause: StopCause?, reason: StopReason) {
    let outcome = RunOutcome(
      failure: failure, cause: cause, discrepancies: [], isLimited: true, elapsed: .zero)
    #expect(outcome.reason == reason)
    #expect(outcome.failure == failure)
  }

  @Test("a run that lost count has failed")
  func lost() {
    let outcome = RunOutcome(
      failure: nil, cause: nil, discrepancies: ["route: 2 in", "more"], isLimited: false, elapsed: .zero)
    #expect(outcome.reason == .failed(by: RunError("the run", "has lost count: route: 2 in")))
  }

  @Test("a sink that fails is the reason")
  func failingSink() async throws {
    let pipeline = MemoryPipeline(["http://a.example/"], sinks: [MemorySink("bad", failing: .atFinish)])
    let outcome = await Run(try pipeline.plan(), fetcher: StubFetcher { _ in .status(200) }).perform()
    #expect(outcome.reason == .failed(by: RunError("bad", "is full")))
  }
}

@Suite("RunEvents", .timeLimit(.minutes(20)))
struct RunEventsTests {
  private func events(
    _ urls: [String], _ spec: String = "extract: [url, status, error]", capacity: Int = 10_000,
    _ script: @escaping @Sendable (Request) -> StubFetcher.Answer
  ) async throws -> (events: [RunEvent], dropped: Int) {
    let listener = RunListener(capacity: capacity)
    let plan = try MemoryPipeline(urls).plan(spec)
    _ = await Run(plan, fetcher: StubFetcher(script), listeners: [listener]).perform()
    var all: [RunEvent] = []
    for await event in listener.events { all.append(event) }
    return (all, listener.droppedCount)
  }

  private let first = RequestID(source: 0, ordinal: 0)

  @Test("the life of a request is told in its order, redirects and retries included")
  func life() async throws {
    let (events, dropped) = try await events(
      ["http://a.example/"], "extract: [url]\nfetch: {retry: {attempts: 2, base: 1ms, max: 1ms}}"
    ) { request in
      if request.trail.isEmpty { return .status(302, location: "/next") }
      return request.attempt == 1 ? .status(503) : .status(200)
    }
    #expect(dropped == 0)
    let words = events.map { event in
      switch event {
      case .admitted(first): "admitted"
      case .begun(first, _, let attempt): "begun \(attempt)"
      case .landed(first, _, let status, nil, _): "landed \(status ?? 0)"
      case .redirected(first, let url): "redirected \(url?.href ?? "")"
      case .retried(first, let attempt, _): "retried \(attempt)"
      case .hostSlowed(let host): "slowed \(host)"
      case .recorded(first, nil): "recorded"
      case .committed(let sink, let rows): "committed \(sink) \(rows)"
      case .stopped(let reason): "stopped \(reason)"
      default: "\(event)"
      }
    }
    #expect(
      words.filter { !$0.hasPrefix("committed") } == [
        "admitted", "begun 1", "landed 302", "redirected http://a.example/next", "begun 1", "slowed a.example",
        "landed 503",
        "retried 2", "begun 2", "landed 200", "recorded", "stopped complete",
      ])
  }

  @Test("a request whose host was given up says so")
  func givenUp() async throws {
    let error = RequestError(.connect, "refused", .noConnection)
    let (events, _) = try await events(
      (0..<60).map { "http://a.example/\($0)" },
      "extract: [url]\nfetch: {per_host: {concurrency: 1}, retry: {attempts: 1, base: 1ms, max: 1ms}}"
    ) { _ in .error(error) }
    #expect(events.contains { if case .hostGivenUp("a.example", _) = $0 { true } else { false } })
    #expect(events.filter { if case .recorded(_, .connect) = $0 { true } else { false } }.count == 60)
  }

  @Test(
    "a listener that does not keep up loses the oldest events, counted, and never the last", arguments: [1, 5, 100])
  func lossy(capacity: Int) async throws {
    let (kept, dropped) = try await events((0..<500).map { "http://h\($0 % 5).example/" }, capacity: capacity) { _ in
      .status(200)
    }
    #expect(kept.count == capacity)
    #expect(kept.last == .stopped(.complete))
    #expect(dropped >= 4 * 500 + 1 - capacity)
  }

  @Test("each listener gets the events, and a run without one makes none")
  func listeners() async throws {
    #expect(RunEvents([]) == nil)
    let listeners = [RunListener(), RunListener(capacity: 1)]
    let plan = try MemoryPipeline(["http://a.example/"]).plan()
    _ = await Run(plan, fetcher: StubFetcher { _ in .status(200) }, listeners: listeners).perform()
    for listener in listeners {
      var last: RunEvent?
      for await event in listener.events { last = event }
      #expect(last == .stopped(.complete))
    }
  }
}
