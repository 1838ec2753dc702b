import PipeTesting
import PracticeSite
import Testing

/// Sitemaps and feeds, from the practice site, with the built `pipe`.
@Suite("Sitemaps and feeds", .timeLimit(.minutes(20)))
struct SitemapTests {
  private static let rest = """
    fetch: {allow_private: [127.0.0.1]}
    extract: {url: url, status: status, more: {input: COLUMN}}
    sinks: [{csv: {path: out.csv}}]
    """

  @Test(
    "all pages of a site are fetched through its sitemaps",
    arguments: ["sitemap: SITE/sitemap.xml", "sitemap: {discover: \"SITE/\"}"])
  func sitemap(source: String) async throws {
    try await Workplace.use(pages: 40) { place in
      let spec = try place.spec(
        "sources: [{\(source)}]\n" + Self.rest.split(separator: "COLUMN").joined(separator: "sitemap"))
      let outcome = try await place.pipe("run", spec)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let rows = try place.table("out.csv")
      #expect(rows.rows.count == 40)
    }
  }

  @Test("the pages of feeds are fetched", arguments: ["feed.xml", "atom.xml"])
  func feed(name: String) async throws {
    try await Workplace.use(pages: 40) { place in
      let spec = try place.spec(
        "sources: [{feed: SITE/\(name)}]\n" + Self.rest.split(separator: "COLUMN").joined(separator: "title"))
      let outcome = try await place.pipe("run", spec)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try place.table("out.csv").rows.count == 20)
    }
  }

  @Test("a sitemap that cannot be had fails the run, and no output is made")
  func missing() async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(
        "sources: [{sitemap: SITE/status/404}]\n" + Self.rest.split(separator: "COLUMN").joined(separator: "sitemap"))
      let outcome = try await place.pipe("run", spec)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("the status is 404"))
      let continued = try place.spec(
        "sources: [{sitemap: {urls: [SITE/status/404], on_error: continue}}]\n"
          + Self.rest.split(separator: "COLUMN").joined(separator: "sitemap"))
      let second = try await place.pipe("run", continued)
      #expect(second.status == 0, "\(second.errors)")
      #expect(second.errors.contains("cannot read the sitemap"))
    }
  }
}
