package import PipeEngine
internal import PipeSpec

/// The stages of a plan and what went from one to the next, as the report draws them.
package struct PlanGraph: Hashable, Sendable {
  package struct Stage: Hashable, Sendable {
    package var id: String
    package var kind: String
    /// What it is, in a few words.
    package var title: String
    /// What came out of it: requests, pages, records, rows.
    package var count: Int
    package var unit: String
  }

  package struct Edge: Hashable, Sendable {
    package var from: String
    package var to: String
  }

  package var stages: [Stage]
  package var edges: [Edge]

  package init(stages: [Stage], edges: [Edge]) {
    self.stages = stages
    self.edges = edges
  }

  package init(_ plan: Plan, _ progress: RunProgress) {
    let layout = plan.layout
    stages = layout.stages.map { stage in
      let count = progress.count(of: stage.id)
      func made(_ kind: String, _ title: String, _ count: Int, _ unit: String) -> Stage {
        Stage(id: stage.id.name, kind: kind, title: title, count: count, unit: unit)
      }
      switch stage.id {
      case .source(let index):
        let source = plan.sources[index]
        return made("source", "\(source.name): \(source.shown)", count.sent, "request")
      case .admit: return made("admit", "which are fetched", count.sent, "request")
      case .fetch:
        return made("fetch", "\(plan.fetch.concurrency.grouped) at once", count.sent, "page")
      case .extract:
        let fields = plan.fields.count { !$0.isHidden }
        return made("extract", "\(fields.grouped) field\(fields == 1 ? "" : "s")", count.sent, "record")
      case .route:
        return made("route", plan.filterText.map { "where \($0)" } ?? "every record", count.sent, "record")
      case .sink(let index):
        let sink = plan.sinks[index]
        return made("sink", "\(sink.name): \(sink.shown)", count.sent, "row")
      }
    }
    edges = layout.edges.flatMap { edge in edge.from.map { Edge(from: $0.name, to: edge.to.name) } }
  }
}
