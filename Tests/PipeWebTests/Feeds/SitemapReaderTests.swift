import PipeTesting
import PipeWeb
import Testing

struct SitemapReaderTests {
  private static func urlset(_ content: String) -> String {
    "<?xml version='1.0' encoding='UTF-8'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>\(content)</urlset>"
  }

  private static func loc(_ text: String) -> String { urlset("<url><loc>\(text)</loc></url>") }

  @Test(arguments: [
    (loc("https://example.com/a"), "https://example.com/a"),
    (loc(" \n https://example.com/a\t"), "https://example.com/a"),
    (loc("https://example.com/?a=1&amp;b=2"), "https://example.com/?a=1&b=2"),
    (loc("https://example.com/?a=1&b=2"), "https://example.com/?a=1&b=2"),
    (loc("<![CDATA[https://example.com/?a=1&b=2]]>"), "https://example.com/?a=1&b=2"),
    (loc("https://example.com/&#x61;&eacute;"), "https://example.com/a%C3%A9"),
    (loc("/root"), "https://example.com/root"), (loc("beside"), "https://example.com/folder/beside"),
    (loc("//other.example/x"), "https://other.example/x"),
    (loc("https://exämple.com/ü"), "https://xn--exmple-cua.com/%C3%BC"),
    (loc("https://example.com/a<!-- comment -->b"), "https://example.com/ab"),
    ("<urlset><url><loc>https://example.com/a</loc></url>", "https://example.com/a"),
    ("<x:urlset xmlns:x='u'><x:url><x:loc>https://example.com/a</x:loc></x:url></x:urlset>", "https://example.com/a"),
    ("<URLSET><Url><LOC>https://example.com/a</LOC></Url></URLSET>", "https://example.com/a"),
    ("<sm:urlset><sm:url><sm:loc>https://example.com/a</sm:loc></sm:url></sm:urlset>", "https://example.com/a"),
    ("\n\n<?xml version='1.0'?><urlset><url><loc>https://example.com/a</loc></url></urlset>", "https://example.com/a"),
    ("Warning: x in y<br />\n<?xml version='1.0'?>\(loc("https://example.com/a"))", "https://example.com/a"),
    (
      urlset(
        "<url><loc>https://example.com/a</loc><image:image><image:loc>https://example.com/i.png</image:loc></image:image></url>"
      ), "https://example.com/a"
    ),
    (
      urlset(
        "<url><image:loc xmlns:image='u'>https://example.com/i.png</image:loc><loc>https://example.com/a</loc></url>"),
      "https://example.com/a"
    ),
    (
      urlset("<url><video:video><loc>https://example.com/v</loc></video:video><loc>/a</loc></url>"),
      "https://example.com/a"
    ),
    (urlset("<url><loc></loc><loc>/a</loc><loc>/b</loc></url>"), "https://example.com/a"),
  ])
  func `A location is trimmed, resolved, and without references`(text: String, url: String) {
    let read = ReadSitemap(text)
    #expect(read.urls == [url])
    #expect(read.kind == .urls)
  }

  @Test func `An entry has its date, hints and alternates as they are written`() throws {
    let read = ReadSitemap(
      Self.urlset(
        """
        <url><loc>/en</loc><lastmod>2026-01-31</lastmod><changefreq> Daily </changefreq><priority>0.80</priority>
        <xhtml:link rel="alternate" hreflang="de" href="/de"/><xhtml:link rel="ALTERNATE" hreflang="x-default" href="/"/>
        <xhtml:link rel="alternate" hreflang="en"/><xhtml:link rel="canonical" href="/no"/></url><url><loc>/x</loc></url>
        """))
    let entry = try #require(read.entries.first)
    #expect(entry.lastModified == StatedDate("2026-01-31"))
    #expect(entry.changeFrequency == "Daily")
    #expect(entry.priority == "0.80")
    #expect(
      entry.alternates.map { "\($0.language) \($0.url.href)" } == [
        "de https://example.com/de", "x-default https://example.com/",
      ])
    #expect(read.entries.last.map { $0.alternates.isEmpty && $0.lastModified == nil } == true)
    #expect(read.entryFaults == [])
  }

  @Test func `An index lists sitemaps, with the dates of the files`() {
    let read = ReadSitemap(
      "<sitemapindex><sitemap><loc>/1.xml.gz</loc><lastmod>2026</lastmod></sitemap><sitemap><loc>/2.xml</loc></sitemap></sitemapindex>"
    )
    #expect(read.kind == .index)
    #expect(read.urls == ["https://example.com/1.xml.gz", "https://example.com/2.xml"])
    #expect(read.entries.allSatisfy { $0.isSitemap })
    #expect(read.entries.first?.lastModified == StatedDate("2026"))
  }

  @Test(arguments: [
    ("<url><lastmod>2026</lastmod></url>", SitemapFault.Kind.noLocation, 1), ("<url/>", .noLocation, 1),
    ("<url><loc>mailto:a@example.com</loc></url>", .location, 1), ("<url><loc>http://</loc></url>", .location, 1),
    ("<url><loc>javascript:alert(1)</loc></url>", .location, 1),
    ("<url><loc>/a</loc><lastmod>soon</lastmod></url>", .date, 2),
    ("<url><loc>/" + String(repeating: "a", count: (1 << 20) + 4_096) + "</loc></url>", .long, 1),
    ("<url><loc>/a</loc><lastmod>" + String(repeating: "1", count: (1 << 20) + 4_096) + "</lastmod></url>", .long, 2),
  ])
  func `What is wrong with an entry is told, and the others are read`(
    entry: String, kind: SitemapFault.Kind, count: Int
  ) {
    let read = ReadSitemap(Self.urlset(entry + "<url><loc>/last</loc></url>"))
    #expect(read.entryFaults.map(\.kind) == [kind])
    #expect(read.entries.count == count)
    #expect(read.urls.last == "https://example.com/last")
  }

  @Test(arguments: [
    ("https://example.com/1\nhttps://example.com/2", 2, 0),
    ("\u{FEFF}https://example.com/1\r\nhttps://example.com/2\r\n\r\n", 2, 0),
    (" https://example.com/1 \rhttps://example.com/2\r", 2, 0), ("Tralala\nhttps://example.com/1\n/relative\n", 1, 2),
    ("", 0, 0), ("\n\n", 0, 0), ("ftp://example.com/1", 0, 1), ("https://example.com/?q=<b>", 1, 0),
  ])
  func `A text sitemap has a whole URL on each line`(text: String, entries: Int, faults: Int) {
    let read = ReadSitemap(text)
    #expect(read.kind == .text)
    #expect(read.entries.count == entries)
    #expect(read.entryFaults.count == faults)
    #expect(read.entryFaults.allSatisfy { $0.kind == .location })
  }

  @Test(arguments: [
    (
      "<rss version='2.0'><channel><item><link>/a</link><pubDate>Sun, 06 Sep 2009 16:20:00 GMT</pubDate></item></channel></rss>",
      FeedFormat.rss
    ),
    (
      "<feed xmlns='http://www.w3.org/2005/Atom'><entry><link href='/a'/><updated>2009-09-06T16:20:00Z</updated></entry></feed>",
      .atom
    ),
    (
      "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/'><item><link>/a</link><dc:date>2009-09-06T16:20:00Z</dc:date></item></rdf:RDF>",
      .rdf
    ),
  ])
  func `A feed is a sitemap of its links`(text: String, format: FeedFormat) throws {
    let read = ReadSitemap(text)
    #expect(read.kind == .feed(format))
    #expect(read.urls == ["https://example.com/a"])
    #expect(try #require(read.entries.first?.lastModified?.span).lowerBound.description == "2009-09-06T16:20:00Z")
  }

  @Test(arguments: [
    ("<!DOCTYPE html><html><body><a href='/x'>x</a>", "html"), ("<opml><body/></opml>", "opml"), ("<", nil),
    ("<html><p>The sitemap is gone<url><loc>/x</loc></url>", "html"), ("<!-- -->", nil),
  ])
  func `What is not a sitemap is told by its first element`(text: String, root: String?) {
    let read = ReadSitemap(text)
    #expect(read.kind == .other(root: root))
    #expect(read.items == [])
  }

  @Test(arguments: [
    (nil, true), ("2026-02-01", true), ("2026-01-31", true), ("2026-01-30", false), ("not a date", true),
    ("2026", true),
  ])
  func `Only what may have changed since a moment is taken, and entries without a date`(lastmod: String?, isTaken: Bool)
    throws
  {
    let moment = try Timestamp(written: "2026-01-31T12:00:00Z")
    let date = lastmod.map { "<lastmod>\($0)</lastmod>" } ?? ""
    for text in [
      Self.urlset("<url><loc>/a</loc>\(date)</url>"),
      "<sitemapindex><sitemap><loc>/a</loc>\(date)</sitemap></sitemapindex>",
    ] {
      #expect(ReadSitemap(text).entries.map { $0.mayHaveChanged(since: moment) } == [isTaken])
    }
  }

  @Test(arguments: [
    ("<urlset><url><loc>/a</loc><url><loc>/b</loc></url><url><loc>/c</loc></url></urlset>", ["a", "b", "c"]),
    ("<urlset><url><loc>/a<url><loc>/b</loc></url></urlset>", ["a", "b"]),
    ("<urlset><url><loc>/a<url><loc>/b<url><loc>/c</urlset>", ["a", "b", "c"]),
    ("<urlset><url><loc>/a</loc><url><loc>/b</loc></url></url><url><loc>/c</loc></url></urlset>", ["a", "b", "c"]),
    ("<sitemapindex><sitemap><loc>/a</loc><sitemap><loc>/b</loc></sitemap></sitemapindex>", ["a", "b"]),
  ])
  func `An entry that nobody closed ends where the next one begins`(text: String, paths: [String]) {
    let read = ReadSitemap(text)
    #expect(read.urls == paths.map { "https://example.com/\($0)" })
    #expect(read.entryFaults == [])
  }

  @Test func `What other vocabularies call url is no entry`() {
    let read = ReadSitemap(
      Self.urlset("<url><loc>/a</loc><v:url xmlns:v='v'>x</v:url><v:video xmlns:v='v'><url>y</url></v:video></url>"))
    #expect(read.urls == ["https://example.com/a"])
    #expect(read.entryFaults == [])
  }

  // MARK: Bounds and attacks

  @Test func `Faults are bounded as entries are`() {
    let read = ReadSitemap(Array(String(repeating: "no URL\n", count: 500).utf8), entryLimit: 100)
    #expect(read.items.count == 100)
    #expect(read.isStopped)
  }

  @Test func `More entries than the protocol allows are read, up to the bound`() {
    let text = Self.urlset((0..<50_010).map { "<url><loc>/\($0)</loc></url>" }.joined())
    let read = ReadSitemap(text, pieces: { _ in 65_536 })
    #expect(read.entries.count == 50_010)
    #expect(read.isBeyondProtocol)
    #expect(!read.isStopped)
    let bounded = ReadSitemap(Array(text.utf8), entryLimit: 100, pieces: { _ in 4_096 })
    #expect(bounded.entries.count == 100)
    #expect(bounded.isStopped)
    #expect(!ReadSitemap(Self.loc("/a")).isBeyondProtocol)
  }

  @Test func `A bomb of alternates is bounded`() throws {
    let link = "<xhtml:link rel='alternate' href='/\(String(repeating: "a", count: 1_000))'/>"
    let read = ReadSitemap(Self.urlset("<url><loc>/a</loc>" + String(repeating: link, count: 5_000) + "</url>"))
    #expect(try #require(read.entries.first).alternates.count < 1_000)
  }

  @Test func `No file is read, and no entity grows`() {
    let attack = """
      <!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
      <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;">
      <!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;">]><urlset><url><loc>/&x;</loc></url><url><loc>/&f;</loc></url></urlset>
      """
    let read = ReadSitemap(attack)
    #expect(read.urls == ["https://example.com/&x;", "https://example.com/&f;"])
    #expect(read.faults.contains(.entities))
  }

  @Test(arguments: [
    ("<urlset><url><loc>/a</loc></url><url><loc>/b</lo", ["https://example.com/a"]),
    ("<urlset><url><loc>/a</loc></url><url><loc>/b</loc>", ["https://example.com/a", "https://example.com/b"]),
    ("<urlset><url><loc>/a</loc></url>", ["https://example.com/a"]),
  ])
  func `A sitemap that is cut gives what is whole, and is told to be cut`(text: String, urls: [String]) {
    let read = ReadSitemap(text)
    #expect(read.urls == urls || read.urls.dropLast() == urls[...])
    #expect(read.faults.contains(.cut))
  }

  // MARK: The corpus

  private struct Case: Decodable, CustomTestStringConvertible {
    struct Entry: Decodable {
      var loc: String
      var lastmod: String?
      var changefreq: String?
      var priority: String?
      var alternate: [String]?
    }

    var test: String
    var file: String?
    var body: String?
    var is_index: Bool?
    var count: Int?
    var urls_include: [String]?
    var entries: [Entry]?

    var testDescription: String { test + (file.map { " \($0)" } ?? "") }
  }

  @Test(.enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
  func `Sitemaps of other projects' tests are read as there`() throws {
    var read = 0
    for test in try Corpus.json("sitemaps/cases.json", as: [Case].self) where test.file != nil || test.body != nil {
      var bytes = try test.file.map { try Corpus.bytes("sitemaps/" + $0) } ?? Array((test.body ?? "").utf8)
      if bytes.starts(with: [0x1F, 0x8B]) { bytes = bytes.inflated }
      let sitemap = ReadSitemap(bytes)
      read += 1
      if let count = test.count { #expect(sitemap.entries.count == count, "\(test)") }
      if let isIndex = test.is_index { #expect((sitemap.kind == .index) == isIndex, "\(test)") }
      for url in test.urls_include ?? [] { #expect(sitemap.urls.contains(url), "\(test)") }
      guard let entries = test.entries else { continue }
      // A reference to what is not loaded stays as it is written; Scrapy leaves it out.
      let isXXE = test.test == "test_xml_entity_expansion"
      #expect(sitemap.urls == entries.map { $0.loc + (isXXE ? "&xxe;" : "") }, "\(test)")
      #expect(sitemap.entries.map { $0.lastModified?.written ?? "" } == entries.map { $0.lastmod ?? "" }, "\(test)")
      #expect(sitemap.entries.map(\.changeFrequency) == entries.map(\.changefreq), "\(test)")
      #expect(sitemap.entries.map(\.priority) == entries.map(\.priority), "\(test)")
      #expect(sitemap.entries.map { $0.alternates.map(\.url.href) } == entries.map { $0.alternate ?? [] }, "\(test)")
    }
    #expect(read == 15)
  }

  @Test(.enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
  func `Every file of the corpus in any pieces is the same`() throws {
    var random = RepeatableRandom(seed: 11)
    var bodies = try Corpus.json("sitemaps/cases.json", as: [Case].self).compactMap(\.body).map { Array($0.utf8) }
    for folder in ["sitemaps/trafilatura", "sitemaps/xml-attacks"] {
      for file in try Corpus.list(folder) { bodies.append(try Corpus.bytes(folder + "/" + file)) }
    }
    for bytes in bodies {
      let whole = ReadSitemap(bytes)
      #expect(ReadSitemap(bytes, pieces: { _ in 1 }) == whole)
      for _ in 0..<3 {
        #expect(ReadSitemap(bytes, pieces: { _ in Int.random(in: 1...300, using: &random) }) == whole)
      }
    }
  }
}

extension [UInt8] {
  /// What gzip data holds.
  fileprivate var inflated: [UInt8] {
    let decompressor = InflateDecompressor(.gzip)
    var output: [UInt8] = []
    withUnsafeBytes { bytes in
      var input = bytes
      while true {
        let piece = [UInt8](unsafeUninitializedCapacity: 65_536) { memory, count in
          count = decompressor.decode(&input, into: UnsafeMutableRawBufferPointer(memory)).count
        }
        if piece.isEmpty { break }
        output += piece
      }
    }
    return output
  }
}
