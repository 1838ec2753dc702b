internal import CLibcurl
internal import PipeWeb

/// What the clock says of one transfer, and when it has to be looked at again. libcurl keeps the time of
/// connecting, since it divides that among a host's addresses; the other limits are kept here, as a look now and
/// then costs less than timers that are set and cleared for each transfer.
///
/// All moments are nanoseconds of the monotonic clock.
struct TransferLimits {
  enum Limit {
    case total, firstByte, idle
  }

  /// How long a transfer without a connection keeps its place from another.
  static let connectionPatience: UInt64 = 1_000_000_000

  private var end: UInt64 = .max
  private var firstByte: UInt64?
  private let idle: UInt64
  /// When something last came from the server.
  var lastByte: UInt64 = 0
  private(set) var nextLook: UInt64 = .max

  init(_ settings: TransferSettings) { idle = settings.idleTimeout.nanoseconds }

  /// A transfer begins.
  mutating func begin(_ settings: TransferSettings, spent: Duration, now: UInt64) {
    end = now + max(.milliseconds(1), settings.totalTimeout - spent).nanoseconds
    firstByte = settings.firstByteTimeout?.nanoseconds
    lastByte = 0
    nextLook = min(end, now + min(firstByte ?? .max / 2, idle, Self.connectionPatience))
  }

  /// A transfer that was held up by us has that time more.
  mutating func extend(by time: UInt64, now: UInt64) {
    end += time
    if lastByte > 0 { lastByte = now }
  }

  /// The limit that is overstepped; where none is, `nextLook` is set anew.
  ///
  /// - Parameter sent: When the request was sent; `nil` where it is not yet.
  mutating func overstepped(at now: UInt64, sent: @autoclosure () -> UInt64?) -> Limit? {
    if now >= end { return .total }
    if lastByte > 0 {
      if now >= lastByte + idle { return .idle }
      nextLook = min(end, lastByte + idle)
    } else if let firstByte {
      // What is idle begins with the first byte, as well.
      guard let sent = sent() else {
        nextLook = min(end, now + min(firstByte, idle))
        return nil
      }
      if now >= sent + firstByte { return .firstByte }
      nextLook = min(end, sent + firstByte, now + idle)
    } else {
      // The first byte can come at any moment, and what is idle begins with it.
      nextLook = min(end, now + idle)
    }
    return nil
  }
}
