import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

@Suite("What is remembered of robots.txt files")
struct RobotsMemoryTests {
  private let start = Instant.now

  private func origin(_ number: Int) -> WebURL.OriginKey {
    webURL("http://h\(number).example/").originKey
  }

  private func known(_ number: Int, _ answer: RobotsAnswer = RobotsAnswer(.unrestricted)) -> RobotsKnowledge {
    RobotsKnowledge(answer, of: origin(number), maxDelay: .seconds(60), now: start)
  }

  @Test("a million authorities hold no more than there is room for")
  func bounded() {
    var memory = RobotsMemory(capacity: 64 << 10)
    let one = known(0)
    for number in 0..<20_000 {
      memory.remember(one, of: origin(number))
      #expect(memory.bytes <= 64 << 10)
    }
    #expect(memory.count > 100)
  }

  @Test("what is asked about stays, what nobody asks about goes")
  func recency() {
    var memory = RobotsMemory(capacity: 20 * known(10).cost)
    for number in 0..<200 {
      memory.remember(known(number), of: origin(number))
      #expect(memory.knowledge(of: origin(0), now: start) != nil, "\(number)")
    }
    #expect(memory.knowledge(of: origin(100), now: start) == nil)
    #expect(memory.knowledge(of: origin(199), now: start) != nil)
  }

  @Test("one that is larger than all the room is kept until the next comes")
  func large() {
    var memory = RobotsMemory(capacity: 10)
    memory.remember(known(0), of: origin(0))
    #expect(memory.knowledge(of: origin(0), now: start) != nil)
    memory.remember(known(1), of: origin(1))
    #expect(memory.knowledge(of: origin(0), now: start) == nil)
    #expect(memory.knowledge(of: origin(1), now: start) != nil)
    #expect(memory.count == 1)
  }

  @Test("a newer answer takes the place of an older one")
  func renewed() {
    var memory = RobotsMemory(capacity: 1 << 20)
    for _ in 0..<100 { memory.remember(known(0), of: origin(0)) }
    #expect(memory.count == 1)
    #expect(memory.bytes == known(0).cost)
  }

  @Test("nothing is known beyond its time: a day, and five minutes of what cannot be had")
  func time() {
    var memory = RobotsMemory(capacity: 1 << 20)
    memory.remember(known(0), of: origin(0))
    memory.remember(known(1, RobotsAnswer(.unreachable)), of: origin(1))
    #expect(memory.knowledge(of: origin(0), now: start + .seconds(86_399)) != nil)
    #expect(memory.knowledge(of: origin(0), now: start + .seconds(86_400)) == nil)
    #expect(memory.knowledge(of: origin(1), now: start + .seconds(299)) != nil)
    #expect(memory.knowledge(of: origin(1), now: start + .seconds(300)) == nil)
  }
}

@Suite("What came of asking for robots.txt")
struct RobotsAnswerTests {
  private let file = Request(
    RequestSeed(id: .own(1), written: "http://a.example/robots.txt", method: .get, purpose: .robots))

  /// What is said of two pages: `/` and `/no`.
  private func refusals(_ fetched: Fetched, maxDelay: Duration = .seconds(60)) -> [String?] {
    let answer = RobotsAnswer(fetched, for: ProductToken("pipe"))
    let known = RobotsKnowledge(
      answer, of: webURL("http://a.example/").originKey, maxDelay: maxDelay, now: .now)
    return ["http://a.example/", "http://a.example/no"].map { written in
      known.refusal(of: Request(id: RequestID(source: 0, ordinal: 0), written: written))?.description
    }
  }

  private func response(_ status: Int, _ body: String = "User-agent: *\nDisallow: /no") -> HTTPResponse {
    HTTPResponse(status: status, version: .http11, body: Array(body.utf8), length: body.utf8.count)
  }

  @Test(
    "an answer's status decides", arguments: [200, 204, 206, 301, 304, 400, 401, 403, 404, 410, 451, 429, 500, 503])
  func status(status: Int) {
    let refusals = refusals(Fetched(request: file, response: response(status)))
    switch status {
    case 200..<300: #expect(refusals == [nil, "robots: disallowed by line 2 of http://a.example/robots.txt"])
    case 429, 500...:
      let words = "robots: robots.txt of http://a.example cannot be had (\(status))"
      #expect(refusals == [words, words])
    default: #expect(refusals == [nil, nil])
    }
  }

  @Test(
    "without an answer the reason decides",
    arguments: [
      (RequestError.Code.redirects, true), (.badURL, true), (.forbidden, true), (.dns, false), (.connect, false),
      (.tls, false), (.timeout, false), (.connection, false), (.protocol, false),
    ])
  func error(code: RequestError.Code, isAllowed: Bool) {
    let fetched = Fetched(request: file, response: nil, error: RequestError(code, "so it is"))
    let words = "robots: robots.txt of http://a.example cannot be had (\(code.rawValue): so it is)"
    #expect(refusals(fetched) == (isAllowed ? [nil, nil] : [words, words]))
  }

  @Test("a body that broke off is no file, one that was cut is")
  func broken() {
    let fetched = Fetched(request: file, response: response(200), error: RequestError(.body, "broke off"))
    #expect(refusals(fetched)[0]?.contains("(200, body: broke off)") == true)
    let cut = HTTPResponse(
      status: 200, version: .http11, body: Array("User-agent: *\nDisallow: /no\nDisallow: /".utf8), length: 10_000_000,
      isTruncated: true)
    #expect(refusals(Fetched(request: file, response: cut)).map { $0 == nil } == [true, false])
  }

  @Test("a delay beyond what is waited for keeps everything out, and is never shortened", arguments: [59, 60, 61])
  func delay(limit: Int) {
    let fetched = Fetched(
      request: file, response: response(200, "User-agent: *\nCrawl-delay: 60\nDisallow: /no"))
    let refusals = refusals(fetched, maxDelay: .seconds(limit))
    if limit < 60 {
      let words =
        "robots: line 2 of http://a.example/robots.txt asks for 60s between two requests, more than max_delay (59s)"
      #expect(refusals == [words, words])
    } else {
      #expect(refusals[0] == nil)
    }
  }
}
