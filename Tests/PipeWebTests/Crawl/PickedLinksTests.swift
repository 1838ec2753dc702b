import PipeTesting
import PipeWeb
import Testing

@Suite("Crawl: links that a spec picks")
struct PickedLinksTests {
  struct Picking: Sendable, CustomTestStringConvertible {
    let name: String
    var css: String?
    var xpath: String?
    var attribute: String?
    var isXML = false
    let page: String
    let links: [String]
    var testDescription: String { name }
  }

  private static let pager =
    "<ul class=pager><li><a href=1>1</a><li class=next><a rel='Next nofollow' href=2> 2 </a></ul>"

  static let pickings = [
    Picking(name: "links", css: ".pager a", page: pager, links: ["a 1", "a 2 nofollow"]),
    Picking(name: "what is around links", css: ".next", page: pager, links: ["a 2 nofollow"]),
    Picking(
      name: "a link within one that is picked, too", css: ".pager, a", page: pager, links: ["a 1", "a 2 nofollow"]),
    Picking(
      name: "sources, frames and refreshes", css: "img, iframe, .f, meta",
      page:
        "<meta http-equiv=Refresh content='3; url=r'><meta name=a content='3;url=no'><img src=i><iframe src=f></iframe>"
        + "<div class=f><frame src=no><iframe src=g></iframe><embed src=no></div>",
      links: ["meta r", "img i", "iframe f", "iframe g"]),
    Picking(
      name: "another attribute", css: "div, a", attribute: "DATA-url",
      page: "<div data-url=d href=no><a data-url=''>x</a></div><a href=no>y</a>", links: ["div d", "a "]),
    Picking(
      name: "attributes and texts", xpath: "//a/@href | //p/text()",
      page: "<p>t</p><a rel=nofollow href=1>x</a><a href=''>y</a>", links: ["p t", "a 1 nofollow"]),
    Picking(
      name: "a link to the page itself", css: "a", page: "<a href>x</a><a href='#x'>y</a>", links: ["a ", "a #x"]),
    Picking(name: "nothing", css: ".none", page: pager, links: []),
    Picking(name: "no links", css: "b", page: "<b>http://h/</b>", links: []),
    Picking(
      name: "elements of XML", css: "item", isXML: true,
      page: "<rss><item>u</item><item><link>no</link></item><item href='v'/></rss>", links: ["item u", "item v"]),
    Picking(
      name: "an element of XML", css: "link", isXML: true, page: "<a><link> u </link><link/></a>",
      links: ["link u", "link "]),
  ]

  private static func document(_ text: String, isXML: Bool = false) throws -> DOMDocument {
    let bytes = Array(text.utf8)
    let parsed = isXML ? DOMDocument(parsingXML: bytes.span) : DOMDocument(parsing: bytes.span)
    return try #require(parsed)
  }

  @Test("what is picked, or is within it, is a link in the order of picking", arguments: pickings)
  func picked(picking: Picking) throws {
    let document = try Self.document(picking.page, isXML: picking.isXML)
    var links = PickedLinks(limit: 100, within: .unlimited)
    if let css = picking.css { links.take(try CSSSelector(css).select(in: document), attribute: picking.attribute) }
    if let xpath = picking.xpath {
      var budget = ValueBudget.unlimited
      guard case .nodes(let nodes) = try XPathExpression(xpath).evaluate(in: document, text: &budget) else { return }
      links.take(nodes)
    }
    #expect(
      links.links.map { "\($0.element?.name ?? "-") \($0.reference)" + ($0.isNofollow ? " nofollow" : "") }
        == picking.links)
    #expect(!links.isCut)
  }

  @Test("there are no more than the limit, and none whose reference is cut")
  func limits() throws {
    let document = try Self.document(String(repeating: "<a href=0123456789>x</a>", count: 10))
    let nodes = try CSSSelector("a").select(in: document)
    var few = PickedLinks(limit: 3, within: .unlimited)
    few.take(nodes)
    few.take("more")
    #expect(few.links.map(\.reference) == Array(repeating: "0123456789", count: 3))
    #expect(few.isCut)
    var small = PickedLinks(limit: 100, within: ValueBudget(bytes: 25))
    small.take(nodes)
    #expect(small.links.map(\.reference) == Array(repeating: "0123456789", count: 2))
    #expect(small.isCut)
    var all = PickedLinks(limit: 10, within: .unlimited)
    all.take(nodes)
    #expect(all.links.count == 10)
    #expect(!all.isCut)
  }

  @Test("containers within each other take steps for each, and no more than there are")
  func nested() throws {
    let depth = Effort.times(400)
    let page = String(repeating: "<div>", count: depth) + String(repeating: "<a href=x>y</a>", count: 4 * depth)
    let document = try Self.document(page)
    let start = Effort.processorSeconds
    var links = PickedLinks(limit: 100_000, within: ValueBudget(bytes: 1 << 24, steps: 200_000))
    links.take(try CSSSelector("div").select(in: document))
    #expect(links.isCut)
    #expect(links.links.count == 4 * depth)
    #expect(Effort.processorSeconds - start < Double(Effort.times(5)))
  }
}
