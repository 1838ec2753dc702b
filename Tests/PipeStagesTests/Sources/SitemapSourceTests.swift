import PipeEngine
import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

struct SitemapSourceTests {
  private static let site = "https://example.com"
  private static let source = "sitemap: https://example.com/sitemap.xml"

  private static func urlset(_ paths: String..., dates: [String: String] = [:]) -> FetchedLists.Answer {
    let urls = paths.map { path in
      "<url><loc>\(path)</loc>" + (dates[path].map { "<lastmod>\($0)</lastmod>" } ?? "") + "</url>"
    }
    return .text("<urlset>" + urls.joined() + "</urlset>")
  }

  private static func index(_ paths: String..., dates: [String: String] = [:]) -> FetchedLists.Answer {
    let files = paths.map { path in
      "<sitemap><loc>\(path)</loc>" + (dates[path].map { "<lastmod>\($0)</lastmod>" } ?? "") + "</sitemap>"
    }
    return .text("<sitemapindex>" + files.joined() + "</sitemapindex>")
  }

  @Test func `Pages come in the order of the sitemaps, each index's right behind it`() async throws {
    let read = try await FetchedLists(
      "sitemap: [https://example.com/sitemap.xml, https://example.com/last.txt]",
      [
        "\(Self.site)/sitemap.xml": Self.index("/1.xml", "/2.xml", "/3.xml"),
        "\(Self.site)/1.xml": Self.urlset("/a", "/b"),
        "\(Self.site)/2.xml": Self.index("/4.xml"), "\(Self.site)/4.xml": Self.urlset("/c"),
        "\(Self.site)/3.xml": Self.urlset("/d"), "\(Self.site)/last.txt": .text("https://example.com/e\n"),
      ])
    #expect(read.urls == ["a", "b", "c", "d", "e"].map { "\(Self.site)/\($0)" })
    #expect(read.notices == [])
    #expect(
      read.fetched == ["sitemap.xml", "1.xml", "2.xml", "4.xml", "3.xml", "last.txt"].map { "\(Self.site)/\($0)" })
  }

  @Test func `A compressed sitemap is read by its content`() async throws {
    let folder = try TemporaryFolder()
    try folder.write("map.xml", "<urlset><url><loc>/a</loc></url></urlset>".utf8)
    for program in [["gzip", "-c"], ["zstd", "-qc"]] {
      let bytes = try Program.output(program + [folder.path("map.xml")])
      let read = try await FetchedLists(Self.source, ["\(Self.site)/sitemap.xml": .bytes(bytes)])
      #expect(read.urls == ["\(Self.site)/a"])
      let more = try await FetchedLists(
        Self.source, ["\(Self.site)/sitemap.xml": .bytes(bytes + [0x21, 0x22, 0x23, 0x24])])
      #expect(more.urls == ["\(Self.site)/a"])
      let error = await #expect(throws: RunError.self) {
        try await FetchedLists(Self.source, ["\(Self.site)/sitemap.xml": .bytes(Array(bytes.dropLast(6)))])
      }
      #expect(error?.reason.contains("cut off") == true)
    }
  }

  @Test func `Only what may have changed since a date is fetched and yielded`() async throws {
    let read = try await FetchedLists(
      "sitemap: {urls: [https://example.com/sitemap.xml], since: 2026-01-31}",
      [
        "\(Self.site)/sitemap.xml": Self.index(
          "/old.xml", "/new.xml", "/undated.xml", dates: ["/old.xml": "2026-01-30", "/new.xml": "2026-02"]),
        "\(Self.site)/new.xml": Self.urlset(
          "/a", "/b", "/c", dates: ["/a": "2026-01-31T08:00:00+09:00", "/b": "2026-01-31", "/c": "soon"]),
        "\(Self.site)/undated.xml": Self.urlset("/d", "/e", dates: ["/e": "2025"]),
      ])
    #expect(read.urls == ["b", "c", "d"].map { "\(Self.site)/\($0)" })
    #expect(!read.fetched.contains("\(Self.site)/old.xml"))
    #expect(
      read.notices == ["\(Self.site)/new.xml: cannot read the date of 1 entry, such as 'soon'; taken as without a date"]
    )
  }

  @Test(arguments: [
    ("Sitemap: /maps/1.xml\nSitemap: https://cdn.example/2.xml", ["a", "b"], ["robots.txt", "maps/1.xml", "2.xml"]),
    ("User-agent: *\nDisallow: /", ["s"], ["robots.txt", "sitemap.xml"]), (nil, ["s"], ["robots.txt", "sitemap.xml"]),
  ])
  func `Sitemaps are discovered through robots.txt, else at their usual place`(
    robots: String?, pages: [String], fetched: [String]
  )
    async throws
  {
    let read = try await FetchedLists(
      "sitemap: {discover: \"https://example.com/shop/\"}",
      [
        "\(Self.site)/robots.txt": robots.map { .text($0) } ?? .status(404),
        "\(Self.site)/maps/1.xml": Self.urlset("/a"),
        "https://cdn.example/2.xml": Self.urlset("https://example.com/b"),
        "\(Self.site)/sitemap.xml": Self.urlset("/s"),
      ])
    #expect(read.urls == pages.map { "\(Self.site)/\($0)" })
    #expect(read.fetched.map { $0.split(separator: "/").dropFirst(2).joined(separator: "/") } == fetched)
  }

  private static let unreachable: [(FetchedLists.Answer, String)] = [
    (.status(500), "the status is 500"), (.status(429), "the status is 429"), (.failure("refused"), "refused"),
    (.broken(Array("Sitemap: https://example.com/1.xml\n".utf8), "broke off"), "broke off"),
  ]

  @Test(arguments: unreachable.indices)
  func `A robots.txt that cannot be had is not taken for one that names no sitemap`(number: Int) async throws {
    let (answer, reason) = Self.unreachable[number]
    let answers = ["\(Self.site)/robots.txt": answer, "\(Self.site)/sitemap.xml": Self.urlset("/s")]
    let error = await #expect(throws: RunError.self) {
      try await FetchedLists("sitemap: {discover: \"https://example.com/\"}", answers)
    }
    #expect(error?.subject == "\(Self.site)/robots.txt")
    #expect(error?.reason == reason)
    #expect(error?.hint?.contains("/sitemap.xml") == true)
    let read = try await FetchedLists(
      "sitemap: {discover: \"https://example.com/\", on_error: continue}", answers)
    #expect(read.urls == ["\(Self.site)/s"])
    #expect(read.notices == ["cannot read \(Self.site)/robots.txt: \(reason); sitemaps that it names are not known"])
  }

  @Test func `A robots.txt that is cut is told`() async throws {
    let read = try await FetchedLists(
      "sitemap: {discover: \"https://example.com/\"}",
      [
        "\(Self.site)/robots.txt": .bytes(Array("Sitemap: /1.xml\nSitemap: /2".utf8), isTruncated: true),
        "\(Self.site)/1.xml": Self.urlset("/a"),
      ])
    #expect(read.urls == ["\(Self.site)/a"])
    #expect(
      read.notices == ["\(Self.site)/robots.txt: only the first 500 KiB were read; it may name more sitemaps"])
  }

  @Test func `Why another host's pages are left out is told as it is`() async throws {
    let read = try await FetchedLists(
      Self.source,
      [
        "\(Self.site)/sitemap.xml": Self.urlset("https://a.example/1", "https://b.example/1", "https://b.example/2"),
        "https://b.example/robots.txt": .status(503),
      ])
    #expect(
      read.notices == [
        "\(Self.site)/sitemap.xml: left out 1 URL of another host, such as https://a.example/1, whose robots.txt does not name this sitemap",
        "\(Self.site)/sitemap.xml: left out 2 URLs of other hosts, such as https://b.example/1, whose robots.txt cannot be read (the status is 503)",
      ])
  }

  @Test func `The robots.txt of a hundred hosts is asked for, and that there are more is told`() async throws {
    let entries = (0..<101).map { "<url><loc>https://h\($0).example/</loc></url>" }.joined()
    let read = try await FetchedLists(
      Self.source, ["\(Self.site)/sitemap.xml": .text("<urlset>\(entries)</urlset>")])
    #expect(read.fetched.count == 101)
    let reason = "such as https://h100.example/, whose robots.txt was not asked for, as those of 100 hosts were before"
    #expect(read.notices.last?.hasSuffix(reason) == true)
  }

  @Test func `Two names of one sitemap are read once`() async throws {
    let read = try await FetchedLists(
      "sitemap: {discover: \"https://example.com/\"}",
      [
        "\(Self.site)/robots.txt": .text("Sitemap: /sitemap.xml\nSitemap: /index.xml\nSitemap: /wp-sitemap.xml"),
        "\(Self.site)/sitemap.xml": .redirect("\(Self.site)/index.xml"),
        "\(Self.site)/wp-sitemap.xml": .redirect("\(Self.site)/index.xml"),
        "\(Self.site)/index.xml": Self.urlset("/a"),
      ])
    #expect(read.urls == ["\(Self.site)/a"])
    #expect(
      read.notices == [
        "\(Self.site)/index.xml was read before, as what another one redirects to; it is read once",
        "\(Self.site)/wp-sitemap.xml redirects to \(Self.site)/index.xml, which was read before",
      ])
  }

  @Test func `Sitemaps that are listed again are told once, with their number`() async throws {
    let read = try await FetchedLists(
      Self.source,
      [
        "\(Self.site)/sitemap.xml": Self.index("/1.xml", "/1.xml", "/sitemap.xml", "/1.xml"),
        "\(Self.site)/1.xml": Self.urlset("/a"),
      ])
    #expect(read.urls == ["\(Self.site)/a"])
    #expect(
      read.notices == [
        "\(Self.site)/sitemap.xml: lists 3 sitemaps that were listed before, such as \(Self.site)/1.xml; each is read once"
      ])
  }

  @Test func `What came of a content that broke off is yielded, and only the break is told`() async throws {
    let folder = try TemporaryFolder()
    try folder.write("map.xml", "<urlset><url><loc>/a</loc></url><url><loc>/b</loc></url></urlset>".utf8)
    let gzip = try Program.output(["gzip", "-c", folder.path("map.xml")])
    for (answer, reason) in [
      (FetchedLists.Answer.bytes(Array(gzip.dropLast(8))), "the content is cut off in the middle of a gzip member"),
      (.broken(Array("<urlset><url><loc>/a</loc></url><url><loc>/b</loc></url><ur".utf8), "broke off"), "broke off"),
    ] {
      let read = try await FetchedLists(
        "sitemap: {urls: https://example.com/sitemap.xml, on_error: continue}", ["\(Self.site)/sitemap.xml": answer])
      #expect(read.urls == ["\(Self.site)/a", "\(Self.site)/b"])
      #expect(read.notices == ["cannot read the sitemap \(Self.site)/sitemap.xml: \(reason)"])
    }
  }

  @Test func `Pages of another host are taken where its robots.txt names the sitemap`() async throws {
    let read = try await FetchedLists(
      Self.source,
      [
        "\(Self.site)/sitemap.xml": Self.urlset(
          "https://a.example/1", "https://b.example/1", "https://a.example/2", "/own", "https://c.example/"),
        "https://a.example/robots.txt": .text("Sitemap: https://example.com/sitemap.xml"),
        "https://b.example/robots.txt": .text("Sitemap: https://example.com/other.xml"),
      ])
    #expect(read.urls == ["https://a.example/1", "https://a.example/2", "\(Self.site)/own"])
    #expect(read.fetched.count == 4, "each robots.txt once")
    #expect(
      read.notices == [
        "\(Self.site)/sitemap.xml: left out 2 URLs of other hosts, such as https://b.example/1, whose robots.txt does not name this sitemap"
      ])
  }

  @Test func `A redirect speaks for the host that it leads to`() async throws {
    let read = try await FetchedLists(
      Self.source,
      [
        "\(Self.site)/sitemap.xml": .redirect("https://www.example.com/map.xml"),
        "https://www.example.com/map.xml": Self.urlset("/a", "https://example.com/b"),
      ])
    #expect(read.urls == ["https://www.example.com/a", "\(Self.site)/b"])
  }

  @Test func `Indexes that lead back are read once`() async throws {
    let read = try await FetchedLists(
      Self.source,
      [
        "\(Self.site)/sitemap.xml": Self.index("/1.xml", "/sitemap.xml", "/1.xml#x"),
        "\(Self.site)/1.xml": Self.index("/sitemap.xml"),
      ])
    #expect(read.fetched.count == 2)
    #expect(read.notices.count == 2)
  }

  @Test func `Indexes are nested five deep at the most`() async throws {
    var answers = ["\(Self.site)/sitemap.xml": Self.index("/1.xml")]
    for number in 1..<5 { answers["\(Self.site)/\(number).xml"] = Self.index("/\(number + 1).xml") }
    answers["\(Self.site)/5.xml"] = Self.urlset("/a")
    #expect(try await FetchedLists(Self.source, answers).urls == ["\(Self.site)/a"])
    answers["\(Self.site)/5.xml"] = Self.index("/6.xml")
    let deeper = answers
    let error = await #expect(throws: RunError.self) { try await FetchedLists(Self.source, deeper) }
    #expect(error?.reason == "indexes are nested deeper than 5")
  }

  private static let unreadable: [(FetchedLists.Answer, String)] = [
    (.status(404), "the status is 404"), (.status(204), "the status is 204"), (.failure("refused"), "refused"),
    (.text("<!DOCTYPE html><html><body>"), "it is not a sitemap: it begins with <html>"),
    (.text("nothing here"), "it is not a sitemap: it has no URL"), (.text(""), "it is not a sitemap: it has no URL"),
    (.broken(Array("plain".utf8), "its gzip data is faulty"), "its gzip data is faulty"),
    (.bytes(Array("<urlset>".utf8), isTruncated: true), "it is longer than 52428800 bytes"),
    (.bytes(Array("PK\u{3}\u{4}zip".utf8)), "the content is a zip archive, not a list"),
  ]

  @Test(arguments: unreadable.indices)
  func `A sitemap that cannot be read fails the run, or is told where it may continue`(number: Int) async throws {
    let (answer, reason) = Self.unreadable[number]
    let answers = ["\(Self.site)/sitemap.xml": answer, "\(Self.site)/2.xml": Self.urlset("/a")]
    let error = await #expect(throws: RunError.self) { try await FetchedLists(Self.source, answers) }
    #expect(error?.subject == "the sitemap \(Self.site)/sitemap.xml")
    #expect(error?.reason == reason)
    #expect(error?.hint?.contains("on_error") == true)
    let read = try await FetchedLists(
      "sitemap: {urls: [https://example.com/sitemap.xml, https://example.com/2.xml], on_error: continue}", answers)
    #expect(read.urls == ["\(Self.site)/a"])
    #expect(read.notices.contains("cannot read the sitemap \(Self.site)/sitemap.xml: \(reason)"))
  }

  @Test func `Faults of entries are told with their number and one of them`() async throws {
    let read = try await FetchedLists(
      Self.source,
      [
        "\(Self.site)/sitemap.xml": .text(
          "<urlset><url/><url><loc>mailto:a</loc></url><url><loc>tel:1</loc></url><url><loc>/a</loc>")
      ])
    #expect(read.urls == ["\(Self.site)/a"])
    #expect(
      read.notices == [
        "\(Self.site)/sitemap.xml: left out 1 entry without a location",
        "\(Self.site)/sitemap.xml: left out 2 entries without an http or https URL, such as 'mailto:a'",
        "\(Self.site)/sitemap.xml: ends before its last element does; entries may be missing",
      ])
    let empty = try await FetchedLists(Self.source, ["\(Self.site)/sitemap.xml": .text("<urlset/>")])
    #expect(empty.notices == ["\(Self.site)/sitemap.xml: has no entries"])
  }

  @Test func `What an entry says can be carried into the record`() async throws {
    let read = try await FetchedLists(
      Self.source, ["\(Self.site)/sitemap.xml": Self.urlset("/a", "/b", dates: ["/a": "2026-01-31"])],
      columns: ["lastmod", "sitemap"])
    #expect(
      read.inputs == [
        ["lastmod": .string("2026-01-31"), "sitemap": .string("\(Self.site)/sitemap.xml")],
        ["lastmod": .null, "sitemap": .string("\(Self.site)/sitemap.xml")],
      ])
  }

  @Test(arguments: ["sitemap", "feed"])
  func `A stop ends the reading of a list that yields nothing`(name: String) async throws {
    let pipeline = Pipeline(spec: "sources:\n  - \(name): https://example.com/list\n")
    let source = try #require(pipeline.plan).sources[0].source
    let task = Task {
      let fetcher = SourceFetcher { url, _ in
        withUnsafeCurrentTask { $0?.cancel() }
        let body = Array("<rss>\(String(repeating: "<a>", count: 100))</rss>".utf8)
        return SourceResponse(
          url: url, response: HTTPResponse(status: 200, version: .http11, body: body, length: body.count))
      }
      _ = try await source.requests(fetcher: fetcher)
    }
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test(arguments: [
    ("sitemap: {since: 2026-01-31}", "sitemap needs 'urls' or 'discover'"),
    (
      "sitemap: {urls: [\"http://a.example/\"], discover: \"http://a.example/\"}",
      "sitemap takes 'urls' or 'discover', not both"
    ),
    ("sitemap: {urls: [\"http://a.example/\"], since: yesterday}", "sources.sitemap.since is not a date"),
    ("sitemap: {urls: [\"http://a.example/\"], on_error: ignore}", "sources.sitemap.on_error cannot be 'ignore'"),
  ])
  func `Options that do not fit are refused`(spec: String, message: String) {
    let pipeline = Pipeline(spec: "sources:\n  - \(spec)\n")
    #expect(pipeline.plan == nil)
    #expect(pipeline.diagnostics.map(\.message) == [message])
  }
}
