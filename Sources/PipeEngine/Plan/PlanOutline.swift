internal import PipeSpec
internal import PipeWeb

/// A plan as it is shown: its stages and edges by name, and what can be told before it runs.
///
/// Nothing secret is in it: what `***` stands for in a run stands as `***` here.
package struct PlanOutline: Sendable {
  package struct Stage: Sendable {
    package enum Kind: String, Sendable {
      case source, admit, fetch, extract, route, sink
    }

    /// A name that no other stage of the plan has: `sink-2`.
    package let id: String
    package let kind: Kind
    /// What it is, in a few words.
    package let title: String
    /// What there is to know of it, a line each.
    package let notes: [String]
    /// How many of it work side by side.
    package let concurrency: Int
  }

  package struct Connection: Sendable {
    package let from: String
    package let to: String
    package let carries: String
    /// Credits in elements.
    package let elements: Int
    /// Credits in bytes, where they are counted.
    package let bytes: Int?
    /// Which records travel it, where not all do.
    package let condition: String?
  }

  package struct Field: Sendable {
    package let name: String
    package let type: String
    package let need: PageNeed
    /// Whether only an expression or a sink asks for it.
    package let isHidden: Bool
  }

  package struct Output: Sendable {
    package let id: String
    package let component: String
    package let target: String
    package let columns: [String]
    package let condition: String?
    package let order: RowOrder
    package let delivery: Delivery

    /// What there is to say of the order, where it is not the common one.
    package var orderText: String? {
      order == .completion ? nil : "in the order of the input, sources one after the other"
    }
  }

  package let name: String?
  package let description: String?
  package let stages: [Stage]
  package let connections: [Connection]
  package let fields: [Field]
  package let need: PageNeed
  package let outputs: [Output]
  package let totals: PlanTotals

  /// Reads local files in order to count what is in them, and nothing else.
  package init(_ plan: Plan) {
    let totals = PlanTotals(plan)
    let sources = plan.sources.enumerated().map { index, source in
      Stage(
        id: "source-\(index + 1)", kind: .source, title: "\(source.name): \(source.shown)",
        notes: [totals.sources[index].text], concurrency: 1)
    }
    outputs = plan.sinks.enumerated().map { index, sink in
      Output(
        id: "sink-\(index + 1)", component: sink.name, target: sink.shown,
        columns: sink.columns.map { plan.fields[$0.index].shown }, condition: sink.whenText, order: sink.order,
        delivery: Delivery(of: sink))
    }
    let sinks = outputs.map { output in
      Stage(
        id: output.id, kind: .sink, title: "\(output.component): \(output.target)",
        notes: [output.columns.joined(separator: ", "), output.orderText, output.delivery.text].compactMap(\.self),
        concurrency: 1)
    }
    let fields = plan.fields.map { field in
      Field(
        name: field.shown, type: field.extractor.type.name, need: PageNeed(field.extractor.needs),
        isHidden: field.isHidden)
    }
    let need = PageNeed(plan.needs)
    let condition = plan.filterText
    stages =
      sources + [
        Stage(
          id: "admit", kind: .admit, title: "what is no http or https URL becomes a record at once",
          notes: plan.limit.map { ["no more than \($0) requests"] } ?? [], concurrency: 1),
        Stage(
          id: "fetch", kind: .fetch, title: Self.politeness(of: plan.fetch),
          notes: Self.notes(on: plan.fetch) + plan.connectionNotes, concurrency: plan.fetch.concurrency),
        Stage(
          id: "extract", kind: .extract, title: "\(plan.bounds.extractors) side by side",
          notes: [need.text(for: fields.filter { $0.need == need }.map(\.name))],
          concurrency: plan.bounds.extractors),
        Stage(
          id: "route", kind: .route, title: condition.map { "where \($0)" } ?? "every record", notes: [],
          concurrency: 1),
      ] + sinks
    connections = Self.connections(plan.bounds, sources: sources.map(\.id), outputs: outputs)
    self.fields = fields
    self.need = need
    name = plan.name
    description = plan.description
    self.totals = totals
  }

  private static func connections(_ bounds: Bounds, sources: [String], outputs: [Output]) -> [Connection] {
    func edge(
      _ from: String, _ to: String, _ carries: String, _ elements: Int, _ bytes: Int?, when condition: String? = nil
    ) -> Connection {
      Connection(from: from, to: to, carries: carries, elements: elements, bytes: bytes, condition: condition)
    }
    return sources.map { edge($0, "admit", "requests", bounds.requests, nil) } + [
      edge("admit", "fetch", "requests", bounds.frontier, nil),
      edge("fetch", "extract", "pages", bounds.fetched, bounds.fetchedBytes),
      edge("extract", "route", "records", bounds.records, bounds.recordBytes),
    ] + outputs.map { edge("route", $0.id, "records", bounds.records, bounds.recordBytes, when: $0.condition) }
  }

  private static func politeness(of fetch: FetchSettings) -> String {
    var text = "\(fetch.concurrency) at once, \(min(fetch.perHost.concurrency, fetch.concurrency)) at one host"
    if fetch.perHost.interval > .zero { text += ", at least \(fetch.perHost.interval.shown) between two starts there" }
    return text
  }

  private static func notes(on fetch: FetchSettings) -> [String] {
    let redirects =
      switch fetch.redirects {
      case 0: "redirects are answers"
      case 1: "1 redirect followed"
      default: "\(fetch.redirects) redirects followed"
      }
    return [
      "\(fetch.method.rawValue), \(fetch.timeout.total.shown) for an answer, \(redirects)",
      fetch.retry.attempts == 1
        ? "tried once"
        : "tried up to \(fetch.retry.attempts) times on \(fetch.retry.causes.map(\.shown).joined(separator: ", "))",
      "bodies up to \(fetch.maxBody.description), larger ones \(fetch.onMaxBody == .fail ? "fail" : "are cut")",
    ]
  }
}
