import Glibc
import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

/// Answers one request, stops the run from a thread of its own, and has ended while that thread is told of the
/// change that the stop is.
private struct SlowToHear: Fetcher {
  let control: RunControl

  func fetch(_ work: any FetchWork) async throws {
    let (told, tell) = AsyncStream.makeStream(of: Void.self)
    let (hasEnded, tellings) = (Gate(), Turnstile())
    defer { hasEnded.open() }
    while true {
      guard case .requests(let requests) = work.take(upTo: 1) else {
        try await Task.sleep(for: .milliseconds(1))
        continue
      }
      work.complete(
        requests.map { Fetched(request: $0, response: HTTPResponse(status: 200, version: .http11), error: nil) })
      break
    }
    work.onChange { [control] in
      if !control.isStopping { return }
      // The stage may be told by others too, and has to hear that at once.
      tellings.pass()
      if tellings.count > 1 { return }
      tell.finish()
      hasEnded.wait()
      usleep(100_000)
    }
    try Loopback.startThread { [control] in control.stop(by: .now + .seconds(100)) }
    for await _ in told {}
  }
}

/// Opens a gate when the fetcher in it has ended.
private struct WatchedFetcher: Fetcher {
  let fetcher: StubFetcher
  let hasEnded: Gate

  func fetch(_ work: any FetchWork) async throws {
    defer { hasEnded.open() }
    try await fetcher.fetch(work)
  }
}

@Suite("Graph, stopped or failing", .timeLimit(.minutes(20)))
struct GraphStopTests {
  private static let never = ContinuousClock.now + .seconds(100_000)

  @Test("stopped gently, it finishes what is in flight and leaves the rest undone", arguments: [1, 10, 300])
  func gentleStop(after count: Int) async throws {
    let pipeline = MemoryPipeline((0..<5000).map { "http://h\($0 % 5).example/\($0)" })
    let control = RunControl()
    let answered = Turnstile()
    let fetcher = StubFetcher { _ in
      answered.pass()
      if answered.count == count { control.stop(by: Self.never) }
      return .status(200)
    }
    let graph = Graph(try pipeline.plan(), fetcher: fetcher, control: control)
    try await graph.runConserving()
    let rows = pipeline.sinks[0].rows.count
    #expect(rows == answered.count, "whatever was answered is written")
    #expect(rows >= count)
    #expect(rows < 5000)
    #expect(pipeline.sinks[0].events.all.suffix(2) == ["finish", "abandon"])
    #expect(graph.progress.unpublished[0] == UnpublishedRows(path: "memory.part"))
  }

  @Test("stopped at once, it gives up what is in flight")
  func stopAtOnce() async throws {
    let pipeline = MemoryPipeline((0..<100).map { "http://h\($0).example/" })
    let control = RunControl()
    let asked = Turnstile()
    let fetcher = StubFetcher(places: 4) { request in
      asked.pass()
      if asked.count == 4 { control.stop(by: .now) }
      return .silence
    }
    let graph = Graph(try pipeline.plan(), fetcher: fetcher, control: control)
    try await graph.runConserving()
    #expect(pipeline.sinks[0].rows.count == 0)
    #expect(graph.progress.unfinished == 100)
  }

  @Test("a fetcher that ends before anybody is called because of the stop leaves nothing uncounted")
  func fetcherIsFirst() async throws {
    let pipeline = MemoryPipeline((0..<5000).map { "http://h\($0 % 5).example/\($0)" })
    let (control, hasEnded, answered) = (RunControl(), Gate(), Turnstile())
    // Called before those who listen in the graph, on the thread that stops the run.
    control.onStop {
      if !control.isStopping { return }
      hasEnded.wait()
      usleep(100_000)
    }
    let fetcher = StubFetcher { _ in
      answered.pass()
      if answered.count == 20 { try? Loopback.startThread { control.stop(by: Self.never) } }
      return .status(200)
    }
    let graph = Graph(
      try pipeline.plan(), fetcher: WatchedFetcher(fetcher: fetcher, hasEnded: hasEnded), control: control)
    try await graph.runConserving()
    #expect(20..<5000 ~= pipeline.sinks[0].rows.count)
  }

  @Test("what the stop leaves undone is counted before the run ends, however slow the thread that stops it")
  func stopIsSlow() async throws {
    let pipeline = MemoryPipeline((0..<90).map { "http://h.example/\($0)" })
    let control = RunControl()
    let graph = Graph(try pipeline.plan(), fetcher: SlowToHear(control: control), control: control)
    try await graph.runConserving()
    #expect(pipeline.sinks[0].rows.count == 1)
    #expect(graph.progress.unfinished > 0)
  }

  @Test("stopped before it began, it ends with nothing done")
  func stoppedBefore() async throws {
    let control = RunControl()
    control.stop(by: .now)
    let pipeline = MemoryPipeline(["http://a.example/"])
    try await Graph(pipeline.plan(), fetcher: StubFetcher { _ in .status(200) }, control: control).runConserving()
    #expect(pipeline.sinks[0].rows.count == 0)
  }

  @Test("a stop ends a source that never ends")
  func stopOfAnEndlessSource() async throws {
    let control = RunControl()
    let pipeline = MemoryPipeline(sources: [EndlessSource()])
    let answered = Turnstile()
    let fetcher = StubFetcher { _ in
      answered.pass()
      if answered.count == 2000 { control.stop(by: Self.never) }
      return .status(200)
    }
    let graph = Graph(try pipeline.plan(), fetcher: fetcher, control: control)
    try await graph.runConserving()
    #expect(pipeline.sinks[0].rows.count >= 2000)
    #expect(graph.progress.unfinished > 0)
  }

  @Test("a stop ends a source that waits for input")
  func stopOfAWaitingSource() async throws {
    let control = RunControl()
    let isWaiting = Turnstile()
    let pipeline = MemoryPipeline(sources: [WaitingSource(isWaiting: isWaiting)])
    let graph = Graph(try pipeline.plan(), fetcher: StubFetcher { _ in .status(200) }, control: control)
    let run = Task { try await graph.runConserving() }
    await isWaiting.wait()
    control.stop(by: Self.never)
    try await run.value
  }

  @Test("a redirect that comes while it drains is left undone, and counted")
  func redirectWhileDraining() async throws {
    let control = RunControl()
    let pipeline = MemoryPipeline(["http://a.example/"])
    let fetcher = StubFetcher { _ in
      control.stop(by: Self.never)
      return .status(302, location: "/next")
    }
    let graph = Graph(try pipeline.plan(), fetcher: fetcher, control: control)
    try await graph.runConserving()
    #expect(graph.progress.unfinished == 1)
    #expect(pipeline.sinks[0].rows.count == 0)
  }

  @Test(
    "a sink that fails ends the run with its error",
    arguments: [MemorySink.Fault.atOpen, .atRow(0), .atRow(700), .atFinish])
  func failingSink(fault: MemorySink.Fault) async throws {
    // The bad sink waits until the good one has been given rows.
    let isWritten = Gate()
    let sinks = [
      MemorySink("good") { if $0 == "write" { isWritten.open() } },
      MemorySink("bad", failing: fault) { if $0 == "write" { isWritten.wait() } },
    ]
    let pipeline = MemoryPipeline((0..<3000).map { "http://h\($0 % 50).example/\($0)" }, sinks: sinks)
    let graph = Graph(try pipeline.plan(), fetcher: StubFetcher { _ in .status(200) })
    await #expect(throws: RunError("bad", "is full")) { try await graph.run() }
    switch fault {
    case .none, .beforeOpen, .atOpen, .atIdle, .atCommit, .atPublish: break
    case .atRow(let row):
      #expect(sinks[1].rows.count == row)
      #expect(sinks[0].rows.count > 0)
    case .atFinish: #expect(sinks[0].rows.count > 0)
    }
    // The other sink's rows are whole and each there once, and it was ended as every sink is.
    let rows = sinks[0].rows.all
    #expect(rows.allSatisfy { $0.count == 3 && $0[1] == 200 && $0[2] == nil })
    #expect(Set(rows.map { $0[0] }).count == rows.count)
    // What it was given is written, all of it.
    let count = try #require(graph.progress.stages.first { $0.name == "sink good" })
    #expect(count.received == rows.count)
    #expect(count.sent == rows.count)
    let events = sinks[0].events.all
    #expect(events.first == "open")
    #expect(events.last == "abandon")
    #expect(!events.contains("publish"))
  }

  @Test("a sink that fails ends a run whose source never ends and whose fetches never answer")
  func failingSinkOfAStuckRun() async throws {
    let pipeline = MemoryPipeline(sources: [EndlessSource()], sinks: [MemorySink("bad", failing: .atRow(0))])
    let fetcher = StubFetcher(places: 4) { $0.id.ordinal == 0 ? .status(200) : .silence }
    let graph = Graph(try pipeline.plan(), fetcher: fetcher)
    await #expect(throws: RunError("bad", "is full")) { try await graph.run() }
  }

  @Test("a fetcher that fails ends the run with its error")
  func failingFetcher() async throws {
    let pipeline = MemoryPipeline(sources: [EndlessSource()])
    let failure = RunError("fetch", "no descriptors")
    let graph = Graph(try pipeline.plan(), fetcher: StubFetcher(failure: failure) { _ in .status(200) })
    await #expect(throws: failure) { try await graph.run() }
  }

  @Test("a source that fails ends the run with its error")
  func failingSource() async throws {
    let failure = RunError("urls.txt", "cannot be read")
    let pipeline = MemoryPipeline(sources: [
      EndlessSource(), MemorySource(urls: ["http://a.example/"], failure: failure),
    ])
    let graph = Graph(try pipeline.plan(), fetcher: StubFetcher { _ in .status(200) })
    await #expect(throws: failure) { try await graph.run() }
  }

  @Test("what was read before a source failed is fetched and written")
  func rowsBeforeAFailingSource() async throws {
    let failure = RunError("urls.gz", "is cut off")
    let urls = (0..<1000).map { "http://h\($0 % 7).example/\($0)" }
    let pipeline = MemoryPipeline(sources: [MemorySource(urls: urls, failure: failure), EndlessSource()])
    let graph = Graph(try pipeline.plan(), fetcher: StubFetcher { _ in .status(200) })
    await #expect(throws: failure) { try await graph.run() }
    #expect(graph.progress.discrepancies == [])
    let written = pipeline.sinks[0].rows.all.map { $0[0] }
    #expect(Set(written).isSuperset(of: urls.map { .string($0) }))
    #expect(pipeline.sinks[0].events.all.last == "abandon")
  }

  @Test("a run that a sink refuses does not begin: no other sink is opened, and nothing is fetched")
  func refusingSink() async throws {
    let sinks = [MemorySink("good"), MemorySink("bad", failing: .beforeOpen)]
    let pipeline = MemoryPipeline(["http://a.example/"], sinks: sinks)
    let fetcher = StubFetcher { _ in .status(200) }
    await #expect(throws: RunError("bad", "is full")) { try await Graph(pipeline.plan(), fetcher: fetcher).run() }
    #expect(fetcher.log.count == 0)
    #expect(sinks[0].events.count == 0)
  }
}
