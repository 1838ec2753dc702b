internal import CLibcurl
internal import CLinux
internal import Glibc

/// Which sockets the loop waits for, kept in step with epoll as late as possible.
///
/// libcurl says of a connection that it lets go of it and, for the next request over it, that it wants it
/// again, most often within one round. Only what has changed when the round ends costs a system call.
/// That is safe for the sockets whose opening and closing we see. libcurl has others (those that its resolver
/// thread writes to), which may be closed and their number given to another within a round: those are told to
/// epoll at once.
struct Readiness: ~Copyable {
  private let epoll: Int32
  /// By descriptor: what libcurl wants, and what epoll knows.
  private var wanted: [UInt32] = []
  private var known: [UInt32] = []
  private var isOurs: [Bool] = []
  /// Sockets of ours that are open.
  private(set) var openCount = 0
  private var changed: [Int32] = []
  private var events: [epoll_event]

  init(wakeup: Int32) throws(TransferLoopError) {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    events = Array(repeating: epoll_event(), count: 256)
    if epoll < 0 { throw TransferLoopError(message: "no epoll: \(String(cString: strerror(errno)))") }
    var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data(fd: wakeup))
    epoll_ctl(epoll, EPOLL_CTL_ADD, wakeup, &event)
  }

  deinit { close(epoll) }

  mutating func want(_ descriptor: Int32, _ action: Int32) {
    let mask: UInt32 =
      switch action {
      case CURL_POLL_IN: EPOLLIN.rawValue
      case CURL_POLL_OUT: EPOLLOUT.rawValue
      case CURL_POLL_INOUT: EPOLLIN.rawValue | EPOLLOUT.rawValue
      default: 0
      }
    makeRoom(for: descriptor)
    wanted[Int(descriptor)] = mask
    if isOurs[Int(descriptor)] { changed.append(descriptor) } else { tell(descriptor) }
  }

  /// The descriptor is a new socket of ours.
  mutating func opened(_ descriptor: Int32) {
    makeRoom(for: descriptor)
    forget(descriptor)
    isOurs[Int(descriptor)] = true
    openCount += 1
  }

  /// The descriptor is closed now, and epoll forgets it by itself.
  mutating func closed(_ descriptor: Int32) {
    if descriptor < known.count { forget(descriptor) }
  }

  /// Tells epoll what has changed since the last time.
  mutating func commit() {
    for descriptor in changed { tell(descriptor) }
    changed.removeAll(keepingCapacity: true)
  }

  private mutating func tell(_ descriptor: Int32) {
    let index = Int(descriptor)
    let mask = wanted[index]
    if mask == known[index] { return }
    var event = epoll_event(events: mask, data: epoll_data(fd: descriptor))
    let operation = mask == 0 ? EPOLL_CTL_DEL : known[index] == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD
    epoll_ctl(epoll, operation, descriptor, &event)
    known[index] = mask
  }

  private mutating func forget(_ descriptor: Int32) {
    let index = Int(descriptor)
    if isOurs[index] { openCount -= 1 }
    known[index] = 0
    wanted[index] = 0
    isOurs[index] = false
  }

  private mutating func makeRoom(for descriptor: Int32) {
    let more = Int(descriptor) + 1 - wanted.count
    if more <= 0 { return }
    wanted += Array(repeating: 0, count: more + 64)
    known += Array(repeating: 0, count: more + 64)
    isOurs += Array(repeating: false, count: more + 64)
  }

  /// Waits for events, at most so many milliseconds; -1 waits for ever.
  mutating func wait(milliseconds: Int32) -> Int {
    max(0, Int(epoll_wait(epoll, &events, Int32(events.count), milliseconds)))
  }

  /// The socket of an event and what libcurl is told of it.
  func event(_ index: Int) -> (descriptor: Int32, action: Int32) {
    let event = events[index]
    var action: Int32 = 0
    if event.events & EPOLLIN.rawValue != 0 { action |= CURL_CSELECT_IN }
    if event.events & EPOLLOUT.rawValue != 0 { action |= CURL_CSELECT_OUT }
    if event.events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { action |= CURL_CSELECT_ERR }
    return (event.data.fd, action)
  }
}
