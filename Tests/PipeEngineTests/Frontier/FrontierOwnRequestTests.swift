import PipeTesting
import Testing

@testable import PipeEngine

@Suite("FrontierState, requests of the run itself")
struct FrontierOwnRequestTests {
  private let start = Instant.now

  @Test("they go before the pages of their host, in their order")
  func first() {
    var frontier = FrontierState(rules: HostRules(concurrency: 9))
    for number in 0..<3 { frontier.add(request(number)) }
    for number in 10..<13 { frontier.add(own: ownRequest(number)) }
    #expect(frontier.take(upTo: 9, now: start).ordinals == [10, 11, 12, 0, 1, 2])
  }

  @Test("they wait for their host's delay, and pages wait for theirs")
  func delay() {
    var frontier = FrontierState(rules: HostRules(concurrency: 9, interval: .seconds(1)))
    frontier.add(request(0))
    #expect(frontier.take(upTo: 9, now: start).ordinals == [0])
    frontier.add(own: ownRequest(10))
    frontier.add(request(1))
    #expect(frontier.take(upTo: 9, now: start).waitingUntil == start + .seconds(1))
    #expect(frontier.take(upTo: 9, now: start + .seconds(1)).ordinals == [10])
    #expect(frontier.take(upTo: 9, now: start + .seconds(1)).waitingUntil == start + .seconds(2))
    #expect(frontier.take(upTo: 9, now: start + .seconds(2)).ordinals == [1])
  }

  @Test("they count against their host's concurrency with its pages")
  func concurrency() {
    var frontier = FrontierState(rules: HostRules(concurrency: 2))
    frontier.add(request(0))
    #expect(frontier.take(upTo: 9, now: start).ordinals == [0])
    for number in 10..<12 { frontier.add(own: ownRequest(number)) }
    #expect(frontier.take(upTo: 9, now: start).ordinals == [10])
    #expect(frontier.take(upTo: 9, now: start).ordinals == [])
    frontier.landed(ownRequest(10), now: start)
    #expect(frontier.take(upTo: 9, now: start).ordinals == [11])
  }

  @Test("a 429 to one of them slows down the pages of the host")
  func slowDown() {
    var frontier = FrontierState(rules: HostRules(concurrency: 4))
    frontier.add(own: ownRequest(10))
    _ = frontier.take(upTo: 1, now: start)
    for number in 0..<4 { frontier.add(request(number)) }
    frontier.landed(ownRequest(10), .slowDown(after: .seconds(7)), now: start)
    #expect(frontier.take(upTo: 9, now: start + .seconds(6)).waitingUntil == start + .seconds(7))
    #expect(frontier.take(upTo: 9, now: start + .seconds(7)).ordinals.count == 2, "half of the concurrency")
  }

  @Test("they begin although only one page may")
  func only() {
    var frontier = FrontierState(rules: HostRules(concurrency: 9))
    for number in 0..<3 { frontier.add(request(number)) }
    frontier.add(own: ownRequest(10))
    frontier.add(own: ownRequest(11, host: "b.example"))
    let only = RequestID(source: 0, ordinal: 1)
    #expect(Set(frontier.take(upTo: 9, now: start, only: only).ordinals) == [1, 10, 11])
    #expect(frontier.take(upTo: 9, now: start, only: only).ordinals == [])
    #expect(frontier.take(upTo: 9, now: start).ordinals == [0, 2])
  }

  @Test("one that is not wanted any more is taken back from wherever it waits", arguments: 0..<3)
  func withdrawn(place: Int) {
    var frontier = FrontierState(rules: HostRules(concurrency: 1))
    let one = ownRequest(10)
    switch place {
    case 0: frontier.add(own: one)
    case 1: _ = frontier.putBack(one, at: start + .seconds(5))
    default:
      frontier.add(request(0))
      frontier.add(own: one)
    }
    let isReturned = frontier.withdraw(own: one.id)
    #expect(isReturned)
    let isReturnedAgain = frontier.withdraw(own: one.id)
    #expect(!isReturnedAgain)
    #expect(frontier.take(upTo: 9, now: start + .seconds(9)).ordinals == (place == 2 ? [0] : []))
    if place == 2 { frontier.landed(request(0), now: start) }
    #expect(frontier.waitingCount == 0)
    #expect(frontier.waitingBytes == 0)
    #expect(frontier.hostCount == 0)
    frontier.close()
    #expect(frontier.take(upTo: 1, now: start).isFinished)
  }

  @Test("one that is in flight is not taken back")
  func inFlight() {
    var frontier = FrontierState(rules: HostRules(concurrency: 1))
    frontier.add(own: ownRequest(10))
    _ = frontier.take(upTo: 1, now: start)
    let isReturned = frontier.withdraw(own: ownRequest(10).id)
    #expect(!isReturned)
  }

  @Test("a drain tells them apart from pages, wherever they wait")
  func drain() {
    var frontier = FrontierState(rules: HostRules(concurrency: 1))
    for number in 0..<5 { frontier.add(request(number)) }
    frontier.add(own: ownRequest(10))
    _ = frontier.putBack(ownRequest(11), at: start + .seconds(5))
    _ = frontier.putBack(request(6), at: start + .seconds(5))
    let undone = frontier.drain()
    #expect(undone.pages == 6)
    #expect(Set(undone.own.map(\.id.ordinal)) == [10, 11])
  }

  @Test("what is away from memory keeps its purpose")
  func codec() {
    for purpose in RequestPurpose.allCases {
      var bytes: [UInt8] = []
      RequestCodec.encode(ownRequest(3, for: purpose), into: &bytes)
      let read = RequestCodec.decode(bytes)
      #expect(read?.map(\.purpose) == [purpose])
      #expect(read?.map(\.id) == [.own(3)])
    }
  }
}

func ownRequest(_ number: Int, host: String = "a.example", for purpose: RequestPurpose = .sitemap) -> Request {
  Request(RequestSeed(id: .own(number), written: "http://\(host)/own/\(number)", method: .get, purpose: purpose))
}
