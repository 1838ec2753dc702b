internal import CLibcurl
internal import Glibc
internal import PipeWeb

/// The sockets and the timer that libcurl asks its user to look after, and what else all transfers of a loop share.
/// libcurl's callbacks point here.
final class LoopSockets {
  var readiness: Readiness
  /// When libcurl wants to be called though nothing happens; nanoseconds of the monotonic clock.
  var timer: UInt64?
  /// When this round's events came; nanoseconds of the monotonic clock.
  @exclusivity(unchecked) var now = monotonicNanoseconds()
  /// Bytes of bodies that transfers hold.
  var held = 0
  /// Whether there is no room for results: bodies that are complete would pile up behind the loop.
  var isBackedUp = false
  /// Transfers that wait for bodies to be handed over, the longest waiting first.
  var paused: [TransferPlace] = []
  /// Transfers that have been without a connection for long.
  var stalled = 0
  let decompressors = DecompressorPool()
  let mediaTypes = MediaTypeMemory()

  init(wakeup: Int32) throws(TransferLoopError) { readiness = try Readiness(wakeup: wakeup) }

  /// As the context of a callback. The multi handle is gone before this is.
  var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

  static func of(_ context: UnsafeMutableRawPointer?) -> LoopSockets? {
    context.map { Unmanaged<LoopSockets>.fromOpaque($0).takeUnretainedValue() }
  }
}

/// The one owner of a multi handle.
final class CURLMulti {
  let sockets: LoopSockets
  private let handle: OpaquePointer
  private var sharing = ConnectionSharing()
  /// Transfers that begin with the next round.
  private var added: [TransferPlace] = []
  /// Transfers that have ended and of which nobody was told.
  private var done: [(place: TransferPlace, code: CURLcode)] = []

  init(wakeup: Int32) throws(TransferLoopError) {
    sockets = try LoopSockets(wakeup: wakeup)
    guard let handle = curl_multi_init() else { throw TransferLoopError(message: "libcurl has no memory") }
    self.handle = OpaquePointer(handle)
    // Which connections are kept is decided for each transfer (`TransferPlace.keepConnection`), as libcurl throws away
    // the oldest idle one by walking through every host that it ever spoke to: its table of hosts forgets none of
    // those whose last connection it throws away like that (7.88).
    pipe_multi_set_long(handle, CURLMOPT_MAXCONNECTS, 1 << 20)
    pipe_multi_set_socket_function(
      handle,
      { easy, descriptor, action, context, _ in
        let place = TransferPlace.of(easy: easy)
        if action != CURL_POLL_REMOVE { place?.isSeen = true }
        let isIdle = action == CURL_POLL_REMOVE && place?.leavesIdleConnection == true
        LoopSockets.of(context)?.readiness.want(descriptor, action, isIdle: isIdle)
        return 0
      }, sockets.context)
    pipe_multi_set_timer_function(
      handle,
      { _, milliseconds, context in
        // What is due now is due in the round that has begun.
        LoopSockets.of(context)?.timer =
          milliseconds < 0 ? nil : milliseconds == 0 ? 0 : monotonicNanoseconds() + UInt64(milliseconds) * 1_000_000
        return 0
      }, sockets.context)
  }

  /// When this round's events came.
  var now: UInt64 { sockets.now }

  deinit { curl_multi_cleanup(UnsafeMutableRawPointer(handle)) }

  /// - Parameter isFresh: Whether it must not go over a connection that was used before.
  func add(_ place: TransferPlace, isFresh: Bool = false) {
    sharing.begins(place, isFresh: isFresh)
    added.append(place)
  }

  func remove(_ place: TransferPlace) {
    if !added.isEmpty { added.removeAll { $0 === place } }
    curl_multi_remove_handle(UnsafeMutableRawPointer(handle), place.handle)
  }

  /// Waits for what happens next, at most until a moment, begins what was added and lets libcurl work.
  ///
  /// - Parameter moment: Nanoseconds of the monotonic clock; what is past waits for nothing.
  func work(until moment: UInt64) {
    var running: Int32 = 0
    sockets.readiness.commit()
    let next = added.isEmpty ? min(moment, sockets.timer ?? .max) : 0
    let count = sockets.readiness.wait(
      milliseconds: milliseconds(until: next), hasUnseen: sockets.paused.contains { !$0.isSeen })
    sockets.now = monotonicNanoseconds()
    // What was added begins first: no connection that libcurl has let go of since the wait is used again before it was
    // looked at.
    if sockets.readiness.hasHeardUnasked { beginOneByOne(&running) } else { beginAll(&running) }
    for index in 0..<count {
      if let (descriptor, action) = sockets.readiness.event(index) {
        curl_multi_socket_action(UnsafeMutableRawPointer(handle), descriptor, action, &running)
      }
    }
  }

  private func beginAll(_ running: inout Int32) {
    for place in added { curl_multi_add_handle(UnsafeMutableRawPointer(handle), place.handle) }
    added.removeAll(keepingCapacity: true)
    if isTimerDue { timeOut(&running) }
  }

  /// Begins what was added, up to the first transfer that ends in this, as the answer of a server close by can be there
  /// at once. The next one could use its connection. Somewhat slower, so it is done only once it is worth it.
  private func beginOneByOne(_ running: inout Int32) {
    timeOut(&running)
    gatherDone()
    var count = 0
    while count < added.count, done.isEmpty {
      curl_multi_add_handle(UnsafeMutableRawPointer(handle), added[count].handle)
      count += 1
      timeOut(&running)
      gatherDone()
    }
    added.removeFirst(count)
  }

  /// The transfers that have ended since the last look.
  func takeDone() -> [(place: TransferPlace, code: CURLcode)] {
    gatherDone()
    defer { done = [] }
    for one in done { ended(one.place) }
    return done
  }

  private func gatherDone() {
    var left: Int32 = 0
    while let message = curl_multi_info_read(UnsafeMutableRawPointer(handle), &left) {
      guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
      guard let place = TransferPlace.of(easy: easy) else { continue }
      done.append((place, pipe_message_result(message)))
    }
  }

  /// Called when a transfer has ended, or is ended, while its request is still in its place.
  func ended(_ place: TransferPlace) { sharing.ended(place) }

  /// Called when a transfer is ended because it took too long, while its request is still in its place.
  func timedOut(_ place: TransferPlace, among all: [TransferPlace]) {
    sharing.timedOut(place, among: all, now: now)
    ended(place)
  }

  private var isTimerDue: Bool { sockets.timer.map { $0 <= sockets.now } ?? false }

  private func timeOut(_ running: inout Int32) {
    sockets.timer = nil
    curl_multi_socket_action(UnsafeMutableRawPointer(handle), CURL_SOCKET_TIMEOUT, 0, &running)
  }

  /// Rounded up, so that it is not early and does not spin.
  private func milliseconds(until moment: UInt64) -> Int32 {
    if moment == 0 { return 0 }
    if moment == .max { return -1 }
    let now = monotonicNanoseconds()
    let left = moment > now ? moment - now : 0
    return Int32(min(left / 1_000_000 + (left % 1_000_000 == 0 ? 0 : 1), 3_600_000))
  }
}

/// Nanoseconds of the monotonic clock, counted from about the start of the process, so that they fit whatever the system
/// counts from. Never 0.
func monotonicNanoseconds() -> UInt64 {
  let start = MonotonicStart.seconds
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  let seconds = max(0, Int64(time.tv_sec) &- start)
  return (UInt64(seconds) &+ 1) &* 1_000_000_000 &+ UInt64(max(0, time.tv_nsec))
}

private enum MonotonicStart {
  static let seconds: Int64 = {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec)
  }()
}
