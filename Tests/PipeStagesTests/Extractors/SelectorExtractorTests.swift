import PipeEngine
import PipeSpec
import PipeWeb
import Testing

/// What `css` knows of a page besides its markup, and what it says of selectors.
struct SelectorExtractorTests {
  @Test(arguments: [("de-AT", "x"), ("de, en", nil), ("fr", nil), (nil, nil)] as [(String?, String?)])
  func `The language of a page may be told by the header`(header: String?, expected: String?) throws {
    var fields = HTTPFields()
    if let header { fields.append(name: "Content-Language", value: header) }
    let field = try Field("css: 'p:lang(de)'")
    #expect(field.plan.needs.fields)
    #expect(field.value("<p>x", fields: fields).value == expected.map { .string($0) } ?? .null)
  }

  @Test func `Header fields are kept for languages alone`() throws {
    #expect(try !Field("css: p").plan.needs.fields)
  }

  @Test func `The fragment of the page's URL names its target`() throws {
    let request = Request(id: RequestID(source: 0, ordinal: 0), written: "https://example.com/#%C3%BC")
    let response = HTTPResponse(
      status: 200, version: .http11, contentType: "text/html; charset=utf-8", body: Array("<p>a<p id=ü>b".utf8))
    #expect(try Field("css: ':target'").value(Fetched(request: request, response: response)).value == .string("b"))
  }

  @Test func `What a list leaves out is warned of`() throws {
    let pipeline = Field.compile("css: 'p:is(.a, :frist-child)'")
    #expect(pipeline.plan != nil)
    let diagnostic = try #require(pipeline.diagnostics.first)
    #expect(diagnostic.code == .ignoredSelector)
    #expect(diagnostic.severity == .warning)
    #expect(diagnostic.message.contains("no pseudo-class is called 'frist-child'"))
  }

  @Test(arguments: ["p::first-line", "p:before", "p:valid"])
  func `A selector that cannot find elements is refused`(selector: String) {
    let pipeline = Field.compile("css: '\(selector)'")
    #expect(pipeline.plan == nil)
    #expect(pipeline.diagnostics.map(\.code) == [.badSelector])
  }
}
