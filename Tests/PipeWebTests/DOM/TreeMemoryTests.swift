import PipeTesting
import PipeWeb
import Testing

struct TreeMemoryTests {
  private static func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

  /// Ways to make a large tree.
  static let pages = [
    repeated("<p>", 20_000), repeated("<b a=1 b=2>", 8_000), repeated("words ", 200_000),
    repeated("<!--words-->", 20_000),
    "<p a='" + repeated("x", 1_200_000) + "'>",
    "<table>" + repeated("<td>1", 20_000), "<script>" + repeated("x", 1_200_000),
    "<p><b " + (0..<4000).map { "b\($0)=1 " }.joined() + ">" + repeated("</p><p>x", 50), repeated("x<i>", 10_000),
    (0..<10_000).map { "<x\($0)>" }.joined(), "<textarea>" + repeated("x&amp;", 300_000),
  ].map(HostileText.init)

  @Test(arguments: pages)
  func `A tree ends where there is no memory for more, and says so`(page: HostileText) throws {
    let bytes = page.bytes
    let limit = 512 << 10
    let parsed = DOMDocument(parsing: bytes.span, memory: limit)
    let document = try #require(parsed)
    #expect(document.missing.contains(.memory))
    #expect(document.body != nil)
  }

  @Test(arguments: pages)
  func `A tree that there is memory for is whole`(page: HostileText) throws {
    let bytes = page.bytes
    let parsed = DOMDocument(parsing: bytes.span, memory: 1 << 40)
    #expect(try #require(parsed).missing.contains(.memory) == false)
  }

  @Test(
    arguments: [
      "<a>" + repeated("<b/>", 20_000) + "</a>", "<a>" + repeated("words ", 200_000) + "</a>",
      "<a b='" + repeated("x", 1_200_000) + "'/>", "<a>" + repeated("<?words?>", 20_000) + "</a>",
    ].map(HostileText.init))
  func `So does that of an XML document, which is not well-formed then`(document: HostileText) throws {
    let bytes = document.bytes
    let parsed = DOMDocument(parsingXML: bytes.span, memory: 512 << 10)
    let cut = try #require(parsed)
    #expect(cut.missing.contains(.memory))
    #expect(!cut.isWellFormed)
    let whole = DOMDocument(parsingXML: bytes.span, memory: 1 << 40)
    #expect(try #require(whole).missing == [])
  }

  @Test func `Copies of an element count with their attributes`() throws {
    let page = "<p><b " + (0..<4000).map { "b\($0)=1 " }.joined() + ">" + Self.repeated("</p><p>x", 1_000)
    let bytes = Array(page.utf8)
    let parsed = DOMDocument(parsing: bytes.span)
    #expect(try #require(parsed).missing.contains(.nodes))
  }
}
