import PipeTesting
import Testing

@testable import PipeReport

@Suite("The time that is left")
struct TimeLeftTests {
  /// A run of fast requests and of slow ones at one host, on a clock of its own: each second's estimate, and the truth.
  private func simulate(
    fast: Int, fastRate: Double, slow: Int, slowRate: Double, hasDelay: Bool, seed: UInt64
  ) -> [(at: Double, shown: TimeLeft.Shown?, truth: Double)] {
    var random = RepeatableRandom(seed: seed)
    var (rate, left) = (RateEstimator(start: 0), TimeLeft())
    var slowEstimator = RateEstimator(start: 0, span: TimeLeft.hostSpan)
    var (doneFast, doneSlow) = (0.0, 0.0)
    var moments: [(Double, TimeLeft.Shown?)] = []
    var now = 0.0
    while Int(doneFast) < fast || Int(doneSlow) < slow {
      now += 0.25
      // Uneven, as a network is.
      doneFast = min(Double(fast), doneFast + fastRate / 4 * Double.random(in: 0.3...1.7, using: &random))
      doneSlow = min(Double(slow), doneSlow + slowRate / 4 * Double.random(in: 0.7...1.3, using: &random))
      let done = Int(doneFast) + Int(doneSlow)
      rate.note(done, at: now)
      slowEstimator.note(Int(doneSlow), at: now)
      guard now.rounded() == now else { continue }
      let slowNow = TimeLeft.rate(measured: slowEstimator.rate(at: now), allowed: hasDelay ? slowRate : nil)
      let host = TimeLeft.Host("slow.example", left: slow - Int(doneSlow), rate: slowNow)
      left.note(
        TimeLeft.estimate(left: fast + slow - done, rate: rate.rate(at: now), hosts: [host]), at: now)
      moments.append((now, left.shown))
    }
    return moments.map { ($0.0, $0.1, now - $0.0) }
  }

  @Test("of two speeds it is told within a fifth, from a fifth of the run on", arguments: 0..<50, [true, false])
  func twoSpeeds(seed: Int, hasDelay: Bool) {
    // With a delay that the plan knows, or a host that is as slow by itself.
    let moments = simulate(
      fast: 1000, fastRate: 50, slow: 60, slowRate: 1, hasDelay: hasDelay, seed: UInt64(seed))
    let whole = moments.last?.at ?? 0
    let judged = moments.filter { $0.at > whole / 5 && $0.truth > 5 }
    let shown = judged.compactMap { moment in moment.shown.map { (moment, $0.seconds) } }
    #expect(shown.count >= judged.count * 9 / 10, "hidden too often: \(shown.count) of \(judged.count)")
    let good = shown.filter { abs($1 - $0.truth) <= max($0.truth * 0.2, 2) }
    #expect(good.count >= shown.count * 95 / 100, "\(good.count) of \(shown.count)")
    // The host that all wait for is named.
    #expect(judged.filter { $0.at > whole / 2 }.allSatisfy { $0.shown?.host?.name == "slow.example" })
  }

  @Test("it stays hidden until estimates have agreed for three seconds")
  func hidden() {
    var left = TimeLeft()
    for (second, seconds) in [100.0, 400, 90, 600, 50].enumerated() {
      left.note((seconds, nil), at: Double(second))
      #expect(left.shown == nil)
    }
    for second in 5..<8 {
      left.note((Double(100 - second), nil), at: Double(second))
      #expect(left.shown == nil)
    }
    left.note((92, nil), at: 8)
    #expect(left.shown?.seconds == 92)
  }

  @Test("where it has risen by a quarter, that is said")
  func risen() {
    var left = TimeLeft()
    for second in 0...4 { left.note((Double(100 - second), nil), at: Double(second)) }
    #expect(left.shown?.hasRisen == false)
    for second in 5...12 { left.note((300, nil), at: Double(second)) }
    #expect(left.shown?.text == "about 5 min left, it has become slower" || left.shown?.hasRisen == false)
    left.note(nil, at: 13)
    #expect(left.shown == nil)
  }

  @Test("what nobody can tell is not told", arguments: [Double.infinity, .nan, 1e300])
  func absurd(seconds: Double) {
    var left = TimeLeft()
    for second in 0..<9 { left.note((seconds, nil), at: Double(second)) }
    #expect(left.shown == nil)
    #expect(TimeLeft.estimate(left: 5, rate: nil, hosts: []) == nil)
    #expect(TimeLeft.estimate(left: 5, rate: 0, hosts: [TimeLeft.Host("h", left: 3, rate: 0)]) == nil)
    #expect(TimeLeft.estimate(left: 0, rate: nil, hosts: [])?.seconds == 0)
  }

  @Test(
    "two units at the most",
    arguments: [
      (0.2, "1 s"), (19, "19 s"), (21, "25 s"), (52, "55 s"), (58, "1 min"), (61, "1 min"), (95, "2 min"),
      (420, "7 min"),
      (1799, "30 min"), (3600, "1 h"), (7800, "2 h 10 min"), (86_400, "1 d"), (100_000, "1 d 4 h"),
      (1e9, "11574 d 2 h"),
    ])
  func rounded(seconds: Double, text: String) { #expect(TimeLeft.Shown.rounded(seconds) == text) }
}
