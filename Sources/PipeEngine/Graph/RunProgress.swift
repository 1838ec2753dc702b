package import PipeWeb

/// What a run holds in memory, asked for when somebody wants to know.
struct HeldBytes: Sendable {
  /// Of what is on an edge, or being worked on behind it.
  var edges: [PlanLayout.EdgeID: @Sendable () -> Int] = [:]
  /// Of all else that is counted: trees, and rows that wait for their turn.
  var others: [@Sendable () -> Int] = []
}

/// What a run has done so far, to be read at any moment from anywhere.
package final class RunProgress: Sendable {
  private struct Connection: Hashable {
    let from: PlanLayout.StageID
    let edge: PlanLayout.EdgeID
  }

  private let layout: PlanLayout
  private let names: [PlanLayout.StageID: String]
  private let counters: [PlanLayout.StageID: StageCounter]
  private let sent: [Connection: Flow]
  private let received: [PlanLayout.EdgeID: Flow]
  /// The outputs of a run that is not complete.
  package let unpublished = UnpublishedOutputs()
  package let tally = Tally()
  package let measures = RunMeasures()
  private let frontier: Frontier
  private let ledger: Ledger
  private let crawl: Crawl?
  private let held: HeldBytes

  init(plan: Plan, frontier: Frontier, ledger: Ledger, crawl: Crawl? = nil, held: HeldBytes = HeldBytes()) {
    self.held = held
    self.crawl = crawl
    layout = plan.layout
    names = Dictionary(uniqueKeysWithValues: plan.layout.stages.map { ($0.id, plan.name(of: $0.id)) })
    counters = Dictionary(uniqueKeysWithValues: plan.layout.stages.map { ($0.id, StageCounter()) })
    sent = Dictionary(
      uniqueKeysWithValues: plan.layout.edges.flatMap { edge in
        edge.from.map { (Connection(from: $0, edge: edge.id), Flow()) }
      })
    received = Dictionary(uniqueKeysWithValues: plan.layout.edges.map { ($0.id, Flow()) })
    self.frontier = frontier
    self.ledger = ledger
  }

  /// What a stage counts besides what it receives and sends.
  package func counter(_ stage: PlanLayout.StageID) -> StageCounter { counters[stage] ?? StageCounter() }

  /// What a stage sends on an edge.
  package func sent(by stage: PlanLayout.StageID, on edge: PlanLayout.EdgeID) -> Flow {
    sent[Connection(from: stage, edge: edge)] ?? Flow()
  }

  package func received(on edge: PlanLayout.EdgeID) -> Flow { received[edge] ?? Flow() }

  /// The stages in the order of the graph.
  package var stages: [StageCount] { layout.stages.map(count) }

  package func count(of stage: PlanLayout.StageID) -> StageCount { count(layout.stage(stage)) }

  private func count(_ stage: PlanLayout.Stage) -> StageCount {
    let outgoing = layout.edges.filter { $0.from.contains(stage.id) }
    let incoming = layout.edges.filter { $0.to == stage.id }
    // A stage without an edge onward, and one that copies, counts what it has done.
    let isCounted = stage.copies || outgoing.isEmpty
    return counter(stage.id).count(
      named: names[stage.id] ?? stage.id.name, received: incoming.reduce(0) { $0 + received(on: $1.id).count },
      sent: isCounted ? nil : outgoing.reduce(0) { $0 + sent(by: stage.id, on: $1.id).count })
  }

  /// How full each edge is: elements that are on it, or being worked on behind it, and the most of them.
  package var fills: [(edge: PlanLayout.EdgeID, count: Int, most: Int)] {
    layout.edges.map { edge in
      let sent = edge.from.reduce(0) { $0 + self.sent(by: $1, on: edge.id).count }
      let count = edge.id == .frontier ? waiting : max(0, sent - received(on: edge.id).count)
      return (edge.id, count, edge.elements)
    }
  }

  /// Bytes on each edge, as the senders count them, and the most of them.
  package var edgeBytes: [(edge: PlanLayout.EdgeID, bytes: Int, most: Int)] {
    layout.edges.map { ($0.id, held.edges[$0.id]?() ?? 0, $0.bytes) }
  }

  /// Bytes of requests, pages, records and rows on edges, of trees, and of rows that wait for their turn. What transfers
  /// receive is not among them.
  package var heldBytes: Int {
    held.edges.values.reduce(0) { $0 + $1() } + held.others.reduce(0) { $0 + $1() }
  }

  package var inFlight: Int { frontier.counts.inFlight }
  package var waiting: Int { frontier.counts.waiting }

  /// The hosts that requests wait for, those with the most of them first, and why none of them begins.
  package func waits(upTo limit: Int) -> [HostWait] { frontier.waits(upTo: limit) }

  /// The hosts with requests in flight, those with the most of them first.
  package func flights(upTo limit: Int) -> [(host: String, count: Int)] { frontier.flights(upTo: limit) }

  /// What a crawl has seen, and what it leaves alone; `nil` without one.
  package var crawlCounts: (seen: Int, counts: CrawlCounts)? { crawl.map { ($0.seenCount, $0.counts) } }

  /// The groups of URLs that a crawl found to be traps, and how many more of them were forgotten.
  package var trapGroups: (groups: [TrapEvidence.Exhausted], forgotten: Int) { crawl?.trapGroups ?? ([], 0) }

  /// Requests that an interrupted run did not get to.
  package var unfinished: Int { stages.reduce(0) { $0 + $1.unfinished } }

  /// Where every request is now.
  var ledgerState: LedgerState { ledger.state }

  /// Where a finished run lost count: empty when every request is accounted for, in each stage, on each edge and in the
  /// ledger.
  package var discrepancies: [String] {
    let stages = stages.filter { !$0.isConserved }.map { count in
      "\(count.name): \(count.received) in + \(count.generated) generated, but \(count.sent) out"
        + " + \(count.filtered) filtered + \(count.empty) empty + \(count.deduplicated) deduplicated"
        + " + \(count.rejected) rejected + \(count.checked) checked"
        + " + \(count.leftOut) left out + \(count.beyondLimit) beyond the limit"
        + " + \(count.unfinished) unfinished"
    }
    let edges = layout.edges.compactMap { edge -> String? in
      let sent = edge.from.reduce(0) { $0 + self.sent(by: $1, on: edge.id).count }
      let received = received(on: edge.id).count
      if sent == received { return nil }
      let senders =
        edge.from.allSatisfy { if case .source = $0 { true } else { false } }
        ? "the sources" : edge.from.map(\.name).joined(separator: " and ")
      return "\(names[edge.to] ?? edge.to.name): \(received) in, but \(senders) sent \(sent)"
    }
    return stages + edges + ledger.discrepancies
  }
}

extension Plan {
  /// What messages call a stage.
  fileprivate func name(of stage: PlanLayout.StageID) -> String {
    switch stage {
    case .source(let index): "source \(sources[index].shown)"
    case .sink(let index): "sink \(sinks[index].shown)"
    default: stage.name
    }
  }
}
