import PipeTesting
import Testing

@testable import PipeEngine

struct HostMemoryTests {
  private static let error = RequestError(.connect, "refused", .noConnection)

  private func outcome(_ random: inout RepeatableRandom) -> HostOutcome {
    switch Int.random(in: 0..<8, using: &random) {
    case 0: .slowDown(after: random.oneIn(2) ? nil : .seconds(7))
    case 1: .busy
    case 2, 3: .unreachable(Self.error)
    case 4: .silent
    default: .answered
    }
  }

  @Test(arguments: Effort.seeds(12))
  func `A host is treated after a resume as it would have been without`(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    let backoff = Backoff()
    var now = Instant.now
    var health = HostHealth(concurrency: 8, backoff: backoff)
    for _ in 0..<Int.random(in: 0...40, using: &random) {
      now += .seconds(1)
      _ = health.learn(outcome(&random), from: now, now: now)
    }
    now += .seconds(1)
    var again = HostHealth(health.memory, concurrency: 8, backoff: backoff, now: now)
    #expect(again.memory == health.memory)
    for _ in 0..<60 {
      now += .seconds(1)
      let outcome = outcome(&random)
      #expect(again.learn(outcome, from: now, now: now) == health.learn(outcome, from: now, now: now))
      #expect(again.concurrency == health.concurrency)
      #expect(again.spacing == health.spacing)
      #expect(again.isWell == health.isWell)
    }
  }

  @Test func `Rules that are stricter by now hold, and numbers that nobody wrote do no harm`() {
    let slow = HostMemory(
      concurrency: 6, spacing: .max, slowDowns: .max, answers: -1, failures: .max, failedProbes: .min)
    let health = HostHealth(slow, concurrency: 2, backoff: Backoff(), now: .now)
    #expect(health.concurrency == 2)
    #expect(health.spacing == Backoff().maximum)
    #expect(HostHealth(HostMemory(concurrency: 0), concurrency: 2, backoff: Backoff(), now: .now).concurrency == 1)
    #expect(HostHealth(HostMemory(), concurrency: 2, backoff: Backoff(), now: .now).isWell)
  }
}
