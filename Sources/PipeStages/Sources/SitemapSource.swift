import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// `sitemap`: the pages that sitemaps list.
struct SitemapSource: Source {
  let start: Start
  let since: Timestamp?
  let onError: FetchedInput.Failure

  /// Where the first sitemaps are.
  enum Start: Sendable {
    case urls([String])
    /// Those that the robots.txt of an origin names, else its /sitemap.xml.
    case origin(String)
  }

  static let component = Component<any Source>(
    .source, "sitemap",
    "The pages that sitemaps list: XML, indexes up to five deep, text, feeds; gzip and zstd are detected from the content. "
      + "The pages are kept in the journal: a resumed run reads the sitemaps again only if it had not read all of them, and "
      + "adds the pages that are new.",
    options: MapShape(
      main: "urls",
      Key(
        optional: "urls", URLsSource.url.list(minimum: 1, orOne: true), "The sitemaps.",
        example: "https://example.com/sitemap.xml"),
      Key(
        optional: "discover", URLsSource.url,
        "A site whose sitemaps are looked for: those that its robots.txt names, else its /sitemap.xml.",
        example: "https://example.com/"),
      FetchedInput.since, FetchedInput.onError,
      make: { (urls: $0, discover: $1, since: $2, onError: $3) }
    ).checked { options, map, context in
      switch (options.urls, options.discover) {
      case (let urls?, nil): return SitemapSource(start: .urls(urls), since: options.since, onError: options.onError)
      case (nil, let origin?):
        return SitemapSource(start: .origin(origin), since: options.since, onError: options.onError)
      case (nil, nil):
        context.report(
          .missingKey, at: map.span, "sitemap needs 'urls' or 'discover'",
          hint: "for example: sitemap: https://example.com/sitemap.xml")
      case (_?, _?):
        context.report(
          .badValue, at: map.entry("discover")?.key.span ?? map.span, "sitemap takes 'urls' or 'discover', not both",
          hint: "write two sources")
      }
      return nil
    },
    examples: [
      "sitemap: https://example.com/sitemap.xml", "sitemap: {discover: \"https://example.com/\", since: 2026-01-31}",
    ],
    make: { $0 })

  var summary: String {
    let place =
      switch start {
      case .urls(let urls): urls.count == 1 ? urls[0] : "\(urls.count) sitemaps"
      case .origin(let origin): "the sitemaps of \(origin)"
      }
    return place + FetchedInput.summary(since: since)
  }

  static let columns = ["lastmod", "changefreq", "priority", "sitemap"]

  func columns(in folder: SourceFolder) -> SourceColumns { .named(Self.columns) }

  func rereading(in folder: SourceFolder) -> SourceRereading { .changing }

  func run(_ output: inout RequestOutput, in environment: SourceEnvironment) async throws {
    var walk = SitemapWalk(since: since, onError: onError, fetcher: environment.fetcher)
    output.note(columns: Self.columns)
    switch start {
    case .urls(let urls): walk.begin(urls.compactMap { WebURL($0) }, output)
    case .origin(let origin):
      if let url = WebURL(origin) { try await walk.discover(url, &output) }
    }
    while try await walk.step(&output) {}
  }
}
