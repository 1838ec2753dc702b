import PipeTesting
import PipeWeb
import Testing

struct FeedReaderTests {
  private static func rss(_ item: String) -> String {
    "<rss version='2.0'><channel><item>\(item)</item></channel></rss>"
  }

  private static func atom(_ entry: String, _ feed: String = "") -> String {
    "<feed xmlns='http://www.w3.org/2005/Atom'>\(feed)<entry>\(entry)</entry></feed>"
  }

  private static func json(_ item: String) -> String {
    "{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"T\",\"items\":[{\(item)}]}"
  }

  @Test(arguments: [
    "<rss><channel><item><link>/a</link><item><link>/b</link></item></channel></rss>",
    "<rss><channel><item><link>/a</link><item><link>/b</link></item></item></channel></rss>",
    "<feed xmlns='http://www.w3.org/2005/Atom'><entry><link href='/a'/><entry><link href='/b'/></entry></feed>",
  ])
  func `An entry that nobody closed ends where the next one begins`(text: String) {
    let read = ReadFeed(text)
    #expect(read.entries.map { $0.url?.href } == ["https://example.com/a", "https://example.com/b"])
  }

  // MARK: Formats

  @Test(arguments: [
    (
      "<rss version='2.0'><channel><title>T</title><link>/</link><item><link>/a</link></item></channel></rss>",
      FeedFormat.rss, "2.0"
    ),
    (
      "<rss version='0.91'><channel><title>T</title><link>/</link><item><link>/a</link></item></channel></rss>", .rss,
      "0.91"
    ),
    ("<rss><channel><title>T</title><link>/</link></channel><item><link>/a</link></item></rss>", .rss, ""),
    (
      "<rss xmlns='http://backend.userland.com/rss2'><channel><title>T</title><link>/</link><item><link>/a</link></item></channel></rss>",
      .rss, ""
    ),
    (
      "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'><channel><title>T</title><link>/</link></channel><item><link>/a</link></item></rdf:RDF>",
      .rdf, ""
    ),
    (
      "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://my.netscape.com/rdf/simple/0.9/'><channel><title>T</title><link>/</link></channel><item><link>/a</link></item></rdf:RDF>",
      .rdf, ""
    ),
    (
      "<rdf:RDF xmlns:rdf='r' xmlns:rss='http://purl.org/rss/1.0/'><rss:channel><rss:title>T</rss:title><rss:link>/</rss:link></rss:channel><rss:item><rss:link>/a</rss:link></rss:item></rdf:RDF>",
      .rdf, ""
    ),
    (atom("<link href='/a'/>", "<title>T</title><link href='/'/>"), .atom, ""),
    (
      "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><title>T</title><link rel='alternate' href='/'/><entry><link rel='alternate' href='/a'/></entry></feed>",
      .atom, "0.3"
    ),
    (
      "<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:title>T</a:title><a:link href='/'/><a:entry><a:link href='/a'/></a:entry></a:feed>",
      .atom, ""
    ),
    ("<feed><title>T</title><link href='/'/><entry><link href='/a'/></entry></feed>", .atom, ""),
    ("<RSS><Channel><Title>T</Title><Link>/</Link><Item><Link>/a</Link></Item></Channel></RSS>", .rss, ""),
    (
      "Notice: x<br>\n<?xml version='1.0'?><rss><channel><title>T</title><link>/</link><item><link>/a</link></item>",
      .rss, ""
    ),
    (
      "{\"version\": \"https://jsonfeed.org/version/1\", \"title\": \"T\", \"home_page_url\": \"/\", \"items\": [{\"id\": 1, \"url\": \"/a\"}]}",
      .json, "1"
    ),
  ])
  func `A feed is known by its first element`(text: String, format: FeedFormat, version: String) {
    let read = ReadFeed(text)
    #expect(read.feed.format == format)
    #expect(read.feed.version == version)
    #expect(read.feed.title == "T")
    #expect(read.feed.link?.href == "https://example.com/")
    #expect(read.entries.map { $0.url?.href } == ["https://example.com/a"])
  }

  @Test(arguments: [
    ("<!DOCTYPE html><html><head><title>x</title></head></html>", "html"), ("<urlset><url/></urlset>", "urlset"),
    ("[1]", nil), ("{\"a\": 1}", nil), ("", nil), ("text", nil), ("{", nil),
  ])
  func `What is not a feed has no format`(text: String, root: String?) {
    let read = ReadFeed(text)
    #expect(read.feed.format == nil)
    #expect(read.entries == [])
    #expect(read.root == root)
  }

  // MARK: Links

  @Test(arguments: [
    (rss("<link>/a</link><guid>https://example.com/b</guid>"), "https://example.com/a"),
    (rss("<guid>https://example.com/b</guid>"), "https://example.com/b"),
    (rss("<guid isPermaLink='true'>https://example.com/b</guid>"), "https://example.com/b"),
    (rss("<guid isPermaLink='false'>https://example.com/b</guid>"), nil), (rss("<guid>tag:b</guid>"), nil),
    (rss("<link></link><guid>https://example.com/b</guid>"), "https://example.com/b"),
    (rss("<link>mailto:x@example.com</link><guid>https://example.com/b</guid>"), "https://example.com/b"),
    (rss("<link href='/h'/>"), "https://example.com/h"),
    (rss("<link>\n /a?x=1&y=2 \n</link>"), "https://example.com/a?x=1&y=2"),
    (
      rss("<atom:link xmlns:atom='http://www.w3.org/2005/Atom' href='/s' rel='self'/><link>/a</link>"),
      "https://example.com/a"
    ),
    (rss("<atom:link href='/alt'/>"), "https://example.com/alt"), (rss("<image><link>/i</link></image>"), nil),
    (rss("<link xml:base='https://other.example/x/'>y</link>"), "https://other.example/x/y"),
    (
      "<rdf:RDF xmlns:rdf='r' xmlns='http://purl.org/rss/1.0/'><item rdf:about='https://example.com/about'><title>t</title></item></rdf:RDF>",
      "https://example.com/about"
    ),
    (atom("<link rel='self' href='/s'/><link href='/a'/>"), "https://example.com/a"),
    (
      atom(
        "<link rel='alternate' type='application/pdf' href='/p'/><link rel='alternate' type='text/html' href='/h'/>"),
      "https://example.com/h"
    ),
    (atom("<link rel='http://www.iana.org/assignments/relation/alternate' href='/a'/>"), "https://example.com/a"),
    (atom("<link rel='self' href='/s'/><id>https://example.com/i</id>"), nil),
    (atom("<source><link href='/source'/></source>"), nil),
    (atom("<link href='a' xml:base='b/'/>", "<updated/>"), "https://example.com/folder/b/a"),
    (
      "<feed xml:base='https://other.example/x/'><entry xml:base='y/'><link href='z'/></entry></feed>",
      "https://other.example/x/y/z"
    ),
    (json("\"url\":\"/a\",\"external_url\":\"/e\""), "https://example.com/a"),
    (json("\"external_url\":\"/e\""), "https://example.com/e"),
    (json("\"id\":\"https://example.com/i\""), nil),
  ])
  func `An entry leads where its link says`(text: String, url: String?) {
    #expect(ReadFeed(text).entries.map { $0.url?.href } == [url])
  }

  @Test func `What is around an entry changes none of its base`() {
    let read = ReadFeed(
      "<feed><entry xml:base='/x/'><link href='a'/></entry><entry><link href='b'/></entry><title xml:base='/t/'/><entry><link href='c'/></entry></feed>"
    )
    #expect(read.entries.map { $0.url?.pathname ?? "" } == ["/x/a", "/folder/b", "/folder/c"])
  }

  // MARK: Values

  @Test(arguments: [
    (rss("<title> A &amp;amp; B </title>"), "A &amp; B"), (rss("<title><![CDATA[A & B]]></title>"), "A & B"),
    (rss("<title>1 < 2 & 3</title>"), "1 < 2 & 3"), (rss("<title>A &nbsp;&eacute;</title>"), "A \u{A0}é"),
    (rss("<title>A <b>bold</b> &amp; <br/>x</title>"), "A <b>bold</b> &amp; <br>x"), (rss("<title/>"), nil),
    (rss("<title/><title>B</title>"), "B"), (rss("<title>A</title><title>B</title>"), "A"),
    (rss("<media:title>M</media:title><title>T</title>"), "T"), (rss("<media:title>M</media:title>"), "M"),
    (rss("<dc:title>D</dc:title>"), "D"), (rss("<x:title>X</x:title>"), nil),
    (rss("<image><title>I</title></image>"), nil),
    (atom("<title>A &lt; B</title>"), "A < B"), (atom("<title type='html'>&lt;b>A&lt;/b></title>"), "<b>A</b>"),
    (
      atom("<title type='xhtml'> <div xmlns='http://www.w3.org/1999/xhtml'>A &lt;<b class='x\"'>b</b></div> </title>"),
      "A &lt;<b class=\"x&quot;\">b</b>"
    ),
    (
      atom("<title type='xhtml'><x:div xmlns:x='http://www.w3.org/1999/xhtml'><x:b>A</x:b></x:div></title>"), "<b>A</b>"
    ),
    (atom("<source><title>S</title></source>"), nil), (json("\"title\":\" A \""), "A"), (json("\"title\":null"), nil),
  ])
  func `A title is as the feed has it`(text: String, title: String?) {
    #expect(ReadFeed(text).entries.map(\.title) == [title])
  }

  @Test(arguments: [
    (rss("<pubDate>Sun, 06 Sep 2009 16:20:00 +0000</pubDate>"), "2009-09-06T16:20:00Z", nil),
    (rss("<pubDate>Sun, 6 Sep 09 16:20 EST</pubDate>"), "2009-09-06T21:20:00Z", nil),
    (rss("<pubDate>2009-09-06T16:20:00Z</pubDate>"), "2009-09-06T16:20:00Z", nil),
    (rss("<dc:date>2009-09-06</dc:date>"), "2009-09-06T00:00:00Z", nil),
    (
      rss("<pubDate>Sun, 06 Sep 2009 16:20:00 GMT</pubDate><atom:updated>2010-01-01T00:00:00Z</atom:updated>"),
      "2009-09-06T16:20:00Z", "2010-01-01T00:00:00Z"
    ),
    (
      rss("<dcterms:created>2009</dcterms:created><dcterms:modified>2010</dcterms:modified>"), "2009-01-01T00:00:00Z",
      "2010-01-01T00:00:00Z"
    ),
    (
      atom("<published>2009-09-06T16:20:00+02:00</published><updated>2010-01-01T00:00:00Z</updated>"),
      "2009-09-06T14:20:00Z", "2010-01-01T00:00:00Z"
    ),
    (
      atom("<issued>2009-09-06</issued><modified>2010-01-01</modified>"), "2009-09-06T00:00:00Z", "2010-01-01T00:00:00Z"
    ),
    (
      json("\"date_published\":\"2009-09-06T16:20:00Z\",\"date_modified\":\"2010-01-01T00:00:00Z\""),
      "2009-09-06T16:20:00Z", "2010-01-01T00:00:00Z"
    ),
    (rss("<pubDate>gestern</pubDate>"), nil, nil), (rss(""), nil, nil),
  ])
  func `Dates are read in every form`(text: String, published: String?, updated: String?) throws {
    let entry = try #require(ReadFeed(text).entries.first)
    #expect(entry.published?.span?.lowerBound.description == published)
    #expect(entry.updated?.span?.lowerBound.description == updated)
  }

  @Test func `Only what may have changed since a moment is taken, and entries without a date`() throws {
    let moment = try Timestamp(written: "2026-01-31T12:00:00Z")
    let dates = ["", "<pubDate>?</pubDate>", "<pubDate>31 Jan 2026</pubDate>", "<pubDate>30 Jan 2026</pubDate>"]
    let read = dates.compactMap { ReadFeed(Self.rss($0)).entries.first?.mayHaveChanged(since: moment) }
    #expect(read == [true, true, true, false])
    let changed = ReadFeed(
      Self.atom("<published>2020-01-01T00:00:00Z</published><updated>2026-02-01T00:00:00Z</updated>"))
    #expect(changed.entries.first?.mayHaveChanged(since: moment) == true)
  }

  @Test(arguments: [
    (rss("<author>a@example.com (Ann)</author>"), ["a@example.com (Ann)"]),
    (rss("<dc:creator>Ann</dc:creator><dc:creator>Bob</dc:creator>"), ["Ann", "Bob"]),
    (rss("<itunes:author>Ann</itunes:author>"), ["Ann"]),
    (rss("<itunes:author>Show</itunes:author><dc:creator>Ann</dc:creator>"), ["Ann"]),
    (
      atom(
        "<author><name>Ann</name><email>a@example.com</email></author><author><uri>/bob</uri></author><contributor><name>C</name></contributor>"
      ), ["Ann", "/bob"]
    ),
    (
      atom("<author><email>a@example.com</email><name>Ann</name></author>", "<author><name>Feed</name></author>"),
      ["Ann"]
    ),
    (atom("", "<author><name>Feed</name></author>"), ["Feed"]), (atom("<author/>"), []),
    (json("\"authors\":[{\"name\":\"Ann\"},{\"url\":\"/bob\"},{}]"), ["Ann", "/bob"]),
    (json("\"author\":{\"name\":\"Ann\"}"), ["Ann"]),
  ])
  func `Authors are those of the entry, else those of the feed`(text: String, authors: [String]) {
    #expect(ReadFeed(text).entries.map(\.authors) == [authors])
  }

  @Test(arguments: [
    (
      rss("<category>A</category><category domain='x'>B</category><dc:subject>C</dc:subject><category/>"),
      ["A", "B", "C"]
    ),
    (atom("<category term='A' label='x'/><category/>"), ["A"]), (json("\"tags\":[\"A\",\"B\",null]"), ["A", "B"]),
  ])
  func `Categories are a list`(text: String, categories: [String]) {
    #expect(ReadFeed(text).entries.map(\.categories) == [categories])
  }

  @Test(arguments: [
    rss("<enclosure url='/a.mp3' type='audio/mpeg' length='12'/><enclosure url='mailto:x'/><enclosure/>"),
    atom("<link rel='enclosure' href='/a.mp3' type='audio/mpeg' length='12'/>"),
    json("\"attachments\":[{\"url\":\"/a.mp3\",\"mime_type\":\"audio/mpeg\",\"size_in_bytes\":12},{}]"),
  ])
  func `Enclosures are files with a URL`(text: String) throws {
    let entry = try #require(ReadFeed(text).entries.first)
    #expect(
      entry.enclosures.map { "\($0.url.href) \($0.type) \($0.length)" } == ["https://example.com/a.mp3 audio/mpeg 12"])
    #expect(entry.url == nil)
  }

  // MARK: Hostile feeds

  @Test func `A value beyond the bounds is missing, and told`() throws {
    let long = String(repeating: "x", count: 2 << 20)
    let read = ReadFeed(Self.rss("<title>\(long)</title><link>/a</link><description>\(long)<b/></description>"))
    #expect(read.entries.map(\.title) == [nil])
    #expect(read.entries.map(\.summary) == [nil])
    #expect(read.entries.map { $0.url?.href } == ["https://example.com/a"])
    #expect(read.hasLeftOut)
  }

  @Test func `An entry holds a bounded number of bytes`() throws {
    let category = "<category>\(String(repeating: "x", count: 100_000))</category>"
    let read = ReadFeed(Self.rss(String(repeating: category, count: 200)))
    #expect(try #require(read.entries.first).categories.count < 50)
    #expect(read.hasLeftOut)
    let feed = ReadFeed(
      "<feed>"
        + String(repeating: "<author><name>\(String(repeating: "x", count: 100_000))</name></author>", count: 200)
        + "<entry/></feed>")
    #expect(try #require(feed.entries.first).authors.count < 50)
    #expect(feed.hasLeftOut)
  }

  @Test func `An entry that nobody closes ends where the next one begins, as deep as elements may be`() {
    let read = ReadFeed("<rss><channel>" + String(repeating: "<item><link>/a</link>", count: 100_000))
    #expect(read.entries.count > 100)
    #expect(read.entries.count < 300)
    #expect(read.faults.contains(.cut))
  }

  @Test(arguments: [
    "<!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><rss><channel><item><title>&x;</title></item></channel></rss>",
    "<!DOCTYPE rss SYSTEM 'file:///etc/hostname'><rss><channel><item><title>&x;</title></item></channel></rss>",
  ])
  func `Nothing is loaded`(text: String) {
    #expect(ReadFeed(text).entries.map(\.title) == ["&x;"])
  }

  @Test func `A JSON Feed beyond its bound, or deeper than it may be, is not read`() {
    let long = ReadFeed(
      Self.json("\"title\":\"" + String(repeating: "x", count: 17 << 20) + "\""), pieces: { _ in 65_536 })
    #expect(long.isStopped)
    #expect(long.entries == [])
    let deep = ReadFeed("{\"items\":" + String(repeating: "[", count: 100_000))
    #expect(deep.feed.format == nil)
  }

  @Test(arguments: Effort.seeds(10))
  func `Random feeds in random pieces are the same`(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    let words = [
      "<rss>", "<feed xmlns='http://www.w3.org/2005/Atom'>", "<channel>", "<item>", "</item>", "<entry>", "</entry>",
      "<link>/a</link>", "<link href='/b'/>", "<title type='xhtml'>", "<div>", "</div>", "</title>", "<title>", "text ",
      "&amp;", "&nbsp;", "<![CDATA[", "]]>", "<!--", "-->", "é", "\u{0}", "<author><name>", "</name></author>",
      "<category term='x'/>", "xml:base='/q/' ", "<", ">", "'", "{", "\"items\":[", "}", "]",
    ]
    for _ in 0..<Effort.times(30) {
      let text = (0..<Int.random(in: 1...40, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }
        .joined()
      let bytes = Array(text.utf8)
      let whole = ReadFeed(bytes)
      #expect(ReadFeed(bytes, pieces: { _ in Int.random(in: 1...9, using: &random) }) == whole, "\(text)")
      #expect(
        ReadSitemap(bytes, pieces: { _ in Int.random(in: 1...9, using: &random) }) == ReadSitemap(bytes), "\(text)")
    }
  }
}
