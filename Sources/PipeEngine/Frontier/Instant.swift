#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// A moment of the monotonic clock, to the nanosecond.
///
/// `ContinuousClock.Instant` says the same, but what it consists of is known at run time only: whoever stores one takes
/// a hundred times as long to copy it, and the frontier does so for every request.
package struct Instant: InstantProtocol {
  /// Since about the start of the process, so that it fits whatever the system counts from.
  private let nanoseconds: Int64
  private static let start = systemTime

  private init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  package static var now: Instant {
    let start = Self.start
    let time = systemTime
    let (seconds, _) = Int64(time.tv_sec).subtractingReportingOverflow(Int64(start.tv_sec))
    let (nanoseconds, isFar) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    // A clock that jumps by centuries is at fault; standing still is better than ending the process.
    return Instant(nanoseconds: isFar ? 0 : nanoseconds &+ Int64(time.tv_nsec))
  }

  private static var systemTime: timespec {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time
  }

  /// What is centuries away is as far as it can be told.
  package func advanced(by duration: Duration) -> Instant {
    let (seconds, attoseconds) = duration.components
    let (whole, isFar) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (offset, isFarther) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
    let (sum, isBeyond) = nanoseconds.addingReportingOverflow(offset)
    let isKnown = !isFar && !isFarther && !isBeyond
    return Instant(nanoseconds: isKnown ? sum : duration < .zero ? .min : .max)
  }

  package func duration(to other: Instant) -> Duration {
    let (difference, isFar) = other.nanoseconds.subtractingReportingOverflow(nanoseconds)
    return .nanoseconds(isFar ? other.nanoseconds > nanoseconds ? .max : .min : difference)
  }

  package static func + (instant: Instant, duration: Duration) -> Instant { instant.advanced(by: duration) }

  package static func += (instant: inout Instant, duration: Duration) { instant = instant.advanced(by: duration) }

  package static func - (instant: Instant, duration: Duration) -> Instant { instant.advanced(by: .zero - duration) }

  package static func - (left: Instant, right: Instant) -> Duration { right.duration(to: left) }

  package static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

  /// The same moment of the clock that tasks sleep by.
  var onContinuousClock: ContinuousClock.Instant { .now.advanced(by: Instant.now.duration(to: self)) }
}

/// The clocks of the machine.
enum SystemClock {
  /// What the system's clock says, since 1970.
  static var realtime: (seconds: Int, nanoseconds: Int) {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return (Int(time.tv_sec), Int(time.tv_nsec))
  }
}
