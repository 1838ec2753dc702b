import PipeEngine
import PipeSpec
import PipeStages
import PipeWeb
import Testing

struct BuiltInTests {
  static let page = """
    <!doctype html><html lang=" de-AT "><head><base href="/base/"><title> A
     title </title><meta name=Description content="What
      it is"><link rel="canonical" href="page?a=1&amp;b=2"></head>
    <body><h1>One <em>and</em>
    only</h1><a href="a">A</a><a href="#part">B</a><a href="a">again</a>
    <a href="mailto:x@example.com">mail</a><area href="//other.example/x"><a rel="ugc NoFollow" href="/ü">U</a></body>
    """

  @Test(
    arguments: [
      ("title", .string("A title")),
      ("language", .string("de-AT")),
      ("description", .string("What\n  it is")),
      ("canonical", .string("https://example.com/base/page?a=1&b=2")),
      ("h1", .string("One and only")),
      ("charset", .string("UTF-8")),
      ("fetched_at", .string("2001-09-09T01:46:40.007Z")),
      ("source", .string("urls")),
      ("body", .string(page)),
    ] as [(String, Value)])
  func `A built-in field of a page`(name: String, expected: Value) throws {
    #expect(try Field(name).value(Self.page).value == expected)
  }

  @Test(arguments: ["title", "language", "description", "canonical", "h1"])
  func `A page that does not say it leaves the field empty`(name: String) throws {
    let (value, error) = try Field(name).value("<p>nothing")
    #expect(value == .null)
    #expect(error == nil)
  }

  @Test(arguments: ["title", "language", "description", "canonical", "h1", "links", "charset", "body", "source"])
  func `A request that failed has no page`(name: String) throws {
    let request = Request(id: RequestID(source: 7, ordinal: 0), written: "https://example.com/")
    let failed = Fetched(request: request, response: nil, error: RequestError(.timeout, "no answer within 10s"))
    let (value, error) = try Field(name).value(failed)
    #expect(value == .null)
    #expect(error == "timeout: no answer within 10s")
  }

  @Test(
    arguments: [
      ("depth", .int(0), .int(2)), ("referrer", .null, .string("https://example.com/start")),
      ("url", .string("https://example.com/"), .string("next")),
      ("final_url", .string("https://example.com/"), .string("https://example.com/next")),
    ] as [(String, Value, Value)])
  func `A field tells how a request came about`(name: String, own: Value, followed: Value) throws {
    let response = HTTPResponse(status: 200, version: .http11)
    let sourced = Request(id: RequestID(source: 0, ordinal: 0), written: "https://example.com/")
    let linked = Request(
      RequestSeed(
        id: RequestID(source: 0, ordinal: 1), written: "next", depth: 2, referrer: "https://example.com/start"),
      url: WebURL("https://example.com/next"))
    #expect(try Field(name).value(Fetched(request: sourced, response: response)).value == own)
    #expect(try Field(name).value(Fetched(request: linked, response: response)).value == followed)
  }

  @Test func `The address that answered is told, and asked for`() throws {
    let request = Request(id: RequestID(source: 0, ordinal: 0), written: "https://example.com/")
    let response = HTTPResponse(status: 200, version: .http2, address: IPAddress("2001:DB8::1"))
    let field = try Field("ip")
    #expect(field.value(Fetched(request: request, response: response)).value == .string("2001:db8::1"))
    #expect(field.plan.needs.address)
    #expect(try !Field("status").plan.needs.address)
  }

  /// DESIGN §4.
  @Test func `There is a field for every built-in name`() {
    let names = """
      url final_url status title length content_type charset language description canonical h1 links text error elapsed
      ttfb attempts redirects depth referrer source fetched_at ip http_version truncated body
      """
    let missing = Set(names.split { $0.isWhitespace }.map(String.init))
      .subtracting(Catalogue.standard.extractors.map(\.name))
    #expect(missing.isEmpty)
  }

  @Test(arguments: ["image/png", "application/octet-stream"])
  func `What is no text has no charset`(type: String) throws {
    #expect(try Field("charset").value("x", type: type).value == .null)
  }

  @Test(arguments: ["title", "links"])
  func `What is not HTML has no facts`(name: String) throws {
    #expect(try Field(name).value(Self.page, type: "text/plain").value == .null)
  }

  @Test func `UTF-16 is read as its text`() throws {
    let text = "<title>Größe</title><h1>Süß &amp; salzig</h1>"
    let bytes: [UInt8] = [0xFF, 0xFE] + text.utf16.map { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }.joined()
    #expect(try Field("title").value(bytes: bytes, type: "text/html").value == .string("Größe"))
    #expect(try Field("h1").value(bytes: bytes, type: "text/html").value == .string("Süß & salzig"))
    #expect(try Field("charset").value(bytes: bytes, type: "text/html").value == .string("UTF-16LE"))
  }

  @Test func `A legacy encoding is read as its text`() throws {
    let bytes = Array("<title>Gr".utf8) + [0xF6, 0xDF] + Array("e</title>".utf8)
    #expect(
      try Field("title").value(bytes: bytes, type: "text/html; charset=latin1").value == .string("Größe"))
  }
}

struct LinksTests {
  @Test(arguments: [
    ("links", ["a", "#part", "//other.example/x", "/%C3%BC"]),
    ("links: {unique: false}", ["a", "#part", "a", "//other.example/x", "/%C3%BC"]),
    ("links: {nofollow: exclude}", ["a", "#part", "//other.example/x"]),
  ])
  func `Links are absolute, in order, each once`(extractor: String, expected: [String]) throws {
    let base = try #require(WebURL("https://example.com/base/"))
    let urls = expected.compactMap { WebURL($0, base: base)?.href }
    #expect(try Field(extractor).value(BuiltInTests.page).value == .list(urls.map { .string($0) }))
  }

  @Test func `A base that is not a URL is as good as none`() throws {
    let (value, _) = try Field("links").value("<base href='http://['><a href=x>x</a>")
    #expect(value == .list([.string("https://example.com/folder/x")]))
  }

  @Test func `With details each link is an object, in one order`() throws {
    let page = """
      <a href=a rel='nofollow  noopener'>one <b>ü&amp;</b></a><a href=a>again</a><area href=b alt=' map '><a href="c?x&amp;y"><p>"q"</a>
      """
    func values(_ options: String) throws -> Value { try Field("links: {\(options)}").value(page).value }
    #expect(
      try values("with: [nofollow, text, rel]")
        == .list([
          .json(
            #"{"url":"https://example.com/folder/a","text":"one ü&","rel":"nofollow  noopener","nofollow":true}"#),
          .json(#"{"url":"https://example.com/folder/b","text":"map","rel":null,"nofollow":false}"#),
          .json(#"{"url":"https://example.com/folder/c?x&y","text":"\"q\"","rel":null,"nofollow":false}"#),
        ]))
    #expect(
      try values("with: text, nofollow: exclude")
        == .list([
          .json(#"{"url":"https://example.com/folder/a","text":"again"}"#),
          .json(#"{"url":"https://example.com/folder/b","text":"map"}"#),
          .json(#"{"url":"https://example.com/folder/c?x&y","text":"\"q\""}"#),
        ]))
  }

  /// The scanner reads the texts of different links, the tree those of all.
  @Test(
    arguments: [
      ("a</div>b", "ab"), ("<h3> a </h3><p>b<br>c</p>", "a b c"), ("a<details>b</details>c", "a c"),
      ("<table><tr><td>a<td>b</table>", "a b"), ("a<span hidden>b</span>", "a"), ("<pre>a\n b</pre>c", "a b c"),
      ("a<svg><title>b</title><path/></svg>", "a"), ("<textarea>a</textarea>b", "ab"), ("<img alt=a>", ""),
    ], ["", "unique: false, "])
  func `The text of a link is that of text, on one line`(content: (String, String), options: String) throws {
    let (value, error) = try Field("links: {\(options)with: [text]}").value(
      "<!doctype html><a href=x>\(content.0)</a>z")
    #expect(value == .list([.json(#"{"url":"https://example.com/folder/x","text":"\#(content.1)"}"#)]))
    #expect(error == nil)
  }

  @Test func `The paths of links in a legacy encoding are in UTF-8`() throws {
    let bytes = Array("<a href='/".utf8) + [0xFC] + Array("?a&amp;b'><a href=/plain>".utf8)
    #expect(
      try Field("links").value(bytes: bytes, type: "text/html; charset=latin1").value
        == .list([.string("https://example.com/%C3%BC?a&b"), .string("https://example.com/plain")]))
  }

  @Test func `A page without links has an empty list`() throws {
    #expect(try Field("links").value("<p>none").value == .list([]))
  }
}

struct TimestampTests {
  @Test(arguments: [
    (0, 0, "1970-01-01T00:00:00Z"),
    (-1, 500_000_000, "1969-12-31T23:59:59.5Z"),
    (951_782_400, 0, "2000-02-29T00:00:00Z"),
    (4_107_542_400, 1, "2100-03-01T00:00:00.000000001Z"),
    (253_402_300_799, 0, "9999-12-31T23:59:59Z"),
    (-62_167_219_200, 0, "0000-01-01T00:00:00Z"),
  ])
  func `A moment reads as RFC 3339`(seconds: Int, nanoseconds: Int, text: String) {
    #expect(Timestamp(seconds: seconds, nanoseconds: nanoseconds).description == text)
  }
}
