import PipeSpec
import PipeTesting
import Testing

@testable import PipeEngine

@Suite("Graph, of random sizes", .timeLimit(.minutes(20)))
struct GraphPropertyTests {
  @Test("whatever its bounds, a graph conserves", arguments: 0..<60 as Range<UInt64>)
  func conservation(seed: UInt64) async throws {
    var random = RepeatableRandom(seed: seed)
    let sinks = (0..<Int.random(in: 1...3, using: &random)).map { MemorySink("sink\($0)") }
    let sources = (0..<Int.random(in: 1...3, using: &random)).map { source in
      MemorySource(
        urls: (0..<Int.random(in: 0...400, using: &random)).map { number in
          random.oneIn(20) ? "no url" : "http://h\(Int.random(in: 0..<9, using: &random)).example/\(source)/\(number)"
        })
    }
    var bounds = Bounds()
    bounds.requests = Int.random(in: 1...40, using: &random)
    bounds.frontier = Int.random(in: 1...40, using: &random)
    bounds.fetched = Int.random(in: 1...20, using: &random)
    bounds.fetchedBytes = Int.random(in: 1...2000, using: &random)
    bounds.records = Int.random(in: 1...20, using: &random)
    bounds.recordBytes = Int.random(in: 1...2000, using: &random)
    bounds.extractors = Int.random(in: 1...5, using: &random)
    let total = sources.reduce(0) { $0 + $1.urls.count }
    let limit = random.oneIn(4) ? Int.random(in: 0...400, using: &random) : nil
    let stopAfter = random.oneIn(4) ? Int.random(in: 1...200, using: &random) : nil
    let isAbrupt = random.oneIn(2)

    let control = RunControl()
    let answered = Turnstile()
    let fetcher = StubFetcher(places: Int.random(in: 1...12, using: &random), seed: seed) { request in
      answered.pass()
      if answered.count == stopAfter { control.stop(by: isAbrupt ? .now : .now + .seconds(100_000)) }
      // Each page's answer depends on its place alone: some redirect up to three times, some fail.
      let hops = request.id.ordinal % 5
      if hops < 4, request.trail.count < hops { return .status(302, location: "/hop/\(request.trail.count)") }
      return request.id.ordinal % 7 == 0 ? .error(RequestError(.connection, "broken off")) : .status(200, body: "x")
    }
    let pipeline = MemoryPipeline(sources: sources, sinks: sinks)
    let plan = try pipeline.plan().with(bounds: bounds, limit: limit)
    let graph = Graph(plan, fetcher: fetcher, control: control)
    try await graph.runConserving()

    let rows = sinks[0].rows.all
    #expect(sinks.allSatisfy { $0.rows.count == rows.count })
    #expect(Set(rows.map { $0[0] }.filter { $0 != "no url" }).count == rows.count { $0[0] != "no url" })
    if control.isStopping {
      #expect(rows.count <= min(limit ?? total, total))
    } else {
      #expect(rows.count == min(limit ?? total, total))
    }
  }
}
