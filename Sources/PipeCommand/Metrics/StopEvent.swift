import CLinux
import Glibc
import PipeEngine

/// Something that happens once, for threads that poll: its descriptor can be read from then on.
final class StopEvent: Sendable {
  let descriptor: Int32

  init() throws(RunError) {
    descriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
    if descriptor < 0 { throw RunError("the machine", "has no eventfd: \(String(cString: strerror(errno)))") }
  }

  deinit { close(descriptor) }

  func happen() {
    var one: UInt64 = 1
    _ = write(descriptor, &one, 8)
  }

  /// Waits for it.
  ///
  /// - Returns: Whether it has happened before the time was over.
  func wait(atMost limit: Duration) -> Bool {
    let end = ContinuousClock.now + limit
    while true {
      var event = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      if poll(&event, 1, Self.milliseconds(until: end)) > 0 { return true }
      if ContinuousClock.now >= end { return false }
    }
  }

  /// For poll(2), rounded up.
  static func milliseconds(until end: ContinuousClock.Instant) -> Int32 {
    let left = (end - .now).components
    if left.seconds < 0 || left.attoseconds < 0 { return 0 }
    return Int32(
      clamping: left.seconds.multipliedReportingOverflow(by: 1000).partialValue
        + left.attoseconds / 1_000_000_000_000_000 + 1)
  }
}
