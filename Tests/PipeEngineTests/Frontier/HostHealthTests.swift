import Testing

@testable import PipeEngine

@Suite("HostHealth")
struct HostHealthTests {
  private let start = Instant.now
  private let refused = HostOutcome.unreachable(RequestError(.connect, "refused", .noConnection))

  private func health(_ concurrency: Int = 8) -> HostHealth {
    var backoff = Backoff()
    backoff.base = .seconds(1)
    backoff.maximum = .seconds(10)
    return HostHealth(concurrency: concurrency, backoff: backoff)
  }

  @Test("asked to slow down, it gets half as many requests at once after a pause")
  func slowDown() {
    var health = health()
    #expect(health.learn(.slowDown(after: nil), from: start, now: start) == .pause(until: start + .seconds(1)))
    #expect(health.concurrency == 4)
    #expect(!health.isWell)
  }

  @Test("a Retry-After is the pause")
  func retryAfter() {
    var health = health()
    let advice = health.learn(.slowDown(after: .seconds(60)), from: start, now: start)
    #expect(advice == .pause(until: start + .seconds(60)))
  }

  @Test("a burst counts once: what began before the slow-down tells nothing new")
  func burst() {
    var health = health()
    let now = start + .seconds(1)
    #expect(health.learn(.slowDown(after: nil), from: start, now: now) == .pause(until: now + .seconds(1)))
    for _ in 0..<7 { #expect(health.learn(.slowDown(after: nil), from: start, now: now + .milliseconds(10)) == .goOn) }
    #expect(health.concurrency == 4)
    // A longer Retry-After of the same burst is obeyed all the same.
    let longer = health.learn(.slowDown(after: .seconds(9)), from: start, now: now)
    #expect(longer == .pause(until: now + .seconds(9)))
    #expect(health.concurrency == 4)
  }

  @Test("asked again and again, it waits longer each time, up to the bound, and spaces its requests")
  func again() {
    var health = health(2)
    var now = start
    var pauses: [Duration] = []
    for _ in 0..<6 {
      guard case .pause(let until) = health.learn(.slowDown(after: nil), from: now, now: now) else { break }
      pauses.append(until - now)
      now = until
    }
    #expect(pauses == [1, 2, 4, 8, 10, 10].map { .seconds($0) })
    #expect(health.concurrency == 1)
    #expect(health.spacing == .milliseconds(1600))
  }

  @Test("an answer in between makes the next pause the first again")
  func answerInBetween() {
    var health = health(2)
    for _ in 0..<4 { _ = health.learn(.slowDown(after: nil), from: start, now: start) }
    _ = health.learn(.answered, from: start, now: start)
    #expect(health.learn(.slowDown(after: nil), from: start, now: start) == .pause(until: start + .seconds(1)))
  }

  @Test("one that is busy gets less, and waits no longer each time")
  func busy() {
    var health = health(4)
    for _ in 0..<12 { #expect(health.learn(.busy, from: start, now: start) == .pause(until: start + .seconds(1))) }
    #expect(health.concurrency == 1)
    #expect(health.spacing == .seconds(1))
  }

  @Test("answers bring it back by small steps")
  func recovery() {
    var health = health(4)
    var now = start
    for _ in 0..<4 {
      _ = health.learn(.slowDown(after: nil), from: now, now: now)
      now += .seconds(1)
    }
    #expect(health.concurrency == 1)
    #expect(health.spacing == .milliseconds(200))
    var steps: [String] = []
    for _ in 0..<200 where !health.isWell {
      _ = health.learn(.answered, from: now, now: now)
      let step = "\(health.concurrency) \(health.spacing)"
      if steps.last != step { steps.append(step) }
    }
    #expect(health.isWell)
    #expect(
      steps == ["1 0.2 seconds", "1 0.1 seconds", "1 0.0 seconds", "2 0.0 seconds", "3 0.0 seconds", "4 0.0 seconds"])
  }

  @Test("answers to what began before it was slowed down do not bring it back")
  func oldAnswers() {
    var health = health()
    _ = health.learn(.slowDown(after: nil), from: start, now: start + .seconds(1))
    for _ in 0..<100 { _ = health.learn(.answered, from: start, now: start + .seconds(2)) }
    #expect(health.concurrency == 4)
  }

  @Test("without a connection three times in a row it is down, and one request at a time tries it")
  func down() {
    var health = health()
    #expect(health.learn(refused, from: start, now: start) == .goOn)
    #expect(health.learn(refused, from: start, now: start) == .goOn)
    #expect(health.concurrency == 8)
    #expect(health.learn(refused, from: start, now: start) == .pause(until: start + .seconds(1)))
    #expect(health.concurrency == 1)
    // The rest of those that were in flight tells nothing new.
    #expect(health.learn(refused, from: start - .seconds(1), now: start) == .goOn)
  }

  @Test("when those that try it fail as well it is given up, and tried once more after a while")
  func giveUp() {
    var health = health()
    var now = start
    var waits: [Duration] = []
    while waits.count < 8 {
      switch health.learn(refused, from: now, now: now) {
      case .goOn: continue
      case .pause(let until):
        waits.append(until - now)
        now = until
      case .giveUp(let until):
        waits.append(.zero - (until - now))
        now = until
      }
    }
    #expect(waits == [1, 2, 4, 8, -10, -10, -10, -10].map { .seconds($0) })
    #expect(health.lastError?.code == .connect)
  }

  @Test(
    "one answer, whatever its status, ends that it is down", arguments: [HostOutcome.answered, .slowDown(after: nil)])
  func upAgain(outcome: HostOutcome) {
    var health = health()
    for _ in 0..<3 { _ = health.learn(refused, from: start, now: start) }
    _ = health.learn(outcome, from: start + .seconds(1), now: start + .seconds(1))
    #expect(health.concurrency == (outcome == .answered ? 8 : 4))
    #expect(health.learn(refused, from: start + .seconds(2), now: start + .seconds(2)) == .goOn)
  }

  @Test("an answer between two failures begins the count anew")
  func notInARow() {
    var health = health()
    for _ in 0..<20 {
      #expect(health.learn(refused, from: start, now: start) == .goOn)
      #expect(health.learn(refused, from: start, now: start) == .goOn)
      #expect(health.learn(.answered, from: start, now: start) == .goOn)
    }
    #expect(health.isWell)
  }
}
