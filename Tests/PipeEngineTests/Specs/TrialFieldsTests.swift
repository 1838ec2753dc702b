import PipeSpec
import PipeStages
import Testing

@testable import PipeEngine

@Suite("Fields of the command line")
struct TrialFieldsTests {
  private func fields(_ arguments: [String], known: [String] = []) -> TrialFields {
    TrialFields(arguments, catalogue: .standard, variables: Variables(environment: ["TAG": "h1"]), known: known)
  }

  @Test(
    "an argument is a name, an extractor with its argument, or an extractor with its options",
    arguments: [
      ("title", "title", "title"), ("css=h1", "css", #"{css: "h1"}"#), ("a:css=h1", "a", #"{css: "h1"}"#),
      ("name:title", "name", "title"), ("css=a:hover", "css", #"{css: "a:hover"}"#),
      ("css=a[href=x]", "css", #"{css: "a[href=x]"}"#), ("meta=og:title", "meta", #"{meta: "og:title"}"#),
      ("json=$.items[*].id", "json", #"{json: "$.items[*].id"}"#), (#"css=[a="b"]"#, "css", #"{css: "[a=\"b\"]"}"#),
      ("{css: .price, as: number}", "css", "{css: .price, as: number}"),
      ("p q:{css: {selector: .price, as: number}}", "p q", "{css: {selector: .price, as: number}}"),
      ("regex=/(a=b|c: {2})/", "regex", #"{regex: "/(a=b|c: {2})/"}"#),
      ("css=${env:TAG}", "css", #"{css: "${env:TAG}"}"#),
      ("const=5", "const", "{const: 5}"),
    ])
  func read(argument: String, name: String, extractor: String) {
    let fields = fields([argument])
    #expect(fields.diagnostics.isEmpty, "\(fields.diagnostics.map(\.message))")
    #expect(fields.entries.map(\.name) == [name])
    #expect(fields.entries.map(\.extractor) == [extractor])
    #expect(fields.fields(amid: []).map(\.name.value) == [name])
    #expect(fields.fields(amid: []).allSatisfy { $0.use?.product != nil })
  }

  @Test("fields that are not named are told apart")
  func names() {
    #expect(fields(["css=a", "css=b", "{css: c}", "x:css=d"]).entries.map(\.name) == ["css", "css2", "css3", "x"])
  }

  @Test(
    "a fault has its place in the argument, and that is its line",
    arguments: [
      (["title", "css=h1 >"], Diagnostic.Code.badSelector, 2), (["a:json=$["], .badSelector, 1),
      (["xpath=//a[", "title"], .badSelector, 1), (["title", "url", "regex=("], .badRegex, 3),
      (["{css: .a, al: true}"], .unknownKey, 1), (["titel"], .unknownComponent, 1),
      (["title", "css=${nothing}"], .unresolvedVariable, 2),
    ])
  func faults(arguments: [String], code: Diagnostic.Code, line: Int) {
    let found = fields(arguments).diagnostics
    #expect(found.map(\.code) == [code], "\(found.map(\.message))")
    #expect(found.map(\.span.start.line) == [line])
  }

  @Test("a selector's fault is at the part that is wrong")
  func place() throws {
    let fields = fields(["title", "price:css=h1 > > b"])
    let span = try #require(fields.diagnostics.first).span
    let whole = fields.file.span(fields.file.bytes.count - 8..<fields.file.bytes.count)
    #expect(span.start > whole.start && span.end <= whole.end, "\(span)")
    // As in a spec.
    let spec =
      "version: 1\nsources: [{urls: [https://a.test/]}]\nextract:\n  price:\n    css: h1 > > b\nsinks: [a.csv]\n"
    let same = try #require(Pipeline(testing: spec).diagnostics.first)
    #expect(same.message == fields.diagnostics.first?.message)
    #expect(same.span.start.column - 10 == span.start.column - 11)
  }

  @Test("a name alone is the spec's field of that name, and all others are their own")
  func ofSpec() throws {
    let spec = "version: 1\nsources: [{urls: [https://a.test/]}]\nextract: {title: {css: h1}}\nsinks: [a.csv]\n"
    let fields = fields(["status", "title", "css=b"], known: ["title"])
    #expect(fields.diagnostics.isEmpty)
    let pipeline = Pipeline(testing: spec)
    let known = try #require(pipeline.plan).fields.first { $0.name == "title" }
    #expect(known != nil)
    #expect(fields.fields(amid: []).map(\.name.value) == ["status", "css"])
  }
}
