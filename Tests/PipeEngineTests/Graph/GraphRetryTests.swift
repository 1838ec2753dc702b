import PipeSpec
import PipeTesting
import PipeWeb
import Synchronization
import Testing

@testable import PipeEngine

@Suite("Graph, retries", .timeLimit(.minutes(20)))
struct GraphRetryTests {
  private let text =
    "fetch: {retry: {attempts: 3, base: 1ms, max: 2ms, on: [timeout, connection, 429, 5xx]}}\nextract: [url, status, error]"

  @Test("a request that fails is tried again, and what comes in the end is its record")
  func succeedsInTheEnd() async throws {
    let pipeline = MemoryPipeline(["http://a.example/"])
    let fetcher = StubFetcher { request in
      switch request.attempt {
      case 1: .error(RequestError(.timeout, "no answer within 1s"))
      case 2: .status(503)
      default: .status(200)
      }
    }
    let graph = Graph(try pipeline.plan(text), fetcher: fetcher)
    try await graph.runConserving()
    #expect(pipeline.sinks[0].rows.all == [["http://a.example/", 200, nil]])
    #expect(fetcher.log.all.count == 3)
    #expect(graph.progress.tally.counts.retries == 2)
  }

  @Test("the last attempt is the record, an answer or an error", arguments: [true, false])
  func fails(answers: Bool) async throws {
    let pipeline = MemoryPipeline(["http://a.example/"])
    let fetcher = StubFetcher { _ in answers ? .status(500) : .error(RequestError(.timeout, "late")) }
    try await Graph(pipeline.plan(text), fetcher: fetcher).runConserving()
    #expect(fetcher.log.all.count == 3)
    #expect(
      pipeline.sinks[0].rows.all == [
        answers ? ["http://a.example/", 500, nil] : ["http://a.example/", nil, "timeout: late"]
      ])
  }

  @Test("what a kept connection let down is sent once more, whatever is retried, and no sooner than its host allows")
  func keptConnection() async throws {
    let pipeline = MemoryPipeline((0..<3).map { "http://a.example/\($0)" })
    let starts = Recorder<ContinuousClock.Instant>()
    let lost = RequestError(.connection, "the kept connection was closed without an answer", .keptConnection)
    let fetcher = StubFetcher { request in
      starts.append(.now)
      return request.id.ordinal == 2 || request.id.ordinal == 1 && !request.isSentAgain ? .error(lost) : .status(200)
    }
    let text = "fetch: {retry: 1, per_host: {delay: 100ms}}\nextract: [url, status, error]"
    let graph = Graph(try pipeline.plan(text), fetcher: fetcher)
    try await graph.runConserving()
    #expect(fetcher.log.all.count == 5)
    #expect(graph.progress.tally.counts.retries == 2)
    let rows = pipeline.sinks[0].rows.all
    #expect(rows.prefix(2).map { $0[1] } == [200, 200])
    #expect(rows.last == ["http://a.example/2", nil, .string(lost.description)])
    let times = starts.all
    #expect(zip(times, times.dropFirst()).allSatisfy { $0.duration(to: $1) > .milliseconds(80) })
  }

  @Test("a retry goes to where a redirect led, and keeps what led there")
  func afterRedirect() async throws {
    let pipeline = MemoryPipeline(["http://a.example/"])
    let fetcher = StubFetcher { request in
      request.trail.isEmpty ? .status(302, location: "/end") : request.attempt == 1 ? .status(500) : .status(200)
    }
    try await Graph(pipeline.plan(text), fetcher: fetcher).runConserving()
    #expect(fetcher.log.all == ["- http://a.example/", "- http://a.example/end", "- http://a.example/end"])
    #expect(pipeline.sinks[0].rows.all == [["http://a.example/", 200, nil]])
  }

  @Test("every page is a record, whatever fails how often", arguments: 0..<20 as Range<UInt64>)
  func conserves(seed: UInt64) async throws {
    let urls = (0..<200).map { "http://h\($0 % 7).example/\($0)" }
    let pipeline = MemoryPipeline(urls)
    let random = Mutex(RepeatableRandom(seed: seed))
    let fetcher = StubFetcher(places: 16, seed: seed) { _ in
      switch random.withLock({ Int.random(in: 0..<6, using: &$0) }) {
      case 0: .status(429)
      case 1: .status(500)
      case 2: .error(RequestError(.connect, "refused", .noConnection))
      default: .status(200)
      }
    }
    try await Graph(pipeline.plan(text), fetcher: fetcher).runConserving()
    #expect(Set(pipeline.sinks[0].rows.all.map { $0[0] }) == Set(urls.map { .string($0) }))
    #expect(pipeline.sinks[0].rows.all.count == urls.count)
  }

  @Test("a host that never connects fails its URLs after a few of them, and the others are done")
  func deadHost() async throws {
    let urls = (0..<300).map { "http://\($0 % 3 == 0 ? "dead" : "live").example/\($0)" }
    let pipeline = MemoryPipeline(urls)
    let fetcher = StubFetcher { request in
      request.host == "dead.example"
        ? .error(RequestError(.connect, "dead.example: refused", .noConnection)) : .status(200)
    }
    let text = "fetch: {retry: {attempts: 1, base: 1ms, max: 5s}}\nextract: [url, status, error]"
    try await Graph(pipeline.plan(text), fetcher: fetcher).runConserving()
    #expect(pipeline.sinks[0].rows.all.count == 300)
    let errors = pipeline.sinks[0].rows.all.compactMap { row in
      if case .string(let text) = row[2] { text } else { nil }
    }
    #expect(errors.count == 100)
    #expect(errors.allSatisfy { $0.hasPrefix("connect: dead.example: refused") })
    let tried = fetcher.log.all.count { $0.contains("dead") }
    #expect(tried < 20 && tried >= HostHealth.failuresToBeDown + HostHealth.probes)
  }
}
