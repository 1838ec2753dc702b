import PipeWeb
import Testing

/// CSS selectors and XPath on XML: names are as the document writes them.
struct XMLSelectorTests {
  static let feed = """
    <?xml version="1.0"?>
    <feed xmlns="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/" xml:lang="en"
      xmlns:media="http://search.yahoo.com/mrss/">
      <title>All  of
    it</title>
      <entry xml:id="one"><title>One</title><pubDate>d1</pubDate><dc:title>Dublin</dc:title>
        <media:content URL="u1" media:kind="k"/><undeclared:x>y</undeclared:x></entry>
      <entry class="b"><title>Two</title><dc:creator>A</dc:creator><x xmlns:dc="other"><dc:creator>B</dc:creator></x></entry>
    </feed>
    """

  private static func document() throws -> DOMDocument {
    let bytes = Array(feed.utf8)
    let parsed = DOMDocument(parsingXML: bytes.span)
    return try #require(parsed)
  }

  @Test(arguments: [
    ("//entry/title", "One|Two"), ("/feed/title", "All of it"), ("//dc:creator", "A"), ("//undeclared:x", "y"),
    ("//dc:*", "Dublin|A"), ("//pubDate", "d1"), ("//pubdate", ""), ("//unknown:title", ""),
    ("//media:content/@URL", "u1"),
    ("//media:content/@media:kind", "k"), ("//@media:kind", "k"), ("/feed/@xml:lang", "en"),
    ("//*[local-name()='creator']", "A|B"), ("//*[name()='dc:creator']", "A|B"),
    ("//*[namespace-uri()='http://purl.org/dc/elements/1.1/']", "Dublin|A"), ("//*[namespace-uri()='other']", "B"),
    ("//entry[lang('en')][1]/title", "One"), ("id('one')/title", "One"), ("//title[. = 'dc:x']", ""),
    ("//dc:title/parent::entry/title", "One"), ("descendant::dc:title", "Dublin"),
  ])
  func `XPath finds names as they are written`(expression: String, expected: String) throws {
    guard case .nodes(let nodes) = try XPathExpression(expression).evaluate(in: try Self.document()) else {
      Issue.record("\(expression) finds no nodes")
      return
    }
    #expect(nodes.map(\.readableText).joined(separator: "|") == expected)
  }

  @Test(arguments: [
    ("entry > title", "One|Dublin|Two"), ("entry > |title", "One|Two"), ("pubDate", "d1"), ("pubdate", nil),
    ("creator", "A|B"),
    ("entry.b title", "Two"), ("[URL]", ""), ("content[URL=u1]", ""), ("content[url]", nil), ("[kind]", nil),
    ("[*|kind=k]", ""),
    ("title:first-of-type", "All of it|One|Dublin|Two"), ("*|x", "y|B"), ("entry:nth-of-type(2) > |title", "Two"),
    (":root > title:lang(en)", "All of it"),
  ])
  func `A selector finds names in their case, of any namespace`(selector: String, expected: String?) throws {
    let found = try CSSSelector(selector).select(in: try Self.document()).map(\.readableText)
    #expect(found == expected.map { $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init) } ?? [])
  }

  @Test(arguments: [("URL", "u1"), ("url", nil), ("media:kind", "k"), ("kind", nil)] as [(String, String?)])
  func `An attribute is found by its name as written`(name: String, expected: String?) throws {
    let found = try CSSSelector("content").select(in: try Self.document())
    #expect(try #require(found.first)[attribute: name] == expected)
  }
}
