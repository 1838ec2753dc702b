import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// `urls`: the URLs stand in the spec itself, or rows that requests are made of.
struct URLsSource: Source {
  let rows: [ListedRow]
  let template: RequestTemplate?

  static let component = Component<any Source>(
    .source, "urls", "URLs listed in the spec itself, or rows with columns: {url: …, note: …}.",
    options: MapShape(
      main: "list",
      Key(
        "list", ListedRow.shape.list(minimum: 1, orOne: true),
        "The URLs; an element may be a map of columns, of which url is the URL, or which the option url names.",
        example: "[https://example.com/]"),
      make: { $0 }
    ).joined(RequestTemplate.map).checked { both, _, context in
      let (rows, template) = both
      let areSound = rows.map { $0.check(for: template, &context) }
      return areSound.contains(false)
        ? nil : URLsSource(rows: rows, template: template.isEmpty ? nil : template)
    },
    examples: [
      "urls: [https://example.com/, https://example.org/]",
      "{urls: [{city: Bern}, {city: Genève}], url: \"https://example.com/search?q={city}\"}",
    ],
    make: { $0 })

  /// An http or https URL, checked where it is written.
  static let url = Shape.scalar(.text(name: "an http or https URL", examples: ["https://example.com/"])) {
    text throws(ScalarFault) -> String in
    if let fault = WrittenURL.fault(of: text.text) {
      throw ScalarFault(.badURL, "has text that is not one URL: \(fault)", hint: "write a list, a URL each")
    }
    if case .failure(let fault) = WebURL.forFetching(text.text) {
      throw ScalarFault(
        .badURL, "has a URL that cannot be fetched: \(fault.message)",
        hint: WrittenURL.suggestion(for: text.text).map { "did you mean \($0)?" })
    }
    return text.text
  }.map { url, node, context in
    if let pattern = counted(in: url) {
      context.report(
        .noEffect, at: node.span, "'\(pattern)' is not expanded: it is part of the URL",
        hint: "the source range counts: range: {url: …{n}…, from: …, to: …}")
    }
    return url
  }

  /// `[1-5]` and `{1..5}`, which curl and shells expand.
  private static func counted(in url: String) -> String? {
    for (open, close, joint) in [("[", "]", "-"), ("{", "}", "..")] {
      var rest = url[...]
      while let start = rest.firstRange(of: open) {
        rest = rest[start.upperBound...]
        guard let end = rest.firstRange(of: close) else { break }
        let parts = rest[..<end.lowerBound].split(separator: joint, omittingEmptySubsequences: false)
        if parts.count == 2, parts.allSatisfy({ Int($0) != nil }) {
          return String(url[start.lowerBound..<end.upperBound])
        }
      }
    }
    return nil
  }

  var summary: String { rows.count == 1 ? "1 URL" : "\(rows.count) URLs" }

  func notes(in folder: SourceFolder) -> [String] { template?.notes(in: folder) ?? [] }
  func sentFile(in folder: SourceFolder) -> String? { template?.sentFile(in: folder) }

  func columns(in folder: SourceFolder) -> SourceColumns {
    let names = Set(rows.flatMap(\.columns.keys))
    return names.isEmpty
      ? .none(hint: "an element of urls may be a map of columns: {url: …, note: …}")
      : .named(names.map(\.text).sorted())
  }

  func rereading(in folder: SourceFolder) -> SourceRereading { .fromStart }

  func count(in folder: SourceFolder) -> RequestCount { .exactly(rows.count) }

  func isAtHand(in folder: SourceFolder) -> Bool { true }

  var requestsByHost: [String: Int]? {
    rows.enumerated().reduce(into: [:]) { hosts, row in
      if let url = url(of: row.element, at: row.offset) { hosts[String(url.host), default: 0] += 1 }
    }
  }

  var origins: Set<WebURL.OriginKey>? {
    Set(rows.enumerated().compactMap { url(of: $0.element, at: $0.offset)?.originKey })
  }

  private func url(of row: ListedRow, at place: Int) -> WebURL? {
    var row = row.row(at: place)
    template?.fill(&row)
    return row.fault == nil ? try? WebURL.forFetching(row.url).get() : nil
  }

  func check(at span: SourceSpan, in folder: SourceFolder, _ report: (Diagnostic) -> Void) {
    template?.check(in: folder, report)
  }

  func inputs(at span: SourceSpan, in folder: SourceFolder) -> [FileUse] { template?.inputs(in: folder) ?? [] }

  func run(_ output: inout RequestOutput, in environment: SourceEnvironment) async throws {
    let template = try template?.opened(in: environment.folder)
    for (place, row) in rows.enumerated() {
      if template == nil, row.columns.isEmpty {
        try await output.yield(row.url)
      } else {
        try await output.yield(row.row(at: place), template, of: "urls")
      }
    }
  }
}
