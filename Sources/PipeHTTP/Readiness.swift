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
///
/// A connection of HTTP/1 that libcurl lets go of is watched while it is idle. What comes then, nobody asked for: an
/// answer to nothing, more content than was announced, a 408 (RFC 9110, 15.5.9), or the connection's end. Before 8.0
/// libcurl would use such a connection again, and take what came for the answer to its next request, and that answer
/// for the answer to the one after it (RFC 9112, 9.2, asks to close it instead). So it is ended here, and libcurl
/// finds it dead. This costs nothing: a connection in use is watched as well. The events of a round are looked
/// through for idle connections before any request of that round is sent, but those that libcurl sends once more by
/// itself, because a connection turned out to be dead. What comes later than that cannot be told from an answer, as it
/// can always be on its way while the request is sent.
struct Readiness: ~Copyable {
  private struct Socket {
    /// What libcurl wants, and what epoll knows.
    var wanted: UInt32 = 0
    var known: UInt32 = 0
    var isOurs = false
    /// Whether it is wanted only to see that nothing comes.
    var isIdle = false
  }

  private let epoll: Int32
  /// A socket whose other end is closed.
  private let deadEnd: Int32
  /// By descriptor.
  private var sockets: [Socket] = []
  /// Sockets of ours that are open.
  private(set) var openCount = 0
  /// Whether more than the end has come over an idle connection.
  private(set) var hasHeardUnasked = false
  private var changed: [Int32] = []
  /// Idle connections over which something came while a transfer was paused unseen: one that uses a connection again,
  /// and is paused before libcurl has said what it wants of that, leaves it looking idle.
  private var doubtful: [Int32] = []
  /// As many as there can be, so that no event is left for the next time.
  private var events: [epoll_event] = []

  init(wakeup: Int32) throws(TransferLoopError) {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    if epoll < 0 { throw TransferLoopError(message: "no epoll: \(String(cString: strerror(errno)))") }
    var pair: [Int32] = [-1, -1]
    if socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &pair) != 0 {
      let reason = String(cString: strerror(errno))
      close(epoll)
      throw TransferLoopError(message: "no pair of sockets: \(reason)")
    }
    deadEnd = pair[0]
    close(pair[1])
    makeRoom(for: wakeup)
    var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data(fd: wakeup))
    epoll_ctl(epoll, EPOLL_CTL_ADD, wakeup, &event)
  }

  deinit {
    close(epoll)
    close(deadEnd)
  }

  /// - Parameter isIdle: Whether a connection is let go of over which nothing has to come before the next request.
  mutating func want(_ descriptor: Int32, _ action: Int32, isIdle: Bool) {
    let mask: UInt32 =
      switch action {
      case CURL_POLL_IN: EPOLLIN.rawValue
      case CURL_POLL_OUT: EPOLLOUT.rawValue
      case CURL_POLL_INOUT: EPOLLIN.rawValue | EPOLLOUT.rawValue
      default: 0
      }
    makeRoom(for: descriptor)
    let index = Int(descriptor)
    sockets[index].isIdle = isIdle && sockets[index].isOurs
    sockets[index].wanted = sockets[index].isIdle ? EPOLLIN.rawValue : mask
    if sockets[index].isOurs { changed.append(descriptor) } else { tell(descriptor) }
  }

  /// The descriptor is a new socket of ours. It counts as idle until libcurl says what it wants of it, and of a socket
  /// over which a transfer ends as soon as it has begun, libcurl says nothing.
  mutating func opened(_ descriptor: Int32) {
    makeRoom(for: descriptor)
    forget(descriptor)
    sockets[Int(descriptor)] = Socket(wanted: EPOLLIN.rawValue, isOurs: true, isIdle: true)
    changed.append(descriptor)
    openCount += 1
  }

  /// The descriptor is closed now, and epoll forgets it by itself.
  mutating func closed(_ descriptor: Int32) {
    if descriptor < sockets.count { forget(descriptor) }
  }

  /// Tells epoll what has changed since the last time.
  mutating func commit() {
    for descriptor in changed { tell(descriptor) }
    changed.removeAll(keepingCapacity: true)
  }

  private mutating func tell(_ descriptor: Int32) {
    let (wanted, known) = (sockets[Int(descriptor)].wanted, sockets[Int(descriptor)].known)
    if wanted == known { return }
    var event = epoll_event(events: wanted, data: epoll_data(fd: descriptor))
    let operation = wanted == 0 ? EPOLL_CTL_DEL : known == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD
    epoll_ctl(epoll, operation, descriptor, &event)
    sockets[Int(descriptor)].known = wanted
  }

  private mutating func forget(_ descriptor: Int32) {
    if sockets[Int(descriptor)].isOurs { openCount -= 1 }
    sockets[Int(descriptor)] = Socket()
  }

  private mutating func makeRoom(for descriptor: Int32) {
    let more = Int(descriptor) + 1 - sockets.count
    if more <= 0 { return }
    sockets += Array(repeating: Socket(), count: more + 64)
    events += Array(repeating: epoll_event(), count: more + 64)
  }

  /// Waits for events, at most so many milliseconds; -1 waits for ever. Idle connections with an event are ended.
  ///
  /// - Parameter hasUnseen: Whether there are transfers that were paused unseen.
  mutating func wait(milliseconds: Int32, hasUnseen: Bool) -> Int {
    if !hasUnseen, !doubtful.isEmpty { watchDoubtful() }
    let count = max(0, Int(epoll_wait(epoll, &events, Int32(events.count), milliseconds)))
    for index in 0..<count where sockets[Int(events[index].data.fd)].isIdle {
      let descriptor = events[index].data.fd
      if hasUnseen {
        doubtful.append(descriptor)
        sockets[Int(descriptor)].wanted = 0
        tell(descriptor)
      } else {
        end(descriptor)
      }
    }
    return count
  }

  private mutating func watchDoubtful() {
    for descriptor in doubtful where sockets[Int(descriptor)].isIdle {
      sockets[Int(descriptor)].wanted = EPOLLIN.rawValue
      tell(descriptor)
    }
    doubtful = []
  }

  /// The socket of an event and what libcurl is told of it; `nil` where there is nothing to tell, or where the socket
  /// is another one by now, which epoll does not know yet.
  func event(_ index: Int) -> (descriptor: Int32, action: Int32)? {
    let event = events[index]
    if sockets[Int(event.data.fd)].known == 0 { return nil }
    var action: Int32 = 0
    if event.events & EPOLLIN.rawValue != 0 { action |= CURL_CSELECT_IN }
    if event.events & EPOLLOUT.rawValue != 0 { action |= CURL_CSELECT_OUT }
    if event.events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { action |= CURL_CSELECT_ERR }
    return (event.data.fd, action)
  }

  /// Ends all idle connections. libcurl closes them within a second, when it next makes one.
  mutating func endIdle() {
    for descriptor in sockets.indices where sockets[descriptor].isIdle && sockets[descriptor].known != 0 {
      end(Int32(descriptor))
    }
  }

  /// Ends a connection. In its place libcurl, which closes it, reads an end: of a socket that is only shut down it would
  /// read what came since.
  private mutating func end(_ descriptor: Int32) {
    // What is not read when a socket is closed makes a reset of its end. There is more of a flood in any case.
    for _ in 0..<2 where recv(descriptor, nil, 1 << 30, Int32(MSG_DONTWAIT | MSG_TRUNC)) > 0 { hasHeardUnasked = true }
    dup2(deadEnd, descriptor)
    // epoll forgets what is closed.
    sockets[Int(descriptor)].known = 0
    sockets[Int(descriptor)].wanted = 0
    sockets[Int(descriptor)].isIdle = false
  }
}
