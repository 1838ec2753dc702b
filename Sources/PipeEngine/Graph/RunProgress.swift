/// What a run has done so far, to be read at any moment from anywhere.
package final class RunProgress: Sendable {
  let sources: [StageCounter]
  let admit = StageCounter("admit")
  let fetch = StageCounter("fetch")
  let extract = StageCounter("extract")
  let route = StageCounter("route")
  let sinks: [StageCounter]
  /// What route sent to each sink.
  let routes: [StageCounter]
  package let tally = Tally()
  private let frontier: Frontier

  init(plan: Plan, frontier: Frontier) {
    sources = plan.sources.map { StageCounter("source \($0.source.summary)") }
    sinks = plan.sinks.map { StageCounter("sink \($0.sink.summary)") }
    routes = plan.sinks.map { _ in StageCounter("route") }
    self.frontier = frontier
  }

  /// The stages in the order of the graph.
  package var stages: [StageCount] {
    sources.map(\.count) + [admit.count, fetch.count, extract.count, route.count] + sinks.map(\.count)
  }

  package var inFlight: Int { frontier.counts.inFlight }
  package var waiting: Int { frontier.counts.waiting }

  /// Requests that an interrupted run did not get to.
  package var unfinished: Int { stages.reduce(0) { $0 + $1.unfinished } }

  /// Where a finished run lost count: empty when every request is accounted for, in each stage and from each
  /// stage to the next.
  package var discrepancies: [String] {
    var found = stages.filter { !$0.isConserved }.map { count in
      "\(count.name): \(count.received) in + \(count.generated) generated, but \(count.sent) out"
        + " + \(count.filtered) filtered + \(count.deduplicated) deduplicated + \(count.beyondLimit) beyond the limit"
        + " + \(count.unfinished) unfinished"
    }
    func follows(_ from: String, _ sent: Int, _ to: StageCount) {
      if sent != to.received { found.append("\(to.name): \(to.received) in, but \(from) sent \(sent)") }
    }
    follows("the sources", sources.reduce(0) { $0 + $1.count.sent }, admit.count)
    // What admit lets out goes to fetch, or past it where it cannot be fetched.
    follows("admit and fetch", admit.count.sent - fetch.count.received + fetch.count.sent, extract.count)
    follows("extract", extract.count.sent, route.count)
    for (route, sink) in zip(routes, sinks) { follows("route", route.count.sent, sink.count) }
    return found
  }
}
