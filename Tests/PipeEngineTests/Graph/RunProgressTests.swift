import PipeTesting
import Testing

@testable import PipeEngine

@Suite("RunProgress, conservation")
struct RunProgressTests {
  private let progress: RunProgress

  /// The balance of a run of two sources and two sinks in which ten requests were read and nothing was lost: two cannot
  /// be fetched, one is left undone, one is filtered.
  init() throws {
    let pipeline = MemoryPipeline(
      sources: [MemorySource(urls: []), MemorySource(urls: [])], sinks: [MemorySink("one"), MemorySink("two")])
    progress = RunProgress(
      plan: try pipeline.plan(), frontier: Frontier(rules: HostRules(concurrency: 1), capacity: 1),
      ledger: Ledger(sources: 2))
    for (index, count) in [6, 4].enumerated() {
      progress.counter(.source(index)).add(generated: count)
      progress.pass(count, from: .source(index), on: .requests)
    }
    progress.pass(8, from: .admit, on: .frontier)
    progress.pass(2, from: .admit, on: .pages)
    progress.counter(.fetch).add(unfinished: 1)
    progress.pass(7, from: .fetch, on: .pages)
    progress.pass(9, from: .extract, on: .records)
    progress.counter(.route).add(out: 8, filtered: 1)
    for (index, count) in [8, 3].enumerated() {
      progress.pass(count, from: .route, on: .rows(index))
      progress.counter(.sink(index)).add(out: count)
    }
  }

  @Test("a run that lost nothing has no discrepancies")
  func sound() {
    #expect(progress.discrepancies == [])
    #expect(progress.unfinished == 1)
  }

  @Test("what a stage loses is told with its numbers")
  func lostInAStage() {
    progress.counter(.source(0)).add(generated: 1)
    progress.pass(1, from: .source(0), on: .requests)
    progress.pass(1, from: .admit, on: .frontier)
    progress.pass(1, from: .fetch, on: .pages)
    #expect(progress.discrepancies.count == 1)
    #expect(progress.discrepancies.first?.hasPrefix("extract: 10 in + 0 generated, but 9 out + 0 filtered") == true)
  }

  @Test("one that a stage loses, or has twice, is noticed", arguments: 0..<8, [-1, 1])
  func inAStage(number: Int, change: Int) {
    let ids: [PlanLayout.StageID] = [
      .source(0), .source(1), .admit, .fetch, .extract, .route, .sink(0), .sink(1),
    ]
    let name = progress.stages[number].name
    progress.counter(ids[number]).add(unfinished: change)
    #expect(progress.discrepancies.count == 1)
    #expect(progress.discrepancies.allSatisfy { $0.hasPrefix(name + ":") })
  }

  @Test(
    "one that an edge loses, or carries twice, is noticed by who receives",
    arguments: [
      (PlanLayout.EdgeID.requests, "admit"), (.frontier, "fetch"), (.pages, "extract"), (.records, "route"),
      (.rows(0), "sink one"), (.rows(1), "sink two"),
    ], [-1, 1])
  func onAnEdge(place: (edge: PlanLayout.EdgeID, stage: String), change: Int) {
    progress.received(on: place.edge).add(change)
    #expect(progress.discrepancies.contains { $0.hasPrefix(place.stage + ":") && $0.contains(" sent ") })
  }

  @Test("a sink that takes fewer rows than it was sent is told in words")
  func lostOnTheLastHop() {
    progress.sent(by: .route, on: .rows(0)).add(1)
    #expect(progress.discrepancies == ["sink one: 8 in, but route sent 9"])
  }
}

extension RunProgress {
  /// Counts elements that one stage sent and the next one received.
  func pass(_ count: Int, from stage: PlanLayout.StageID, on edge: PlanLayout.EdgeID) {
    sent(by: stage, on: edge).add(count)
    received(on: edge).add(count)
  }
}
