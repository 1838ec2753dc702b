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
    progress = RunProgress(plan: try pipeline.plan(), frontier: Frontier(rules: HostRules(concurrency: 1), capacity: 1))
    progress.sources[0].add(generated: 6, out: 6)
    progress.sources[1].add(generated: 4, out: 4)
    progress.admit.add(in: 10, out: 10)
    progress.fetch.add(in: 8, out: 7, unfinished: 1)
    progress.extract.add(in: 9, out: 9)
    progress.route.add(in: 9, out: 8, filtered: 1)
    progress.routes[0].add(out: 8)
    progress.routes[1].add(out: 3)
    progress.sinks[0].add(in: 8, out: 8)
    progress.sinks[1].add(in: 3, out: 3)
  }

  @Test("a run that lost nothing has no discrepancies")
  func sound() {
    #expect(progress.discrepancies == [])
    #expect(progress.unfinished == 1)
  }

  @Test("what a stage loses is told with its numbers")
  func lostInAStage() {
    progress.extract.add(in: 1)
    progress.admit.add(in: 1, out: 1)
    progress.sources[0].add(generated: 1, out: 1)
    progress.fetch.add(in: 1, out: 1)
    #expect(progress.discrepancies.count == 1)
    #expect(progress.discrepancies.first?.hasPrefix("extract: 10 in + 0 generated, but 9 out + 0 filtered") == true)
  }

  /// A place where one is lost, or is there twice.
  private enum Place: CaseIterable {
    case source, betweenSourcesAndAdmit, admit, fetch, betweenFetchAndExtract, extract, betweenExtractAndRoute, route
    case betweenRouteAndSink, sink

    func counter(_ progress: RunProgress) -> StageCounter {
      switch self {
      case .source: progress.sources[1]
      case .betweenSourcesAndAdmit, .admit: progress.admit
      case .fetch, .betweenFetchAndExtract: progress.fetch
      case .extract: progress.extract
      case .betweenExtractAndRoute, .route: progress.route
      case .betweenRouteAndSink, .sink: progress.sinks[1]
      }
    }

    /// The stage that tells.
    var name: String {
      switch self {
      case .source: "source memory"
      case .betweenSourcesAndAdmit, .admit: "admit"
      case .fetch: "fetch"
      case .betweenFetchAndExtract, .extract: "extract"
      case .betweenExtractAndRoute, .route: "route"
      case .betweenRouteAndSink, .sink: "sink two"
      }
    }

    func change(_ counter: StageCounter, by count: Int) {
      switch self {
      case .source: counter.add(generated: -count)
      // Where one is lost between two stages, the second is sound by itself.
      case .betweenSourcesAndAdmit, .betweenExtractAndRoute, .betweenRouteAndSink: counter.add(in: count, out: count)
      case .betweenFetchAndExtract: counter.add(out: count, unfinished: -count)
      case .admit, .fetch, .extract, .route, .sink: counter.add(out: count)
      }
    }
  }

  @Test("one that is lost or there twice is noticed wherever it is", arguments: Place.allCases, [-1, 1])
  private func anywhere(place: Place, change: Int) {
    place.change(place.counter(progress), by: change)
    #expect(progress.discrepancies.contains { $0.hasPrefix(place.name + ":") }, "\(progress.discrepancies)")
  }

  @Test("a sink that takes fewer rows than it was sent is told in words")
  func lostOnTheLastHop() {
    progress.routes[0].add(out: 1)
    #expect(progress.discrepancies == ["sink one: 8 in, but route sent 9"])
  }
}
