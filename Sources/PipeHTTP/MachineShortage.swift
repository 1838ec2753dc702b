internal import Glibc

/// Transfers that could not begin because the machine has no more of something: descriptors (EMFILE, ENFILE), memory
/// for sockets (ENOBUFS, ENOMEM), or ports of its own (EADDRNOTAVAIL).
///
/// No server is to blame for that. Such a request waits until others have ended, and fewer run at once from then on.
/// When there is still nothing after all that the system keeps for closed connections must be gone, the run fails.
struct MachineShortage {
  struct Waiting {
    let request: any TransferRequest
    let sends: Int
  }

  /// How many transfers may run at once.
  private(set) var limit: Int
  /// In the order in which they were put off.
  private(set) var waiting: [Waiting] = []
  /// When the first of them may be tried again; nanoseconds of the monotonic clock.
  private var next: UInt64 = 0
  /// Since when nothing could begin.
  private var since: UInt64?
  /// When the limit was last changed.
  private var changed: UInt64 = 0
  private var reason: Int32 = 0

  /// How long nothing can begin before the run fails. For ports, longer than Linux keeps that of a closed connection
  /// (TIME_WAIT, 60 s); of the process's own descriptors, none comes free while no transfer is under way.
  private var patience: UInt64 { (reason == EMFILE ? 10 : 75) * Self.second }
  private static let pause: UInt64 = 250_000_000
  private static let second: UInt64 = 1_000_000_000
  /// Files that the process opens beside its transfers: sources and sinks, certificates, the resolver.
  private static let reserve = 16

  /// - Parameter limit: How many transfers may run at once for all that is known.
  init(limit: Int) { self.limit = max(1, limit) }

  /// How many transfers the descriptors suffice for. A name that is looked for takes several for a moment.
  ///
  /// - Parameter wanted: How many may be asked for; where there are plenty, nobody counts.
  static func descriptorLimit(wanted: Int) -> Int {
    var limits = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else { return .max }
    let most = Int(clamping: limits.rlim_cur)
    if most / 8 >= wanted { return .max }
    let open = (0..<min(most, 65536)).count { fcntl(Int32($0), F_GETFD) >= 0 }
    return max(1, (most - open - reserve) / 2)
  }

  /// Whether there is no descriptor left for what must be opened besides a socket.
  static func lacksDescriptors(_ any: Int32) -> Int32? {
    let copy = fcntl(any, F_DUPFD_CLOEXEC, 0)
    if copy < 0 { return isShortage(errno) ? errno : nil }
    close(copy)
    return nil
  }

  static func isShortage(_ number: Int32) -> Bool { [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(number) }

  /// A transfer could not begin.
  ///
  /// - Parameter active: How many others are under way.
  mutating func put(_ request: any TransferRequest, sends: Int, because number: Int32, active: Int, now: UInt64) {
    waiting.append(Waiting(request: request, sends: sends))
    limit = max(1, min(limit, active))
    reason = number
    changed = now
    next = now + (active == 0 ? Self.second + Self.pause : Self.pause)
    if active == 0, since == nil { since = now }
  }

  /// A transfer had a connection.
  mutating func succeeded(now: UInt64) {
    since = nil
    guard reason != 0, now >= changed + Self.second else { return }
    changed = now
    limit += max(1, limit / 4)
  }

  /// The next request that may be tried again, where that is due.
  mutating func take(active: Int, now: UInt64) -> Waiting? {
    guard !waiting.isEmpty, now >= next, active < limit else { return nil }
    return waiting.removeFirst()
  }

  mutating func giveUp() -> [any TransferRequest] {
    defer { waiting = [] }
    return waiting.map(\.request)
  }

  /// When to look again, where something waits for its moment and not for others to end.
  func nextLook(active: Int) -> UInt64 { waiting.isEmpty || active >= limit ? .max : next }

  /// Why the run cannot go on, if it cannot.
  func failure(now: UInt64) -> TransferLoopError? {
    guard !waiting.isEmpty, let since, now >= since + patience else { return nil }
    return TransferLoopError(message: Self.words(reason))
  }

  static var fewFiles: String { words(EMFILE) }

  /// What is missing, for a person.
  var words: String { Self.words(reason) }

  private static func words(_ number: Int32) -> String {
    switch number {
    case EADDRNOTAVAIL: "this machine has no more ports of its own for connections (net.ipv4.ip_local_port_range)"
    case EMFILE: "this process may open no more files (ulimit -n)"
    case ENFILE: "this machine may open no more files (fs.file-max)"
    default: "this machine has no more memory for connections"
    }
  }
}
