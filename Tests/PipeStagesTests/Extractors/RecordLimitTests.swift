import PipeEngine
import PipeSpec
import PipeStages
import PipeWeb
import Testing

/// `limits.value` and `limits.record`: what no value and no record is larger than, whatever makes it.
@Suite("Limits of values and records")
struct RecordLimitTests {
  /// 200 elements that hold the same 3,000 bytes.
  private static let nested =
    String(repeating: "<div>", count: 200) + String(repeating: "word ", count: 600)
  private static let json =
    String(repeating: #"{"p":"#, count: 200) + #""\#(String(repeating: "w", count: 1000))""#
    + String(repeating: "}", count: 200)
  private static let links =
    "<base href='https://example.com/\(String(repeating: "b", count: 500))/'>"
    + (0..<200).map { "<a href=\($0) rel=\(String(repeating: "r", count: 50))>text</a>" }.joined()

  struct Case: Sendable, CustomTestStringConvertible {
    let extractor: String
    let page: String
    var type = "text/html; charset=utf-8"
    var ending = "; the rest is missing"

    var testDescription: String { extractor }
  }

  private static let lists = [
    Case(extractor: "css: {selector: div, all: true}", page: nested),
    Case(extractor: "css: {selector: a, all: true, attribute: rel}", page: links),
    Case(extractor: "css: {selector: a, all: true, attribute: href, as: url}", page: links),
    Case(extractor: "xpath: {expression: //div, all: true}", page: nested),
    Case(extractor: "xpath: {expression: '//a/@rel', all: true}", page: links),
    Case(extractor: "json: {path: $..p, all: true}", page: json, type: "application/json"),
    Case(
      extractor: "json: {path: '$[*]', all: true}",
      page: "[\(Array(repeating: "null", count: 2000).joined(separator: ","))]",
      type: "application/json"),
    Case(
      extractor: "json: {path: $..p, in: json-ld, all: true}",
      page: "<script type=application/ld+json>\(json)</script>"),
    Case(extractor: "regex: {expression: /w/, all: true}", page: nested),
    Case(extractor: "regex: {expression: '/(?=w)/', all: true}", page: nested),
    Case(extractor: "regex: {expression: /(w)(o)/, group: 2, all: true}", page: nested),
    Case(extractor: "links", page: links),
    Case(extractor: "links: {with: [text, rel, nofollow]}", page: links),
    Case(extractor: "links: {unique: false}", page: links),
    Case(extractor: "links: {unique: false, with: [text]}", page: links),
    Case(
      extractor: "meta: {name: n, all: true}",
      page: String(repeating: "<meta name=n content='\(String(repeating: "m", count: 100))'>", count: 100)),
  ]

  @Test(arguments: lists)
  func `A list ends before the element that is too much`(one: Case) throws {
    let (value, error) = try Field(one.extractor, limits: "value: 5KiB").value(one.page, type: one.type)
    guard case .list(let elements) = value else {
      Issue.record("\(value) is not a list: \(error ?? "")")
      return
    }
    #expect(!elements.isEmpty || one.extractor.hasPrefix("json"))
    #expect(value.size <= 5120)
    #expect(error == "extract: field: it is larger than 5KiB (limits.value); the rest is missing")
    let all = try Field(one.extractor, limits: "value: 4MiB").value(one.page, type: one.type)
    guard case .list(let whole) = all.value else {
      Issue.record("\(all.value) is not a list")
      return
    }
    #expect(all.error == nil)
    #expect(whole.count > elements.count)
    #expect(Array(whole.prefix(elements.count)) == Array(elements), "elements are whole")
  }

  private static let texts = [
    Case(extractor: "text", page: nested), Case(extractor: "body", page: nested),
    Case(extractor: "body", page: String(repeating: "ä", count: 3000)),
    Case(extractor: "css: div", page: nested), Case(extractor: "xpath: //div", page: nested),
    Case(extractor: "xpath: string(//div)", page: nested),
    Case(extractor: "xpath: 'concat(string(/), string(/), string(/))'", page: nested),
    Case(extractor: "regex: /(?s).+/", page: nested),
    Case(extractor: "css: {selector: i, attribute: title}", page: tall),
    Case(extractor: "xpath: //i/@title", page: tall), Case(extractor: "title", page: "<title>\(long)</title>"),
    Case(extractor: "h1", page: "<h1>\(long)</h1>"),
    Case(extractor: "meta: n", page: "<meta name=n content='\(long)'>"),
    Case(extractor: "description", page: "<meta name=description content='\(long)'>"),
    Case(extractor: "language", page: "<html lang='\(long)'>"),
    Case(extractor: "json: $", page: "\"\(long)\"", type: "application/json"),
    Case(extractor: "json: {path: $, trim: true}", page: "\"\(long)\"", type: "application/json"),
    Case(extractor: "body: {as: string}", page: long),
    Case(extractor: "body: {pattern: '/x.*x/'}", page: "x\(long)x"),
  ]
  private static let long = String(repeating: "w", count: 5000)
  private static let tall = "<i title='\(long)'>"

  @Test(arguments: texts)
  func `A text is cut`(one: Case) throws {
    let (value, error) = try Field(one.extractor, limits: "value: 2KiB").value(one.page, type: one.type)
    guard case .string(let text) = value else {
      // A field of JSON may be anything: it is not cut.
      #expect(one.extractor.hasPrefix("json") && value == .null)
      #expect(
        error == "extract: field: it is larger than 2KiB (limits.value)" || error?.hasSuffix(" and is cut") == true)
      return
    }
    #expect((2045...2048).contains(text.utf8.count) || one.extractor.contains("text") || one.extractor.contains("div"))
    #expect(text.utf8.count <= 2048)
    #expect(error == "extract: field: it is larger than 2KiB (limits.value) and is cut")
  }

  private static let wholes = [
    Case(extractor: "canonical", page: "<link rel=canonical href='/\(long)'>"),
    Case(extractor: "json: $.a", page: "{\"a\":[\"\(long)\"]}", type: "application/json"),
    Case(extractor: "json: $", page: String(repeating: "1", count: 3000), type: "application/json"),
    Case(extractor: "body: {as: json}", page: "[\"\(long)\"]", type: "application/json"),
    Case(extractor: "body: {as: number}", page: String(repeating: "1", count: 3000)),
    Case(extractor: "body: {as: int}", page: "12" + String(repeating: " ", count: 3000)),
    Case(extractor: "css: {selector: i, attribute: title, as: url}", page: tall),
    Case(extractor: "css: {selector: i, attribute: title, as: date}", page: "<i title='2024-01-01\(long)'>"),
  ]

  @Test(arguments: wholes)
  func `What means something else where it is cut is missing`(one: Case) throws {
    let (value, error) = try Field(one.extractor, limits: "value: 2KiB").value(one.page, type: one.type)
    #expect(value == .null)
    #expect(error?.hasPrefix("extract: field: it is larger than 2KiB (limits.value)") == true)
  }

  @Test(arguments: [
    "body: {pattern: '/([0-9]+) EUR/', as: int}", "text: {pattern: '/([0-9]+) EUR/', as: int}",
    "css: {selector: p, pattern: '/([0-9]+) EUR/', as: int}",
  ])
  func `A pattern is looked for beyond the limit of a value`(extractor: String) throws {
    let page = "<body><p>" + String(repeating: "word ", count: 2000) + "1234 EUR"
    let (value, error) = try Field(extractor, limits: "value: 2KiB").value(page)
    #expect(value == .int(1234))
    #expect(error == nil)
  }

  @Test func `A default stands for a value that is missing, and the error stays`() throws {
    let field = try Field("body: {as: json, default: '{\"a\": 1}'}", limits: "value: 2KiB")
    let (value, error) = field.value("[\"\(Self.long)\"]", type: "application/json")
    #expect(value == .json(#"{"a":1}"#))
    #expect(error?.contains("larger than 2KiB") == true)
  }

  @Test func `The values of a record together are no larger than its limit`() throws {
    let fields = (0..<10).map { "f\($0): text" }.joined(separator: ", ")
    let pipeline = Pipeline(
      whole: """
        version: 1
        sources: [urls: https://example.com/]
        extract: {\(fields), links: links, status: status}
        limits: {value: 2KiB, record: 8KiB}
        sinks: [jsonl: "-"]
        """)
    let plan = try #require(pipeline.plan)
    let body = Array(("<a href=/1>x</a>" + String(repeating: "word ", count: 1000)).utf8)
    let response = HTTPResponse(
      status: 200, version: .http11, fields: HTTPFields(), contentType: "text/html", body: body, length: body.count)
    let request = Request(id: RequestID(source: 0, ordinal: 0), written: "https://example.com/")
    let values = Extraction(plan).extract(Fetched(request: request, response: response)).record.values
    #expect(values.dropLast().reduce(0) { $0 + $1.size } <= 8 << 10)
    #expect(values[0].size > 2000)
    #expect(values[9] == .null)
    #expect(values[11] == .int(200), "what has no text is always there")
    guard case .string(let error)? = values.last else {
      Issue.record("no error: \(values.count) values, \(values.suffix(3))")
      return
    }
    #expect(error.contains("f0: it is larger than 2KiB (limits.value) and is cut"))
    #expect(error.contains("f9: the record is larger than 8KiB (limits.record)"))
    #expect(error.contains("links: the record is larger than 8KiB (limits.record)"))
  }

  @Test(arguments: [
    ("limits: {value: 64KiB}", []), ("limits: {value: 1KiB, record: 1KiB}", []), ("limits: {memory: 8MiB}", []),
    ("limits: {memory: 8MiB, value: 8MiB}", []), ("limits: {record: 256MiB}", []),
    ("limits: {value: 2MiB, record: 1MiB}", ["out-of-range 1:17"]),
    ("limits: {record: 512KiB}", ["out-of-range 1:18"]),
    ("limits: {record: 257MiB}", ["out-of-range 1:18"]),
    ("limits: {memory: 8MiB, record: 9MiB}", ["out-of-range 1:32"]),
    ("limits: {memory: 8MiB, value: 9MiB}", ["out-of-range 1:31"]), ("limits: {value: 1023B}", ["out-of-range 1:17"]),
    ("limits: {value: 2GiB}", ["out-of-range 1:17"]), ("limits: {record: 0}", ["out-of-range 1:18"]),
    ("limits: {value: [1MiB]}", ["wrong-type 1:17"]), ("limits: {values: 1MiB}", ["unknown-key 1:10"]),
  ])
  func `Limits that contradict each other are told`(spec: String, expected: [String]) {
    #expect(Pipeline(spec: spec).brief == expected)
  }
}
