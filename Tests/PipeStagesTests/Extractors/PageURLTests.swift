import PipeEngine
import PipeSpec
import PipeWeb
import Testing

/// How the URLs of a page are read: its base, its encoding, and which of several counts.
struct PageURLTests {
  private static let russian: [UInt8] = [0xEF, 0xEE, 0xE8, 0xF1, 0xEA]

  @Test(
    arguments: [
      ("links", "<a href='/s?q=@&amp;x=%41'>x</a>", .list([.string("https://example.com/s?q=%EF%EE%E8%F1%EA&x=%41")])),
      ("links: {unique: false}", "<a href='/s?q=@'>x</a>", .list([.string("https://example.com/s?q=%EF%EE%E8%F1%EA")])),
      ("canonical", "<link rel=canonical href='?@'>", .string("https://example.com/folder/page?%EF%EE%E8%F1%EA")),
      (
        "css: {selector: a, attribute: href, as: url}", "<a href='?@'>",
        .string("https://example.com/folder/page?%EF%EE%E8%F1%EA")
      ),
      (
        "xpath: {expression: //a/@href, as: url}", "<a href='?@'>",
        .string("https://example.com/folder/page?%EF%EE%E8%F1%EA")
      ),
      (
        "meta: {name: 'og:url', as: url}", "<meta property='og:url' content='/?@'>",
        .string("https://example.com/?%EF%EE%E8%F1%EA")
      ),
      (
        "regex: {expression: 'href=(.*?)>', as: url}", "<a href=?@>",
        .string("https://example.com/folder/page?%EF%EE%E8%F1%EA")
      ),
      ("links", "<base href='/b?@'><a href='#x'>x</a>", .list([.string("https://example.com/b?%EF%EE%E8%F1%EA#x")])),
      ("links", "<a href='/?q=&#x4E2D;'>x</a>", .list([.string("https://example.com/?q=%26%2320013%3B")])),
      (
        "json: {path: $.u, in: json-ld, as: url}", "<script type='application/ld+json'>{\"u\": \"?@\"}</script>",
        .string("https://example.com/folder/page?%D0%BF%D0%BE%D0%B8%D1%81%D0%BA")
      ),
      (
        "header: {name: x-u, as: url}", "", .string("https://example.com/folder/page?%D0%BF%D0%BE%D0%B8%D1%81%D0%BA")
      ),
    ] as [(String, String, Value)])
  func `Queries of a page's URLs are in its encoding`(extractor: String, page: String, expected: Value) throws {
    let bytes = page.utf8.flatMap { $0 == UInt8(ascii: "@") ? Self.russian : [$0] }
    var fields = HTTPFields()
    fields.append(name: "x-u", value: "?поиск")
    let field = try Field(extractor)
    #expect(field.value(bytes: bytes, type: "text/html; charset=windows-1251", fields: fields).value == expected)
  }

  @Test func `A page that is transcoded first has its queries in its own encoding`() throws {
    let bytes = Array("<a href='?".utf8) + [0x1B, 0x24, 0x42, 0x46, 0x7C, 0x1B, 0x28, 0x42] + Array("'>x</a>".utf8)
    #expect(
      try Field("links").value(bytes: bytes, type: "text/html; charset=iso-2022-jp").value
        == .list([.string("https://example.com/folder/page?%1B$BF|%1B(B")]))
    let wide = "<a href='?ü'>x</a>".utf16.flatMap {
      [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
    }
    #expect(
      try Field("links").value(bytes: wide, type: "text/html; charset=utf-16le").value
        == .list([.string("https://example.com/folder/page?%C3%BC")]))
  }

  @Test(arguments: [[0xFE, 0xFF], [0xFF, 0xFE], [0xEF, 0xBB, 0xBF]] as [[UInt8]])
  func `What would be a byte order mark is text inside of a page`(mark: [UInt8]) throws {
    let text = String(mark.map { Character(Unicode.Scalar($0)) })
    let bytes = Array("<title>".utf8) + mark + Array("A</title><a href='".utf8) + mark + Array("b'>x</a>".utf8)
    func value(_ extractor: String) throws -> Value {
      try Field(extractor).value(bytes: bytes, type: "text/html; charset=windows-1252").value
    }
    #expect(try value("title") == .string(text + "A"))
    let url = try #require(WebURL("https://example.com/folder/\(text)b"))
    #expect(try value("links") == .list([.string(url.href)]))
  }

  @Test func `URLs in XML are in UTF-8 whatever the document's encoding`() throws {
    let bytes = Array("<?xml version='1.0' encoding='windows-1252'?><r><u>?".utf8) + [0xFC] + Array("</u></r>".utf8)
    #expect(
      try Field("css: {selector: u, as: url}").value(bytes: bytes, type: "text/xml").value
        == .string("https://example.com/folder/page?%C3%BC"))
  }

  @Test(arguments: [
    "data:text/html,x", "javascript:void(0)", " JavaScript:1 ", "data:/b/", "http://[", "java\nscript://x/",
  ])
  func `A base that is no base is ignored, and so are later ones`(base: String) throws {
    let page = "<base target=x><base href='\(base)'><base href=/other/><a href=y>y</a>"
    #expect(try Field("links").value(page).value == .list([.string("https://example.com/folder/y")]))
  }

  @Test(arguments: [
    (" \u{1}\t\n/x\u{C}\u{1F} ", "https://example.com/x"), ("\u{A0}/x", "https://example.com/folder/%C2%A0/x"),
    ("/x\u{A0}", "https://example.com/x%C2%A0"), ("\u{3000}y", "https://example.com/folder/%E3%80%80y"),
  ])
  func `Of a URL the ends are trimmed that the standard says`(text: String, expected: String) throws {
    #expect(try Field("body: {as: url}").value(text).value == .string(expected))
  }

  @Test(arguments: [
    ("<link rel=canonical href><link rel=canonical href=' '><link rel=canonical href=/c>", "https://example.com/c"),
    ("<link rel=canonical><link rel='x Canonical' href=/c><link rel=canonical href=/d>", "https://example.com/c"),
    ("<link rel=canonical href='http://['><link rel=canonical href=/c>", "https://example.com/c"),
    (
      "<link rel=canonical href='javascript:1'><link rel=canonical href=mailto:x><link rel=canonical href=/c>",
      "https://example.com/c"
    ),
    ("<link rel=canonical href='http://ü:x/'><link rel=canonical href=/c?a&amp;b>", "https://example.com/c?a&b"),
    ("<link rel=canonical href='http://&#32;/'><link rel=canonical href='/c'>", "https://example.com/c"),
    ("<link rel=canonical href='http://ü.example/'><link rel=canonical href=/c>", "http://xn--tda.example/"),
    ("<template><link rel=canonical href=/t></template><link rel=canonical href=/c>", "https://example.com/c"),
    ("<link rel=canonical href=''>", nil), ("<link rel=canonical href='data:,x'>", nil),
  ])
  func `The canonical URL is the first that is usable`(page: String, expected: String?) throws {
    #expect(try Field("canonical").value(page).value == expected.map { .string($0) } ?? .null)
  }

  @Test(arguments: [
    // Formatting elements that are open where a block ends are opened again, a link among them.
    "<p><a href=a>one<p>two</a>three", "<a href=a><div>x</a>y</div>",
    "<a href=a><table><tr><td><a href=b>x</a></table>",
    "<table><a href=a>x</a><tr><td><a href=b>y</a></table>", "<svg><a href=a>x</a></svg><a href=b>y</a>",
    "<a href=a>x<a href=a>y", "<template><a href=t>t</a></template><area href=b><a>none</a><a href=mailto:x>m</a>",
    "<frameset><frame></frameset><a href=x>",
  ])
  func `With repeats the links are those of the tree`(page: String) throws {
    let tree = try Field("css: {selector: 'a[href]:not(svg a), area[href]', attribute: href, all: true, as: url}")
      .value(page).value
    guard case .list(let urls) = tree, case .list(let links) = try Field("links: {unique: false}").value(page).value
    else {
      Issue.record("no list")
      return
    }
    #expect(Array(links) == urls.filter { $0 != .string("mailto:x") })
  }

  @Test func `With repeats details are told as without`() throws {
    let page = "<a href=a rel='x\u{A0}nofollow'> one  <b>b</b></a><a href=a rel=NoFollow></a><area href=b alt=' m '>"
    #expect(
      try Field("links: {unique: false, with: [text, rel, nofollow]}").value(page).value
        == .list([
          .json(
            "{\"url\":\"https://example.com/folder/a\",\"text\":\"one b\",\"rel\":\"x\u{A0}nofollow\",\"nofollow\":false}"
          ),
          .json(#"{"url":"https://example.com/folder/a","text":"","rel":"NoFollow","nofollow":true}"#),
          .json(#"{"url":"https://example.com/folder/b","text":"m","rel":null,"nofollow":false}"#),
        ]))
    #expect(
      try Field("links: {unique: false, nofollow: exclude}").value(page).value
        == .list([.string("https://example.com/folder/a"), .string("https://example.com/folder/b")]))
  }
}
