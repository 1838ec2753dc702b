import PipeTesting
import PipeWeb
import Testing

@Suite("Crawl: the links of a page")
struct PageLinksTests {
  private static let url = "https://example.com/dir/page"

  private func links(
    _ page: String, fields: [(String, String)] = [], url: String = url, limit: Int = 10_000
  ) throws -> PageLinks {
    let facts = PageScannerTests.facts(page, wanted: PageLinks.wanted)
    let url = try #require(WebURL(url))
    // As a page's base is found; one that leads to data or scripts is none.
    let base = facts.base().flatMap { WebURL($0, base: url) } ?? url
    return PageLinks(
      facts, fields: HTTPFields(fields.map { HTTPFields.Field(name: $0.0, value: $0.1) }), url: url, base: base,
      limit: limit)
  }

  private func texts(_ links: PageLinks) -> [String] {
    links.links.map { "\($0.element) \($0.url)" + ($0.isNofollow ? " nofollow" : "") }
  }

  @Test("all kinds of links come in the order of the page")
  func order() throws {
    let page = """
      <head><link rel=stylesheet href=no><link rel='x Canonical' href=c><meta http-equiv=Refresh content='5;url=r'></head>
      <a href=1>one</a><iframe src=2></iframe><map><area href=3></map><link rel=next href=4><a href='#5'>5</a>
      <img src=no><link rel=prev href=no><link rel=canonical><a>no</a><a href=mailto:no>no</a><form action=no></form>
      """
    #expect(
      try texts(links(page)) == [
        "link https://example.com/dir/c", "meta https://example.com/dir/r", "a https://example.com/dir/1",
        "iframe https://example.com/dir/2", "area https://example.com/dir/3", "link https://example.com/dir/4",
        "a https://example.com/dir/page#5",
      ])
  }

  @Test("each link of a page tells its place, its landmark and its text where they are wanted, a field's has none")
  func places() throws {
    let page = """
      <meta http-equiv=refresh content='0;r'><nav>
       <a href=1>one</a> <iframe src=2></iframe></nav><map>
      é<area href=3 alt=three></map><a href=''>é</a><main><a href=mailto:no>no</a><a href=''> <b>f</b>our </a>
      <link rel=next href=5>
      """
    let facts = PageScannerTests.facts(page, wanted: PageLinks.wanted.union([.linkPlaces, .linkTexts]))
    let url = try #require(WebURL(Self.url))
    let links = PageLinks(
      facts, fields: HTTPFields([HTTPFields.Field(name: "Link", value: "<n>; rel=next")]), url: url, base: url,
      limit: 100)
    #expect(
      links.links.map {
        "\($0.element) \($0.line ?? 0):\($0.column ?? 0) \($0.landmark?.rawValue ?? "-") "
          + ($0.text.map { facts.string(of: $0) } ?? "-")
      } == [
        "header 0:0 - -", "meta 1:1 - -", "a 2:2 nav one", "iframe 2:20 nav -", "area 3:2 - three", "a 3:31 - é",
        "a 3:77 main four", "link 4:1 main -",
      ])
    let plain = try self.links(page)
    #expect(plain.links.allSatisfy { $0.line == nil && $0.column == nil && $0.landmark == nil && $0.text == nil })
  }

  @Test("nofollow is said by a link's relations")
  func nofollow() throws {
    let page =
      "<a href=1 rel=nofollow></a><a href=2 rel='noopener NOFOLLOW'></a><a href=3 rel=nofollows></a>"
      + "<area href=4 rel='x no&#102;ollow'><a href=5 rel=ugc></a>"
    #expect(try links(page).links.map(\.isNofollow) == [true, true, false, true, false])
  }

  @Test("fields come first, relative to the URL that was asked for, and not to the page's base")
  func fields() throws {
    let links = try links(
      "<base href=https://other.test/><a href=1></a>",
      fields: [
        (
          "Link",
          "<n>; rel=next, <s>; rel=stylesheet, <c>; rel=\"x canonical nofollow\", <o>; rel=next; anchor=\"/other\""
        ),
        ("link", "<p>; rel=next; anchor=\"#part\""), ("Link", "<mailto:x>; rel=next"),
      ])
    #expect(
      texts(links) == [
        "header https://example.com/dir/n", "header https://example.com/dir/c nofollow",
        "header https://example.com/dir/p",
        "a https://other.test/1",
      ])
  }

  @Test(
    "the first refresh that leads anywhere counts, a field's before any element's",
    arguments: [
      (
        "<meta http-equiv=refresh content='0;a'><meta http-equiv=refresh content='0;b'>", nil,
        ["meta https://example.com/dir/a"]
      ),
      (
        "<meta http-equiv=refresh content='x'><meta http-equiv=refresh content='0;b'>", nil,
        ["meta https://example.com/dir/b"]
      ),
      (
        "<meta http-equiv=refresh content='0;http://['><meta http-equiv=refresh content='0;b'>", nil,
        ["meta https://example.com/dir/b"]
      ),
      ("<meta http-equiv=refresh content='30'><meta http-equiv=refresh content='0;b'>", nil, []),
      ("<meta http-equiv=refresh content='0;b'>", "0;url=f", ["header https://example.com/dir/f"]),
      ("<meta http-equiv=refresh content='0;b'>", "5", []), ("<meta name=refresh content='0;b'>", nil, []),
      ("<meta http-equiv=refresh content='0;javascript:x'>", nil, []),
      ("<meta http-equiv=refresh content='0;url=&#39;a?b&amp;c&#39;'>", nil, ["meta https://example.com/dir/a?b&c"]),
      ("<noscript><meta http-equiv=refresh content='0;b'></noscript>", nil, []),
    ] as [(String, String?, [String])])
  func refreshes(page: String, field: String?, expected: [String]) throws {
    #expect(try texts(links(page, fields: field.map { [("Refresh", $0)] } ?? [])) == expected)
  }

  @Test("no more links are taken than the limit, and it is said")
  func limit() throws {
    let page = String(repeating: "<a href=x></a>", count: 5) + "<a href=mailto:x></a>"
    #expect(try !links(page, limit: 5).isCut)
    let cut = try links(page, fields: [("Link", "<n>; rel=next")], limit: 3)
    #expect(cut.isCut)
    #expect(texts(cut).map { $0.prefix(6) } == ["header", "a http", "a http"])
    #expect(try links("", fields: [("Link", "<n>; rel=next")], limit: 0).isCut)
  }

  @Test("XHTML has the same links")
  func xhtml() throws {
    let text = """
      <html xmlns="http://www.w3.org/1999/xhtml"><head><link rel="next" href="1"/></head><body><a href="2" rel="nofollow"/>
      <map><area href="3"/></map><iframe src="4"/><iframe src="no" srcdoc=""/><frame src="5"/><template><a href="no"/></template>
      </body></html>
      """
    let parsed = DOMDocument(parsingXML: text.utf8.span)
    let document = try #require(parsed)
    let url = try #require(WebURL(Self.url))
    let facts = PageFacts(of: document, wanted: PageLinks.wanted)
    #expect(
      texts(PageLinks(facts, fields: HTTPFields(), url: url, base: url, limit: 10)) == [
        "link https://example.com/dir/1", "a https://example.com/dir/2 nofollow", "area https://example.com/dir/3",
        "iframe https://example.com/dir/4", "frame https://example.com/dir/5",
      ])
  }

  @Test("XHTML, which is read as a tree, tells landmarks alone")
  func landmarksOfXHTML() throws {
    let text = """
      <html xmlns="http://www.w3.org/1999/xhtml"><body role="main"><a href="1"/><nav><a href="2"/><x:nav xmlns:x="urn:x">
      <a href="3"/></x:nav></nav><aside><a href="4"/></aside><div role="banner"><p/><iframe src="5"/></div><NAV><a href="6"/>
      </NAV></body></html>
      """
    let parsed = DOMDocument(parsingXML: text.utf8.span)
    let document = try #require(parsed)
    let url = try #require(WebURL(Self.url))
    let facts = PageFacts(of: document, wanted: PageLinks.wanted.union(.linkPlaces))
    let links = PageLinks(facts, fields: HTTPFields(), url: url, base: url, limit: 10).links
    #expect(links.map { $0.landmark?.rawValue ?? "-" } == ["main", "nav", "nav", "-", "header", "main"])
    #expect(links.allSatisfy { $0.line == nil && $0.column == nil })
  }

  @Test("directives are those of all of a page's robots elements")
  func directives() {
    let page =
      "<meta name=robots content=noindex><body><meta name=FOOBOT content='x, nofollow'><meta name=other content=none>"
    let facts = PageScannerTests.facts(page, wanted: PageLinks.wanted)
    #expect(RobotsDirectives(facts, for: ProductToken("FooBot")) == [.noindex, .nofollow])
    #expect(RobotsDirectives(facts, for: nil) == .noindex)
  }
}

@Suite("Crawl: links of the corpus", .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
struct LinkCorpusTests {
  private struct Case: Decodable {
    struct Document: Decodable {
      struct Body: Decodable {
        let value: String?
        init(from decoder: any Decoder) throws { value = try? decoder.singleValueContainer().decode(String.self) }
      }
      let url: String
      let file: String?
      let body: Body?
    }
    struct Found: Decodable { let url: String }
    struct Options: Decodable {
      let isDefault: Bool
      init(from decoder: any Decoder) throws {
        struct AnyKey: CodingKey {
          let stringValue: String
          let intValue: Int? = nil
          init?(stringValue: String) { self.stringValue = stringValue }
          init?(intValue: Int) { nil }
        }
        isDefault = try decoder.container(keyedBy: AnyKey.self).allKeys.isEmpty
      }
    }
    let document: Document
    let options: Options
    let links: [Found]
  }

  @Test("links are those that Scrapy finds")
  func scrapy() throws {
    var count = 0
    for linkCase in try Corpus.json("links-base-refresh/links.json", as: [Case].self) where linkCase.options.isDefault {
      let page =
        try linkCase.document.body?.value ?? linkCase.document.file.map { try Corpus.text("links-base-refresh/\($0)") }
      let facts = PageScannerTests.facts(try #require(page), wanted: PageLinks.wanted)
      let url = try #require(WebURL(linkCase.document.url))
      let base = facts.base().flatMap { WebURL($0, base: url) } ?? url
      let links = PageLinks(facts, fields: HTTPFields(), url: url, base: base, limit: 100)
      var found: [String] = []
      for link in links.links where !found.contains(link.url.href) { found.append(link.url.href) }
      #expect(Set(found) == Set(linkCase.links.compactMap { WebURL($0.url)?.href }))
      count += 1
    }
    #expect(count >= 4)
  }

  private struct RefreshCase: Decodable {
    struct Value: Decodable {
      let text: String?
      let number: Double?
      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        text = try? container.decode(String.self)
        number = try? container.decode(Double.self)
      }
    }
    let args: [Value]
    let expected: [Value]
    let options: [String: [String]]?
  }

  private struct RefreshCases: Decodable { let get_meta_refresh: [RefreshCase] }

  @Test("refreshes lead where w3lib says, and wait as long as browsers do")
  func w3lib() throws {
    var count = 0
    let cases = try Corpus.json("links-base-refresh/w3lib-html.json", as: RefreshCases.self).get_meta_refresh
    for refreshCase in cases where refreshCase.options == nil {
      guard let page = refreshCase.args.first?.text, let text = refreshCase.args.last?.text, let url = WebURL(text)
      else {
        continue
      }
      let facts = PageScannerTests.facts(page, wanted: PageLinks.wanted)
      let links = PageLinks(facts, fields: HTTPFields(), url: url, base: url, limit: 100)
      #expect(links.links.first?.url.href == refreshCase.expected.last?.text, "\(page)")
      let refresh = facts.metas.compactMap { DeclaredRefresh(facts.string(of: $0.content)) }.first
      // A fraction is not looked at (WHATWG HTML 4.2.5.3).
      if let seconds = refreshCase.expected.first?.number { #expect(refresh?.seconds == Int(seconds), "\(page)") }
      count += 1
    }
    #expect(count >= 12)
  }
}
