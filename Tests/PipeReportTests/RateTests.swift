import PipeTesting
import Testing

@testable import PipeReport

@Suite("Rates")
struct RateTests {
  /// What is told after so many seconds of a load, looked at four times a second.
  private func rate(after end: Double, _ count: (Double) -> Int) -> Double? {
    var estimator = RateEstimator(start: 100)
    var now = 0.0
    while now < end {
      now += 0.25
      estimator.note(count(now), at: 100 + now)
    }
    return estimator.rate(at: 100 + now)
  }

  @Test("a steady load is told within a tenth from the fifth second on", arguments: [1.0, 2, 10, 50, 3000])
  func steady(perSecond: Double) throws {
    for end in stride(from: 5.0, through: 60, by: 1) {
      let rate = try #require(rate(after: end) { Int($0 * perSecond) })
      #expect(abs(rate - perSecond) <= perSecond * 0.1, "\(rate) after \(end) s")
    }
  }

  @Test("so is one that comes in bursts", arguments: [1.0, 2.0])
  func bursts(every: Double) throws {
    for end in stride(from: 10.0, through: 60, by: every) {
      let rate = try #require(rate(after: end) { Int($0 / every) * 10 })
      #expect(abs(rate - 10 / every) <= 10 / every * 0.1, "\(rate) after \(end) s")
    }
  }

  @Test("nothing is told before there is something to tell of")
  func early() {
    #expect(rate(after: 1.5) { Int($0 * 10) } == nil)
    #expect(rate(after: 2) { Int($0 * 10) } != nil)
    #expect(rate(after: 1) { Int($0 * 100) } != nil)
    #expect(rate(after: 30) { _ in 0 } == nil)
  }

  @Test("it falls while nothing happens, and what was counted before does not count")
  func falling() throws {
    var estimator = RateEstimator(start: 0, count: 1000)
    for step in 1...40 { estimator.note(1000 + step * 5, at: Double(step) / 2) }
    let before = try #require(estimator.rate(at: 20))
    #expect(abs(before - 10) < 0.5)
    let after = try #require(estimator.rate(at: 35))
    #expect(after < before / 5)
    #expect(after >= 0)
  }

  @Test("a clock that stands, or goes back, does no harm")
  func oddClock() {
    var estimator = RateEstimator(start: 5)
    estimator.note(50, at: 5)
    estimator.note(60, at: 4)
    #expect(estimator.rate(at: 5) == nil)
    estimator.note(100, at: 8)
    #expect((estimator.rate(at: 7) ?? 0).isFinite)
  }

  @Test(
    "rates as a person reads them",
    arguments: [
      (1234.4, "1,234/s"), (24.5, "25/s"), (2.44, "2.4/s"), (0.5, "30/min"), (0.02, "1/min"), (0.001, "3.6/h"),
      (0, "0/min"),
    ])
  func shown(rate: Double, text: String) { #expect(rate.shownAsRate == text) }
}
