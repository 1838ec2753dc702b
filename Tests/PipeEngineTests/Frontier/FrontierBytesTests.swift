import PipeSpec
import PipeTesting
import PipeText
import PipeWeb
import Testing

@testable import PipeEngine

@Suite("Frontier, by bytes", .timeLimit(.minutes(20)))
struct FrontierBytesTests {
  private let now = Instant.now

  /// A request whose row carries a text of so many bytes.
  private func heavy(_ ordinal: Int, bytes: Int, host: String = "h.example") -> Request {
    Request(
      id: RequestID(source: 0, ordinal: ordinal), written: "http://\(host)/\(ordinal)",
      input: ["blob": .string(String(repeating: "x", count: bytes))])
  }

  @Test("a request counts its URL, its body, its fields and its row")
  func cost() {
    let plain = Request(id: RequestID(source: 0, ordinal: 0), written: "http://h.example/")
    let full = Request(
      id: RequestID(source: 0, ordinal: 0), written: "http://h.example/", body: Array(repeating: 0, count: 1000),
      headers: [.init(name: "x", value: String(repeating: "v", count: 2000))],
      input: ["a": .string(String(repeating: "x", count: 4000)), "b": .json(String(repeating: "x", count: 8000))])
    #expect(plain.cost < 500)
    #expect(15_000..<15_500 ~= full.cost - plain.cost)
  }

  @Test("of large requests only so many are in flight as fit into its bytes, one at least")
  func inFlight() {
    var frontier = FrontierState(rules: HostRules(concurrency: 1000), bytes: 10_000)
    let requests = (0..<5).map { heavy($0, bytes: $0 == 2 ? 100_000 : 6000) } + (5..<9).map { heavy($0, bytes: 10) }
    for request in requests { frontier.add(request) }
    #expect(frontier.take(upTo: 10, now: now).ordinals == [0, 1])
    #expect(frontier.take(upTo: 10, now: now).isWaitingForEver)
    frontier.landed(requests[0], now: now)
    // However large it is.
    #expect(frontier.take(upTo: 10, now: now).ordinals == [2])
    frontier.landed(requests[1], now: now)
    #expect(frontier.take(upTo: 10, now: now).isWaitingForEver)
    frontier.landed(requests[2], now: now)
    #expect(frontier.take(upTo: 10, now: now).ordinals == [3, 4])
    frontier.landed(requests[3], now: now)
    // Those that are not large are as many as ever.
    #expect(frontier.take(upTo: 10, now: now).ordinals == [5, 6, 7, 8])
  }

  @Test("add suspends once those that wait hold as much as they may, and goes on when half of it is gone")
  func suspends() async {
    let frontier = Frontier(rules: HostRules(concurrency: 1000), capacity: 1000, bytes: 10_000, spills: false)
    let added = Turnstile()
    let adder = Task {
      for number in 0..<30 {
        #expect(await frontier.add([heavy(number, bytes: 1000)]))
        added.pass()
      }
      frontier.close()
    }
    await added.wait(for: 8)
    var taken = 0
    var most = 0
    while taken < 30 {
      most = max(most, frontier.counts.waiting)
      if case .requests(let requests) = frontier.take(upTo: 1, now: now) { taken += requests.count }
      await Task.yield()
    }
    await adder.value
    #expect(most <= 8, "each holds some 1,400 bytes")
  }

  @Test("a host keeps one request here once they hold as much as they may; the others go away, and those of new hosts")
  func goesAway() {
    let first = heavy(0, bytes: 1000)
    for (bytes, own, other) in [
      (1000, FrontierState.Destination.host, FrontierState.Destination.strangers), (10_000, .here, .here),
    ] {
      var state = FrontierState(rules: HostRules(concurrency: 1), capacity: 100, bytes: bytes)
      #expect(state.destination(of: first) == .here)
      state.add(first)
      #expect(state.waitingBytes == first.cost)
      #expect(state.destination(of: heavy(1, bytes: 1000)) == own)
      #expect(state.destination(of: heavy(1, bytes: 1000, host: "other.example")) == other)
    }
  }

  @Test("what waits for its moment counts until it goes on")
  func postponed() {
    var state = FrontierState(rules: HostRules(concurrency: 1))
    let request = heavy(0, bytes: 1000)
    state.add(request)
    _ = state.take(upTo: 1, now: now)
    #expect(state.waitingBytes == 0)
    state.landed(request, now: now)
    let again = request.triedAgain(after: 1)
    let isPutBack = state.putBack(again, at: now.advanced(by: .seconds(1)))
    #expect(isPutBack)
    #expect(state.waitingBytes == again.cost)
    _ = state.take(upTo: 1, now: now.advanced(by: .seconds(2)))
    #expect(state.waitingBytes == 0)
  }
}
