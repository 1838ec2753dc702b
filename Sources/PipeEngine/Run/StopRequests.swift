internal import Synchronization

/// What a person wants who asks a run to stop, and asks again.
package enum StopStep: Int, Sendable {
  /// Admit nothing new, and let what is in flight finish.
  case drain = 1
  /// End now, with every row that there is.
  case end
  /// Leave at once, whatever any sink or server does.
  case leave
}

/// Counts how often a run was asked to stop.
///
/// Two requests within half a second are one: programs that pass a signal on (timeout, a shell, a container's init) send
/// it to the process and to its group.
package struct StopRequests: ~Copyable, Sendable {
  /// Nanoseconds in which a second request is a double of the first.
  package static let doubleTime: UInt64 = 500_000_000

  /// The time of the last request that was counted, and in the last two bits how many there were.
  private let state = Atomic<UInt64>(0)

  package init() {}

  /// The last step that was asked for.
  package var step: StopStep? { StopStep(rawValue: Int(state.load(ordering: .acquiring) & 3)) }

  /// Counts a request. Takes no lock and allocates nothing, so that a signal handler may call it.
  ///
  /// - Parameter now: Nanoseconds of a monotonic clock.
  /// - Returns: What is asked for; `nil` for the double of the request before.
  package func ask(at now: UInt64) -> StopStep? {
    var old = state.load(ordering: .acquiring)
    while true {
      let new = Self.state(after: old, at: now)
      if new == old { return nil }
      let (isExchanged, current) = state.compareExchange(
        expected: old, desired: new, ordering: .acquiringAndReleasing)
      if isExchanged { return StopStep(rawValue: Int(new & 3)) }
      old = current
    }
  }

  private static func state(after old: UInt64, at now: UInt64) -> UInt64 {
    let (last, count) = (old >> 2, old & 3)
    let now = now & (.max >> 2)
    if count > 0, now < last + doubleTime { return old }
    return now << 2 | min(count + 1, 3)
  }
}
