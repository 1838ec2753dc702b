package import PipeSpec
package import PipeText

/// A compiled pipeline: names resolved, needs united, bounds computed. A value; it performs nothing.
///
/// What it says of the spec in words (`name`, `shown`, `filterText`) is as it may be shown: no secret is in it.
package struct Plan: Sendable {
  package let name: String?
  package let description: String?
  package let folder: SourceFolder
  package var sources: [SourcePlan]
  package var fetch: FetchPlan
  /// How links are followed; `nil` where none is.
  package var crawl: CrawlPlan?
  /// What the items of a page are, each of which makes a record; `nil` where a page makes one.
  package var each: EachSettings?
  /// The fields of a record: those of `extract` in its order, then those that only expressions and sinks use.
  package var fields: [FieldPlan]
  package var needs: PageNeeds
  /// What is expected of the whole run.
  package var expect = ExpectPlan([])
  package var filter: Expression?
  /// The filter as a text of the language.
  package let filterText: String?
  package var sinks: [SinkPlan]
  package var bounds: Bounds
  /// The files that a run reads and writes.
  let files: [FileUse]
  /// What there is to say of connections, a line each.
  package let connectionNotes: [String]
  /// The most requests admitted, by `--limit` or `limits.records`.
  package var limit: Int?
  /// What stops a run before its end.
  package var stopLimits = StopLimits()
  /// `nil` for a run without a journal.
  package var journal: JournalPlan?
  /// Keeps secrets out of the values that a run puts into its messages.
  package var mask = SecretMask() {
    didSet { expect.mask = mask }
  }

  /// Its stages and edges.
  package var layout: PlanLayout {
    PlanLayout(sources: sources.count, sinks: sinks.count, bounds: bounds, leadsBack: crawl != nil || followsPages)
  }

  /// Whether a source's pages lead on to next ones.
  package var followsPages: Bool { sources.contains { $0.follow != nil } }

  /// The most pages that a crawl asks for.
  var pageLimit: Int? {
    guard let crawl else { return nil }
    return [crawl.maxPages, limit].compactMap(\.self).min()
  }

  /// Whether sources are read one after the other, since the order of their requests counts.
  var readsSourcesInTurn: Bool { isOrdered || crawl != nil }

  /// Whether records tell where their page stands in a crawl.
  var tellsPlaces: Bool {
    fields.contains { field in
      switch field.extractor.placeFact {
      case .way: true
      case .source: sources.count > 1
      case nil: false
      }
    }
  }

  /// The columns of the sources' rows that its fields read.
  package var inputColumns: Set<ExactText> {
    Set(fields.compactMap { $0.extractor.inputColumn.map { ExactText($0.value) } })
  }

  /// Whether a sink wants its rows in the order of the input.
  package var isOrdered: Bool { sinks.contains { $0.order == .input } }
}

package struct SourcePlan: Sendable {
  package let name: String
  package let source: any Source
  /// The source's summary.
  package let shown: String
  /// How the next page of a list is found; `nil` where a URL is one page.
  var follow: FollowSettings?
  /// What there is to say of its requests, a line each.
  package var notes: [String] = []
}

/// An object, as every page goes through all of them.
package final class FieldPlan: Sendable {
  package let name: String
  /// The name as it may be shown.
  package let shown: String
  /// The column of the source's row that it reads, as it may be shown.
  package let shownColumn: String?
  package let extractor: any Extractor
  package let isRequired: Bool
  package let fallback: Value?
  /// Whether it is there only because an expression or a sink uses it.
  package let isHidden: Bool
  /// Whether it tells of the faults of the other fields.
  package let comesLast: Bool
  /// Whether it reads inside the item at hand, where a page has several.
  let readsItem: Bool

  init(
    name: String, shown: String, shownColumn: String? = nil, extractor: any Extractor, isRequired: Bool,
    fallback: Value?, isHidden: Bool, readsItem: Bool? = nil
  ) {
    self.readsItem = readsItem ?? extractor.readsItem
    self.name = name
    self.shown = shown
    self.shownColumn = shownColumn
    self.extractor = extractor
    self.isRequired = isRequired
    self.fallback = fallback
    self.isHidden = isHidden
    comesLast = extractor.comesLast
  }
}

package struct SinkPlan: Sendable {
  package let name: String
  package let sink: any Sink
  /// The sink's summary.
  package let shown: String
  package let columns: [Column]
  package let order: RowOrder
  package var rows = RowKind.pages
  package let when: Expression?
  /// The condition as a text of the language.
  package let whenText: String?
}

/// The bounds of a graph's edges, in elements and bytes.
package struct Bounds: Hashable, Sendable {
  /// Requests between the sources and admit.
  package var requests = 512
  package var requestBytes = 4 << 20
  /// Requests that wait in the frontier before the sources are held up.
  package var frontier = 1024
  package var frontierBytes = 16 << 20
  /// What the frontier may keep on disk, or rows that wait for others.
  package var disk = 1 << 30
  /// What a crawl may remember on disk.
  package var crawlDisk = 2 << 30
  /// Pages between fetch and extract.
  package var fetched = 256
  package var fetchedBytes = 32 << 20
  /// Records between extract and route, and between route and each sink.
  package var records = 512
  package var recordBytes = 8 << 20
  /// Rows that wait for one before them, where a sink wants them in the order of the input.
  package var orderBytes = 32 << 20
  /// What is remembered of the URLs that a crawl has seen; more of it is on disk.
  package var seenBytes = 0
  /// Bodies that are being received.
  package var bodyBytes = 128 << 20
  /// Contents that are being fetched for the run itself.
  package var ownBytes = 32 << 20
  /// What is known of robots.txt files.
  package var robotsBytes = 4 << 20
  /// Trees and values of JSON of the pages that records are being made of.
  package var treeBytes = 96 << 20
  /// Extract stages side by side.
  package var extractors = 2
  /// What the values of a record may hold.
  package var values = ValueLimits()

  package init() {}

  /// The bounds of a graph that holds so many bytes: up to a half of them for what waits on edges, an eighth for bodies
  /// that are being received, and the rest for what is made of pages; without that, a half for bodies.
  ///
  /// - Parameter isCrawl: Whether URLs that were seen are remembered, for which there is a quarter.
  package init(
    memory: Int, sinks: Int, isOrdered: Bool = false, isCrawl: Bool = false, needs: PageNeeds = .nothing
  ) {
    let looksIntoPages = needs.content > .nothing
    seenBytes = isCrawl ? memory / 4 : 0
    bodyBytes = memory / (looksIntoPages ? 8 : 2)
    requestBytes = min(requestBytes, memory / 32)
    frontierBytes = min(frontierBytes, memory / 16)
    fetchedBytes = min(fetchedBytes, memory / 8)
    orderBytes = min(orderBytes, memory / 8)
    ownBytes = min(ownBytes, memory / 8)
    recordBytes = min(recordBytes, memory / 8 / (1 + sinks))
    robotsBytes = min(robotsBytes, memory / 64)
    let waiting =
      requestBytes + frontierBytes + fetchedBytes + seenBytes + (isOrdered ? orderBytes : 0) + recordBytes * (1 + sinks)
    treeBytes = looksIntoPages ? memory - bodyBytes - waiting : 0
  }
}

extension RunError {
  /// What is said to the person: the subject is a path of the spec, or of a folder on its way, which may be a secret.
  package func text(in plan: Plan) -> String {
    let paths =
      plan.sources.map { (real: $0.source.summary, shown: $0.shown) }
      + plan.sinks.map { (real: $0.sink.summary, shown: $0.shown) }
    let hidden = paths.first { real, shown in
      real != shown && (real == subject || real.hasPrefix(subject) || plan.folder.resolve(real).hasPrefix(subject))
    }
    let mask = plan.mask
    return "\(hidden?.shown ?? mask.words(subject)): \(mask.words(reason))"
      + (hint.map { " (\(mask.words($0)))" } ?? "")
  }
}

extension Plan {
  /// A notice of a run, which begins with the name of its input.
  package func shown(notice: String) -> String {
    for source in sources where source.source.summary != source.shown {
      // `urls.txt (lines)`
      let path = source.source.summary.split(separator: " (").dropLast().joined(separator: " (")
      let shown = source.shown.split(separator: " (").dropLast().joined(separator: " (")
      if !path.isEmpty, notice.hasPrefix(path) {
        return (shown.isEmpty ? Secrets.mask : shown) + mask.words(String(notice.dropFirst(path.count)))
      }
    }
    return mask.words(notice)
  }
}
