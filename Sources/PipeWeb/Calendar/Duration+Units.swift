/// Durations in the units of specs, clocks and libcurl. None of these traps: what a unit cannot hold is the most that
/// it holds.
extension Duration {
  /// Whole nanoseconds, rounded up: a limit of half a nanosecond is not no limit. 0 for what is negative; at most 136
  /// years.
  package var nanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    return UInt64(min(seconds, 1 << 32)) * 1_000_000_000 + UInt64((attoseconds + 999_999_999) / 1_000_000_000)
  }

  /// Whole milliseconds, rounded up.
  package var milliseconds: Int {
    let (seconds, attoseconds) = components
    let (whole, isFar) = Int(seconds).multipliedReportingOverflow(by: 1000)
    let rest = Int(attoseconds > 0 ? (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000 : 0)
    let (sum, isFarther) = whole.addingReportingOverflow(rest)
    return isFar || isFarther ? seconds < 0 ? .min : .max : sum
  }

  package var seconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) / 1e18
  }

  /// So many times as long; at most as long as whole seconds can be counted.
  ///
  /// - Parameter count: From 0, as the duration is.
  package func times(_ count: Int) -> Duration {
    let (seconds, attoseconds) = components
    // The fraction of a second comes to less than `count` seconds.
    guard count > 0, seconds < Int64.max / Int64(count) else { return count > 0 ? .seconds(Int64.max) : .zero }
    return .seconds(seconds * Int64(count)) + Duration(secondsComponent: 0, attosecondsComponent: attoseconds) * count
  }

  /// As a spec would have it, exact to the millisecond: `250ms`, `10s`, `1500ms`, `2m`, `1h`.
  package var shown: String {
    let milliseconds = milliseconds
    if milliseconds == 0 { return "0s" }
    for (unit, size, least) in [("h", 3_600_000, 3_600_000), ("m", 60_000, 120_000), ("s", 1000, 1000)]
    where milliseconds >= least && milliseconds % size == 0 {
      return "\(milliseconds / size)\(unit)"
    }
    return "\(milliseconds)ms"
  }

  /// For a person who wants to know about how long: `3.2 s`, `4 min 12 s`, `2 h 5 min`.
  package var short: String {
    if seconds < 60 { return "\((seconds * 10).rounded() / 10) s" }
    let whole = Int(clamping: components.seconds) + (components.attoseconds >= 500_000_000_000_000_000 ? 1 : 0)
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}
