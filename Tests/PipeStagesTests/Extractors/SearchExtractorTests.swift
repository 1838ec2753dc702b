import PipeEngine
import PipeSpec
import PipeStages
import PipeWeb
import Testing

/// `meta`, `header` and `regex`.
struct SearchExtractorTests {
  static let page = """
    <meta name=" Author " content="A &amp; B"><meta property="og:title" content="first
      one"><meta property=og:title content=second><meta http-equiv=Refresh content="5; url=x">
    <p>from 12 EUR to 15 EUR</p>
    """
  static let fields = HTTPFields([
    HTTPFields.Field(name: "ETag", value: "\"x\""), HTTPFields.Field(name: "Link", value: "<a>"),
    HTTPFields.Field(name: "link", value: "<b>"),
  ])

  @Test(
    arguments: [
      ("meta: author", .string("A & B")), ("meta: OG:Title", .string("first\n  one")),
      ("meta: refresh", .string("5; url=x")),
      ("meta: keywords", .null),
      ("meta: {name: og:title, all: true}", .list([.string("first\n  one"), .string("second")])),
      ("header: etag", .string("\"x\"")), ("header: LINK", .string("<a>, <b>")), ("header: age", .null),
      ("header: {name: link, all: true}", .list([.string("<a>"), .string("<b>")])),
      (#"regex: '/\d+ EUR/'"#, .string("12 EUR")), (#"regex: '/(\d+) EUR/'"#, .string("12")),
      (#"regex: {expression: '/(\d+) EUR/', all: true, as: int}"#, .list([.int(12), .int(15)])),
      (#"regex: {expression: '/(from) (?<price>\d+)/', group: price}"#, .string("12")),
      (#"regex: {expression: '/(from) (\d+)/', group: 0}"#, .string("from 12")),
      (#"regex: '/(x)?from/'"#, .null), (#"regex: '/USD/'"#, .null),
    ] as [(String, Value)])
  func `Something is found by its name or its form`(extractor: String, expected: Value) throws {
    let (value, error) = try Field(extractor).value(Self.page, fields: Self.fields)
    #expect(value == expected)
    #expect(error == nil)
  }

  @Test func `A search that goes on too long is an error of the record`() throws {
    let field = try Field(#"regex: '/(a|aa)+$/'"#)
    #expect(try #require(field.value(String(repeating: "a", count: 10_000) + "b").error).contains("too many steps"))
  }

  @Test(arguments: [
    ("header: 'etag:'", "cannot be 'etag:'", "write the name alone, without a colon"),
    (
      "regex: {expression: '/(a)/', group: 2}", "the pattern has no group '2'",
      "it has 1; a named one is written (?<name>…)"
    ),
    ("regex: {expression: '/(?<a>a)/', group: b}", "the pattern has no group 'b'", "its groups are a"),
    // Names that Unicode holds equivalent are two names.
    (
      "regex: {expression: '/(?<\u{E9}>a)/', group: e\u{301}}", "the pattern has no group 'e\u{301}'",
      "its groups are \u{E9}"
    ),
    (
      "regex: {expression: '/(?<\u{3A9}>a)/', group: \u{2126}}", "the pattern has no group '\u{2126}'",
      "its groups are \u{3A9}"
    ),
  ])
  func `What cannot be looked for is found before the run`(extractor: String, message: String, hint: String) {
    let found = Field.compile(extractor).diagnostics
    #expect(found.count == 1)
    #expect(found.first?.message.contains(message) == true, "\(found.map(\.message))")
    #expect(found.first?.hint == hint)
  }
}
