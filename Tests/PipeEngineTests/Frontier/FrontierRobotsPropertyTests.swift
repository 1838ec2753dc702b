import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

/// Random events on a frontier that obeys robots.txt, beside a model of what is known and what became of each request.
@Suite("FrontierState, robots.txt by random events")
struct FrontierRobotsPropertyTests {
  @Test(
    "nothing begins that is not allowed, delays hold, all is settled once, and it ends",
    arguments: 0..<120 as Range<UInt64>)
  func invariants(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    var model = RobotsModel(forgets: seed.isMultiple(of: 4), &random)
    for _ in 0..<300 { model.step(&random) }
    if random.oneIn(4) { model.drain() }
    model.finish(&random)
    #expect(model.faults == [])
  }
}

private struct RobotsModel {
  private struct Known {
    var file: String
    var answer: RobotsAnswer
    var delay: Duration
    var until: Instant
  }

  private(set) var faults: [String] = []
  private var frontier: FrontierState
  private let forgets: Bool
  private var now = Instant.now
  private var known: [String: Known] = [:]
  /// The files under way, by their URLs.
  private var asked: [String: Int] = [:]
  private var added = 0
  private var open: Set<RequestID> = []
  private var inFlight: [Request] = []
  private var lastStart: [String: Instant] = [:]
  private var blocks: [UInt32: [Request]] = [:]
  private var isDrained = false

  /// - Parameter forgets: Whether there is room for hardly any file.
  init(forgets: Bool, _ random: inout RepeatableRandom) {
    self.forgets = forgets
    frontier = FrontierState(
      rules: HostRules(
        concurrency: Int.random(in: 1...3, using: &random),
        interval: random.oneIn(2) ? .zero : .seconds(Int.random(in: 1...3, using: &random))),
      gate: RobotsGate(RobotsPlan(token: ProductToken("pipe"), maxDelay: .seconds(10)), bytes: forgets ? 900 : 1 << 20))
  }

  mutating func step(_ random: inout RepeatableRandom) {
    switch Int.random(in: 0..<12, using: &random) {
    case 0..<4: add(&random)
    case 4..<8: take(upTo: Int.random(in: 0...5, using: &random))
    case 8..<10: land(&random)
    case 10: bringBack()
    default:
      let hours = random.oneIn(6) ? 13 : 0
      now += .seconds(hours * 3600 + Int.random(in: 0...20, using: &random))
    }
  }

  private mutating func add(_ random: inout RepeatableRandom) {
    added += 1
    let host = "h\(Int.random(in: 0..<4, using: &random)).example"
    let origin = (random.oneIn(3) ? "https://" : "http://") + host
    let path = random.oneIn(3) ? "/no/\(added)" : "/\(added)"
    let purpose: RequestPurpose = random.oneIn(6) ? .sitemap : random.oneIn(6) ? .check : .page
    let request = Request(
      RequestSeed(
        id: RequestID(source: purpose == .page ? 0 : -1, ordinal: added), written: origin + path, purpose: purpose))
    open.insert(request.id)
    if purpose != .page {
      frontier.add(own: request)
    } else if random.oneIn(2), frontier.hasWaiting(at: host) {
      frontier.addAway(request)
      blocks[UInt32(added)] = [request]
      frontier.stored(FrontierStore.Block(id: UInt32(added), count: 1), of: host)
    } else {
      frontier.add(request)
    }
  }

  private mutating func bringBack() {
    while let (host, block) = frontier.nextRefill(), let host {
      frontier.returned(blocks.removeValue(forKey: block.id) ?? [], of: host)
    }
  }

  @discardableResult
  private mutating func take(upTo limit: Int) -> FrontierState.Take {
    let take = frontier.take(upTo: limit, now: now)
    switch take {
    case .requests(let requests):
      if requests.isEmpty || requests.count > limit { faults.append("took \(requests.count) of \(limit)") }
      for request in requests { began(request) }
    case .hopeless(let requests):
      for (request, error) in requests { refused(request, error) }
    case .robots(let files):
      for file in files {
        added += 1
        if asked.updateValue(added, forKey: file.href) != nil { faults.append("\(file) is asked for twice at once") }
        frontier.add(
          own: Request(RequestSeed(id: .own(added), written: file.href, method: .get, purpose: .robots)))
      }
    case .wait, .finished: break
    }
    return take
  }

  /// What is known of a request's authority.
  private func knowledge(of request: Request) -> Known? {
    known[request.url?.origin ?? ""].flatMap { now < $0.until ? $0 : nil }
  }

  private func delay(of host: String) -> Duration {
    ["http", "https"].map { scheme in
      known["\(scheme)://\(host)"].flatMap { now < $0.until ? $0.delay : nil } ?? .zero
    }.max() ?? .zero
  }

  private mutating func began(_ request: Request) {
    if request.purpose == .page || request.purpose == .check {
      guard let known = knowledge(of: request) else { return faults.append("one began whose file is not known") }
      guard let url = request.url, known.answer.policy.decision(for: url).isAllowed, known.delay <= .seconds(10) else {
        return faults.append("one began that is not allowed")
      }
    }
    if !forgets {
      let delay = delay(of: request.host)
      if delay <= .seconds(10), delay > .zero {
        if let last = lastStart[request.host], last + delay > now { faults.append("two began too close together") }
        if inFlight.contains(where: { $0.host == request.host }) { faults.append("two at once at a host with a delay") }
      }
    }
    lastStart[request.host] = now
    inFlight.append(request)
  }

  private mutating func refused(_ request: Request, _ error: RequestError) {
    if open.remove(request.id) == nil { faults.append("one was settled twice") }
    if error.code != .robots { faults.append("another error than robots") }
    // It was known when it was judged, which may be a while before it is handed out.
    guard let known = known[request.url?.origin ?? ""] else { return faults.append("refused by what is not known") }
    if request.url.map({ known.answer.policy.decision(for: $0).isAllowed }) ?? false, known.delay <= .seconds(10) {
      faults.append("one was refused that is allowed")
    }
  }

  private mutating func land(_ random: inout RepeatableRandom) {
    guard let index = inFlight.indices.randomElement(using: &random) else { return }
    let request = inFlight.remove(at: index)
    frontier.landed(request, .answered, now: now)
    if request.purpose == .robots { return answer(request, &random) }
    switch isDrained ? 9 : Int.random(in: 0..<10, using: &random) {
    case 0: _ = frontier.putBack(request.triedAgain(after: request.attempt), at: now + .seconds(5))
    case 1:
      let path = random.oneIn(2) ? "/no" : "/yes"
      if let url = WebURL("http://h\(Int.random(in: 0..<4, using: &random)).example\(path)") {
        _ = frontier.putBack(request.redirected(to: url, by: 302, becomesGET: false, after: .seconds(1)), at: nil)
      }
    default: if open.remove(request.id) == nil { faults.append("one was settled twice") }
    }
  }

  private mutating func answer(_ request: Request, _ random: inout RepeatableRandom) {
    guard let file = request.url else { return }
    asked[file.href] = nil
    if random.oneIn(8) { return frontier.know(nil, of: file, now: now) }
    let seconds = random.oneIn(3) ? Int.random(in: 1...12, using: &random) : 0
    let text = "User-agent: *\nDisallow: /no\n" + (seconds > 0 ? "Crawl-delay: \(seconds)\n" : "")
    let kinds: [RobotsAnswer] = [
      RobotsAnswer(.unreachable), RobotsAnswer(.unrestricted),
      RobotsAnswer(.rules(RobotsRules(parsing: Array(text.utf8).span, for: nil))),
      RobotsAnswer(.rules(RobotsRules(parsing: Array(text.utf8).span, for: nil))),
    ]
    let kind = Int.random(in: 0..<4, using: &random)
    known[file.origin] = Known(
      file: file.href, answer: kinds[kind], delay: kind > 1 ? .seconds(seconds) : .zero,
      until: now + .seconds(kind == 0 ? 300 : 86_400))
    frontier.know(kinds[kind], of: file, now: now)
  }

  mutating func drain() {
    isDrained = true
    let undone = frontier.drain()
    let count = open.count + asked.count - inFlight.count
    if undone.pages + undone.own.count != count {
      faults.append("drained \(undone.pages + undone.own.count), not \(count)")
    }
    open = Set(inFlight.filter { $0.purpose != .robots }.map(\.id))
  }

  /// Lands everything until it says that it is finished.
  mutating func finish(_ random: inout RepeatableRandom) {
    frontier.close()
    for _ in 0..<20_000 {
      bringBack()
      while !inFlight.isEmpty { land(&random) }
      switch take(upTo: 100) {
      case .finished:
        if !open.isEmpty { faults.append("\(open.count) were never settled") }
        if frontier.waitingCount != 0 || frontier.waitingBytes != 0 || frontier.inFlightCount != 0 {
          faults.append("finished with something open")
        }
        return
      case .wait(let until):
        guard let until else { return faults.append("it waits for ever with nothing in flight") }
        now = max(now + .nanoseconds(1), until)
      case .requests, .hopeless, .robots: break
      }
    }
    faults.append("it never ends")
  }
}
