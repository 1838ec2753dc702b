import Testing

@testable import PipeEngine

@Suite("FrontierState, hosts in trouble")
struct FrontierTroubleTests {
  private let start = Instant.now
  private let refused = HostOutcome.unreachable(RequestError(.connect, "refused", .noConnection))

  private func frontier(_ count: Int, concurrency: Int = 4) -> FrontierState {
    var frontier = FrontierState(rules: HostRules(concurrency: concurrency))
    for number in 0..<count { frontier.add(request(number)) }
    return frontier
  }

  @Test("a host that asks for a pause gets it, and another does not wait for it")
  func pause() {
    var frontier = frontier(3, concurrency: 1)
    frontier.add(request(9, host: "b.example"))
    #expect(frontier.take(upTo: 1, now: start).ordinals == [0])
    frontier.landed(request(0), .slowDown(after: .seconds(7)), now: start)
    #expect(frontier.take(upTo: 9, now: start).ordinals == [9])
    #expect(frontier.take(upTo: 9, now: start).waitingUntil == start + .seconds(7))
    #expect(frontier.take(upTo: 9, now: start + .seconds(7)).ordinals == [1])
  }

  @Test("a host whose turn it is waits too, once it is asked to")
  func pauseOfAReadyHost() {
    var frontier = frontier(4)
    #expect(frontier.take(upTo: 2, now: start).ordinals == [0, 1])
    frontier.landed(request(0), .slowDown(after: nil), now: start)
    #expect(frontier.take(upTo: 9, now: start).waitingUntil == start + .milliseconds(500))
    // A pause may become longer, and never shorter.
    frontier.landed(request(1), .slowDown(after: .seconds(2)), elapsed: .seconds(1), now: start)
    #expect(frontier.take(upTo: 9, now: start + .seconds(1)).waitingUntil == start + .seconds(2))
    #expect(frontier.take(upTo: 9, now: start + .seconds(2)).ordinals == [2, 3])
  }

  @Test("a slowed host has half as many requests in flight")
  func halved() {
    var frontier = frontier(20, concurrency: 8)
    #expect(frontier.take(upTo: 1, now: start).ordinals == [0])
    frontier.landed(request(0), .slowDown(after: .zero), now: start)
    #expect(frontier.take(upTo: 9, now: start).ordinals.count == 4)
  }

  @Test("what waits for a host that is given up is hopeless, and so is what comes for it until it is tried again")
  func givenUp() {
    var frontier = frontier(20, concurrency: 3)
    var now = start
    var tried = 0
    var hopeless: [(request: Request, error: RequestError)] = []
    while hopeless.isEmpty, tried < 20 {
      switch frontier.take(upTo: 9, now: now) {
      case .requests(let requests):
        tried += requests.count
        for request in requests { frontier.landed(request, refused, now: now) }
      case .wait(let until): now = until ?? now
      case .hopeless(let requests): hopeless = requests
      case .robots, .finished: Issue.record("it finished")
      }
    }
    #expect(tried == HostHealth.failuresToBeDown + HostHealth.probes)
    #expect(hopeless.map(\.request.id.ordinal) == Array(tried..<20))
    #expect(hopeless.allSatisfy { $0.error.code == .connect })
    #expect(frontier.waitingCount + frontier.inFlightCount == 0)
    #expect(frontier.waitingCount == 0)
    frontier.add(request(20))
    guard case .hopeless(let late) = frontier.take(upTo: 9, now: now) else {
      Issue.record("it was tried")
      return
    }
    #expect(late.map(\.request.id.ordinal) == [20])
    // After a while one request tries it, and an answer makes it well.
    now += Backoff().maximum
    _ = frontier.take(upTo: 9, now: now)
    for number in 21..<25 { frontier.add(request(number)) }
    #expect(frontier.take(upTo: 9, now: now).ordinals == [21])
    frontier.landed(request(21), .answered, now: now)
    #expect(frontier.take(upTo: 9, now: now).ordinals == [22, 23, 24])
  }

  @Test("who speaks no https may speak http")
  func schemes() {
    func request(_ ordinal: Int, _ scheme: String) -> Request {
      Request(id: RequestID(source: 0, ordinal: ordinal), written: "\(scheme)://a.example/\(ordinal)")
    }
    var frontier = FrontierState(rules: HostRules(concurrency: 3))
    for number in 0..<20 { frontier.add(request(number, "https")) }
    for number in 20..<23 { frontier.add(request(number, "http")) }
    var now = start
    var hopeless: [Int] = []
    var answered: [Int] = []
    for _ in 0..<100 {
      switch frontier.take(upTo: 9, now: now) {
      case .requests(let requests):
        for request in requests {
          let isPlain = request.id.ordinal >= 20
          if isPlain { answered.append(request.id.ordinal) }
          frontier.landed(request, isPlain ? .answered : refused, now: now)
        }
      case .wait(let until): now = until ?? now
      case .hopeless(let requests): hopeless += requests.map(\.request.id.ordinal)
      case .robots, .finished: break
      }
    }
    #expect(answered == [20, 21, 22])
    #expect(hopeless == Array(7..<20))
  }

  @Test("no more hosts in trouble are remembered than there is room for")
  func memory() {
    var frontier = FrontierState(rules: HostRules(concurrency: 1))
    for number in 0..<10_000 {
      let request = request(number, host: "h\(number).example")
      frontier.add(request)
      #expect(frontier.take(upTo: 1, now: start).ordinals == [number])
      frontier.landed(request, refused, now: start)
    }
    #expect(frontier.hostCount <= 8192)
    #expect(frontier.hostCount > 8000)
  }
}
