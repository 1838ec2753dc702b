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
  /// Since some moment of the past.
  private let nanoseconds: Int64

  private init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  package static var now: Instant {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
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
