import Testing

@testable import PipeEngine

@Suite("FrontierState")
struct FrontierStateTests {
  private let start = Instant.now

  @Test("a host has no more requests in flight than its concurrency")
  func concurrencyPerHost() {
    var frontier = FrontierState(rules: HostRules(concurrency: 2))
    let requests = (0..<5).map { request($0) }
    for request in requests { frontier.add(request) }
    #expect(frontier.take(upTo: 10, now: start).ordinals == [0, 1])
    #expect(frontier.take(upTo: 10, now: start).isWaitingForEver)
    frontier.landed(requests[0], now: start)
    #expect(frontier.take(upTo: 10, now: start).ordinals == [2])
    #expect(frontier.inFlightCount == 2)
    #expect(frontier.waitingCount == 2)
  }

  @Test("no more are taken than asked for")
  func limit() {
    var frontier = FrontierState(rules: HostRules(concurrency: 100))
    for number in 0..<10 { frontier.add(request(number)) }
    #expect(frontier.take(upTo: 3, now: start).ordinals == [0, 1, 2])
    #expect(frontier.take(upTo: 0, now: start).isWaitingForEver)
    #expect(frontier.take(upTo: 100, now: start).ordinals == Array(3..<10))
  }

  /// A page of a crawl that a link has led to, of a list (depth 0) or behind it.
  private func linked(_ number: Int, depth: Int, referrer: String? = "http://a.example/") -> Request {
    Request(
      RequestSeed(
        id: RequestID(source: 1, ordinal: number), written: "http://a.example/\(number)", method: .get, depth: depth,
        referrer: referrer, place: CrawlPlace(number: number, source: 0)))
  }

  @Test("the next page of a list goes before its details, unless pages are limited; what sources have keeps its turn")
  func nextPages() {
    for (limit, order) in [(Int.max, [4, 0, 1, 2, 3]), (100, [0, 1, 2, 3, 4])] {
      var frontier = FrontierState(rules: HostRules(concurrency: 100), pages: limit)
      for number in 0..<2 { frontier.add(linked(number, depth: 0, referrer: nil)) }
      for number in 2..<4 { frontier.add(linked(number, depth: 1)) }
      frontier.add(linked(4, depth: 0))
      #expect(frontier.take(upTo: 10, now: start).ordinals == order)
    }
  }

  @Test("where one request alone may begin, it does so out of its turn, and the others wait")
  func only() {
    var frontier = FrontierState(rules: HostRules(concurrency: 2, interval: .seconds(1)))
    for number in 0..<6 { frontier.add(request(number, host: number < 3 ? "a.example" : "b.example")) }
    let wanted = request(4, host: "b.example").id
    #expect(frontier.take(upTo: 0, now: start, only: wanted).isWaitingForEver)
    #expect(frontier.take(upTo: 10, now: start, only: wanted).ordinals == [4])
    #expect(frontier.waitingCount == 5)
    #expect(frontier.take(upTo: 10, now: start, only: wanted).waitingUntil == start + .seconds(1), "it is in flight")
    #expect(frontier.take(upTo: 10, now: start).ordinals == [0])
    // Its host has to be ready all the same.
    let next = request(3, host: "b.example").id
    #expect(frontier.take(upTo: 10, now: start, only: next).waitingUntil == start + .seconds(1))
    #expect(frontier.take(upTo: 10, now: start + .seconds(1), only: next).ordinals == [3])
    #expect(frontier.take(upTo: 10, now: start + .seconds(1)).ordinals == [1])
    #expect(frontier.take(upTo: 10, now: start + .seconds(9)).ordinals == [], "two are in flight at each host")
  }

  @Test("an interval passes between the starts of two requests at one host")
  func interval() {
    var frontier = FrontierState(rules: HostRules(concurrency: 8, interval: .seconds(1)))
    for number in 0..<3 { frontier.add(request(number)) }
    #expect(frontier.take(upTo: 10, now: start).ordinals == [0])
    #expect(frontier.take(upTo: 10, now: start + .milliseconds(999)).waitingUntil == start + .seconds(1))
    #expect(frontier.take(upTo: 10, now: start + .milliseconds(1500)).ordinals == [1])
    // A late start does not shorten the next interval.
    #expect(frontier.take(upTo: 10, now: start + .seconds(2)).waitingUntil == start + .milliseconds(2500))
    #expect(frontier.take(upTo: 10, now: start + .milliseconds(2500)).ordinals == [2])
  }

  @Test("the interval holds for a host that had nothing waiting in between")
  func intervalAfterIdleness() {
    var frontier = FrontierState(rules: HostRules(concurrency: 8, interval: .seconds(1)))
    let first = request(0)
    frontier.add(first)
    #expect(frontier.take(upTo: 10, now: start).ordinals == [0])
    frontier.landed(first, now: start)
    frontier.add(request(1))
    #expect(frontier.take(upTo: 10, now: start + .milliseconds(10)).waitingUntil == start + .seconds(1))
    #expect(frontier.take(upTo: 10, now: start + .seconds(1)).ordinals == [1])
  }

  @Test("two hosts' intervals do not add up")
  func intervalsAreOfEachHost() {
    var frontier = FrontierState(rules: HostRules(concurrency: 8, interval: .seconds(1)))
    for number in 0..<2 { frontier.add(request(number, host: "a.example")) }
    for number in 2..<4 { frontier.add(request(number, host: "b.example")) }
    #expect(frontier.take(upTo: 10, now: start).ordinals == [0, 2])
    #expect(frontier.take(upTo: 10, now: start).waitingUntil == start + .seconds(1))
    #expect(frontier.take(upTo: 10, now: start + .seconds(1)).ordinals == [1, 3])
  }

  @Test("a host with one request is served at its turn beside one with a thousand")
  func fairTurns() {
    var frontier = FrontierState(rules: HostRules(concurrency: 1000))
    for number in 0..<1000 { frontier.add(request(number, host: "big.example")) }
    frontier.add(request(1000, host: "small.example"))
    #expect(frontier.take(upTo: 2, now: start).ordinals == [0, 1000])
    #expect(frontier.take(upTo: 2, now: start).ordinals == [1, 2])
  }

  @Test("hosts take turns, one request a turn")
  func roundRobin() {
    var frontier = FrontierState(rules: HostRules(concurrency: 8))
    for number in 0..<9 { frontier.add(request(number, host: "\("abc".dropFirst(number / 3).first ?? "d").example")) }
    #expect(frontier.take(upTo: 9, now: start).ordinals == [0, 3, 6, 1, 4, 7, 2, 5, 8])
  }

  @Test("ports are hosts of their own")
  func ports() {
    var frontier = FrontierState(rules: HostRules(concurrency: 1))
    frontier.add(request(0, host: "a.example:8001"))
    frontier.add(request(1, host: "a.example:8002"))
    #expect(frontier.take(upTo: 9, now: start).ordinals == [0, 1])
  }

  @Test("a postponed request waits for its moment, then goes first at its host")
  func postponed() {
    var frontier = FrontierState(rules: HostRules(concurrency: 8))
    let first = request(0)
    frontier.add(first)
    _ = frontier.take(upTo: 1, now: start)
    frontier.landed(first, now: start)
    #expect(frontier.putBack(first, at: start + .seconds(5)) == true)
    #expect(frontier.waitingCount == 1)
    #expect(frontier.take(upTo: 9, now: start + .seconds(4)).waitingUntil == start + .seconds(5))
    frontier.add(request(1))
    frontier.add(request(2))
    #expect(frontier.take(upTo: 9, now: start + .seconds(5)).ordinals == [0, 1, 2])
    #expect(frontier.waitingCount + frontier.inFlightCount == 3)
  }

  @Test("the earliest of all moments is the one to wait for")
  func earliestMoment() {
    var frontier = FrontierState(rules: HostRules(concurrency: 8, interval: .seconds(3)))
    let requests = ["a.example", "b.example"].enumerated().map { request($0, host: $1) }
    for request in requests { frontier.add(request) }
    _ = frontier.take(upTo: 9, now: start)
    for request in requests { frontier.landed(request, now: start) }
    _ = frontier.putBack(requests[1], at: start + .seconds(1))
    #expect(frontier.take(upTo: 9, now: start).waitingUntil == start + .seconds(1))
    #expect(frontier.take(upTo: 9, now: start + .seconds(1)).waitingUntil == start + .seconds(3))
    #expect(frontier.take(upTo: 9, now: start + .seconds(3)).ordinals == [1])
  }

  @Test("a request that is put back at once goes before those that wait")
  func putBackAtOnce() {
    var frontier = FrontierState(rules: HostRules(concurrency: 1))
    let requests = (0..<3).map { request($0) }
    for request in requests { frontier.add(request) }
    #expect(frontier.take(upTo: 9, now: start).ordinals == [0])
    frontier.landed(requests[0], now: start)
    #expect(frontier.putBack(requests[0], at: nil) == true)
    #expect(frontier.take(upTo: 9, now: start).ordinals == [0])
    #expect(frontier.waitingCount + frontier.inFlightCount == 3)
  }

  @Test("it is finished exactly when it is closed and nothing is open")
  func finished() {
    var frontier = FrontierState(rules: HostRules(concurrency: 8))
    #expect(!frontier.take(upTo: 9, now: start).isFinished, "more may be added")
    let one = request(0)
    frontier.add(one)
    frontier.close()
    _ = frontier.take(upTo: 9, now: start)
    #expect(!frontier.take(upTo: 9, now: start).isFinished, "one is in flight")
    frontier.landed(one, now: start)
    #expect(frontier.putBack(one, at: start + .seconds(1)) == true)
    #expect(!frontier.take(upTo: 9, now: start).isFinished, "it goes on later")
    #expect(frontier.take(upTo: 9, now: start + .seconds(1)).ordinals == [0])
    frontier.landed(one, now: start)
    #expect(frontier.take(upTo: 9, now: start).isFinished)
  }

  @Test("drained, it hands out nothing more and counts what is left undone")
  func drain() {
    var frontier = FrontierState(rules: HostRules(concurrency: 1))
    let requests = (0..<5).map { request($0) }
    for request in requests { frontier.add(request) }
    _ = frontier.take(upTo: 1, now: start)
    #expect(frontier.drain().pages == 4)
    #expect(frontier.drain().pages == 0)
    #expect(!frontier.take(upTo: 9, now: start).isFinished, "one is in flight")
    frontier.landed(requests[0], now: start)
    #expect(frontier.putBack(requests[0], at: nil) == false, "it is left undone")
    #expect(frontier.take(upTo: 9, now: start).isFinished)
    #expect(frontier.waitingCount + frontier.inFlightCount == 0)
  }

  @Test("drained, it leaves postponed and delayed requests undone as well")
  func drainPostponed() {
    var frontier = FrontierState(rules: HostRules(concurrency: 8, interval: .seconds(60)))
    let requests = (0..<3).map { request($0) }
    for request in requests { frontier.add(request) }
    _ = frontier.take(upTo: 9, now: start)
    frontier.landed(requests[0], now: start)
    #expect(frontier.putBack(requests[0], at: start + .seconds(5)) == true)
    #expect(frontier.drain().pages == 3)
    #expect(frontier.take(upTo: 9, now: start + .seconds(600)).isFinished)
  }

  @Test("a host is forgotten once nothing is known of it", arguments: [Duration.zero, .seconds(1)])
  func forgetting(interval: Duration) {
    var frontier = FrontierState(rules: HostRules(concurrency: 1, interval: interval))
    for round in 0..<3 {
      let now = start + .seconds(60 * round)
      let requests = (0..<50).map { request($0, host: "h\($0).example") }
      for request in requests { frontier.add(request) }
      #expect(frontier.hostCount == 50)
      #expect(frontier.take(upTo: 100, now: now).ordinals.count == 50)
      for request in requests { frontier.landed(request, now: start) }
      // With an interval, a host is remembered until it has passed.
      #expect(frontier.hostCount == (interval == .zero ? 0 : 50))
      _ = frontier.take(upTo: 1, now: now + .seconds(1))
      #expect(frontier.hostCount == 0)
    }
  }

}

/// A request for a page of a host, without the trouble of a source.
func request(_ ordinal: Int, host: String = "a.example") -> Request {
  Request(id: RequestID(source: 0, ordinal: ordinal), written: "http://\(host)/\(ordinal)")
}

extension FrontierState.Take {
  var ordinals: [Int] {
    if case .requests(let requests) = self { requests.map(\.id.ordinal) } else { [] }
  }

  var waitingUntil: Instant? {
    if case .wait(let until) = self { until } else { nil }
  }

  var isWaitingForEver: Bool {
    if case .wait(nil) = self { true } else { false }
  }

  var isFinished: Bool {
    if case .finished = self { true } else { false }
  }
}
