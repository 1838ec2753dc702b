import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

@Suite("FrontierState, what sessions of a run tell each other of hosts")
struct FrontierMemoryTests {
  private let start = Instant.now
  private static let refused = RequestError(.connect, "refused", .noConnection)

  private func frontier(
    concurrency: Int = 4, interval: Duration = .zero, obeysRobots: Bool = false
  ) -> FrontierState {
    FrontierState(
      rules: HostRules(concurrency: concurrency, interval: interval),
      gate: obeysRobots
        ? RobotsGate(RobotsPlan(token: ProductToken("pipe"), maxDelay: .seconds(60)), bytes: 1 << 20) : nil)
  }

  /// Fetches one page of a host.
  private func fetch(
    _ frontier: inout FrontierState, _ number: Int, _ outcome: HostOutcome = .answered, host: String = "a.example",
    now: Instant
  ) {
    let request = request(number, host: host)
    frontier.add(request)
    #expect(frontier.take(upTo: 1, now: now).ordinals == [number])
    frontier.landed(request, outcome, now: now)
  }

  /// The state of a run that goes on.
  private func next(
    _ frontier: inout FrontierState, after pause: Duration, since now: Instant, clockGoes ahead: Duration? = nil,
    _ next: FrontierState
  ) -> FrontierState {
    let memory = frontier.memory(now: now, wall: 1_000_000)
    var next = next
    next.remember(memory, now: now + pause, wall: 1_000_000 + (ahead ?? pause).milliseconds)
    return next
  }

  @Test func `Hosts without anything special cost nothing`() {
    var frontier = frontier()
    for number in 0..<1000 { fetch(&frontier, number, host: "h\(number).example", now: start) }
    for number in 1000..<1100 { frontier.add(request(number, host: "h\(number).example")) }
    #expect(frontier.memory(now: start, wall: 5) == [:])
    #expect(frontier.careful.isEmpty)
  }

  @Test func `A host that has failed to connect once is as any other`() {
    var frontier = frontier()
    fetch(&frontier, 0, .unreachable(Self.refused), now: start)
    #expect(frontier.memory(now: start, wall: 5) == [:])
  }

  @Test(arguments: [(Duration.seconds(3), Duration.seconds(7)), (.seconds(20), .zero)])
  func `What is left of a Retry-After is waited for, and no more`(pause: Duration, rest: Duration) {
    var first = frontier()
    fetch(&first, 0, .slowDown(after: .seconds(10)), now: start)
    var second = next(&first, after: pause, since: start, frontier())
    second.add(request(1))
    let now = start + pause
    if rest > .zero {
      #expect(second.take(upTo: 1, now: now).wait == now + rest)
      #expect(second.take(upTo: 1, now: now + rest - .milliseconds(1)).ordinals == [])
    }
    #expect(second.take(upTo: 1, now: now + rest).ordinals == [1])
  }

  @Test func `A burst does not follow: fewer at once stay fewer, and spaced ones stay spaced`() {
    var first = frontier(concurrency: 4)
    var now = start
    for number in 0..<2 {
      fetch(&first, number, .slowDown(after: .seconds(1)), now: now)
      now += .seconds(2)
    }
    var second = next(&first, after: .zero, since: now, frontier(concurrency: 4))
    for number in 10..<20 { second.add(request(number)) }
    #expect(second.take(upTo: 9, now: now).ordinals == [10], "one at once")
    #expect(second.waits(upTo: 1).map(\.reason) == [.concurrency(limit: 1)])

    fetch(&first, 2, .slowDown(after: .seconds(1)), now: now)
    now += .seconds(2)
    var third = next(&first, after: .zero, since: now, frontier(concurrency: 4))
    for number in 10..<20 { third.add(request(number)) }
    // Nobody knows whether it was asked just now.
    #expect(third.take(upTo: 9, now: now).ordinals == [])
    now += .milliseconds(100)
    #expect(third.take(upTo: 9, now: now).ordinals == [10])
    third.landed(request(10), .answered, now: now)
    #expect(third.take(upTo: 9, now: now + .milliseconds(99)).ordinals == [])
    #expect(third.take(upTo: 9, now: now + .milliseconds(100)).ordinals == [11])
  }

  @Test func `A host that is given up stays so until its moment, and is then tried by one request`() {
    var first = frontier()
    var now = start
    var number = 0
    while first.hosts.first?.givenUp == nil, number < 50 {
      fetch(&first, number, .unreachable(Self.refused), now: now)
      now += .seconds(30)
      number += 1
    }
    now = now - .seconds(30)
    var second = next(&first, after: .seconds(10), since: now, frontier())
    now += .seconds(10)
    second.add(request(100))
    guard case .hopeless(let requests) = second.take(upTo: 9, now: now) else {
      Issue.record("it is not given up any more")
      return
    }
    #expect(requests.map(\.error.message) == ["refused (its host was given up for now)"])
    // It is told once more, should this run break off as well.
    #expect(second.memory(now: now, wall: 5)["a.example"]?.givenUp == "http")
    now += .seconds(20)
    #expect(second.take(upTo: 9, now: now).ordinals == [])
    for number in 101..<110 { second.add(request(number)) }
    #expect(second.take(upTo: 9, now: now).ordinals == [101])
  }

  @Test func `A run that broke off may have asked each host just before`() {
    var first = frontier(interval: .seconds(5))
    fetch(&first, 0, now: start)
    var second = next(&first, after: .seconds(2), since: start, frontier(interval: .seconds(5)))
    for number in 1..<3 { second.add(request(number, host: "h\(number).example")) }
    let now = start + .seconds(2)
    #expect(second.take(upTo: 9, now: now).wait == now + .seconds(5))
    #expect(second.take(upTo: 9, now: now + .seconds(5)).ordinals == [1, 2])
    // Long after it, nobody waits.
    var third = next(&first, after: .seconds(100), since: start, frontier(interval: .seconds(5)))
    third.add(request(1))
    #expect(third.take(upTo: 9, now: start + .seconds(100)).ordinals == [1])
  }

  @Test func `A run that has ended in order tells when each host may be asked again`() {
    var first = frontier(interval: .seconds(5))
    fetch(&first, 0, now: start)
    _ = first.drain()
    #expect(first.memory(now: start + .seconds(1), wall: 100)["a.example"]?.notBefore == 4100)
    var second = next(&first, after: .seconds(2), since: start, frontier(interval: .seconds(5)))
    for host in ["a.example", "b.example"] { second.add(request(host.utf8.count, host: host)) }
    second.add(request(1, host: "b.example"))
    let now = start + .seconds(2)
    #expect(second.take(upTo: 9, now: now).ordinals.count == 1, "the other host")
    #expect(second.take(upTo: 9, now: now).wait == start + .seconds(5))
  }

  @Test func `Where too many hosts were asked just now, what is said of all of them holds`() {
    var first = frontier(interval: .seconds(5))
    for number in 0...FrontierState.mostMemories { fetch(&first, number, host: "h\(number).example", now: start) }
    _ = first.drain()
    let memory = first.memory(now: start, wall: 100)
    #expect(memory.count == 1)
    var second = frontier(interval: .seconds(5))
    second.remember(memory, now: start, wall: 100)
    second.add(request(1))
    #expect(second.take(upTo: 1, now: start).wait == start + .seconds(5))
  }

  @Test(arguments: [Duration.seconds(-1000), .seconds(-1), .zero])
  func `A clock that went backwards makes nobody wait longer`(ahead: Duration) {
    var first = frontier(interval: .seconds(5))
    fetch(&first, 0, .slowDown(after: .seconds(10)), now: start)
    _ = first.drain()
    var second = next(&first, after: .seconds(1), since: start, clockGoes: ahead, frontier(interval: .seconds(5)))
    second.add(request(1))
    #expect(second.take(upTo: 1, now: start + .seconds(1)).wait == start + .seconds(11))
  }

  @Test(arguments: [Int.min, -1, .max])
  func `Numbers that nobody wrote do no harm`(number: Int) {
    let host = HostMemory(
      notBefore: number, concurrency: number, spacing: number, slowDowns: number, isDown: true,
      robotsRefusals: ["http://a.example": RobotsRefusal(until: number), "nothing": RobotsRefusal(until: number)],
      crawlDelays: ["http://a.example": number, "nothing": number])
    for all in [nil, HostMemory(notBefore: number, spacing: number), HostMemory(notBefore: 100, spacing: number)] {
      var frontier = frontier(obeysRobots: true)
      var memory = ["a.example": host]
      memory[HostMemory.everyHost] = all
      frontier.remember(memory, now: start, wall: 1000)
      frontier.add(request(1))
      var now = start
      for _ in 0..<10 {
        guard case .wait(let until?) = frontier.take(upTo: 1, now: now) else { break }
        now = until
      }
      #expect(now - start <= .seconds(300))
    }
  }

  @Test func `A robots.txt that could not be had is not asked for again before its moment`() throws {
    var first = frontier(obeysRobots: true)
    let file = webURL("http://a.example/robots.txt")
    let response = HTTPResponse(status: 503, version: .http11)
    let asked = Request(RequestSeed(id: .own(1), written: file.href, method: .get, purpose: .robots))
    first.know(RobotsAnswer(Fetched(request: asked, response: response), for: nil), of: file, now: start)
    var second = next(&first, after: .seconds(60), since: start, frontier(obeysRobots: true))
    second.add(request(1))
    guard case .hopeless(let requests) = second.take(upTo: 1, now: start + .seconds(60)) else {
      Issue.record("it is asked for")
      return
    }
    #expect(requests.first?.error.message == "robots.txt of http://a.example cannot be had (503)")
    second.add(request(2))
    #expect(second.take(upTo: 1, now: start + .seconds(299)).isHopeless)
    second.add(request(3))
    #expect(second.take(upTo: 1, now: start + .seconds(301)).files == [file.href])
  }

  @Test func `A Crawl-delay holds though the file is asked for anew`() {
    var first = frontier(obeysRobots: true)
    let file = webURL("http://a.example/robots.txt")
    let rules = RobotsRules(
      parsing: Array("User-agent: *\nCrawl-delay: 10".utf8).span, for: ProductToken("pipe"))
    first.know(RobotsAnswer(.rules(rules)), of: file, now: start)
    fetch(&first, 0, now: start)
    // Killed 11 s after it, the host may have been asked a second ago.
    var second = next(&first, after: .seconds(11), since: start, frontier(obeysRobots: true))
    var now = start + .seconds(11)
    second.add(request(1))
    second.add(own: ownRequest(7))
    #expect(second.take(upTo: 9, now: now).wait == now + .seconds(10))
    now += .seconds(10)
    #expect(second.take(upTo: 9, now: now).ordinals == [7], "one at a time")
    second.landed(ownRequest(7), .answered, now: now)
    #expect(second.take(upTo: 9, now: now + .seconds(9)).ordinals == [])
    #expect(second.take(upTo: 9, now: now + .seconds(10)).files == [file.href])
  }

  @Test func `What was remembered and was not needed yet is told again`() {
    var first = frontier()
    fetch(&first, 0, .slowDown(after: .seconds(100)), now: start)
    var second = next(&first, after: .seconds(10), since: start, frontier())
    let memory = second.memory(now: start + .seconds(20), wall: 1_020_000)
    #expect(memory["a.example"]?.notBefore == 1_100_000)
    #expect(memory["a.example"]?.concurrency == 2)
    var third = next(&second, after: .zero, since: start + .seconds(20), frontier())
    third.add(request(1))
    #expect(third.take(upTo: 1, now: start + .seconds(20)).wait == start + .seconds(100))
  }

  @Test func `No more hosts are told than there is room for`() {
    var frontier = frontier(concurrency: 2)
    for number in 0..<FrontierState.mostMemories + 100 {
      let request = request(number, host: "h\(number).example")
      frontier.add(request)
      frontier.add(request)
      _ = frontier.take(upTo: 2, now: start)
      frontier.landed(request, .slowDown(after: .seconds(1)), now: start)
    }
    #expect(frontier.memory(now: start, wall: 0).count == FrontierState.mostMemories + 1)
  }

  @Test(arguments: Effort.seeds(40))
  func `Over the logs of two sessions, no host is asked sooner, closer together or more often than it was to be`(
    seed: UInt64
  ) {
    var random = RepeatableRandom(seed: seed)
    var model = SessionModel(&random)
    for _ in 0..<3 {
      for _ in 0..<Int.random(in: 0...150, using: &random) { model.step(&random) }
      model.cut(isKilled: random.oneIn(2), &random)
    }
    for _ in 0..<150 { model.step(&random) }
    #expect(model.faults == [])
  }
}

extension FrontierState.Take {
  fileprivate var wait: Instant? { if case .wait(let until) = self { until } else { nil } }
  fileprivate var isHopeless: Bool { if case .hopeless = self { true } else { false } }
}

/// Sessions of one run on a clock of their own, and when each host may be asked by what it has said.
private struct SessionModel {
  private(set) var faults: [String] = []
  private let rules: HostRules
  private var frontier: FrontierState
  private var now = Instant.now
  private var wall = 1_700_000_000_000
  private var added = 0
  private var inFlight: [Request] = []
  /// When each host may be asked at the earliest.
  private var earliest: [String: Instant] = [:]
  private let names: [String]

  init(_ random: inout RepeatableRandom) {
    rules = HostRules(
      concurrency: Int.random(in: 1...3, using: &random),
      interval: random.oneIn(2) ? .zero : .milliseconds(Int.random(in: 1...3000, using: &random)))
    frontier = FrontierState(rules: rules)
    names = (0..<Int.random(in: 1...4, using: &random)).map { "h\($0).example" }
  }

  mutating func step(_ random: inout RepeatableRandom) {
    switch Int.random(in: 0..<8, using: &random) {
    case 0..<2:
      added += 1
      frontier.add(request(added, host: names.randomElement(using: &random) ?? ""))
    case 2..<5: take()
    case 5..<7: land(&random)
    default: pass(.milliseconds(Int.random(in: 0...1500, using: &random)))
    }
  }

  private mutating func pass(_ time: Duration) {
    now += time
    wall += time.milliseconds
  }

  private mutating func take() {
    guard case .requests(let requests) = frontier.take(upTo: 3, now: now) else { return }
    for request in requests {
      let host = request.host
      inFlight.append(request)
      if inFlight.count(where: { $0.host == host }) > rules.concurrency { faults.append("too many at \(host)") }
      if let moment = earliest[host], now < moment { faults.append("\(host) is asked \(moment - now) too soon") }
      let spacing = frontier.place(ofKnown: host).flatMap { frontier.hosts[$0].health?.spacing } ?? .zero
      raise(host, to: now + max(rules.interval, spacing))
    }
  }

  private mutating func raise(_ host: String, to moment: Instant) {
    earliest[host] = max(earliest[host] ?? moment, moment)
  }

  private mutating func land(_ random: inout RepeatableRandom) {
    guard let place = inFlight.indices.randomElement(using: &random) else { return }
    let request = inFlight.remove(at: place)
    var outcome = HostOutcome.answered
    if random.oneIn(3) {
      let wait = Duration.milliseconds(Int.random(in: 0...20_000, using: &random))
      outcome = .slowDown(after: wait)
      raise(request.host, to: now + wait)
    }
    frontier.landed(request, outcome, now: now)
  }

  /// Ends the session: in order, or by a kill some time after its last checkpoint.
  mutating func cut(isKilled: Bool, _ random: inout RepeatableRandom) {
    if !isKilled {
      _ = frontier.drain()
      while !inFlight.isEmpty { land(&random) }
    }
    let memory = frontier.memory(now: now, wall: wall)
    if isKilled {
      // What hosts say behind the checkpoint is lost; when they were asked is not.
      let told = earliest
      var starts: [String: Instant] = [:]
      for _ in 0..<Int.random(in: 0...10, using: &random) {
        earliest = [:]
        take()
        for (host, moment) in earliest { starts[host] = moment }
        pass(.milliseconds(Int.random(in: 0...100, using: &random)))
      }
      earliest = told
      for (host, moment) in starts { raise(host, to: moment) }
      inFlight = []
    }
    let atEnd = (now: now, health: healths)
    pass(.milliseconds(Int.random(in: 0...10_000, using: &random)))
    frontier = FrontierState(rules: rules)
    frontier.remember(memory, now: now, wall: wall)
    for name in names {
      added += 1
      frontier.add(request(added, host: name))
    }
    if !isKilled, healths != atEnd.health { faults.append("\(healths) is not what was: \(atEnd.health)") }
    if !isKilled { checkPatience() }
  }

  /// Concurrency and spacing of the hosts that are treated with care.
  private var healths: [String: String] {
    var healths: [String: String] = [:]
    for name in names {
      guard let place = frontier.place(ofKnown: name), let health = frontier.hosts[place].health else { continue }
      healths[name] = "\(health.concurrency), \(health.spacing)"
    }
    return healths
  }

  /// Nobody waits longer than until the moment when a host may be asked.
  private mutating func checkPatience() {
    guard let moment = names.map({ earliest[$0] ?? now }).min() else { return }
    if now < moment { pass(.milliseconds((moment - now).milliseconds)) }
    let count = inFlight.count
    take()
    if inFlight.count == count { faults.append("no host is asked though one may be") }
  }
}
