import PipeEngine
import PipeSpec
import PipeStages
import PipeWeb
import Testing

/// `css`, `xpath`, `text` and `json`.
struct TreeExtractorTests {
  static let page = """
    <title>T</title><base href=/b/><h1>One <b>two</b></h1><ul><li><a href=x>1</a><li>2<li><a href=y>3</a></ul>
    <p class=price>€ 1,234.50</p><script type="application/LD+json">{"@type": "Product", "offers": {"price": 9.50}}</script>
    <script type="application/ld+json">{broken</script>
    <script type="application/ld+json">[{"offers": {"price": 10}}, {"name": "a  b"}]</script>
    """

  @Test(
    arguments: [
      ("css: h1", .string("One two")), ("css: h2", .null), ("css: {selector: li, all: true}", strings("1", "2", "3")),
      (
        "css: {selector: 'li a', attribute: HREF, all: true, as: url}",
        strings("https://example.com/b/x", "https://example.com/b/y")
      ),
      ("css: {selector: li *, attribute: href}", .string("x")), ("css: {selector: h2, all: true}", .list([])),
      ("css: {selector: .price, as: number, decimal: '.'}", .double(1234.5)),
      ("css: {selector: script, as: json}", .json(#"{"@type":"Product","offers":{"price":9.50}}"#)),
      ("css: ul", .string("1\n2\n3")), ("xpath: //h1", .string("One two")), ("xpath: count(//li)", .int(3)),
      ("xpath: 1 div 0", .null), ("xpath: sum(//li) div 4", .double(1.5)), ("xpath: boolean(//h2)", .bool(false)),
      ("xpath: {expression: //a/@href, all: true}", strings("x", "y")),
      ("xpath: {expression: //a, attribute: href}", .string("x")),
      ("xpath: string(//h1)", .string("One two")), ("text", .string("One two\n1\n2\n3\n€ 1,234.50")),
      ("xpath: \"concat(' a', '  b ')\"", .string(" a  b ")),
      ("json: {path: $.offers.price, in: json-ld}", .json("9.50")),
      ("json: {path: $..price, in: json-ld, all: true}", .list([.json("9.50"), .int(10)])),
      ("json: {path: $..price, in: json-ld, as: number}", .double(9.5)),
      ("json: {path: '$[1].name', in: json-ld}", .string("a  b")), ("json: {path: $.no, in: json-ld}", .null),
    ] as [(String, Value)])
  func `Something is found in the page`(extractor: String, expected: Value) throws {
    let (value, error) = try Field(extractor).value(Self.page)
    #expect(value == expected)
    #expect(error == nil)
  }

  @Test(arguments: [
    " <!-- {\"a\": 1} --> ", "<!-- of a comment's --> {\"a\": 1}", "<![CDATA[ {\"a\": 1} ]]>",
    "\n//<![CDATA[\n{\"a\": 1}\n//]]>\n", "/*<![CDATA[*/ {\"a\": 1} /*]]>*/", "<!-- <![CDATA[ [{\"a\": 1}] ]]> -->",
  ])
  func `JSON-LD may be wrapped`(script: String) throws {
    let page = "<script type='Application/LD+JSON; charset=utf-8'>\(script)</script>"
    #expect(try Field("json: {path: $..a, in: json-ld}").value(page).value == .int(1))
  }

  private static func strings(_ texts: String...) -> Value { .list(texts.map { .string($0) }) }

  @Test(
    arguments: [
      ("json: $.a", .int(1)), ("json: '$.b[0]'", .bool(true)), ("json: $.c", .string("x")), ("json: $.d", .null),
      ("json: $.b", .json("[true,{}]")), ("json: $.e", .json("1.10")),
      (
        "json: {path: '$.*', all: true, as: string}",
        .list([.string("1"), .string("[true,{}]"), .string("x"), .string("1.10")])
      ),
      ("json: $.none", .null),
    ] as [(String, Value)])
  func `Something is found in a JSON response`(extractor: String, expected: Value) throws {
    let text = #"{"a": 1, "b": [true, {}], "c": "x", "d": null, "e": 1.10}"#
    let (value, error) = try Field(extractor).value(text, type: "application/json")
    #expect(value == expected)
    #expect(error == nil)
  }

  @Test func `A response that is not JSON is an error of the record`() throws {
    let (value, error) = try Field("json: $.a").value("<p>")
    #expect(value == .null)
    #expect(error?.hasPrefix("extract: field: the content is not JSON: 1:1: ") == true)
  }

  @Test(
    arguments: [
      ("xpath: //item/title", .string("One & only")), ("xpath: '//item/dc:creator'", .string("A")),
      ("css: pubDate", .string("Sun, 06 Nov 1994 08:49:37 GMT")),
      ("css: {selector: pubDate, as: date}", .string("1994-11-06T08:49:37Z")),
      ("xpath: {expression: //item/link, as: url, all: true}", strings("https://example.com/a")),
      ("css: {selector: guid, attribute: isPermaLink, as: bool}", .bool(false)),
      ("xpath: count(//item)", .int(1)), ("css: channel", .string("T One & only A Sun, 06 Nov 1994 08:49:37 GMT /a{}")),
      ("title", .null), ("text", .null), ("links", .null), ("json: {path: $, in: json-ld}", .null),
    ] as [(String, Value)])
  func `Something is found in XML`(extractor: String, expected: Value) throws {
    for type in ["application/rss+xml", "text/xml", "application/xml; charset=utf-8"] {
      let (value, error) = try Field(extractor).value(Self.feed, type: type)
      #expect(value == expected)
      #expect(error == nil)
    }
  }

  static let feed = """
    <?xml version="1.0"?><rss xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>T</title>
    <item><title>One &amp; only</title> <dc:creator>A</dc:creator> <pubDate>Sun, 06 Nov 1994 08:49:37 GMT</pubDate>
    <link>/a</link><guid isPermaLink="false"/><script type="application/ld+json">{}</script></item></channel></rss>
    """

  static let xhtml = """
    <?xml version="1.0" encoding="utf-8"?><!DOCTYPE html [<!ENTITY co "ACME &amp; Co">]>
    <html xmlns="http://www.w3.org/1999/xhtml" xml:lang="de"><head><script src="a.js"/><title>T <![CDATA[<b>]]></title>
    <base href="/d/"/><link rel="canonical" href="c?a&amp;b"/><meta name="description" content="&co; &lt;"/></head>
    <body><div class="sep"/><h1>H<br/>1</h1><p><a href="p">x</a><a name="y"/></p></body></html>
    """

  @Test(
    arguments: [
      ("title", .string("T <b>")), ("language", .string("de")), ("h1", .string("H 1")), ("css: h1", .string("H\n1")),
      ("canonical", .string("https://example.com/d/c?a&b")), ("description", .string("ACME & Co <")),
      ("links", strings("https://example.com/d/p")), ("css: div.sep", .string("")), ("text", .string("H\n1\nx")),
      ("xpath: count(/html/body/*)", .int(3)), ("meta: description", .string("ACME & Co <")),
      ("charset", .string("UTF-8")),
    ] as [(String, Value)])
  func `XHTML is XML, and has the facts of a page`(extractor: String, expected: Value) throws {
    #expect(try Field(extractor).value(Self.xhtml, type: "application/xhtml+xml").value == expected)
    if extractor != "charset" {
      #expect(try Field(extractor).value(Self.xhtml, type: nil).value == expected)
    }
  }

  @Test(arguments: [("title", "T"), ("css: p", "1"), ("css: b", "x")])
  func `XHTML that is not well-formed is read as HTML`(extractor: String, expected: String) throws {
    let page = "<html><title>T</title><p>1<p>2<b>x</b> & y"
    #expect(try Field(extractor).value(page, type: "application/xhtml+xml").value == .string(expected))
    let bytes = Array("<meta charset=windows-1251><title>".utf8) + [0xCC, 0xE8, 0xF0] + Array("</title>".utf8)
    #expect(try Field("title").value(bytes: bytes, type: "application/xhtml+xml").value == .string("Мир"))
  }

  @Test(arguments: [
    nil, "", "text/html charset=utf-8", "text", "*/*", "unknown/unknown", "application/unknown", "/", "text/",
  ])
  func `Content without a usable type is what it looks like`(type: String?) throws {
    #expect(try Field("title").value("<!doctype html><title>T</title>", type: type).value == .string("T"))
    #expect(try Field("css: p").value(" <p>x", type: type).value == .string("x"))
    #expect(
      try Field("xpath: //item/link").value("<rss><item><link>l</link></item></rss>", type: type).value == .string("l"))
    for other in [
      "%PDF-1.4 <title>T</title>", "\u{89}PNG <p>x", "text <title>T</title>", "<rss><title>T</title></rss>",
    ] {
      #expect(try Field("title").value(other, type: type).value == .null)
    }
  }

  @Test func `A page is read in the encoding of a late meta element`() throws {
    let start = "<title>" + String(decoding: [0x47], as: UTF8.self)
    let bytes =
      Array(start.utf8) + [0xF6]
      + Array("</title><style>\(String(repeating: "a", count: 1100))</style><meta charset=koi8-r><p>".utf8) + [0xF6]
    #expect(try Field("title").value(bytes: bytes, type: "text/html").value == .string("GЖ"))
    #expect(try Field("css: p").value(bytes: bytes, type: "text/html").value == .string("Ж"))
    #expect(try Field("charset").value(bytes: bytes, type: "text/html").value == .string("KOI8-R"))
  }

  @Test(arguments: [
    "application/json", "application/json;charset=latin1", "text/html;charset=latin1", "text/plain", "",
  ])
  func `JSON in UTF-8 is that, whatever its label`(type: String) throws {
    #expect(try Field("json: $.s").value("{\"s\": \"Café €\"}", type: type).value == .string("Café €"))
    let legacy = Array("{\"s\": \"Caf".utf8) + [0xE9] + Array("\"}".utf8)
    if type.contains("latin1") {
      #expect(try Field("json: $.s").value(bytes: legacy, type: type).value == .string("Café"))
    }
  }

  @Test func `XML is read in the encoding that it declares`() throws {
    let bytes = Array("<?xml version='1.0' encoding='iso-8859-1'?><a>Gr".utf8) + [0xF6, 0xDF] + Array("e</a>".utf8)
    #expect(try Field("css: a").value(bytes: bytes, type: "application/xml").value == .string("Größe"))
  }

  @Test(arguments: ["css: p", "xpath: //p", "text", "json: {path: $, in: json-ld}"])
  func `What is not HTML has no tree`(extractor: String) throws {
    #expect(try Field(extractor).value("<p>x", type: "image/png").value == .null)
  }

  @Test(arguments: [
    "css: {selector: p, all: true}", "xpath: {expression: //p, all: true}", "json: {path: $.*, all: true}",
    "json: {path: $.*, in: json-ld, all: true}", "meta: {name: a, all: true}", "header: {name: a, all: true}",
    "regex: {expression: a, all: true}", "links",
  ])
  func `What was not fetched has no list, not even an empty one`(extractor: String) throws {
    let request = Request(id: RequestID(source: 0, ordinal: 0), written: "https://example.com/")
    let failed = Fetched(request: request, response: nil, error: RequestError(.timeout, "no answer within 10s"))
    #expect(try Field(extractor).value(failed).value == .null)
  }

  @Test func `A legacy encoding is read as its text`() throws {
    let bytes = Array("<p>Gr".utf8) + [0xF6] + Array("\u{DF}e".unicodeScalars.map { UInt8($0.value) })
    #expect(try Field("css: p").value(bytes: bytes, type: "text/html; charset=latin1").value == .string("Größe"))
  }

  @Test(arguments: [
    ("css: 'div:frist-child'", ":frist-child", "no pseudo-class is called 'frist-child'"),
    ("css: 'a::attr(href)'", "::attr(", "no pseudo-element"), ("css: 'ul é > '", ">", "missing at its end"),
    ("css: \"a[b='x' y]\"", "y", "'y' cannot stand here"), ("css: ''", "''", "it is empty"),
    ("xpath: '//li['", "[", "is not an XPath expression"), ("xpath: '//é[count()]'", "count()", "takes 1 argument"),
    ("xpath: '//a[@b=$c]'", "$c", "there are no variables"), ("xpath: \"//\\u00e9[f(.)]\"", "f", "no function 'f'"),
    ("xpath: {expression: count(//a), all: true}", "all", "all is about nodes"),
    ("json: '$.a['", "[", "is not a JSONPath query"), ("json: name", "n", "is not a JSONPath query"),
    ("json: '$.é.[1]'", "[", "is not a JSONPath query"),
  ])
  func `A selector that is none is found before the run, where it is wrong`(
    extractor: String, place: String, message: String
  ) throws {
    let compiled = Field.compile(extractor)
    #expect(compiled.diagnostics.count == 1)
    let found = try #require(compiled.diagnostics.first)
    #expect(found.message.contains(message), "\(found.message)")
    let written = compiled.file.bytes[found.span.start.offset..<found.span.end.offset]
    #expect(String(decoding: written, as: UTF8.self) == place)
  }
}
