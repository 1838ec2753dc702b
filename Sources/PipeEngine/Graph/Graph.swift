internal import PipeSpec

/// The running stages and edges of one plan.
///
///     source … ─▶ admit ─▶ frontier ─▶ fetch ─▶ extract … ─▶ route ─▶ sink …
///                   └───── what cannot be fetched ─────▶
package struct Graph: Sendable {
  private let plan: Plan
  private let fetcher: any Fetcher
  package let control: RunControl
  package let progress: RunProgress

  private let requests: Edge<Request>
  private let fetched: Edge<Fetched>
  private let extracted: Edge<Extracted>
  private let rows: [Edge<Record>]
  private let frontier: Frontier
  /// Where a sink wants its rows in the order of the input.
  private let order: OrderWindow<Routed>?

  package init(_ plan: Plan, fetcher: any Fetcher, control: RunControl = RunControl()) {
    self.plan = plan
    self.fetcher = fetcher
    self.control = control
    let bounds = plan.bounds
    requests = Edge(
      "requests", elements: bounds.requests, bytes: bounds.requestBytes, senders: plan.sources.count)
    // Both admit and fetch send pages to be extracted.
    fetched = Edge(
      "fetched", elements: bounds.fetched, bytes: bounds.fetchedBytes, batch: 32, senders: 2, lanes: bounds.extractors)
    extracted = Edge(
      "extracted", elements: bounds.records, bytes: bounds.recordBytes, senders: bounds.extractors)
    rows = plan.sinks.map { Edge("rows \($0.sink.summary)", elements: bounds.records, bytes: bounds.recordBytes) }
    frontier = Frontier(
      rules: plan.fetch.perHost, backoff: plan.fetch.retry.backoff, capacity: bounds.frontier,
      bytes: bounds.frontierBytes, overflows: !plan.isOrdered, tell: { control.tell($0) })
    order = plan.isOrdered ? OrderWindow(capacity: bounds.orderBytes) : nil
    progress = RunProgress(plan: plan, frontier: frontier)
  }

  /// Runs to the end: the sources dry, the frontier empty, every row written.
  ///
  /// - Throws: `RunError`, the first one, where the run cannot complete. What was written stays valid.
  package func run() async throws {
    defer { control.end() }
    // Before anything is replaced.
    for sink in plan.sinks { if case .refused(let error) = sink.sink.prospect() { throw error } }
    let sinkThreads = try plan.sinks.map { _ in try SinkThread() }
    let files = FilesInUse(plan)
    let extraction = Extraction(plan)
    let columns = plan.inputColumns
    let fetchStage = FetchStage(
      frontier: frontier, output: fetched, settings: plan.fetch, control: control,
      counter: progress.fetch, tally: progress.tally, order: order)
    control.onStop { [control, order] in if control.isStopping { order?.letGo() } }
    // One after the other where their order counts: rows of the second would have to wait for all of the first.
    let turns = order == nil ? plan.sources.indices.map { $0..<$0 + 1 } : [plan.sources.indices]
    try await withThrowingTaskGroup(of: Void.self) { group in
      for turn in turns {
        group.addTask {
          for index in turn {
            try await ending([requests]) {
              try await sourceStage(
                plan.sources[index].source, index: index, columns: columns, folder: plan.folder, output: requests,
                control: control, counter: progress.sources[index])
            }
          }
        }
      }
      group.addTask {
        try await ending([fetched]) {
          try await admitStage(
            requests, frontier: frontier, failed: fetched, limit: plan.limit, control: control,
            counter: progress.admit, fetch: progress.fetch, order: order)
        }
      }
      group.addTask { try await ending([fetched]) { try await fetchStage.run(fetcher) } }
      for lane in 0..<plan.bounds.extractors {
        group.addTask {
          try await ending([extracted]) {
            try await extractStage(
              fetched, lane: lane, output: extracted, extraction: extraction, counter: progress.extract)
          }
        }
      }
      group.addTask {
        let routes = plan.sinks.enumerated().map { index, sink in
          Route(edge: rows[index], when: sink.when, order: sink.order, counter: progress.routes[index])
        }
        try await ending(rows) {
          try await routeStage(
            extracted, routes: routes, where: plan.filter, order: order, tally: progress.tally,
            counter: progress.route)
        }
      }
      for (index, sink) in plan.sinks.enumerated() {
        group.addTask(executorPreference: sinkThreads[index]) {
          try await sinkStage(
            sink.sink, columns: sink.columns, besides: files, input: rows[index], counter: progress.sinks[index])
        }
      }
      let stages = turns.count + 3 + plan.bounds.extractors + plan.sinks.count
      // Rows that wait in a buffer are written when there is leisure, so that a slow run shows its rows.
      // Cancelled from outside, it throws as the stages do, and is not taken for one that is done.
      group.addTask {
        while true {
          try await Task.sleep(for: .milliseconds(250))
          for edge in rows { edge.nudge() }
        }
      }
      group.addTask { try await frontier.keepOverflow() }
      do {
        for _ in 0..<stages { try await group.next() }
        group.cancelAll()
      } catch {
        group.cancelAll()
        // A stage that breaks off since another one failed may end before the one that failed.
        var failure = error
        while let result = await group.nextResult() {
          if failure is CancellationError, case .failure(let other) = result { failure = other }
        }
        throw failure
      }
    }
    for notice in control.missingColumns(of: plan) { progress.tally.add(notice: notice) }
    if let failure = control.failure { throw failure }
  }
}
