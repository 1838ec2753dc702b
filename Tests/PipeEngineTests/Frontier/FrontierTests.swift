import PipeTesting
import Testing

@testable import PipeEngine

@Suite("Frontier", .timeLimit(.minutes(20)))
struct FrontierTests {
  private let now = Instant.now

  /// Adds requests until it is refused, and counts.
  private func adder(_ frontier: Frontier, batches: Int, of size: Int, passing turnstile: Turnstile) -> Task<Int, Never>
  {
    Task {
      for batch in 0..<batches {
        guard await frontier.add((0..<size).map { request(batch * size + $0) }) else { return batch }
        turnstile.pass()
      }
      frontier.close()
      return batches
    }
  }

  @Test("add suspends once as many wait as it has room for, and goes on when half are gone")
  func capacity() async {
    let frontier = Frontier(rules: HostRules(concurrency: 1000), capacity: 8)
    let added = Turnstile()
    let adder = adder(frontier, batches: 4, of: 4, passing: added)
    await added.wait(for: 2)
    #expect(frontier.counts.waiting == 8)
    // Three gone leave more than half of the room taken; the fourth lets the adder go on.
    #expect(frontier.take(upTo: 3, now: now).ordinals.count == 3)
    #expect(added.count == 2)
    #expect(frontier.counts.waiting == 5)
    var taken = 3
    var inFlight: [Request] = []
    while true {
      if case .requests(let requests) = frontier.take(upTo: 1, now: now) {
        taken += requests.count
        inFlight += requests
      } else if taken == 16 {
        break
      } else {
        await Task.yield()
      }
    }
    #expect(await adder.value == 4)
  }

  @Test("a batch may overshoot the capacity once")
  func overshoot() async {
    let frontier = Frontier(rules: HostRules(concurrency: 1000), capacity: 2)
    #expect(await frontier.add((0..<100).map { request($0) }))
    #expect(frontier.counts.waiting == 100)
  }

  @Test("nothing goes away while every place is taken, however fast the source is")
  func fastSource() async {
    let frontier = Frontier(rules: HostRules(concurrency: 4), capacity: 100)
    // Asked before there was anything, it wants more than nothing.
    #expect(frontier.take(upTo: 4, now: now).ordinals.isEmpty)
    let adder = adder(frontier, batches: 20, of: 80, passing: Turnstile())
    var taken = 0
    var mostAway = 0
    while taken < 1600 {
      if case .requests(let requests) = frontier.take(upTo: 4, now: now) {
        taken += requests.count
        #expect(frontier.landed(requests.map { Landing($0) }, now: now).pages == 0)
      } else {
        await Task.yield()
      }
      mostAway = max(mostAway, frontier.awayCount)
    }
    #expect(mostAway == 0)
    #expect(await adder.value == 20)
  }

  @Test("drain lets a suspended adder go, and its requests are not added")
  func drain() async {
    let frontier = Frontier(rules: HostRules(concurrency: 1), capacity: 2)
    let added = Turnstile()
    let adder = adder(frontier, batches: 5, of: 2, passing: added)
    await added.wait()
    #expect(frontier.drain().pages == 2)
    #expect(await adder.value == 1)
    #expect(await !frontier.add([request(99)]))
    #expect(frontier.take(upTo: 9, now: now).isFinished)
  }

  @Test("cancel lets a suspended adder go and finishes whoever takes")
  func cancel() async {
    let frontier = Frontier(rules: HostRules(concurrency: 1), capacity: 2)
    let told = Turnstile()
    frontier.onChange { told.pass() }
    let added = Turnstile()
    let adder = adder(frontier, batches: 5, of: 2, passing: added)
    await added.wait()
    _ = frontier.take(upTo: 1, now: now)
    let before = told.count
    frontier.cancel()
    #expect(await adder.value <= 2)
    #expect(told.count > before)
    #expect(frontier.take(upTo: 9, now: now).isFinished, "whatever is in flight")
  }

  @Test("an adder whose task is cancelled is let go")
  func cancelledAdder() async {
    let frontier = Frontier(rules: HostRules(concurrency: 1), capacity: 1)
    let added = Turnstile()
    let adder = adder(frontier, batches: 2, of: 1, passing: added)
    await added.wait()
    adder.cancel()
    #expect(await adder.value == 1)
  }

  @Test("it tells of what is added, put back and closed")
  func changes() async {
    let frontier = Frontier(rules: HostRules(concurrency: 1), capacity: 9)
    let told = Turnstile()
    frontier.onChange { told.pass() }
    let one = request(0)
    #expect(await frontier.add([one]))
    #expect(told.count == 1)
    _ = frontier.take(upTo: 1, now: now)
    #expect(frontier.landed([Landing(one, next: .again(one, at: nil))], now: now).pages == 0)
    #expect(told.count == 2)
    frontier.close()
    #expect(told.count == 3)
    _ = frontier.take(upTo: 1, now: now)
    #expect(frontier.landed([Landing(one)], now: now).pages == 0)
    #expect(told.count == 4, "nothing is open any more")
    #expect(frontier.take(upTo: 1, now: now).isFinished)
  }

  @Test("what would go on while it drains is counted as undone")
  func goingOnWhileDraining() async {
    let frontier = Frontier(rules: HostRules(concurrency: 2), capacity: 9)
    let requests = [request(0), request(1)]
    #expect(await frontier.add(requests))
    _ = frontier.take(upTo: 2, now: now)
    #expect(frontier.drain().pages == 0)
    #expect(
      frontier.landed([Landing(requests[0], next: .again(requests[0], at: nil)), Landing(requests[1])], now: now).pages
        == 1)
    #expect(frontier.take(upTo: 1, now: now).isFinished)
  }

  @Test("several tasks may wait for room, and none of them is forgotten")
  func severalAdders() async {
    let frontier = Frontier(rules: HostRules(concurrency: 1000), capacity: 1, spills: false)
    let adders = (0..<4).map { adder in
      Task { for number in 0..<20 { _ = await frontier.add([request(adder * 100 + number)]) } }
    }
    var taken = 0
    while taken < 80 {
      if case .requests(let requests) = frontier.take(upTo: 10, now: .now) { taken += requests.count }
      await Task.yield()
    }
    for adder in adders { await adder.value }
    #expect(frontier.counts.waiting == 0)
  }
}
