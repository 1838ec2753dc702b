/// The stages of a plan's graph, and the edges between them with what each holds at the most.
///
/// The one place that knows the topology: the graph, the outline, the memory bound and the balance of a run derive from
/// it.
package struct PlanLayout: Hashable, Sendable {
  package enum StageID: Hashable, Sendable {
    /// The place in the spec, from 0.
    case source(Int)
    case admit, fetch, extract, route
    case sink(Int)

    /// A name that no other stage has: `sink-2`.
    package var name: String {
      switch self {
      case .source(let index): "source-\(index + 1)"
      case .admit: "admit"
      case .fetch: "fetch"
      case .extract: "extract"
      case .route: "route"
      case .sink(let index): "sink-\(index + 1)"
      }
    }
  }

  package struct Stage: Hashable, Sendable {
    package let id: StageID
    /// How many tasks do its work side by side.
    package let lanes: Int
    /// Whether it sends one element to several stages; every other stage sends each to one.
    package let copies: Bool
  }

  package enum EdgeID: Hashable, Sendable {
    case requests
    /// The requests that wait to be fetched, host by host.
    case frontier
    case pages, records
    /// The rows of a sink.
    case rows(Int)

    package var carries: String {
      switch self {
      case .requests, .frontier: "requests"
      case .pages: "pages"
      case .records, .rows: "records"
      }
    }
  }

  package struct Edge: Hashable, Sendable {
    package let id: EdgeID
    package let from: [StageID]
    package let to: StageID
    /// The most elements.
    package let elements: Int
    /// The most bytes, as the senders count them.
    package let bytes: Int
  }

  package let stages: [Stage]
  package let edges: [Edge]

  init(sources: Int, sinks: Int, bounds: Bounds, leadsBack: Bool = false) {
    func stage(_ id: StageID, lanes: Int = 1, copies: Bool = false) -> Stage {
      Stage(id: id, lanes: lanes, copies: copies)
    }
    let sources = (0..<sources).map { StageID.source($0) }
    stages =
      sources.map { stage($0) } + [
        stage(.admit), stage(.fetch), stage(.extract, lanes: bounds.extractors), stage(.route, copies: true),
      ] + (0..<sinks).map { stage(.sink($0)) }
    edges =
      [
        Edge(id: .requests, from: sources, to: .admit, elements: bounds.requests, bytes: bounds.requestBytes),
        // The links of a crawl are a way back, and so are next pages.
        Edge(
          id: .frontier, from: leadsBack ? [.admit, .extract] : [.admit], to: .fetch, elements: bounds.frontier,
          bytes: bounds.frontierBytes),
        // URLs that cannot be fetched pass fetch by, so that they become error records.
        Edge(
          id: .pages, from: [.fetch, .admit], to: .extract, elements: bounds.fetched, bytes: bounds.fetchedBytes),
        Edge(id: .records, from: [.extract], to: .route, elements: bounds.records, bytes: bounds.recordBytes),
      ]
      + (0..<sinks).map {
        Edge(id: .rows($0), from: [.route], to: .sink($0), elements: bounds.records, bytes: bounds.recordBytes)
      }
  }

  /// What all edges hold at the most, in bytes.
  var bytes: Int { edges.reduce(0) { $0 + $1.bytes } }

  /// A stage that it has.
  func stage(_ id: StageID) -> Stage { stages.first { $0.id == id } ?? Stage(id: id, lanes: 1, copies: false) }

  /// An edge that it has.
  func edge(_ id: EdgeID) -> Edge {
    edges.first { $0.id == id } ?? Edge(id: id, from: [], to: .route, elements: 1, bytes: 1)
  }

  /// How many tasks send on an edge.
  func senders(on edge: Edge) -> Int { edge.from.reduce(0) { $0 + stage($1).lanes } }
}
