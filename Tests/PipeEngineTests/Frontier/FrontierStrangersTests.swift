import PipeTesting
import Testing

@testable import PipeEngine

/// Requests of hosts that are not here, and retries: neither may fill the memory.
@Suite(.timeLimit(.minutes(20)))
struct FrontierStrangersTests {
  private let now = Instant.now

  private func strangers(_ range: Range<Int>) -> [Request] { range.map { request($0, host: "h\($0).example") } }

  @Test func `With as many waiting as may, requests of new hosts go to disk, and come back in their order`() {
    var shelf = FrontierShelf(HostRules(concurrency: 1), capacity: 100)
    shelf.add(strangers(0..<10_000))
    #expect(shelf.state.hereCount == 100)
    #expect(shelf.state.hostCount == 100)
    #expect(shelf.storedCount == 9900)
    var begun: [Int] = []
    while begun.count < 10_000 {
      guard case .requests(let requests) = shelf.state.take(upTo: 8, now: now) else { break }
      begun += requests.map(\.id.ordinal)
      for request in requests { shelf.state.landed(request, .answered, now: now) }
      shelf.bringBack()
      #expect(shelf.state.hereCount <= 100 + 64)
    }
    #expect(begun == Array(0..<10_000))
    #expect(shelf.state.hostCount == 0)
    #expect(shelf.storedCount == 0)
  }

  @Test func `As long as there is room nothing goes to disk`() {
    var shelf = FrontierShelf(HostRules(concurrency: 1), capacity: 100)
    for start in stride(from: 0, to: 5000, by: 50) {
      shelf.add(strangers(start..<start + 50))
      while case .requests(let requests) = shelf.state.take(upTo: 8, now: now) {
        for request in requests { shelf.state.landed(request, .answered, now: now) }
      }
    }
    #expect(shelf.storedCount == 0)
    #expect(shelf.state.strangers.count == 0)
  }

  @Test func `While places are free because nobody here may be asked, new hosts come here, up to the flood`() {
    var state = FrontierState(rules: HostRules(concurrency: 1), capacity: 10)
    for one in strangers(0..<FrontierState.flood * 10) {
      #expect(state.destination(of: one, isStarved: true) == .here)
      state.add(one)
    }
    #expect(state.destination(of: request(9999, host: "new.example"), isStarved: true) == .strangers)
  }

  @Test func `A host that is here does not overtake its requests that are away with those of strangers`() {
    var shelf = FrontierShelf(HostRules(concurrency: 1), capacity: 2, blockSize: 2)
    shelf.add(strangers(0..<2))
    shelf.add([request(2, host: "x.example"), request(3, host: "y.example"), request(4, host: "x.example")])
    #expect(shelf.state.strangers.count == 3)
    var begun: [Int] = []
    // x comes back with its first request; its second is still away when a third comes.
    while begun.count < 3, case .requests(let requests) = shelf.state.take(upTo: 1, now: now) {
      begun += requests.map(\.id.ordinal)
      for request in requests { shelf.state.landed(request, now: now) }
      _ = shelf.bringOneBack()
    }
    shelf.add([request(5, host: "x.example")])
    while case .requests(let requests) = shelf.state.take(upTo: 1, now: now) {
      begun += requests.map(\.id.ordinal)
      for request in requests { shelf.state.landed(request, now: now) }
      shelf.bringBack()
    }
    #expect(begun == [0, 1, 2, 3, 4, 5])
  }

  @Test func `Strangers get their chance although the hosts that are here have more than enough`() {
    var shelf = FrontierShelf(HostRules(concurrency: 1), capacity: 10)
    shelf.add((0..<5000).map { request($0, host: "big\($0 % 10).example") })
    shelf.add(strangers(5000..<5010))
    #expect(shelf.state.strangers.count == 10)
    var taken = 0
    var met = 0
    while met < 10, taken < 2000, case .requests(let requests) = shelf.state.take(upTo: 4, now: now) {
      taken += requests.count
      met += requests.count { $0.id.ordinal >= 5000 }
      for request in requests { shelf.state.landed(request, .answered, now: now) }
      shelf.bringBack()
    }
    #expect(met == 10)
    #expect(taken < 1000)
  }

  @Test func `A host whose requests all come to be retried later gets no more of them than may wait`() {
    var shelf = FrontierShelf(HostRules(concurrency: 8), capacity: 50)
    shelf.add((0..<20_000).map { request($0, host: "broken.example") })
    var now = now
    var most = 0
    var done = 0
    while done < 20_000 {
      switch shelf.state.take(upTo: 8, now: now) {
      case .requests(let requests):
        for one in requests {
          shelf.state.landed(one, .answered, now: now)
          if one.attempt == 1 {
            #expect(shelf.state.putBack(one.triedAgain(after: 1), at: now.advanced(by: .seconds(300))) == true)
          } else {
            done += 1
          }
        }
      case .wait(let until):
        if shelf.bringOneBack() { continue }
        guard let until else {
          Issue.record("it waits for ever after \(done)")
          return
        }
        now = max(until, now)
      case .hopeless, .robots, .finished:
        Issue.record("\(done) of them are done")
        return
      }
      most = max(most, shelf.state.hereCount)
      shelf.bringBack()
    }
    #expect(most < 1000, "\(most) were here at once")
    #expect(shelf.state.hostCount == 0)
  }

  @Test func `Retries of one host hold up no other`() {
    var shelf = FrontierShelf(HostRules(concurrency: 8), capacity: 50)
    shelf.add((0..<5000).map { request($0, host: "broken.example") })
    var healthy = 0
    for round in 0..<2000 {
      if round < 200 { shelf.add((0..<10).map { request(10_000 + round * 10 + $0, host: "h\($0).example") }) }
      guard case .requests(let requests) = shelf.state.take(upTo: 8, now: now) else { continue }
      for one in requests {
        shelf.state.landed(one, .answered, now: now)
        if one.host == "broken.example" {
          _ = shelf.state.putBack(one.triedAgain(after: 1), at: now.advanced(by: .seconds(300)))
        } else {
          healthy += 1
        }
      }
      shelf.bringBack()
    }
    #expect(healthy == 2000)
  }

  @Test(
    arguments: 0..<120 as Range<UInt64>)
  func `Nothing is lost and nothing comes twice, and each host keeps its order`(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    let capacity = Int.random(in: 1...40, using: &random)
    // A plain request holds some 400 bytes.
    let bytes = random.oneIn(2) ? Int.max : Int.random(in: 400...20_000, using: &random)
    var shelf = FrontierShelf(
      HostRules(concurrency: Int.random(in: 1...3, using: &random)), capacity: capacity, bytes: bytes,
      blockSize: Int.random(in: 1...8, using: &random))
    let hosts = random.oneIn(2) ? 1000 : 30
    let retries = random.oneIn(2)
    var now = now
    var added = 0
    var open: Set<Int> = []
    var begun: [String: [Int]] = [:]
    var inFlight: [Request] = []
    var settled = 0
    func begin(_ requests: [Request]) {
      for one in requests where one.attempt == 1 {
        #expect(open.remove(one.id.ordinal) != nil, "\(one.id.ordinal) began twice")
        begun[one.host, default: []].append(one.id.ordinal)
      }
      inFlight += requests
    }
    func land(_ one: Request) {
      shelf.state.landed(one, .answered, now: now)
      if retries, one.attempt < 3, random.oneIn(3) {
        let wait = Duration.milliseconds(Int.random(in: 0...50, using: &random))
        _ = shelf.state.putBack(one.triedAgain(after: one.attempt), at: now.advanced(by: wait))
      } else {
        settled += 1
      }
    }
    for _ in 0..<600 {
      switch Int.random(in: 0..<4, using: &random) {
      case 0:
        let requests = (0..<Int.random(in: 1...20, using: &random)).map { _ in
          added += 1
          open.insert(added)
          let host = random.oneIn(3) ? "big.example" : "h\(Int.random(in: 0..<hosts, using: &random)).example"
          return request(added, host: host)
        }
        shelf.add(requests, isStarved: random.oneIn(4))
      case 1:
        if case .requests(let requests) = shelf.state.take(upTo: Int.random(in: 0...8, using: &random), now: now) {
          begin(requests)
        }
      case 2:
        _ = shelf.bringOneBack()
        now = now.advanced(by: .milliseconds(Int.random(in: 0...20, using: &random)))
      default:
        if let place = inFlight.indices.randomElement(using: &random) { land(inFlight.remove(at: place)) }
      }
      #expect(shelf.state.waitingCount + inFlight.count + settled == added)
      #expect(shelf.state.awayCount == shelf.storedCount)
    }
    shelf.state.close()
    var turns = 0
    while turns < 100_000 {
      turns += 1
      switch shelf.state.take(upTo: 8, now: now) {
      case .requests(let requests): begin(requests)
      case .wait(let until):
        if !shelf.bringOneBack(), inFlight.isEmpty {
          guard let until else {
            Issue.record("it waits for ever: \(shelf.state.waitingCount) wait, \(shelf.state.awayCount) are away")
            return
          }
          now = max(now, until)
        }
      case .hopeless, .robots: Issue.record("no host was given up")
      case .finished: turns = .max
      }
      if turns == .max { break }
      for one in inFlight.prefix(4) { land(one) }
      inFlight.removeFirst(min(4, inFlight.count))
    }
    #expect(settled == added)
    #expect(open.isEmpty)
    #expect(begun.values.allSatisfy { $0 == $0.sorted() })
    #expect(shelf.state.hostCount == 0)
    #expect(shelf.state.waitingBytes == 0)
    #expect(shelf.state.strangers.count == 0)
    #expect(!shelf.state.isRefilling)
  }

  @Test func `Links to a million of hosts, as fast as they are found, hold no more than the frontier's share`()
    async throws
  {
    let store = FrontierStore(limit: 1 << 30)
    let frontier = Frontier(rules: HostRules(concurrency: 1), capacity: 64, bytes: 1 << 16, store: store)
    let refilling = Task { try await frontier.keepRefilling() }
    var added = 0
    var fetched = 0
    // Each page brings links to five new hosts.
    for _ in 0..<600 {
      let found = (0..<5).map { request(added + $0, host: "h\(added + $0).example") }
      #expect(try frontier.add(found: found))
      added += 5
      if case .requests(let requests) = frontier.take(upTo: 1, now: now) {
        fetched += requests.count
        _ = frontier.landed(requests.map { Landing($0) }, now: now)
      }
      // A page's links that there was room for stay as a whole, and a block may be on its way back meanwhile.
      #expect(frontier.counts.waiting - frontier.awayCount <= 64 + 4 + 64)
    }
    frontier.close()
    var isOver = false
    while !isOver {
      switch frontier.take(upTo: 8, now: now) {
      case .requests(let requests):
        fetched += requests.count
        _ = frontier.landed(requests.map { Landing($0) }, now: now)
      case .finished: isOver = true
      default: await Task.yield()
      }
    }
    refilling.cancel()
    _ = try? await refilling.value
    #expect(fetched == added)
  }
}
