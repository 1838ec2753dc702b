package import PipeSpec

/// One page, fetched and read as a run does it, whose record comes back instead of going to sinks.
///
///     let trial = Trial(plan, of: url)
///     let outcome = await Run(trial.plan, fetcher: fetcher).perform()
///     let result = trial.result
package struct Trial: Sendable {
  /// The plan of a run over the URL alone, without journal and filter, and with a sink that keeps the record.
  package let plan: Plan
  private let filter: Expression?
  private let page = TriedPage()
  private let sink = TrialSink()

  /// - Parameters:
  ///   - plan: Of a spec that was adapted (`Spec.forTrial`).
  ///   - url: As it was written.
  package init(_ plan: Plan, of url: String) {
    filter = plan.filter
    var tried = plan
    tried.sources = [SourcePlan(name: "urls", source: TriedURL(url: url), shown: "the URL")]
    tried.fields.append(
      FieldPlan(name: "", shown: "", extractor: page, isRequired: false, fallback: nil, isHidden: true))
    tried.needs.address = true
    tried.filter = nil
    let columns = tried.fields.indices.dropLast().map { Column(name: tried.fields[$0].name, index: $0) }
    tried.sinks = [
      SinkPlan(
        name: "try", sink: sink, shown: "the record", columns: columns, order: .completion, when: nil, whenText: nil)
    ]
    // A page without an item has something to say, too.
    tried.each?.isRequired = true
    tried.stopLimits = StopLimits()
    tried.limit = nil
    tried.journal = nil
    self.plan = tried
  }

  /// What came of the page; `nil` if the run has not brought its record.
  package var result: TrialResult? {
    let records = sink.records
    guard let facts = page.facts, let first = records.first?.values else { return nil }
    let items = records.enumerated().map { number, record in
      fields(record.values, facts.faults.indices.contains(number) ? facts.faults[number] : [])
    }
    let columns = columnsOfFilter
    return TrialResult(
      facts: facts, fields: items[0], passesFilter: columns.isEmpty ? filter?.evaluate(first) : nil,
      columnsOfFilter: columns, items: plan.each == nil ? nil : items, itemCount: sink.count)
  }

  /// The columns of the source's rows that `where` reads: a page alone has none of them.
  private var columnsOfFilter: [String] {
    (filter?.places.sorted() ?? []).compactMap { place in
      plan.fields.indices.contains(place) ? plan.fields[place].extractor.inputColumn?.value : nil
    }
  }

  private func fields(
    _ values: [Value], _ faults: [(field: String, fault: ExtractionFault)]
  ) -> [TrialResult.Field] {
    var messages = Dictionary(faults.map { ($0.field, $0.fault.message) }) { first, _ in first }
    var fields = zip(plan.fields, values).filter { !$0.0.isHidden }.map { field, value in
      TrialResult.Field(
        name: field.name, type: field.extractor.type, value: value, fault: messages.removeValue(forKey: field.name))
    }
    // What there is to say of the items is no field's.
    if let words = messages["each"] {
      fields.append(TrialResult.Field(name: "each", type: .string, value: .null, fault: words))
    }
    return fields
  }
}

/// What came of a page that was tried.
package struct TrialResult: Sendable {
  package struct Field: Sendable {
    package let name: String
    package let type: FieldType
    package let value: Value
    /// What it could not have.
    package let fault: String?

    /// Whether there is something: neither null, nor a list of nothing.
    package var isThere: Bool { !value.isMissing }
  }

  package let facts: TriedPage.Facts
  /// Those of the record, or of the first item's.
  package let fields: [Field]
  /// Whether `where` holds for the record; `nil` without one, and where that is not known.
  package let passesFilter: Bool?
  /// The columns of rows that keep it from being known.
  package let columnsOfFilter: [String]
  /// The fields of the first items; `nil` where a page makes one record.
  package var items: [[Field]]?
  package var itemCount = 1
}

extension Spec {
  /// The spec for a trial: with other fields, if some are given, and nothing that one page has no use for.
  ///
  /// - Parameter fields: In the place of its own; makes fields of the ones that it has.
  package func forTrial(fields: (([FieldSpec]) -> [FieldSpec])? = nil) -> Spec {
    var spec = self
    if let fields {
      spec.fields = fields(self.fields ?? [])
      spec.filter = nil
    }
    spec.sources = []
    spec.sinks = []
    // As its run has it.
    if crawl != nil, spec.fetch.robots == nil { spec.fetch.robots = RobotsSettings() }
    spec.crawl = nil
    // What is expected of a run says nothing of one page.
    spec.expect = []
    return spec
  }
}

/// The URL that was named on the command line.
private struct TriedURL: Source {
  let url: String
  var summary: String { "the URL" }

  func columns(in folder: SourceFolder) -> SourceColumns { .none(hint: nil) }
  func count(in folder: SourceFolder) -> RequestCount { .exactly(1) }

  func run(_ output: inout RequestOutput, in environment: SourceEnvironment) async throws {
    try await output.yield(url)
  }
}
