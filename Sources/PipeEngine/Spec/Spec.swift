package import PipeSpec

/// A decoded pipeline: typed values, each still knowing where it was written. Names in it are as written;
/// the plan resolves them.
///
/// Where something could not be decoded, that is reported, and the rest is here all the same: so the plan's
/// compiler finds the faults that decoding cannot see, in the same go.
package struct Spec: Sendable {
  package let name: String?
  package let description: String?
  package internal(set) var sources: [Use<any Source, SourceOptions>]
  package internal(set) var fetch: FetchSettings
  /// `nil` where no link is followed.
  package internal(set) var crawl: Located<CrawlSettings>?
  /// What the items of a page are; `nil` where a page makes one record.
  package internal(set) var each: Located<EachSettings>?
  /// `nil` where it cannot be told what fields there are.
  package internal(set) var fields: [FieldSpec]?
  package internal(set) var filter: ParsedExpression?
  package internal(set) var sinks: [Use<any Sink, SinkOptions>]
  /// What is expected of the whole run.
  package internal(set) var expect: [Located<ParsedExpectation>]
  package let journal: JournalSettings
  package let limits: LimitSettings
}

/// One field of `extract`.
package struct FieldSpec: Sendable {
  package let name: Located<String>
  /// `nil` where its extractor could not be decoded at all.
  package let use: Use<any Extractor, ExtractorOptions>?
}

/// The options that every source has.
package struct SourceOptions: Sendable {
  /// How the next page of a list is found; `nil` where a URL is one page.
  package let follow: Located<FollowSettings>?

  static let map = MapShape(
    Key(
      optional: "follow", FollowSettings.shape.located,
      "How the next page is found on each page: the pages of a list are fetched one after the other, from each URL, until"
        + " one has no next page or leads to one that was there.", example: "{css: a.next}"),
    make: SourceOptions.init)
}

/// The order in which a sink gets its records.
package enum RowOrder: String, CaseIterable, Sendable {
  case completion, input
}

/// What a sink's rows are.
package enum RowKind: String, CaseIterable, Sendable {
  case pages, links
}

/// The options that every sink has.
package struct SinkOptions: Sendable {
  package let when: ParsedExpression?
  package let fields: [Located<String>]?
  package let order: RowOrder
  package let rows: RowKind

  static let map = MapShape(
    Key(
      optional: "when", .expression, "The condition for records it receives; by default, all.",
      example: "status >= 400 or error != null"),
    Key(
      optional: "fields", Shape.name("the name of a field").located.list(minimum: 1),
      "The fields it writes, in this order; by default, those of extract, with error last.",
      example: "[url, title]"),
    Key(
      "order",
      .choice {
        switch $0 {
        case .completion: "as pages arrive, which is fastest"
        case .input: "the order of the sources, read one after the other; a slow page delays those after it"
        }
      }, default: RowOrder.completion, shown: "completion", "The order of the rows."),
    Key(
      "rows",
      .choice {
        switch $0 {
        case .pages: "a row for each page that was asked for"
        case .links: "in a crawl, a row for each link, with what came of its target; they are written at the end"
        }
      }, default: RowKind.pages, shown: "pages", "What the rows are."),
    make: SinkOptions.init)
}

extension Spec {
  /// What a spec may say, with these components.
  package static func map(_ catalogue: Catalogue) -> MapShape<Spec> {
    MapShape(
      Key("version", version, standIn: 1, "The version of the language; this is version 1.", example: "1"),
      // Before everything that may use them.
      Key(
        "vars", VariableDeclarations.shape, default: VariableDeclarations(), shown: "{}",
        "Names for `${name}` in any value; `--set NAME=VALUE` wins over them.", example: "{out: results}"),
      Key(
        optional: "name", .text("a name"), "What the pipeline is called in plans and reports.", example: "url-titles"),
      Key(
        optional: "description", .string, "What it is for, in a sentence.",
        example: "Fetch every page in urls.txt and record its title."),
      Key(
        "sources",
        Shape.component(catalogue.sources, kind: .source, common: SourceOptions.map).list(minimum: 1), standIn: [],
        "Where the URLs come from; several are read side by side.", example: "[{file: urls.txt}]"),
      Key(
        "fetch", FetchSettings.map.shape, default: FetchSettings(), shown: "{}", "How pages are fetched.",
        example: "{concurrency: 5, timeout: 10s}"),
      Key(
        optional: "crawl", CrawlSettings.shape,
        "Which links of the pages are followed; without it, none is, and the sources' URLs are all that is fetched.",
        example: "{depth: 3, exclude: [/search*]}"),
      Key(
        optional: "each", EachSettings.shape.located,
        "What the items of a page are: each makes a record, and the extractors css, xpath, json, text, links and hash read"
          + " inside it. Without it, a page makes one record.", example: "{css: .product}"),
      Key(
        "extract", FieldList.shape(catalogue).optional, standIn: nil,
        "The fields of a record: a map of names to extractors, or a list of names.",
        example: "[url, title, status]"),
      Key(
        optional: "where", .expression, "Which records go on to the sinks; without it, all.",
        example: "status == 200"),
      Key(
        "sinks", Shape.component(catalogue.sinks, kind: .sink, common: SinkOptions.map).list(minimum: 1), standIn: [],
        "Where the records go.", example: "[{csv: out/pages.csv}]"),
      Key(
        "expect", .expectations, default: [], shown: "[]",
        "What the whole run is expected to come to: a run that is complete and does not meet it exits with 5.",
        example: "[records >= 100, broken == 0, share(status >= 500) < 1%]"),
      Key(
        "journal", JournalSettings.map.shape, default: JournalSettings(), shown: ".pipe",
        "What a run keeps so that it can go on if it is broken off, if one of its sinks can be gone on with.",
        example: "off"),
      Key(
        "limits", LimitSettings.map.shape, default: LimitSettings(), shown: "{}", "The resources that a run may use.",
        example: "{memory: 64MiB}"),
      make: { _, _, name, description, sources, fetch, crawl, each, fields, filter, sinks, expect, journal, limits in
        Spec(
          name: name, description: description, sources: sources, fetch: fetch, crawl: crawl, each: each,
          fields: fields,
          filter: filter, sinks: sinks, expect: expect, journal: journal, limits: limits)
      })
  }

  private static let version = Shape<Int>.int().described(.integer(1...1)).map { version, node, context in
    if version == 1 { return version }
    context.report(.outOfRange, on: node, "version \(version) is not known to this pipe", hint: "write version: 1")
    return nil
  }
}
