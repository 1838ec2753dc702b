import Glibc
import PipeSpec
import PipeStorage
import PipeTesting
import PipeText
import PipeWeb
import Testing

@testable import PipeEngine

@Suite("Frontier, what goes to disk", .timeLimit(.minutes(20)))
struct FrontierSpillTests {
  private let now = Instant.now

  @Test("a request is the same after it was away")
  func codec() throws {
    let request = Request(
      id: RequestID(source: 3, ordinal: 123_456_789), written: "HTTP://ä.example/ö?q=1#f", method: .post,
      body: [0, 255, 10],
      headers: [HTTPFields.Field(name: "X-One", value: ""), HTTPFields.Field(name: "Y", value: "ü")],
      input: [
        "a": .null, "b": .bool(true), "c": .int(-5), "d": .double(-0.5), "e": .string("\u{1F600}"),
        "f": .json("{\"x\":1}"),
        "g": .list([.int(.max), .list([]), .bool(false), .string("")]), "": .int(.min),
      ])
    let plain = Request(id: RequestID(source: 0, ordinal: 0), written: "http://a.example/", body: [])
    let store = FrontierStore()
    let first = try store.append([request, plain])
    let second = try store.append([plain])
    let read = try store.take(first)
    #expect(read.count == 2)
    #expect(read[0].id == request.id)
    #expect(read[0].written == request.written)
    #expect(read[0].url == request.url)
    #expect(read[0].method == .post)
    #expect(read[0].body == request.body)
    #expect(read[0].headers == request.headers)
    #expect(read[0].input == request.input)
    #expect(read[1].method == nil)
    #expect(read[1].body == [])
    #expect(try store.take(second).map(\.id) == [plain.id])
  }

  /// Every property of it differs from that of a plain request.
  private static let touched = Request(
    RequestSeed(
      id: RequestID(source: 3, ordinal: 7), written: "http://a.example/", method: .put, body: [1, 2],
      headers: [HTTPFields.Field(name: "Host", value: "y")], input: ["a": .list([.string("b")])], depth: 4,
      referrer: "http://c.example/", purpose: .check,
      place: CrawlPlace(number: 1 << 33, hops: 5, source: 2, isElsewhere: true, hasCome: true),
      chain: ChainPlace(
        head: RequestID(source: 1, ordinal: 1 << 40), start: "http://d.example/ä",
        previous: RequestID(source: 6, ordinal: 8), page: 9, isElsewhere: true)),
    url: WebURL("https://b.example:8443/x?y#z"), fault: RequestError(.connect, "refused ä", .noConnection),
    trail: ["http://a.example/", "https://a.example/ü"].enumerated().compactMap { index, url in
      WebURL(url).map { RedirectHop(url: $0, status: 301 + index) }
    },
    spent: .seconds(5) + .nanoseconds(1), attempt: 3, hasLostItsContent: true, keepsPage: true, isSentAgain: true)

  /// The stored properties of a request by name, as texts.
  private func properties(_ request: Request) -> [String: String] {
    let hop = Mirror(reflecting: request).children.filter { $0.label != "seed" }
    let all = hop + Array(Mirror(reflecting: request.seed).children)
    return Dictionary(uniqueKeysWithValues: all.map { ($0.label ?? "?", String(reflecting: $0.value)) })
  }

  @Test("no property of a request is lost while it is away, whatever properties there are")
  func codecIsComplete() throws {
    let store = FrontierStore()
    let plain = Request(id: RequestID(source: 0, ordinal: 0), written: "")
    let block = try store.append([Self.touched, plain])
    let read = try store.take(block)
    let (before, untouched) = (properties(Self.touched), properties(plain))
    // What is the same in both could be lost unseen: a new property has to be given to `touched`.
    #expect(before.filter { untouched[$0.key] == $0.value } == [:])
    #expect(before.count >= 16)
    #expect(read.map(properties) == [before, untouched])
  }

  @Test("bytes that are cut off are no requests", arguments: [true, false])
  func cutOff(isTouched: Bool) {
    let request = isTouched ? Self.touched : Request(id: RequestID(source: 0, ordinal: 0), written: "http://a.example/")
    var bytes: [UInt8] = []
    RequestCodec.encode(request, into: &bytes)
    #expect(RequestCodec.decode(bytes)?.count == 1)
    for count in 1..<bytes.count { #expect(RequestCodec.decode(Array(bytes[..<count])) == nil, "\(count) bytes") }
  }

  @Test("what cannot be read back ends the run")
  func unreadable() throws {
    let store = FrontierStore(files: MemoryStorage())
    let block = try store.append([request(0), request(1)])
    #expect(throws: RunError.self) { try store.take(FrontierStore.Block(id: block.id, count: 3)) }
    #expect(throws: RunError.self) { try store.take(block) }
    #expect(throws: RunError.self) { try store.take(FrontierStore.Block(id: 99, count: 1)) }
  }

  /// A frontier with blocks in memory, as its state sees them.

  @Test(
    "the requests of a host begin in their order, whether they were away or not", arguments: Effort.seeds(10))
  func order(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    var shelf = FrontierShelf(HostRules(concurrency: Int.random(in: 1...3, using: &random)), capacity: 20)
    var added = 0
    var begun: [String: [Int]] = [:]
    var inFlight: [Request] = []
    var mostHere = 0
    for step in 0..<4000 {
      switch Int.random(in: 0..<3, using: &random) {
      case 0 where step < 1000:
        shelf.add(
          (0..<Int.random(in: 1...30, using: &random)).map { _ in
            added += 1
            // Most are for one host.
            let host = random.oneIn(4) ? "h\(Int.random(in: 0..<4, using: &random)).example" : "big.example"
            return request(added, host: host)
          })
      case 1:
        if case .requests(let requests) = shelf.state.take(upTo: 4, now: now) {
          inFlight += requests
          for request in requests { begun[request.host, default: []].append(request.id.ordinal) }
        }
      default:
        shelf.bringBack()
        for request in inFlight.prefix(2) {
          shelf.state.landed(request, .answered, now: now)
        }
        inFlight.removeFirst(min(2, inFlight.count))
      }
      mostHere = max(mostHere, shelf.state.waitingCount - shelf.state.awayCount)
    }
    while shelf.state.waitingCount + shelf.state.inFlightCount > 0 {
      shelf.bringBack()
      if case .requests(let requests) = shelf.state.take(upTo: 100, now: now) {
        for request in requests {
          begun[request.host, default: []].append(request.id.ordinal)
          inFlight.append(request)
        }
      }
      for request in inFlight {
        shelf.state.landed(request, .answered, now: now)
      }
      inFlight = []
    }
    #expect(begun.values.reduce(0) { $0 + $1.count } == added)
    #expect(begun.values.allSatisfy { $0 == $0.sorted() })
    #expect(shelf.state.awayCount == 0)
    #expect(shelf.state.hostCount == 0)
    #expect(added < 1000 || mostHere < added / 2)
  }

  @Test("what is away is left undone when it drains, and is not brought back")
  func drain() {
    var shelf = FrontierShelf(HostRules(concurrency: 1), capacity: 10)
    shelf.add((0..<100).map { request($0) })
    shelf.add((100..<200).map { request($0) })
    shelf.add((200..<250).map { request($0, host: "h\($0).example") })
    #expect(shelf.state.awayCount > 100)
    #expect(shelf.state.strangers.count == 50)
    #expect(shelf.state.drain().pages == 250)
    shelf.bringBack()
    #expect(shelf.state.take(upTo: 10, now: now).isFinished)
  }

  @Test("what is away fails with the rest when its host is given up")
  func givenUp() {
    var shelf = FrontierShelf(HostRules(concurrency: 1), capacity: 10)
    for start in 0..<5 { shelf.add((0..<100).map { request(start * 100 + $0) }) }
    var now = now
    var hopeless = 0
    var tried = 0
    while shelf.state.waitingCount + shelf.state.inFlightCount > 0 {
      switch shelf.state.take(upTo: 1, now: now) {
      case .requests(let requests):
        tried += 1
        for request in requests {
          shelf.state.landed(request, .unreachable(RequestError(.connect, "refused", .noConnection)), now: now)
        }
      case .hopeless(let requests): hopeless += requests.count
      case .wait(let until):
        shelf.bringBack()
        now = until ?? now
      case .finished, .robots: break
      }
    }
    #expect(tried + hopeless == 500)
    #expect(tried < 20)
  }

  /// Stores that take less than is wanted.
  private enum Trouble: CaseIterable {
    case noFolder, fullFromTheStart, soonFull, soonFullDisk

    func makeStore() -> FrontierStore {
      switch self {
      case .noFolder: FrontierStore(folders: ["/nowhere/at/all"])
      case .fullFromTheStart: FrontierStore(limit: 10)
      case .soonFull: FrontierStore(limit: 1000)
      case .soonFullDisk:
        FrontierStore(
          files: MemoryStorage(
            failing: .init(taken: 7) { _, operation in
              if case .write(_, let place, _) = operation { place >= 500 } else { false }
            }))
      }
    }
  }

  @Test(
    "where the folder for temporary files cannot be written or is full, nothing is lost", arguments: Trouble.allCases)
  private func trouble(_ trouble: Trouble) async throws {
    let frontier = Frontier(rules: HostRules(concurrency: 1), capacity: 20, store: trouble.makeStore())
    let bringing = Task { try await frontier.keepRefilling() }
    let told = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    frontier.onChange { told.continuation.yield() }
    let adder = Task {
      // A long list of one host, and then others: so the frontier wants more than it has room for.
      for batch in 0..<60 {
        let host = batch < 40 ? "slow.example" : "h\(batch % 7).example"
        let requests = (0..<25).map { request(batch * 25 + $0, host: host) }
        #expect(await frontier.add(requests))
      }
      frontier.close()
    }
    var begun: [String: [Int]] = [:]
    var mostWaiting = 0
    var changes = told.stream.makeAsyncIterator()
    taking: while true {
      switch frontier.take(upTo: 8, now: now) {
      case .requests(let requests):
        for request in requests { begun[request.host, default: []].append(request.id.ordinal) }
        mostWaiting = max(mostWaiting, frontier.counts.waiting)
        #expect(frontier.landed(requests.map { Landing($0) }, now: now).pages == 0)
      case .wait: await changes.next()
      case .finished: break taking
      case .hopeless, .robots: Issue.record("no host was given up")
      }
    }
    await adder.value
    bringing.cancel()
    try? await bringing.value
    #expect(begun.values.flatMap(\.self).sorted() == Array(0..<1500))
    // What a disk refuses in the middle begins before what it has taken.
    let takesSome = trouble == .soonFull || trouble == .soonFullDisk
    #expect(takesSome || begun.values.allSatisfy { $0 == $0.sorted() })
    #expect(frontier.awayCount == 0)
    // The source is held up instead: there is room for the capacity, a batch, and what the store took.
    #expect(mostWaiting < 400, "\(mostWaiting) were waiting at once")
  }

  @Test("a long list of a host that does not answer holds up nobody")
  func slowHostFirst() async throws {
    let slow = 20_000
    let urls = (0..<slow).map { "http://slow.example/\($0)" } + (0..<2000).map { "http://h\($0 % 20).example/\($0)" }
    let pipeline = MemoryPipeline(urls)
    let control = RunControl()
    let others = Turnstile()
    let fetcher = StubFetcher(places: 64) { request in
      if request.host == "slow.example" { return .silence }
      others.pass()
      return .status(200)
    }
    let graph = Graph(try pipeline.plan(), fetcher: fetcher, control: control)
    let running = Task { try await graph.run() }
    await others.wait(for: 2000)
    control.stop(by: .now)
    try await running.value
    #expect(graph.progress.discrepancies == [])
    #expect(graph.progress.unfinished == slow)
    #expect(pipeline.sinks[0].rows.all.count == 2000)
  }
}
