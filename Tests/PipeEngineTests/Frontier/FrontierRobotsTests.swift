import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

@Suite("FrontierState, robots.txt")
struct FrontierRobotsTests {
  private let start = Instant.now

  private func frontier(
    concurrency: Int = 4, interval: Duration = .zero, maxDelay: Duration = .seconds(60), bytes: Int = 1 << 20
  ) -> FrontierState {
    FrontierState(
      rules: HostRules(concurrency: concurrency, interval: interval),
      gate: RobotsGate(RobotsPlan(token: ProductToken("pipe"), maxDelay: maxDelay), bytes: bytes))
  }

  private func page(_ number: Int, _ path: String? = nil, at origin: String = "http://a.example") -> Request {
    Request(id: RequestID(source: 0, ordinal: number), written: origin + (path ?? "/\(number)"))
  }

  private func url(_ origin: String = "http://a.example") -> WebURL { webURL(origin + "/robots.txt") }

  private func rules(_ text: String) -> RobotsAnswer {
    RobotsAnswer(.rules(RobotsRules(parsing: Array(text.utf8).span, for: ProductToken("pipe"))))
  }

  /// Asks for a robots.txt as the run does, and answers it.
  private func answer(
    _ frontier: inout FrontierState, _ answer: RobotsAnswer, _ origin: String = "http://a.example", number: Int = 100,
    now: Instant
  ) {
    let file = robotsRequest(number, origin)
    frontier.add(own: file)
    #expect(frontier.take(upTo: 1, now: now).ordinals == [number])
    frontier.landed(file, .answered, now: now)
    frontier.know(answer, of: url(origin), now: now)
  }

  @Test("a host is parked until its file is known, and the file is asked for once")
  func parked() {
    var frontier = frontier()
    for number in 0..<10 { frontier.add(page(number)) }
    #expect(frontier.take(upTo: 9, now: start).files == ["http://a.example/robots.txt"])
    frontier.add(page(10))
    #expect(frontier.take(upTo: 9, now: start).isWaitingForEver)
    #expect(frontier.waits(upTo: 1).map(\.reason) == [.robots])
    let file = robotsRequest(100)
    frontier.add(own: file)
    #expect(frontier.take(upTo: 9, now: start).ordinals == [100], "nothing but the file")
    #expect(frontier.take(upTo: 9, now: start + .seconds(60)).isWaitingForEver)
    frontier.landed(file, .answered, now: start)
    #expect(frontier.take(upTo: 9, now: start).isWaitingForEver, "the answer is not known yet")
    frontier.know(RobotsAnswer(.unrestricted), of: url(), now: start)
    #expect(frontier.take(upTo: 9, now: start).ordinals == [0, 1, 2, 3])
  }

  @Test("no more files are asked for at once than there are places, and each has its turn before other hosts")
  func places() {
    var frontier = frontier()
    for number in 0..<10 { frontier.add(page(number, at: "http://h\(number).example")) }
    #expect(frontier.take(upTo: 2, now: start).files.count == 2)
    for number in 0..<2 { frontier.add(own: robotsRequest(100 + number, "http://h\(number).example")) }
    #expect(Set(frontier.take(upTo: 2, now: start).ordinals) == [100, 101])
    #expect(frontier.take(upTo: 0, now: start).isWaitingForEver)
    frontier.know(RobotsAnswer(.unrestricted), of: url("http://h0.example"), now: start)
    #expect(frontier.take(upTo: 8, now: start).files.count == 8)
  }

  @Test("what is disallowed is refused with the line that says so, in its place and at once")
  func refused() {
    var frontier = frontier(concurrency: 1, interval: .seconds(10))
    for number in 0..<6 { frontier.add(page(number, number == 3 ? "/yes" : "/no/\(number)")) }
    #expect(frontier.take(upTo: 9, now: start).files.count == 1)
    answer(&frontier, rules("User-agent: *\n\nDisallow: /no"), now: start)
    // The host waits for its interval; what is refused does not.
    let take = frontier.take(upTo: 9, now: start)
    #expect(take.refused == [0, 1, 2])
    guard case .hopeless(let requests) = take else { return }
    #expect(
      requests.allSatisfy {
        $0.error == RequestError(.robots, "disallowed by line 3 of http://a.example/robots.txt")
      })
    #expect(frontier.take(upTo: 9, now: start).waitingUntil == start + .seconds(10))
    #expect(frontier.take(upTo: 9, now: start + .seconds(10)).ordinals == [3])
    #expect(frontier.take(upTo: 9, now: start + .seconds(10)).refused == [4, 5])
    #expect(frontier.waitingCount == 0)
    #expect(frontier.waitingBytes == 0)
  }

  @Test("what comes for a host that has to wait is refused at once", arguments: [true, false])
  func refusedLate(isFull: Bool) {
    var frontier = frontier(concurrency: 1, interval: isFull ? .zero : .seconds(10))
    frontier.add(page(0, "/yes"))
    _ = frontier.take(upTo: 9, now: start)
    answer(&frontier, rules("User-agent: *\nDisallow: /no"), now: start)
    let later = start + .seconds(10)
    #expect(frontier.take(upTo: 9, now: later).ordinals == [0])
    frontier.add(page(1, "/no"))
    #expect(frontier.take(upTo: 9, now: later).refused == [1])
    frontier.add(page(2, "/yes"))
    frontier.add(page(3, "/no"))
    #expect(frontier.take(upTo: 9, now: later).ordinals == [])
  }

  @Test("many refusals come in steps")
  func steps() {
    var frontier = frontier()
    for number in 0..<1000 { frontier.add(page(number, "/no/\(number)")) }
    _ = frontier.take(upTo: 9, now: start)
    answer(&frontier, rules("User-agent: *\nDisallow: /"), now: start)
    var refused: [Int] = []
    var steps = 0
    while case .hopeless(let requests) = frontier.take(upTo: 9, now: start) {
      #expect(requests.count <= 2 * FrontierState.refusalStride)
      refused += requests.map(\.request.id.ordinal)
      steps += 1
    }
    #expect(refused == Array(0..<1000))
    #expect(steps > 1)
    #expect(frontier.hostCount == 0)
  }

  @Test("after 24 hours the file is asked for again, whatever waits")
  func expiry() {
    var frontier = frontier(concurrency: 1)
    for number in 0..<3 { frontier.add(page(number)) }
    _ = frontier.take(upTo: 9, now: start)
    answer(&frontier, RobotsAnswer(.unrestricted), now: start)
    let late = start + .seconds(86_399)
    #expect(frontier.take(upTo: 9, now: late).ordinals == [0])
    frontier.landed(page(0), .answered, now: late)
    let tooLate = start + .seconds(86_400)
    #expect(frontier.take(upTo: 9, now: tooLate).files == ["http://a.example/robots.txt"])
    answer(&frontier, rules("User-agent: *\nDisallow: /"), now: tooLate)
    #expect(frontier.take(upTo: 9, now: tooLate).refused == [1, 2])
  }

  @Test("http and https of one host have a file each, and share its limits")
  func schemes() {
    var frontier = frontier(concurrency: 2)
    for number in 0..<2 { frontier.add(page(number)) }
    for number in 2..<4 { frontier.add(page(number, at: "https://a.example")) }
    #expect(frontier.take(upTo: 9, now: start).files == ["http://a.example/robots.txt"])
    answer(&frontier, rules("User-agent: *\nDisallow: /0"), now: start)
    // The refused one waits for nothing.
    #expect(frontier.take(upTo: 9, now: start).refused == [0])
    #expect(frontier.take(upTo: 9, now: start).ordinals == [1])
    #expect(frontier.take(upTo: 9, now: start).files == ["https://a.example/robots.txt"])
    answer(&frontier, rules("User-agent: *\nDisallow: /3"), "https://a.example", number: 101, now: start)
    #expect(frontier.take(upTo: 9, now: start).ordinals == [2])
    #expect(frontier.take(upTo: 9, now: start).refused == [3])
  }

  @Test("a Crawl-delay counts from the request for the file, for pages and sitemaps alike, one at a time")
  func crawlDelay() {
    var frontier = frontier(concurrency: 8, interval: .seconds(1))
    for number in 0..<5 { frontier.add(page(number)) }
    _ = frontier.take(upTo: 9, now: start)
    answer(&frontier, rules("User-agent: *\nCrawl-delay: 7"), now: start)
    frontier.add(own: ownRequest(50))
    var now = start
    for expected in [50, 0, 1] {
      #expect(frontier.take(upTo: 9, now: now + .milliseconds(6999)).waitingUntil == now + .seconds(7))
      now += .seconds(7)
      #expect(frontier.take(upTo: 9, now: now).ordinals == [expected])
      frontier.landed(expected == 50 ? ownRequest(50) : page(expected), .answered, now: now)
    }
    // One that takes longer than the delay holds up the next.
    now += .seconds(7)
    #expect(frontier.take(upTo: 9, now: now).ordinals == [2])
    #expect(frontier.take(upTo: 9, now: now + .seconds(60)).ordinals == [])
    frontier.landed(page(2), .answered, now: now + .seconds(60))
    #expect(frontier.take(upTo: 9, now: now + .seconds(60)).ordinals == [3])
  }

  @Test("a host that was forgotten keeps its Crawl-delay")
  func forgotten() {
    var frontier = frontier()
    frontier.add(page(0))
    _ = frontier.take(upTo: 9, now: start)
    answer(&frontier, rules("User-agent: *\nCrawl-delay: 5"), now: start)
    #expect(frontier.take(upTo: 9, now: start + .seconds(5)).ordinals == [0])
    frontier.landed(page(0), .answered, now: start + .seconds(6))
    #expect(frontier.hostCount == 1)
    _ = frontier.take(upTo: 9, now: start + .seconds(10))
    #expect(frontier.hostCount == 0)
    for number in 1..<3 { frontier.add(own: ownRequest(number)) }
    let later = start + .seconds(20)
    #expect(frontier.take(upTo: 9, now: later).ordinals == [1])
    #expect(frontier.take(upTo: 9, now: later + .seconds(4)).ordinals == [])
    frontier.landed(ownRequest(1), .answered, now: later + .seconds(4))
    #expect(frontier.take(upTo: 9, now: later + .seconds(5)).ordinals == [2])
  }

  @Test("a Crawl-delay beyond max_delay keeps pages, checks and sitemaps out")
  func excessiveDelay() {
    var frontier = frontier(maxDelay: .seconds(5))
    frontier.add(page(0))
    _ = frontier.take(upTo: 9, now: start)
    answer(&frontier, rules("User-agent: *\nCrawl-delay: 6"), now: start)
    #expect(frontier.take(upTo: 9, now: start).refused == [0])
    frontier.add(own: ownRequest(1))
    frontier.add(own: ownRequest(2, for: .check))
    frontier.add(page(3))
    #expect(frontier.take(upTo: 9, now: start).refused == [1, 2, 3])
    frontier.add(own: robotsRequest(4))
    #expect(frontier.take(upTo: 9, now: start).ordinals == [4])
  }

  @Test("a file that cannot be had refuses for five minutes, and then is asked for again")
  func unreachable() {
    var frontier = frontier()
    frontier.add(page(0))
    _ = frontier.take(upTo: 9, now: start)
    answer(&frontier, RobotsAnswer(.unreachable), now: start)
    #expect(frontier.take(upTo: 9, now: start).refused == [0])
    frontier.add(page(1))
    #expect(frontier.take(upTo: 9, now: start + .seconds(299)).refused == [1])
    frontier.add(page(2))
    #expect(frontier.take(upTo: 9, now: start + .seconds(300)).files.count == 1)
    answer(&frontier, RobotsAnswer(.unrestricted), number: 101, now: start + .seconds(301))
    #expect(frontier.take(upTo: 9, now: start + .seconds(301)).ordinals == [2])
  }

  @Test("robots.txt and sitemaps are not judged, checks are")
  func purposes() {
    var frontier = frontier()
    frontier.add(own: ownRequest(0))
    frontier.add(own: robotsRequest(1))
    frontier.add(own: ownRequest(2, for: .check))
    #expect(frontier.take(upTo: 9, now: start).ordinals == [0, 1])
    // A source asks for the file already, and nobody else does.
    #expect(frontier.take(upTo: 9, now: start).ordinals == [])
    frontier.landed(robotsRequest(1), .answered, now: start)
    frontier.know(rules("User-agent: *\nDisallow: /"), of: url(), now: start)
    #expect(frontier.take(upTo: 9, now: start).refused == [2])
  }

  @Test("a file that is not asked for any more is asked for anew")
  func withdrawn() {
    var frontier = frontier()
    let file = robotsRequest(1)
    frontier.add(own: file)
    frontier.add(page(0))
    let isReturned = frontier.withdraw(own: file.id)
    #expect(isReturned)
    #expect(frontier.take(upTo: 9, now: start).isWaitingForEver, "nobody said yet that it is left undone")
    frontier.know(nil, of: url(), now: start)
    #expect(frontier.take(upTo: 9, now: start).files.count == 1)
  }

  @Test("a check that is not wanted any more leaves its host nothing to wait for")
  func withdrawnCheck() {
    var frontier = frontier()
    let check = ownRequest(1, for: .check)
    frontier.add(own: check)
    #expect(frontier.take(upTo: 9, now: start).files.count == 1)
    let isReturned = frontier.withdraw(own: check.id)
    #expect(isReturned)
    answer(&frontier, RobotsAnswer(.unrestricted), now: start)
    #expect(frontier.hostCount == 0)
    frontier.close()
    #expect(frontier.take(upTo: 9, now: start).isFinished)
  }

  @Test("every hop of a redirect is judged, and keeps its place behind the file that it waits for")
  func hops() {
    var frontier = frontier()
    frontier.add(page(0))
    _ = frontier.take(upTo: 9, now: start)
    answer(&frontier, rules("User-agent: *\nDisallow: /no"), now: start)
    guard case .requests(let requests) = frontier.take(upTo: 9, now: start), let request = requests.first else {
      Issue.record("it is allowed")
      return
    }
    frontier.landed(request, .answered, now: start)
    let hop = request.redirected(to: webURL("http://a.example/no"), by: 302, becomesGET: false, after: .zero)
    _ = frontier.putBack(hop, at: nil)
    #expect(frontier.take(upTo: 9, now: start).refused == [0])
    let away = request.redirected(to: webURL("http://b.example/"), by: 302, becomesGET: false, after: .zero)
    _ = frontier.putBack(away, at: nil)
    #expect(frontier.take(upTo: 9, now: start).files == ["http://b.example/robots.txt"])
    frontier.add(own: robotsRequest(7, "http://b.example"))
    _ = frontier.putBack(away, at: nil)
    #expect(frontier.take(upTo: 1, now: start).ordinals == [7])
  }

  @Test("drained, a parked host leaves its requests undone, and a late answer changes nothing")
  func drain() {
    var frontier = frontier()
    for number in 0..<5 { frontier.add(page(number)) }
    _ = frontier.take(upTo: 9, now: start)
    frontier.add(own: robotsRequest(100))
    _ = frontier.take(upTo: 9, now: start)
    #expect(frontier.drain().pages == 5)
    frontier.landed(robotsRequest(100), now: start)
    frontier.know(RobotsAnswer(.unrestricted), of: url(), now: start)
    #expect(frontier.take(upTo: 9, now: start).isFinished)
  }

  @Test("the file of a host that is given up is not waited for")
  func givenUp() {
    var frontier = frontier(concurrency: 1)
    let refused = RequestError(.connect, "refused", .noConnection)
    for number in 0..<5 { frontier.add(page(number)) }
    var now = start
    #expect(frontier.take(upTo: 9, now: now).files.count == 1)
    let file = robotsRequest(100)
    frontier.add(own: file)
    var settled: [Int] = []
    for _ in 0..<100 where settled.count < 6 {
      switch frontier.take(upTo: 9, now: now) {
      case .requests(let requests):
        #expect(requests.map(\.id) == [file.id])
        frontier.landed(file, .unreachable(refused), now: now)
        _ = frontier.putBack(file, at: now)
      case .wait(let until): now = until ?? now
      case .hopeless(let requests):
        settled += requests.map(\.request.id.ordinal)
        if requests.contains(where: { $0.request.id == file.id }) {
          frontier.know(RobotsAnswer(.unreachable), of: url(), now: now)
        }
      case .robots, .finished: Issue.record("asked twice, or at an end")
      }
    }
    #expect(settled.sorted() == [0, 1, 2, 3, 4, 100])
  }

  @Test("the one page that may begin waits for its file, too")
  func only() {
    var frontier = frontier()
    for number in 0..<3 { frontier.add(page(number)) }
    let only = RequestID(source: 0, ordinal: 1)
    #expect(frontier.take(upTo: 9, now: start, only: only).files.count == 1)
    #expect(frontier.take(upTo: 9, now: start, only: only).isWaitingForEver)
    let file = robotsRequest(100)
    frontier.add(own: file)
    #expect(frontier.take(upTo: 9, now: start, only: only).ordinals == [100])
    frontier.landed(file, .answered, now: start)
    frontier.know(rules("User-agent: *\nDisallow: /1"), of: url(), now: start)
    #expect(frontier.take(upTo: 9, now: start, only: only).refused == [1])
    #expect(frontier.take(upTo: 9, now: start).ordinals == [0, 2])
  }

  @Test("however little is remembered, each file that is asked for lets a request begin")
  func thrashing() {
    var frontier = frontier(concurrency: 1, bytes: 1)
    for number in 0..<60 { frontier.add(page(number, at: "http://h\(number % 20).example")) }
    var begun: Set<Int> = []
    var asked = 0
    for _ in 0..<10_000 where begun.count < 60 {
      switch frontier.take(upTo: 8, now: start) {
      case .requests(let requests):
        for request in requests {
          frontier.landed(request, .answered, now: start)
          if request.purpose == .robots, let file = request.url {
            frontier.know(RobotsAnswer(.unrestricted), of: file, now: start)
          } else {
            begun.insert(request.id.ordinal)
          }
        }
      case .robots(let files):
        for file in files {
          asked += 1
          frontier.add(own: robotsRequest(1000 + asked, "http://\(file.host)"))
        }
      default: break
      }
    }
    #expect(begun.count == 60)
    #expect(asked <= 60)
  }
}

/// A URL of a test.
func webURL(_ text: String) -> WebURL {
  guard let url = WebURL(text) else { preconditionFailure("'\(text)' is not a URL") }
  return url
}

func robotsRequest(_ number: Int, _ origin: String = "http://a.example") -> Request {
  Request(RequestSeed(id: .own(number), written: origin + "/robots.txt", method: .get, purpose: .robots))
}

extension FrontierState.Take {
  /// The robots files to be asked for.
  var files: [String] { if case .robots(let files) = self { files.map(\.href) } else { [] } }

  /// The requests that are settled without being tried.
  var refused: [Int] {
    if case .hopeless(let requests) = self { requests.map(\.request.id.ordinal) } else { [] }
  }
}
