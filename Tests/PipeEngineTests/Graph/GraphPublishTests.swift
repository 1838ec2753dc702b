import PipeSpec
import PipeTesting
import Testing

@testable import PipeEngine

/// Outputs are opened last, and published together or not at all.
@Suite(.timeLimit(.minutes(20)))
struct GraphPublishTests {
  private static let urls = (0..<500).map { "http://h\($0 % 7).example/\($0)" }

  @Test func `Sinks are published once all of them have finished`() async throws {
    let finished = Turnstile()
    let published = Recorder<Int>()
    let sinks = (0..<3).map { number in
      MemorySink("sink\(number)") { call in
        if call == "finish" { finished.pass() }
        if call == "publish" { published.append(finished.count) }
      }
    }
    let graph = Graph(try MemoryPipeline(Self.urls, sinks: sinks).plan(), fetcher: StubFetcher { _ in .status(200) })
    try await graph.runConserving()
    #expect(published.all == [3, 3, 3])
    #expect((0..<3).allSatisfy { graph.progress.unpublished[$0] == nil })
  }

  @Test(arguments: [MemorySink.Fault.atOpen, .atRow(400), .atFinish])
  func `No sink is published if one of them fails`(fault: MemorySink.Fault) async throws {
    let sinks = [MemorySink("a"), MemorySink("bad", failing: fault), MemorySink("b")]
    let graph = Graph(try MemoryPipeline(Self.urls, sinks: sinks).plan(), fetcher: StubFetcher { _ in .status(200) })
    await #expect(throws: RunError("bad", "is full")) { try await graph.run() }
    for sink in sinks {
      #expect(!sink.events.all.contains("publish"))
      #expect(sink.events.all.isEmpty || sink.events.all == ["open"] || sink.events.all.last == "abandon")
    }
  }

  @Test func `A sink that cannot be published says where its rows are`() async throws {
    let sinks = [MemorySink("a"), MemorySink("bad", failing: .atPublish)]
    let graph = Graph(try MemoryPipeline(Self.urls, sinks: sinks).plan(), fetcher: StubFetcher { _ in .status(200) })
    await #expect(throws: RunError("bad", "is full")) { try await graph.run() }
    #expect(graph.progress.unpublished[1] == UnpublishedRows(path: "bad.part"))
  }

  @Test func `Nothing is fetched before every sink is open, nor if one cannot be`() async throws {
    let opened = Turnstile()
    let sinks = (0..<3).map { MemorySink("sink\($0)") { call in if call == "open" { opened.pass() } } }
    let counts = Recorder<Int>()
    let fetcher = StubFetcher { _ in
      counts.append(opened.count)
      return .status(200)
    }
    try await Graph(try MemoryPipeline(Self.urls, sinks: sinks).plan(), fetcher: fetcher).runConserving()
    #expect(counts.all.count == 500 && counts.all.allSatisfy { $0 == 3 })
    let refusing = MemoryPipeline(Self.urls, sinks: [MemorySink("good"), MemorySink("bad", failing: .atOpen)])
    let asked = Turnstile()
    let graph = Graph(
      try refusing.plan(),
      fetcher: StubFetcher { _ in
        asked.pass()
        return .status(200)
      })
    await #expect(throws: RunError("bad", "is full")) { try await graph.run() }
    #expect(asked.count == 0)
  }

  @Test func `A source that cannot begin leaves the sinks closed`() async throws {
    let failure = RunError("list.csv", "has no column 'link'")
    let pipeline = MemoryPipeline(sources: [MemorySource(urls: [], failure: failure)])
    await #expect(throws: failure) {
      try await Graph(try pipeline.plan(), fetcher: StubFetcher { _ in .status(200) }).run()
    }
    #expect(pipeline.sinks[0].events.all == [])
  }

  @Test func `A run without rows opens and publishes its sinks`() async throws {
    let pipeline = MemoryPipeline([])
    try await Graph(try pipeline.plan(), fetcher: StubFetcher { _ in .status(200) }).runConserving()
    #expect(pipeline.sinks[0].events.all == ["open", "finish", "publish"])
  }

  @Test func `A failing source keeps the other source's rows, unpublished`() async throws {
    let failure = RunError("list.csv", "cannot be read")
    let pipeline = MemoryPipeline(
      sources: [MemorySource(urls: [], failure: failure), MemorySource(urls: Self.urls)])
    let graph = Graph(try pipeline.plan(), fetcher: StubFetcher { _ in .status(200) })
    await #expect(throws: failure) { try await graph.run() }
    #expect(!pipeline.sinks[0].events.all.contains("publish"))
  }
}
