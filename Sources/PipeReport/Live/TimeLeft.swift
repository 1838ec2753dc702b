internal import PipeEngine

/// How long a run will take yet, as far as it can be told.
///
/// It is the greater of what the rate of the whole run says, and of what each host says: what is left of its requests, at
/// the rate at which it answers and may be asked. One slow host decides when all others are done, and only whoever keeps its
/// delay knows that beforehand.
package struct TimeLeft: Hashable, Sendable {
  /// What is left to do at one host.
  package struct Host: Hashable, Sendable {
    package let name: String
    package let left: Int
    /// Requests in a second: what it gives, or what it allows if that is less; `nil` if nobody knows.
    package let rate: Double?

    package init(_ name: String, left: Int, rate: Double?) {
      self.name = name
      self.left = left
      self.rate = rate
    }
  }

  /// An estimate that may be shown.
  package struct Shown: Hashable, Sendable {
    /// Seconds.
    package let seconds: Double
    /// The host that decides it; `nil` if all of the run does.
    package let host: Host?
    /// Whether it has risen by a quarter since it was shown before.
    package let hasRisen: Bool
  }

  /// Seconds for which estimates have to agree before one is shown.
  private static let trial = 3.0
  /// By how much, as a part of them.
  private static let tolerance = 0.3
  private static let rise = 0.25

  /// The end that was expected when the estimates began to agree.
  private var end: Double?
  private var since = 0.0
  /// The end that is shown.
  private var shownEnd: Double?
  package private(set) var shown: Shown?

  package init() {}

  /// The rate of a host that is to be asked no more often than it allows: that, as long as it about keeps up.
  package static func rate(measured: Double?, allowed: Double?) -> Double? {
    guard let allowed else { return measured }
    guard let measured, measured < allowed * 0.75 else { return allowed }
    return measured
  }

  /// Seconds after which what a host has answered weighs a tenth: of one that answers once in a second, few tell nothing.
  package static let hostSpan = 60.0

  /// The estimate of one moment.
  ///
  /// - Parameters:
  ///   - left: Requests that are left.
  ///   - rate: Requests in a second.
  package static func estimate(left: Int, rate: Double?, hosts: [Host]) -> (seconds: Double, host: Host?)? {
    if left <= 0 { return (0, nil) }
    var best: (seconds: Double, host: Host?)?
    if let rate, rate > 0 { best = (Double(left) / rate, nil) }
    for host in hosts where host.left > 0 {
      guard let rate = host.rate, rate > 0 else { continue }
      let seconds = Double(host.left) / rate
      // The whole run is what is told where they are about the same.
      if best.map({ seconds > $0.seconds * 1.05 }) ?? true { best = (seconds, host) }
    }
    return best
  }

  /// Takes in the estimate of a moment.
  package mutating func note(_ estimate: (seconds: Double, host: Host?)?, at now: Double) {
    guard let estimate, estimate.seconds.isFinite, estimate.seconds < 100 * 365 * 86_400 else {
      self = TimeLeft()
      return
    }
    let expected = now + estimate.seconds
    // Ends that lie near each other for what is left until then.
    let scale = max(estimate.seconds, 5)
    if let end, abs(expected - end) <= Self.tolerance * scale {
      guard now - since >= Self.trial else { return }
      let before = shownEnd.map { max(0, $0 - now) }
      let hasRisen = before.map { estimate.seconds > $0 * (1 + Self.rise) + 2 } ?? false
      shown = Shown(seconds: estimate.seconds, host: estimate.host, hasRisen: hasRisen)
      shownEnd = expected
      self.end = end + (expected - end) * 0.1
    } else {
      end = expected
      since = now
      // What was shown stands for as long as it is about right.
      if let last = shownEnd, abs(expected - last) <= Self.tolerance * scale { return }
      shown = nil
    }
  }
}

extension TimeLeft.Shown {
  /// `about 7 min left`, `about 2 h 10 min left, by slow.example (1,204 at 1/s)`.
  package var text: String {
    var text = "about \(Self.rounded(seconds)) left"
    if let host {
      text += ", by \(host.name) (\(host.left.grouped)\(host.rate.map { " at \($0.shownAsRate)" } ?? ""))"
    } else if hasRisen {
      text += ", it has become slower"
    }
    return text
  }

  /// An estimate is not a stopwatch: two units at the most.
  static func rounded(_ seconds: Double) -> String {
    let seconds = max(1, Int(seconds.rounded(.up)))
    switch seconds {
    case ..<20: return "\(seconds) s"
    case ..<55: return "\((seconds + 4) / 5 * 5) s"
    case ..<600: return "\(seconds / 60 + (seconds % 60 >= 30 ? 1 : 0)) min"
    case ..<3600: return "\((seconds + 30) / 60) min"
    case ..<86_400:
      let minutes = (seconds / 60 + 5) / 10 * 10
      return minutes % 60 == 0 ? "\(minutes / 60) h" : "\(minutes / 60) h \(minutes % 60) min"
    default:
      let hours = (seconds + 1800) / 3600
      return hours % 24 == 0 ? "\(hours / 24) d" : "\(hours / 24) d \(hours % 24) h"
    }
  }
}
