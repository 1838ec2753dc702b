import PipeSpec
import PipeStages
import PipeWeb
import Testing

@testable import PipeEngine

/// The next page of a list, as `follow` finds it.
struct FollowTests {
  private static func compile(_ follow: String, each: String = "", crawl: String = "") -> Pipeline {
    let spec = """
      version: 1
      sources: [{urls: ["https://example.com/list/1"], follow: {\(follow)}}]
      \(each.isEmpty ? "" : "each: {\(each)}")
      \(crawl.isEmpty ? "" : "crawl: {\(crawl)}")
      extract: {url: url}
      sinks: [jsonl: "-"]
      """
    return Pipeline(whole: spec)
  }

  /// What comes of a page: the next one, and its last record's error.
  private static func next(
    _ follow: String, _ body: String, type: String = "text/html; charset=utf-8", status: Int = 200,
    fields: [HTTPFields.Field] = [], isTruncated: Bool = false, error: RequestError? = nil, each: String = ""
  ) throws -> (url: String?, error: String?) {
    let pipeline = compile(follow, each: each)
    let plan = try #require(pipeline.plan, "\(pipeline.diagnostics.map(\.message))")
    let request = Request(id: RequestID(source: 0, ordinal: 3), written: "https://example.com/list/1")
    let response = HTTPResponse(
      status: status, version: .http11, fields: HTTPFields(fields), contentType: type, body: Array(body.utf8),
      length: body.utf8.count, isTruncated: isTruncated)
    let extracted = Extraction(plan).extract(Fetched(request: request, response: response, error: error))
    guard case .string(let text)? = extracted.records.last?.values.last else { return (extracted.next?.href, nil) }
    return (extracted.next?.href, text)
  }

  @Test(
    "The first link that is found is the next page",
    arguments: [
      ("css: a.next", "<a class=next href=2>x</a><a class=next href=3>y</a>", "https://example.com/list/2"),
      ("css: li.next", "<ul><li class=next><a href='?p=2'>x</a></ul>", "https://example.com/list/1?p=2"),
      ("css: a.next", "<base href=/other/><a class=next href=2>x</a>", "https://example.com/other/2"),
      ("css: .next", "<span class=next>no</span><a class=next href=' 2 '>x</a>", "https://example.com/list/2"),
      ("css: {selector: button, attribute: data-url}", "<button data-url=/b>x</button>", "https://example.com/b"),
      ("xpath: \"//a[text()='next']\"", "<a href=1>prev</a><a href=2>next</a>", "https://example.com/list/2"),
      ("xpath: //a/@href", "<a href=2>next</a>", "https://example.com/list/2"),
      ("xpath: string(//p)", "<p>/text</p>", "https://example.com/text"),
      ("rel: next", "<link rel='prev' href=0><link rel='NEXT x' href=2>", "https://example.com/list/2"),
      ("rel: next", "<a rel=nexter href=1>a</a><a rel=next href=2>b</a>", "https://example.com/list/2"),
      ("css: a.next", "<a class=next href=//h2.example/2>x</a>", "https://h2.example/2"),
    ])
  func html(follow: String, body: String, expected: String) throws {
    let found = try Self.next(follow, body)
    #expect(found.url == expected)
    #expect(found.error == nil)
  }

  @Test(
    "Without a link, the list has ended",
    arguments: [
      ("css: a.next", "<a href=2>x</a>"), ("css: a.next", "<a class=next>x</a>"),
      ("css: a.next", "<a class=next href='javascript:void(0)'>x</a>"), ("xpath: //a/@href", "<p>x</p>"),
      ("rel: next", "<a rel=prev href=2>b</a>"), ("css: a.next", ""),
    ])
  func last(follow: String, body: String) throws {
    let found = try Self.next(follow, body)
    #expect(found.url == nil)
    #expect(found.error == nil)
  }

  @Test(
    "A value of JSON is the URL of the next page, or there is none, or it is an error",
    arguments: [
      (#"{"next": "/p2"}"#, "https://example.com/p2", nil),
      (#"{"next": "?a=1&b=2"}"#, "https://example.com/list/1?a=1&b=2", nil),
      (#"{"next": "https://h2.example/"}"#, "https://h2.example/", nil), (#"{"next": null}"#, nil, nil),
      (#"{"next": ""}"#, nil, nil), (#"{"next": "  "}"#, nil, nil), (#"{"next": false}"#, nil, nil), ("{}", nil, nil),
      ("", nil, nil), ("[]", nil, nil),
      (#"{"next": 7}"#, nil, "follow: finds the number 7 where the URL of the next page should be"),
      (#"{"next": true}"#, nil, "follow: finds true where the URL of the next page should be"),
      (#"{"next": ["/2"]}"#, nil, "follow: finds a list where the URL of the next page should be"),
      (#"{"next": {"page": 2}}"#, nil, "follow: finds an object where the URL of the next page should be"),
      (
        #"{"next": {"href": "/2"}}"#, nil,
        "follow: finds an object where the URL of the next page should be; write $.next.href for its URL"
      ),
      (#"{"next": "ftp://h/2"}"#, nil, "follow: 'ftp://h/2' is not an http or https URL"),
      (#"{"next": "javascript:x"}"#, nil, "follow: 'javascript:x' is not an http or https URL"),
      (#"{"next": "http://[::1"}"#, nil, "follow: 'http://[::1' is not a URL"),
      ("<p>", nil, "follow: the content is not JSON: 1:1: expected a value, found '<'"),
    ] as [(String, String?, String?)])
  func json(body: String, expected: String?, error: String?) throws {
    let found = try Self.next("json: $.next", body, type: "application/json")
    #expect(found.url == expected)
    #expect(found.error == error.map { "extract: \($0)" })
  }

  @Test(
    "A token is a parameter of the next page's URL",
    arguments: [
      (#"{"next": "a b&c=d"}"#, "https://example.com/list/1?after=a%20b%26c%3Dd", nil),
      (#"{"next": " x"}"#, "https://example.com/list/1?after=%20x", nil),
      (#"{"next": 12345678901234567890}"#, "https://example.com/list/1?after=12345678901234567890", nil),
      (#"{"next": 0}"#, "https://example.com/list/1?after=0", nil), (#"{"next": null}"#, nil, nil),
      (#"{"next": ""}"#, nil, nil), (#"{"next": false}"#, nil, nil), ("{}", nil, nil),
      (#"{"next": true}"#, nil, "follow: finds true where the value of the parameter should be"),
      (#"{"next": {"after": 2}}"#, nil, "follow: finds an object where the value of the parameter should be"),
      (#"{"next": [2]}"#, nil, "follow: finds a list where the value of the parameter should be"),
    ] as [(String, String?, String?)])
  func parameter(body: String, expected: String?, error: String?) throws {
    let found = try Self.next("json: $.next, param: after", body, type: "application/json")
    #expect(found.url == expected)
    #expect(found.error == error.map { "extract: \($0)" })
  }

  @Test func `A link of the header is relative to the URL that was asked for, and to the page itself alone`() throws {
    func next(_ link: String, _ body: String = "[]", type: String = "application/json") throws -> String? {
      try Self.next("rel: next", body, type: type, fields: [.init(name: "Link", value: link)]).url
    }
    #expect(try next("</p2>; rel=\"prev\", <2>; rel=\"last next\"") == "https://example.com/list/2")
    #expect(try next("</p2>; rel=prev") == nil)
    #expect(try next("</p2>; rel=next; anchor=\"/other\"") == nil)
    #expect(try next("</p2>; rel=next; anchor=\"/list/1\"") == "https://example.com/p2")
    #expect(
      try next("<2>; rel=next", "<base href=/b/><link rel=next href=3>", type: "text/html")
        == "https://example.com/list/2")
    #expect(
      try next("</p>; rel=x", "<base href=/b/><link rel=next href=3>", type: "text/html") == "https://example.com/b/3")
  }

  @Test func `A page that could not be had leads nowhere, and of one that is cut it is said`() throws {
    let link = "<a class=next href=2>x</a>"
    #expect(try Self.next("css: a.next", link, status: 404).url == nil)
    #expect(try Self.next("css: a.next", link, status: 500).error == nil)
    #expect(try Self.next("css: a.next", link, error: RequestError(.timeout, "late")).url == nil)
    #expect(try Self.next("css: a.next", link, isTruncated: true).url == "https://example.com/list/2")
    #expect(
      try Self.next("css: a.next", "<p>x", isTruncated: true).error
        == "extract: follow: there is no next page in what was kept of the content, and the rest is cut (max_body)")
    #expect(
      try Self.next("json: $.next", "{\"next\": \"/2\", \"it", type: "application/json", isTruncated: true).error != nil
    )
  }

  @Test func `A page of items leads on all the same, and a fault of its link is told also if it has none`() throws {
    let found = try Self.next(
      "json: $.next", #"{"next": "/2", "items": [1, 2]}"#, type: "application/json", each: "json: '$.items[*]'")
    #expect(found.url == "https://example.com/2")
    let empty = try Self.next(
      "json: $.next", #"{"next": "/2", "items": []}"#, type: "application/json", each: "json: '$.items[*]'")
    #expect(empty.url == "https://example.com/2")
    #expect(empty.error == nil)
    let lost = try Self.next(
      "json: $.next", #"{"next": 3, "items": []}"#, type: "application/json", each: "json: '$.items[*]'")
    #expect(lost.error == "extract: follow: finds the number 3 where the URL of the next page should be")
  }

  @Test func `What is said twice, not at all or in vain is told`() {
    func faults(_ follow: String, crawl: String = "") -> [String] {
      Self.compile(follow, crawl: crawl).diagnostics.map { "\($0.code.rawValue) \($0.message)" }
    }
    #expect(faults("css: a") == [])
    #expect(faults("rel: next, max_pages: 3") == [])
    #expect(faults("css: a, json: $.a") == ["conflict the next page is found in one way, and there are two"])
    #expect(
      faults("css: a, param: p") == ["conflict param is of a value that json finds, and a link is a URL already"])
    #expect(faults("json: $.a, param: p").isEmpty)
    #expect(faults("max_pages: 3") == ["missing-key sources.urls.follow does not say how the next page is found"])
    #expect(faults("css: 'a['").first?.hasPrefix("bad-selector") == true)
    #expect(faults("json: next").first?.hasPrefix("bad-selector") == true)
    #expect(faults("xpath: count(//a)").first?.hasPrefix("bad-value") == true)
    #expect(faults("rel: 'a b'").first?.hasPrefix("bad-value") == true)
    #expect(faults("rel: next, max_pages: 0").first?.hasPrefix("out-of-range") == true)
    #expect(faults("rel: next, max_page: 3").first?.hasPrefix("unknown-key") == true)
    #expect(Pipeline(spec: "sources: [{urls: http://a.example/, follow: a.next}]").brief == ["wrong-type 1:45"])
  }
}
