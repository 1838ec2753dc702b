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
    package var notes: [String] = []
    /// How many of it work side by side.
    package var concurrency = 1
  }

  package struct Connection: Sendable {
    package let from: String
    package let to: String
    package let carries: String
    /// Credits in elements.
    package let elements: Int
    /// Credits in bytes.
    package let bytes: Int
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
    /// The same in words, and what it depends on.
    package let deliveryText: String
    package let publication: Publication
    /// What the run makes of it before the first row, in lines: the DDL of a table.
    package let definition: [String]

    /// Whether it is a link, so that its rows are elsewhere until the run is complete.
    let isLink: Bool

    /// Where its rows are until the run is complete, if they are published whole.
    package var partText: String {
      isLink ? "a .part file beside the file that the link leads to" : "\(target).part"
    }

    /// When readers see its rows.
    package var publicationText: String {
      switch publication {
      case .whole: "published whole: until the run is complete its rows are in \(partText), which is then renamed"
      case .live: "published live: its rows are there while the run goes on"
      case .added: "published live: its rows are added to those that are there while the run goes on"
      case .merged: "published live: each row takes the place of the one with its key while the run goes on"
      case .swapped(let table):
        "published whole: until the run is complete its rows are in the table \(table), which then takes the place of the"
          + " one that is there"
      }
    }

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
  /// What a run keeps so that it can go on; `nil` for nothing.
  package let journal: JournalPlan?
  /// What is expected of the run.
  package let expectations: [String]

  /// Reads local files in order to count what is in them, and nothing else.
  package init(_ plan: Plan) {
    let totals = PlanTotals(plan)
    let fields = plan.fields.map { field in
      Field(
        name: field.shown, type: field.extractor.type.name, need: PageNeed(field.extractor.needs),
        isHidden: field.isHidden)
    }
    let outputs = plan.sinks.enumerated().map { index, sink in
      let delivery = Delivery(of: sink, in: plan)
      var publication = sink.sink.publication()
      var isLink = false
      if case .whole(let part) = publication {
        isLink = part != sink.sink.summary + ".part"
        // As it is shown: a path may hold a secret.
        publication = .whole(part: sink.shown + ".part")
      }
      return Output(
        id: PlanLayout.StageID.sink(index).name, component: sink.name, target: sink.shown,
        columns: sink.columns.map { sink.rows == .links ? $0.name : plan.fields[$0.index].shown },
        condition: sink.whenText, order: sink.order,
        delivery: delivery,
        deliveryText: delivery.text + (delivery == .exactlyOnce ? sink.sink.deliveryLimit.map { ", " + $0 } ?? "" : ""),
        publication: publication,
        definition: sink.sink.definition(of: sink.columns)?.split(separator: "\n").map { String($0).withoutControls }
          ?? [],
        isLink: isLink)
    }
    let need = PageNeed(plan.needs)
    var readers = fields.filter { $0.need == need }.map(\.name)
    if let each = plan.each, PageNeed(each.selector.needs) == need { readers.append("the items") }
    if let crawl = plan.crawl, PageNeed(crawl.needs) == need { readers.append("the links to follow") }
    if plan.sources.contains(where: { $0.follow.map { PageNeed($0.selector.needs) } == need }) {
      readers.append("the next page")
    }
    let layout = plan.layout
    stages = layout.stages.map { stage in
      let id = stage.id.name
      switch stage.id {
      case .source(let index):
        let source = plan.sources[index]
        return Stage(
          id: id, kind: .source, title: "\(source.name): \(source.shown)",
          notes: [totals.sources[index].text, source.follow?.outline].compactMap(\.self) + source.notes)
      case .admit:
        return Stage(
          id: id, kind: .admit, title: "URLs that are not http(s) become error records immediately",
          notes: (plan.crawl == nil ? plan.limit.map { ["no more than \($0) requests"] } ?? [] : [])
            + plan.stopLimits.notes)
      case .fetch:
        return Stage(
          id: id, kind: .fetch, title: Self.politeness(of: plan.fetch),
          notes: Self.notes(on: plan.fetch) + plan.connectionNotes, concurrency: plan.fetch.concurrency)
      case .extract:
        return Stage(
          id: id, kind: .extract, title: "\(stage.lanes) side by side",
          notes: [need.text(for: readers)] + [plan.each?.outline].compactMap(\.self) + Self.notes(on: plan.crawl, plan),
          concurrency: stage.lanes)
      case .route:
        return Stage(id: id, kind: .route, title: plan.filterText.map { "where \($0)" } ?? "every record")
      case .sink(let index):
        let output = outputs[index]
        return Stage(
          id: id, kind: .sink, title: "\(output.component): \(output.target)",
          notes: [
            output.columns.joined(separator: ", "), output.orderText, output.publicationText, output.deliveryText,
          ].compactMap(\.self) + output.definition)
      }
    }
    connections = layout.edges.flatMap { edge in
      let condition = if case .rows(let index) = edge.id { plan.sinks[index].whenText } else { nil as String? }
      return edge.from.map { from in
        Connection(
          from: from.name, to: edge.to.name, carries: edge.id.carries, elements: edge.elements, bytes: edge.bytes,
          condition: condition)
      }
    }
    self.outputs = outputs
    self.fields = fields
    self.need = need
    name = plan.name
    description = plan.description
    self.totals = totals
    journal = plan.journal
    expectations = plan.expect.entries.map(\.expectation.text.withoutControls)
  }

  private static func politeness(of fetch: FetchPlan) -> String {
    var text = "\(fetch.concurrency) at once, \(min(fetch.perHost.concurrency, fetch.concurrency)) at one host"
    if fetch.perHost.interval > .zero { text += ", at least \(fetch.perHost.interval.shown) between two starts there" }
    return text
  }

  /// What there is to say of a crawl.
  private static func notes(on crawl: CrawlPlan?, _ plan: Plan) -> [String] {
    guard let crawl else { return [] }
    func list(_ patterns: [String]) -> String { patterns.map { "'\($0)'" }.joined(separator: ", ") }
    var notes = [
      crawl.depth == 0
        ? "follows redirects to \(crawl.scope.words) and no links"
        : "follows links to \(crawl.scope.words), up to \(crawl.depth) link\(crawl.depth == 1 ? "" : "s") deep"
    ]
    if let follow = crawl.follow { notes.append("picked by \(follow.words)") }
    if !crawl.include.isEmpty { notes.append("that match \(list(crawl.include))") }
    if !crawl.exclude.isEmpty { notes.append("but none that match \(list(crawl.exclude))") }
    notes.append(
      crawl.respectsNofollow ? "links with nofollow are not followed" : "links with nofollow are followed as any other")
    if crawl.maxLinks != 10_000 { notes.append("at most \(crawl.maxLinks) links of a page") }
    if !crawl.strippedParameters.isEmpty {
      notes.append("URLs that differ only in the parameters \(list(crawl.strippedParameters)) are one page")
    }
    if crawl.sortsQuery { notes.append("URLs that differ only in the order of their parameters are one page") }
    if !crawl.guardsTraps { notes.append("pages that say nothing new lead on as any other") }
    if let limit = plan.pageLimit {
      notes.append(
        "at most \(limit) page\(limit == 1 ? "" : "s"); which ones, where there are more, may depend on timing")
    }
    if crawl.checksLinks {
      notes.append("links out of scope are checked, each URL once, by HEAD or GET, and lead nowhere")
    }
    if crawl.checksFragments { notes.append("fragments of links are looked for in the pages") }
    notes.append("how many pages there are is not known before the run")
    if plan.tellsPlaces { notes.append("rows wait until it is certain how their pages were reached") }
    return notes
  }

  private static func notes(on fetch: FetchPlan) -> [String] {
    let redirects =
      switch fetch.redirects {
      case _ where fetch.redirectsAreLinks: "redirects are pages of their own, up to \(fetch.redirects) in a row"
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

extension CrawlScope.Kind {
  /// Which pages these are.
  fileprivate var words: String {
    switch self {
    case .page: "the sources' own pages"
    case .prefix: "pages in the folders of the sources' URLs"
    case .host: "pages of the sources' hosts"
    case .domain: "pages of the sources' domains"
    case .any: "pages of any host"
    }
  }
}
