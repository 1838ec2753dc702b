import PipeTesting
import Testing

@testable import PipeEngine

@Suite("FrontierState, why hosts wait")
struct FrontierWaitTests {
  private let start = Instant.now
  private let refused = RequestError(.connect, "refused", .noConnection)

  /// What is said of one host.
  private func wait(_ frontier: FrontierState, _ host: String = "a.example") -> HostWait? {
    frontier.waits(upTo: 99).first { $0.host == host }
  }

  /// A frontier with ten requests for a host, of which one is in flight.
  private func begun(_ rules: HostRules) -> FrontierState {
    var frontier = FrontierState(rules: rules)
    for number in 0..<10 { frontier.add(request(number)) }
    #expect(frontier.take(upTo: 1, now: start).ordinals == [0])
    return frontier
  }

  @Test("a host whose turn it is waits for a slot")
  func slot() {
    let frontier = begun(HostRules(concurrency: 4))
    #expect(wait(frontier) == HostWait(host: "a.example", waiting: 9, inFlight: 1, reason: .slot))
  }

  @Test("a host at its limit waits for one of its requests to land")
  func concurrency() {
    let frontier = begun(HostRules(concurrency: 1))
    #expect(wait(frontier)?.reason == .concurrency(limit: 1))
  }

  @Test("a host with a delay waits for its moment, whatever else it would wait for", arguments: [1, 4])
  func delay(concurrency: Int) {
    let frontier = begun(HostRules(concurrency: concurrency, interval: .seconds(5)))
    #expect(wait(frontier)?.reason == .delay(until: start + .seconds(5)))
  }

  @Test("a host that asked to be left alone says until when", arguments: [Duration.zero, .seconds(2)])
  func backoff(interval: Duration) {
    var frontier = begun(HostRules(concurrency: 4, interval: interval))
    frontier.landed(request(0), .slowDown(after: .seconds(60)), now: start + .seconds(3))
    #expect(wait(frontier)?.reason == .backoff(until: start + .seconds(63)))
    // When it goes on, it is an ordinary host with a lower limit.
    let later = start + .seconds(63)
    #expect(frontier.take(upTo: 1, now: later).ordinals.count == 1)
    #expect(wait(frontier)?.reason == (interval == .zero ? .slot : .delay(until: later + interval)))
  }

  @Test("a host that asked again and again has a spacing of its own, and that is why it waits")
  func spacing() {
    var frontier = begun(HostRules(concurrency: 1))
    frontier.landed(request(0), .slowDown(after: .zero), now: start)
    #expect(frontier.take(upTo: 1, now: start).ordinals.count == 1)
    guard case .backoff(let until)? = wait(frontier)?.reason else {
      Issue.record("it does not wait for its spacing")
      return
    }
    #expect(until == start + HostHealth.firstSpacing)
  }

  @Test("a host without a connection says why, while it is tried and when it is given up")
  func unreachable() {
    var frontier = FrontierState(rules: HostRules(concurrency: 1))
    for number in 0..<30 { frontier.add(request(number)) }
    var now = start
    var reasons: [HostWait.Reason] = []
    trying: for _ in 0..<100 {
      switch frontier.take(upTo: 1, now: now) {
      case .requests(let requests):
        for request in requests { frontier.landed(request, .unreachable(refused), now: now) }
        if let reason = wait(frontier)?.reason { reasons.append(reason) }
      case .wait(let until): now = until ?? now
      case .hopeless, .robots, .finished: break trying
      }
    }
    #expect(reasons.prefix(2) == [.slot, .slot], "it is down after three failures")
    #expect(
      reasons.dropFirst(2).allSatisfy { if case .unreachable(_, refused) = $0 { true } else { false } },
      "\(reasons)")
    #expect(reasons.count >= 4)
    // What waits for a host that is given up is handed out as hopeless; only another scheme can still wait.
    frontier.add(
      Request(id: RequestID(source: 0, ordinal: 99), written: "https://a.example/"))
    guard case .givenUp(_, refused)? = wait(frontier)?.reason else {
      Issue.record("\(frontier.waits(upTo: 9))")
      return
    }
  }

  @Test("a host all of whose requests are to be retried waits for the first of these moments")
  func retry() {
    var frontier = FrontierState(rules: HostRules(concurrency: 4))
    for number in 0..<2 { _ = frontier.putBack(request(number), at: start + .seconds(9 - number)) }
    #expect(
      frontier.waits(upTo: 9) == [
        HostWait(host: "a.example", waiting: 2, inFlight: 0, reason: .retry(until: start + .seconds(8)))
      ])
    frontier.add(request(2))
    #expect(wait(frontier) == HostWait(host: "a.example", waiting: 3, inFlight: 0, reason: .slot))
  }

  @Test("a host whose requests are on disk says so")
  func disk() {
    var frontier = FrontierState(rules: HostRules(concurrency: 4))
    frontier.addAway(request(0))
    #expect(wait(frontier) == HostWait(host: "a.example", waiting: 1, inFlight: 0, reason: .disk))
  }

  @Test("the hosts with the most requests come first, and nothing is said of hosts that nothing waits for")
  func order() {
    var frontier = FrontierState(rules: HostRules(concurrency: 4, interval: .seconds(1)))
    for number in 0..<30 { frontier.add(request(number, host: "h\(number % 5 + number % 2).example")) }
    frontier.add(request(30, host: "z.example"))
    _ = frontier.take(upTo: 99, now: start)
    let all = frontier.waits(upTo: 99)
    #expect(all.map(\.waiting) == all.map(\.waiting).sorted(by: >))
    #expect(!all.contains { $0.host == "z.example" })
    #expect(frontier.waits(upTo: 2) == Array(all.prefix(2)))
    #expect(all.reduce(0) { $0 + $1.waiting } == frontier.waitingCount)
  }
}
