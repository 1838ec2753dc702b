import PipeEngine
import PipeSpec
import Testing

/// No bound cuts a value in silence: it is whole, or the record has an error.
struct ValueLimitTests {
  static let limit = 1 << 20

  static let pages: [(extractor: String, page: @Sendable (String) -> String)] = [
    ("title", { "<title>\($0)</title>" }),
    ("description", { "<meta name=description content='\($0)'>" }),
    ("meta: config", { "<meta name=config content='\($0)'>" }),
    ("language", { "<html lang='\($0)'>" }),
    ("h1", { "<body><h1>\($0)</h1>" }),
    ("css: {selector: meta, attribute: content}", { "<meta name=config content='\($0)'>" }),
    ("xpath: string(//meta/@content)", { "<meta name=config content='\($0)'>" }),
  ]

  @Test(arguments: pages.indices)
  func `A value of 1 MiB is whole`(index: Int) throws {
    let (extractor, page) = Self.pages[index]
    for count in [65_537, 70_000, Self.limit] {
      let text = String(repeating: "t", count: count)
      let (value, error) = try Field(extractor).value(page(text))
      #expect(value == .string(text), "\(count) bytes")
      #expect(error == nil)
    }
  }

  @Test(arguments: pages.indices.prefix(5))
  func `A larger value is missing, with an error`(index: Int) throws {
    let (extractor, page) = Self.pages[index]
    let (value, error) = try Field(extractor).value(page(String(repeating: "t", count: Self.limit + 1)))
    #expect(value == .null)
    #expect(error == "extract: field: it is larger than 1 MiB")
  }

  @Test func `A URL is never cut`() throws {
    let path = String(repeating: "a", count: 70_000)
    let long = String(repeating: "a", count: Self.limit + 1)
    let canonical = try Field("canonical").value("<link rel=canonical href='/\(path)'>")
    #expect(canonical.value == .string("https://example.com/\(path)"))
    let missing = try Field("canonical").value("<link rel=canonical href='/\(long)'>")
    #expect(missing.value == .null)
    #expect(missing.error == "extract: field: it is larger than 1 MiB")
    let links = try Field("links").value("<a href='/\(path)'>1</a><a href='/\(long)'>2</a><a href=/3>3</a>")
    #expect(links.value == .list([.string("https://example.com/\(path)"), .string("https://example.com/3")]))
    #expect(links.error?.contains("one of more than 1 MiB") == true)
    let base = try Field("links").value("<base href='/\(long)/'><a href=x>1</a>")
    #expect(base.value == .null)
    #expect(base.error?.contains("the page's base is larger than 1 MiB") == true)
  }

  @Test func `Links beyond the most that are kept are an error, and the others are there`() throws {
    let page = (0...100_000).map { "<a href=\($0)>" }.joined()
    let (value, error) = try Field("links", limits: "value: 16MiB").value(page)
    guard case .list(let links) = value else {
      Issue.record("no list")
      return
    }
    #expect(links.count == 100_000)
    #expect(error?.contains("more than 100,000 links") == true)
  }

  @Test func `Metas that are too large are an error, and the others are there`() throws {
    let long = String(repeating: "c", count: Self.limit + 1)
    let (value, error) = try Field("meta: {name: tag, all: true}")
      .value("<meta name=tag content=1><meta name=tag content='\(long)'><meta name=tag content=3>")
    #expect(value == .list([.string("1"), .string("3")]))
    #expect(error?.contains("larger than 1 MiB") == true)
  }

  @Test func `What is there of a list is converted`() throws {
    let long = String(repeating: "c", count: Self.limit + 1)
    let (value, error) = try Field("meta: {name: n, all: true, as: int}")
      .value("<meta name=n content='1'><meta name=n content='\(long)'>")
    #expect(value == .list([.int(1)]))
    #expect(error?.contains("larger than 1 MiB") == true)
  }

  @Test(arguments: [("text/html", "<p"), ("application/xml", "<p")])
  func `A tag has all of its attributes, or the field an error`(type: String, start: String) throws {
    func page(_ count: Int) -> String { start + (1...count).map { " a\($0)='\($0)'" }.joined() + ">x</p>" }
    let field = try Field("css: {selector: p, attribute: a4000}")
    #expect(field.value(page(4000), type: type).value == .string("4000"))
    #expect(field.value(page(4000), type: type).error == nil)
    let beyond = try Field("css: {selector: p, attribute: a5000}").value(page(5000), type: type)
    #expect(beyond.value == .null)
    #expect(beyond.error?.contains("more than 4,096 attributes on one element") == true)
    #expect(field.value(page(5000), type: type).value == .string("4000"), "the first is the first")
  }

  @Test func `Of attributes of one name the first counts, however many there are`() throws {
    let many = (1...200).map { " a\($0)=x A\($0)=y" }.joined()
    let (value, _) = try Field("css: {selector: p, attribute: a150}").value("<p\(many) a150=z>")
    #expect(value == .string("x"))
  }

  @Test func `A tree beyond its bound is an error of what it may lack`() throws {
    let page = "<h1>first</h1>" + String(repeating: "<i>", count: 100) + String(repeating: "<b></b>", count: 500_000)
    #expect(try Field("css: h1").value(page) == (.string("first"), nil))
    let all = try Field("css: {selector: h1, all: true}").value(page)
    #expect(all.value == .list([.string("first")]))
    #expect(all.error?.contains("more than 500,000 nodes") == true)
    #expect(try Field("css: h2").value(page).error?.contains("more than 500,000 nodes") == true)
    #expect(try Field("xpath: count(//b)").value(page).error?.contains("more than 500,000 nodes") == true)
  }

  @Test func `Many attributes are read in time that their number bounds`() throws {
    let tag = "<p" + (1...4096).map { " attribute-with-a-long-name-\($0)=x" }.joined() + ">"
    let page = String(repeating: tag, count: 20)
    // Comparing all with all takes ten times as long, and more with each attribute.
    #expect(try ContinuousClock().measure { _ = try Field("css: p").value(page) } < .seconds(60))
  }
}
