import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

@Suite("Graph, redirects", .timeLimit(.minutes(5)))
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

  @Test("a Location that is no URL fails")
  func badLocation() async throws {
    let pipeline = MemoryPipeline(["http://a.example/"])
    let fetcher = StubFetcher { _ in .status(302, location: "http://[nonsense/") }
    let graph = Graph(try pipeline.plan(), fetcher: fetcher)
    try await graph.runConserving()
    #expect(graph.progress.tally.counts.errors == [.badURL: 1])
  }

  @Test(
    "a page that redirects to itself, or back to where it came from, is a loop", arguments: [301, 302, 303, 307, 308])
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
    #expect(
      errors == [
        "redirects: a loop: http://a.example/ping was visited already",
        "redirects: a loop: http://a.example/self#again was visited already",
      ])
    #expect(fetcher.log.count == 3)
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

  @Test("credentials of a request do not follow to another origin")
  func credentials() async throws {
    let names = ["Authorization", "cookie", "Proxy-Authorization", "Accept-Language"]
    let source = MemorySource(
      urls: ["http://a.example/"], headers: names.map { HTTPFields.Field(name: $0, value: "x") })
    let sent = Recorder<[String]>()
    let fetcher = StubFetcher { request in
      sent.append(request.headers.map(\.name))
      switch request.trail.count {
      case 0: return .status(302, location: "/same")
      case 1: return .status(302, location: "https://a.example/")
      default: return .status(200)
      }
    }
    try await Graph(MemoryPipeline(sources: [source]).plan(), fetcher: fetcher).runConserving()
    #expect(sent.all == [names, names, ["Accept-Language"]])
  }
}
