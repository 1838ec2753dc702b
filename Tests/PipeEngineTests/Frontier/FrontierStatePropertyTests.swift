import PipeTesting
import Testing

@testable import PipeEngine

/// Random events on a frontier beside a model of what each request and each host went through.
@Suite("FrontierState, by random events")
struct FrontierStatePropertyTests {
  @Test("limits hold, nothing is lost, and it ends", arguments: Effort.seeds(30))
  func invariants(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    let rules = HostRules(
      concurrency: Int.random(in: 1...4, using: &random),
      interval: random.oneIn(2) ? .zero : .milliseconds(Int.random(in: 1...50, using: &random)))
    var model = FrontierModel(
      rules: rules, hosts: Int.random(in: 1...6, using: &random), isTroubled: seed.isMultiple(of: 2))
    for _ in 0..<400 { model.step(&random) }
    if random.oneIn(4) { model.drain() }
    model.finish()
    #expect(model.faults == [])
  }
}

private struct FrontierModel {
  private(set) var faults: [String] = []
  private let rules: HostRules
  private let hosts: Int
  /// Whether hosts ask to be left alone, and cannot be reached.
  private let isTroubled: Bool
  private var frontier: FrontierState
  private var now = Instant.now
  private var added = 0
  private var isDrained = false
  private var waiting: Set<Int> = []
  private var postponed: [Int: Instant] = [:]
  private var inFlight: [Request] = []
  private var settled = 0
  private var undone = 0
  private var lastStart: [String: Instant] = [:]

  init(rules: HostRules, hosts: Int, isTroubled: Bool) {
    self.rules = rules
    self.isTroubled = isTroubled
    self.hosts = hosts
    frontier = FrontierState(rules: rules)
  }

  mutating func step(_ random: inout RepeatableRandom) {
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<3: add(host: Int.random(in: 0..<hosts, using: &random))
    case 3: add(host: Int.random(in: 0..<hosts, using: &random), isOwn: true)
    case 4: withdraw(&random)
    case 5..<7: take(upTo: Int.random(in: 0...5, using: &random))
    case 7..<9: land(&random)
    default: now = now.advanced(by: .milliseconds(Int.random(in: 0...40, using: &random)))
    }
    // Requests of this model hold more than 300 bytes each, and less than 500.
    if !(300 * frontier.waitingCount...500 * frontier.waitingCount ~= frontier.waitingBytes) {
      faults.append("\(frontier.waitingCount) wait and hold \(frontier.waitingBytes) bytes")
    }
  }

  mutating func drain() {
    isDrained = true
    let undoneNow = frontier.drain()
    let left = undoneNow.pages + undoneNow.own.count
    if Set(undoneNow.own.map(\.id.ordinal)) != own.filter({ waiting.contains($0) || postponed[$0] != nil }) {
      faults.append("drain left others of the run's own requests than waited")
    }
    if left != waiting.count + postponed.count { faults.append("drain left \(left)") }
    undone += left
    waiting = []
    postponed = [:]
  }

  /// Lands everything until it says that it is finished.
  mutating func finish() {
    frontier.close()
    for _ in 0..<10_000 {
      while let request = inFlight.popLast() {
        frontier.landed(request, now: now)
        settled += 1
      }
      switch take(upTo: 100) {
      case .finished:
        if settled + undone != added { faults.append("\(added) added, \(settled) settled, \(undone) undone") }
        if frontier.waitingBytes != 0 { faults.append("\(frontier.waitingBytes) bytes wait and nothing does") }
        if frontier.waitingCount != 0 || frontier.inFlightCount != 0 { faults.append("finished with something open") }
        now = now.advanced(by: .seconds(1))
        _ = frontier.take(upTo: 1, now: now)
        if !isDrained, !isTroubled, frontier.hostCount != 0 {
          faults.append("\(frontier.hostCount) hosts are not forgotten")
        }
        return
      case .wait(let until):
        guard let until else { return faults.append("it waits for ever with nothing in flight") }
        if until <= now { return faults.append("it waits for the past") }
        now = until
      case .requests, .hopeless, .robots: break
      }
    }
    faults.append("it never ends")
  }

  /// Requests of the run itself, whatever became of them.
  private var own: Set<Int> = []

  private mutating func add(host: Int, isOwn: Bool = false) {
    let name = "h\(host).example"
    if isOwn {
      frontier.add(own: ownRequest(added, host: name))
      own.insert(added)
    } else {
      frontier.add(request(added, host: name))
    }
    waiting.insert(added)
    added += 1
    check()
  }

  /// Takes back one of the run's own requests, wherever it is.
  private mutating func withdraw(_ random: inout RepeatableRandom) {
    guard let ordinal = own.sorted().randomElement(using: &random) else { return }
    let waits = waiting.remove(ordinal) != nil || postponed.removeValue(forKey: ordinal) != nil
    if frontier.withdraw(own: .own(ordinal)) != waits { faults.append("withdrawn though it does not wait, or not") }
    if waits { settled += 1 }
    check()
  }

  @discardableResult
  private mutating func take(upTo limit: Int) -> FrontierState.Take {
    let take = frontier.take(upTo: limit, now: now)
    if case .requests(let requests) = take {
      if requests.isEmpty || requests.count > limit { faults.append("took \(requests.count) of \(limit)") }
      for request in requests { began(request) }
    } else if case .hopeless(let requests) = take {
      for (request, _) in requests where waiting.remove(request.id.ordinal) == nil {
        // What was postponed goes to its host when its moment has come, and may find it given up.
        if postponed.removeValue(forKey: request.id.ordinal) == nil {
          faults.append("one that does not wait is hopeless")
        }
      }
      settled += requests.count
    } else if !isTroubled, limit > 0, !isFinished(take), waiting.contains(where: { mayBegin($0) }) {
      faults.append("a request that may begin is held back")
    }
    check()
    return take
  }

  private func isFinished(_ take: FrontierState.Take) -> Bool {
    take.isFinished && waiting.isEmpty && postponed.isEmpty
  }

  private mutating func began(_ request: Request) {
    let ordinal = request.id.ordinal
    if let moment = postponed.removeValue(forKey: ordinal) {
      if moment > now { faults.append("a postponed request began early") }
    } else if waiting.remove(ordinal) == nil {
      faults.append("a request began that was not waiting")
    }
    inFlight.append(request)
    if inFlight(at: request.host) > rules.concurrency { faults.append("too many at one host") }
    if let last = lastStart[request.host], last.duration(to: now) < rules.interval {
      faults.append("two starts too close together")
    }
    lastStart[request.host] = now
    host[ordinal] = request.host
  }

  private var host: [Int: String] = [:]

  /// Whether nothing but its turn keeps a request, seen before, from beginning.
  private func mayBegin(_ ordinal: Int) -> Bool {
    guard let host = host[ordinal], inFlight(at: host) < rules.concurrency else { return false }
    return lastStart[host].map { $0.duration(to: now) >= rules.interval } ?? true
  }

  private func inFlight(at host: String) -> Int { inFlight.count { $0.host == host } }

  private mutating func land(_ random: inout RepeatableRandom) {
    guard let place = inFlight.indices.randomElement(using: &random) else { return }
    let request = inFlight.remove(at: place)
    let outcome: HostOutcome =
      switch isTroubled ? Int.random(in: 0..<5, using: &random) : 0 {
      case 1: .slowDown(after: random.oneIn(2) ? nil : .milliseconds(Int.random(in: 0...100, using: &random)))
      case 2...3: .unreachable(RequestError(.connect, "refused", .noConnection))
      case 4: .silent
      default: .answered
      }
    frontier.landed(request, outcome, elapsed: .milliseconds(Int.random(in: 0...20, using: &random)), now: now)
    switch Int.random(in: 0..<4, using: &random) {
    case 0:
      waiting.insert(request.id.ordinal)
      if !frontier.putBack(request, at: nil) { faults.append("refused though it does not drain") }
    case 1:
      let moment = now.advanced(by: .milliseconds(Int.random(in: 0...30, using: &random)))
      postponed[request.id.ordinal] = moment
      if !frontier.putBack(request, at: moment) { faults.append("refused though it does not drain") }
    default:
      settled += 1
    }
    check()
  }

  private mutating func check() {
    if frontier.inFlightCount != inFlight.count { faults.append("in flight: \(frontier.inFlightCount)") }
    if frontier.waitingCount != waiting.count + postponed.count { faults.append("waiting: \(frontier.waitingCount)") }
  }
}
