internal import Glibc
internal import PipeEngine

/// How many things happen in a second, told from a count that is looked at now and then.
///
/// What happened weighs a tenth after fifteen seconds, or as long as is said. That is done twice, so that a single pause or burst does not show at
/// once, and what is missing at the start is made up for. The estimate decays while nothing happens. (The estimator of
/// indicatif, which has seen more terminals than anybody.)
package struct RateEstimator: Hashable, Sendable {
  /// Seconds after which something weighs a tenth.
  private let span: Double
  /// Seconds before which there is no estimate, unless much has happened.
  private static let least = 2.0
  private static let leastCount = 20

  private let start: Double
  /// What was counted before.
  private let before: Int
  private var count: Int
  private var last: Double
  private var smoothed = 0.0
  private var twice = 0.0

  /// - Parameters:
  ///   - start: Seconds of any clock, as all times here.
  ///   - count: What was counted by then.
  ///   - span: Seconds after which something weighs a tenth.
  package init(start: Double, count: Int = 0, span: Double = 15) {
    self.span = span
    (self.start, last) = (start, start)
    (before, self.count) = (count, count)
  }

  private func weight(_ age: Double) -> Double { pow(0.1, age / span) }

  /// So many have happened by now, in all.
  package mutating func note(_ total: Int, at now: Double) {
    let (steps, time) = (total - count, now - last)
    guard steps > 0, time > 0 else { return }
    let share = weight(time)
    smoothed = smoothed * share + Double(steps) / time * (1 - share)
    let unbiased = smoothed / (1 - weight(now - start))
    twice = twice * share + unbiased * (1 - share)
    count = total
    last = now
  }

  /// How many happen in a second; `nil` while nobody can tell.
  package func rate(at now: Double) -> Double? {
    guard count > before, now > start, now - start >= Self.least || count - before >= Self.leastCount else {
      return nil
    }
    return twice * weight(max(0, now - last)) / (1 - weight(now - start))
  }
}

extension Double {
  /// A rate as a person reads it: `24/s`, `2.4/s`, `23/min`.
  package var shownAsRate: String {
    if self >= 10 { return "\(Int(rounded()).grouped)/s" }
    if self >= 1 { return "\((self * 10).rounded() / 10)/s" }
    let perMinute = self * 60
    return perMinute >= 1 || perMinute == 0
      ? "\(Int(perMinute.rounded()))/min" : "\((perMinute * 60 * 10).rounded() / 10)/h"
  }
}
