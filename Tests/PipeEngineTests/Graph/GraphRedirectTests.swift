import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

@Suite("Graph, redirects", .timeLimit(.minutes(20)))
struct GraphRedirectTests {
  private struct MethodCase: Sendable, CustomTestStringConvertible {
    let status: Int
    let method: PipeEngine.Method
    let then: PipeEngine.Method
    var testDescription: String { "\(status) after \(method.rawValue)" }
  }

  /// WHATWG Fetch, HTTP-redirect fetch: 303 makes everything but GET and HEAD a GET; 301 and 302 make a POST one.
  private static let methodCases: [MethodCase] = [301, 302, 303, 307, 308].flatMap { status in
    PipeEngine.Method.allCases.map { method in
      let becomesGET = status == 303 && method != .head || [301, 302].contains(status) && method == .post
      return MethodCase(status: status, method: method, then: becomesGET ? .get : method)
    }
  }

  @Test("the method of the next request follows the status", arguments: methodCases)
  private func methodRules(_ rule: MethodCase) async throws {
    let source = MemorySource(urls: ["http://a.example/start"], method: rule.method, body: [1, 2, 3])
    let bodies = Recorder<[UInt8]?>()
    let fetcher = StubFetcher { request in
      bodies.append(request.body)
      return request.trail.isEmpty ? .status(rule.status, location: "/end") : .status(200)
    }
    try await Graph(MemoryPipeline(sources: [source]).plan(), fetcher: fetcher).runConserving()
    #expect(
      fetcher.log.all == [
        "\(rule.method.rawValue) http://a.example/start", "\(rule.then.rawValue) http://a.example/end",
      ]
    )
    let losesBody = rule.then != rule.method
    #expect(bodies.all == [[1, 2, 3], losesBody ? nil : [1, 2, 3]])
  }

  @Test(
    "the spec's own method follows the same rules", arguments: [(301, "GET"), (302, "GET"), (303, "GET"), (307, "-")])
  func methodOfTheSpec(status: Int, then: String) async throws {
    let fetcher = StubFetcher { $0.trail.isEmpty ? .status(status, location: "/end") : .status(200) }
    let plan = try MemoryPipeline(["http://a.example/"]).plan(
      "fetch: {method: POST, body: x}\nextract: [url]")
    try await Graph(plan, fetcher: fetcher).runConserving()
    // A request without a method of its own has the spec's, and its body.
    #expect(fetcher.log.all == ["- http://a.example/", "\(then) http://a.example/end"])
  }

  @Test("other statuses are answers, whatever their Location", arguments: [200, 201, 300, 304, 305, 306])
  func noRedirect(status: Int) async throws {
    let pipeline = MemoryPipeline(["http://a.example/"])
    let fetcher = StubFetcher { _ in .status(status, location: "/end") }
    try await Graph(pipeline.plan(), fetcher: fetcher).runConserving()
    #expect(pipeline.sinks[0].rows.all == [["http://a.example/", .int(status), nil]])
  }

  @Test("a redirect without a Location is an answer")
  func noLocation() async throws {
    let pipeline = MemoryPipeline(["http://a.example/"])
    try await Graph(pipeline.plan(), fetcher: StubFetcher { _ in .status(302) }).runConserving()
    #expect(pipeline.sinks[0].rows.all == [["http://a.example/", 302, nil]])
  }

  @Test("with redirects: 0 the redirect itself is recorded")
  func redirectsOff() async throws {
    let pipeline = MemoryPipeline(["http://a.example/"])
    let fetcher = StubFetcher { _ in .status(301, location: "/") }
    let plan = try pipeline.plan("fetch: {redirects: 0}\nextract: [url, status, error]")
    try await Graph(plan, fetcher: fetcher).runConserving()
    #expect(pipeline.sinks[0].rows.all == [["http://a.example/", 301, nil]])
  }

  @Test(
    "a Location is relative to the URL that redirects",
    arguments: [
      ("/c", "http://a.example/c"), ("c", "http://a.example/dir/c"), ("?q", "http://a.example/dir/page?q"),
      ("//b.example/", "http://b.example/"), ("https://b.example", "https://b.example/"),
      ("../c#part", "http://a.example/c#part"),
    ])
  func relativeLocation(location: String, target: String) async throws {
    let fetcher = StubFetcher { $0.trail.isEmpty ? .status(302, location: location) : .status(200) }
    let pipeline = MemoryPipeline(["http://a.example/dir/page"])
    try await Graph(pipeline.plan("extract: [final_url]"), fetcher: fetcher).runConserving()
    #expect(pipeline.sinks[0].rows.all.map { $0[0] } == [.string(target)])
  }

  @Test(
    "a redirect to what is no web page fails",
    arguments: [
      ("file:///etc/passwd", "forbidden: a redirect to 'file:' is not followed"),
      ("ftp://a.example/", "forbidden: a redirect to 'ftp:' is not followed"),
      ("javascript:alert(1)", "forbidden: a redirect to 'javascript:' is not followed"),
      ("data:text/html,x", "forbidden: a redirect to 'data:' is not followed"),
    ])
  func forbiddenTarget(location: String, error: String) async throws {
    let pipeline = MemoryPipeline(["http://a.example/"])
    let fetcher = StubFetcher { _ in .status(302, location: location) }
    try await Graph(pipeline.plan(), fetcher: fetcher).runConserving()
    #expect(pipeline.sinks[0].rows.all == [["http://a.example/", nil, .string(error)]])
    #expect(fetcher.log.count == 1)
  }

  @Test("a Location that is not a URL fails")
  func badLocation() async throws {
    let pipeline = MemoryPipeline(["http://a.example/"])
    let fetcher = StubFetcher { _ in .status(302, location: "http://[nonsense/") }
    let graph = Graph(try pipeline.plan(), fetcher: fetcher)
    try await graph.runConserving()
    #expect(graph.progress.tally.counts.errors == [.badURL: 1])
  }

  @Test("a loop ends at the limit, and not before", arguments: [301, 302, 303, 307, 308])
  func loops(status: Int) async throws {
    let pipeline = MemoryPipeline(["http://a.example/self", "http://a.example/ping"])
    let fetcher = StubFetcher { request in
      switch request.url?.pathname ?? "" {
      case "/self": .status(status, location: "/self#again")
      case "/ping": .status(status, location: "/pong")
      default: .status(status, location: "/ping")
      }
    }
    try await Graph(pipeline.plan(), fetcher: fetcher).runConserving()
    let errors = pipeline.sinks[0].rows.all.sorted { order($0[0], $1[0]) }.map { $0[2] }
    let words = "redirects: more than 10 redirects, the last to http://a.example/"
    #expect(
      errors == [
        .string("\(words)pong, which was visited before"), .string("\(words)self#again, which was visited before"),
      ])
    #expect(fetcher.log.count == 22)
  }

  @Test(
    "a page that redirects to itself, or away and back, is asked again: it may have set what it asks for",
    arguments: ["/self", "/there", "/one"])
  func back(start: String) async throws {
    let pipeline = MemoryPipeline(["http://a.example\(start)"])
    let next = [
      "/self": "/self", "/there": "/back", "/back": "/there", "/one": "/two", "/two": "/three", "/three": "/one",
    ]
    let fetcher = StubFetcher { request in
      let path = String(request.url?.pathname ?? "")
      return request.trail.count < (start == "/self" ? 1 : start == "/there" ? 2 : 3)
        ? .status(302, location: next[path]) : .status(200)
    }
    try await Graph(pipeline.plan(), fetcher: fetcher).runConserving()
    #expect(pipeline.sinks[0].rows.all == [[.string("http://a.example\(start)"), 200, nil]])
  }

  @Test(
    "a Location without a fragment inherits the one before it",
    arguments: [
      (["/b"], "/b#part"), (["/b#own"], "/b#own"), (["/b#"], "/b#"), (["?q"], "/a?q#part"), (["#own"], "/a#own"),
      (["/b", "/c"], "/c#part"), (["/b#own", "/c"], "/c#own"), (["/b", "/c#own", "/d"], "/d#own"),
      (["//b.example/x"], "//b.example/x#part"), ([""], "/a#part"),
    ])
  func fragments(locations: [String], end: String) async throws {
    let pipeline = MemoryPipeline(["http://a.example/a#part"])
    let fetcher = StubFetcher { request in
      request.trail.count < locations.count ? .status(302, location: locations[request.trail.count]) : .status(200)
    }
    try await Graph(pipeline.plan("extract: [final_url]"), fetcher: fetcher).runConserving()
    #expect(
      pipeline.sinks[0].rows.all.map { $0[0] } == [
        .string(end.hasPrefix("//") ? "http:\(end)" : "http://a.example\(end)")
      ])
  }

  @Test("a redirect whose content is faulty is followed all the same", arguments: RequestError.Code.allCases)
  func faultyContent(code: RequestError.Code) async throws {
    let pipeline = MemoryPipeline(["http://a.example/"])
    let fetcher = StubFetcher { request in
      request.trail.isEmpty
        ? .faulty(302, location: "/end", RequestError(code, "it broke off")) : .status(200)
    }
    try await Graph(pipeline.plan(), fetcher: fetcher).runConserving()
    #expect(pipeline.sinks[0].rows.all == [["http://a.example/", 200, nil]])
  }

  @Test("a form that redirects to its own address as a GET is no loop")
  func postRedirectGet() async throws {
    let source = MemorySource(urls: ["http://a.example/form"], method: .post, body: [1])
    let pipeline = MemoryPipeline(sources: [source])
    let fetcher = StubFetcher { $0.method == .post ? .status(303, location: "/form") : .status(200) }
    try await Graph(pipeline.plan(), fetcher: fetcher).runConserving()
    #expect(pipeline.sinks[0].rows.all == [["http://a.example/form", 200, nil]])
  }

  @Test("as many redirects are followed as the limit says", arguments: [1, 3, 10])
  func limit(count: Int) async throws {
    let pipeline = MemoryPipeline(["http://a.example/enough", "http://a.example/more"])
    let fetcher = StubFetcher { request in
      let isEnough = request.written.hasSuffix("enough")
      return request.trail.count < (isEnough ? count : count + 1)
        ? .status(302, location: "/\(request.trail.count)") : .status(200)
    }
    let plan = try pipeline.plan("fetch: {redirects: \(count)}\nextract: [url, status, error]")
    try await Graph(plan, fetcher: fetcher).runConserving()
    #expect(
      pipeline.sinks[0].rows.all.sorted { order($0[0], $1[0]) } == [
        ["http://a.example/enough", 200, nil],
        [
          "http://a.example/more", nil,
          .string("redirects: more than \(count) redirects, the last to http://a.example/\(count)"),
        ],
      ])
  }

  @Test("fields that are meant for one origin do not follow to another")
  func fieldsOfAnOrigin() async throws {
    let names = [
      "Authorization", "cookie", "Proxy-Authorization", "Host", "Origin", "Referer", "X-Api-Key", "Accept-Language",
    ]
    let source = MemorySource(
      urls: ["http://a.example/"], headers: names.map { HTTPFields.Field(name: $0, value: "x") })
    let sent = Recorder<[String]>()
    let fetcher = StubFetcher { request in
      sent.append(request.headers.map(\.name))
      switch request.trail.count {
      case 0: return .status(302, location: "/same")
      case 1: return .status(302, location: "https://a.example/")
      case 2: return .status(302, location: "http://a.example/")
      default: return .status(200)
      }
    }
    try await Graph(MemoryPipeline(sources: [source]).plan(), fetcher: fetcher).runConserving()
    #expect(sent.all == [names, names, ["Accept-Language"], ["Accept-Language"]])
  }

  @Test(
    "fields that describe content do not stay without it",
    arguments: [(301, true), (302, true), (303, true), (307, false), (308, false)])
  func contentFields(status: Int, areLost: Bool) async throws {
    let names = ["Content-Type", "content-encoding", "Content-Language", "Content-Location", "Digest", "Accept"]
    let source = MemorySource(
      urls: ["http://a.example/"], method: .post, body: [1],
      headers: names.map { HTTPFields.Field(name: $0, value: "x") })
    let sent = Recorder<[String]>()
    let flags = Recorder<Bool>()
    let fetcher = StubFetcher { request in
      sent.append(request.headers.map(\.name))
      flags.append(request.hasLostItsContent)
      return request.trail.count < 2 ? .status(request.trail.isEmpty ? status : 307, location: "/next") : .status(200)
    }
    try await Graph(MemoryPipeline(sources: [source]).plan(), fetcher: fetcher).runConserving()
    let rest = areLost ? ["Accept"] : names
    #expect(sent.all == [names, rest, rest])
    #expect(flags.all == [false, areLost, areLost])
  }
}
