import PipeSpec
import PipeTesting
import Testing

@testable import PipeEngine

/// Sinks that make their rows durable while the run goes on, and what the ledger knows of it.
@Suite("Graph, with commits", .timeLimit(.minutes(20)))
struct GraphCommitTests {
  private static let urls = (0..<500).map { "http://h\($0 % 7).example/\($0)" }

  private func graph(_ sinks: [MemorySink], every interval: Duration?, events: RunEvents? = nil) throws -> Graph {
    Graph(
      try MemoryPipeline(Self.urls, sinks: sinks).plan(), fetcher: StubFetcher { _ in .status(200) },
      control: RunControl(), events: events, commitInterval: interval)
  }

  @Test("with an interval rows become durable while others are fetched, and the ledger awaits them")
  func commits() async throws {
    let listener = RunListener(capacity: 10_000)
    let sinks = [MemorySink("a"), MemorySink("b")]
    let graph = try graph(sinks, every: .zero, events: RunEvents([listener]))
    try await graph.runConserving()
    for sink in sinks {
      let events = sink.events.all
      #expect(events.count { $0 == "commit" } > 1)
      #expect(events.first == "open" && events.suffix(2) == ["finish", "publish"])
    }
    let state = graph.ledgerState
    #expect(state.awaitsDurability)
    #expect((state.routedRows, state.writtenRows, state.durableRows) == (1000, 1000, 1000))
    #expect(state.doneCount == 500 && state.windowLength(of: 0) == 0 && state.firstUndone(of: 0) == 500)
    RunEvents([listener])?.end(.stopped(.complete))
    var last = [0, 0]
    for await event in listener.events {
      guard case .committed(let sink, let rows) = event else { continue }
      #expect(rows >= last[sink])
      last[sink] = rows
    }
    #expect(last == [500, 500])
  }

  @Test("without an interval rows become durable at the end")
  func atTheEnd() async throws {
    let sinks = [MemorySink("a")]
    let graph = try graph(sinks, every: nil)
    try await graph.runConserving()
    #expect(!sinks[0].events.all.contains("commit"))
    let state = graph.ledgerState
    #expect((state.routedRows, state.writtenRows, state.durableRows) == (500, 500, 500))
    #expect(state.doneCount == 500)
  }

  @Test("a commit that fails ends the run, and publishes nothing")
  func failing() async throws {
    let sinks = [MemorySink("good"), MemorySink("bad", failing: .atCommit)]
    let graph = try graph(sinks, every: .zero)
    await #expect(throws: RunError("bad", "is full")) { try await graph.run() }
    for sink in sinks {
      #expect(!sink.events.all.contains("publish"))
      #expect(sink.events.all.isEmpty || sink.events.all.last == "abandon")
    }
  }

  @Test("a sink that says too little or too much of its rows is noticed", arguments: [-1, 1])
  func falseNumbers(off: Int) async throws {
    let ledger = Ledger(sources: 1)
    var account = RowAccount(counter: StageCounter(), ledger: ledger)
    let ids = (0..<3).map { RequestID(source: 0, ordinal: $0) }
    ledger.admitted(ids)
    let records = ids.map { Record(id: $0, values: []) }
    ledger.extracted(records.map { Extracted(record: $0, status: 200, error: nil) })
    ledger.routed(ids.map { ($0, 1) })
    ledger.sourcesEnded()
    account.add(records)
    account.settle(upTo: 3 + off)
    account.commit(upTo: 3, at: nil)
    #expect(ledger.discrepancies.isEmpty == (off > 0), "more rows than there are, are not counted")
  }
}

extension Graph {
  var ledgerState: LedgerState { progress.ledgerState }
}
