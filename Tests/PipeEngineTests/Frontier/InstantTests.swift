import Testing

@testable import PipeEngine

@Suite("Instant")
struct InstantTests {
  @Test(
    "durations lead from one instant to the other and back", arguments: [Duration.zero, .nanoseconds(1), .seconds(-90)])
  func arithmetic(duration: Duration) {
    let start = Instant.now
    #expect(start + duration - start == duration)
    #expect(start + duration - duration == start)
    #expect((start < start + duration) == (duration > .zero))
  }

  @Test("what is too far away is as far as it can be told")
  func far() {
    let start = Instant.now
    #expect(start + .seconds(Int64.max) > start + .seconds(9_000_000_000))
    #expect(start - .seconds(Int64.max) < start - .seconds(9_000_000_000))
    #expect((start + .seconds(Int64.max)) + .seconds(1) == start + .seconds(Int64.max))
    #expect(start - .seconds(Int64.max) < start + .seconds(Int64.max))
    #expect((start + .seconds(Int64.max)) - (start - .seconds(Int64.max)) == .nanoseconds(Int64.max))
  }

  @Test("the clock goes on")
  func now() {
    let earlier = Instant.now
    #expect(Instant.now >= earlier)
    let clock = ContinuousClock.now
    #expect((clock - (earlier + .seconds(5)).onContinuousClock) < .seconds(-4))
  }
}
