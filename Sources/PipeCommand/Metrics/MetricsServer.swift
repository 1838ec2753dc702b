import Glibc
import PipeEngine
import PipeSystem
import PipeWeb

/// Serves metrics over HTTP, on a thread of its own: neither the pool nor the loop of transfers knows of it.
///
/// Whoever connects gets one exchange. There are as many of them at once as `mostExchanges`; one more ends the oldest one, so
/// that clients that stall keep nobody out. In a second no more begin than `mostInSecond`, and metrics are made anew once: however
/// many ask, it takes little of a processor.
final class MetricsServer: Sendable {
  private let listener: Int32
  /// With the port that the system chose.
  let address: MetricsAddress

  private static let mostExchanges = 32
  private static let mostInSecond = 200
  /// For how long metrics are shown again.
  private static let freshness = Duration.seconds(1)
  /// Descriptors that it needs at the least: the listener, what stops it, and two connections.
  static let descriptors = 4

  /// Listens; nobody is answered before `start`.
  ///
  /// - Throws: `RunError` if the system refuses the address.
  init(_ address: MetricsAddress) throws(RunError) {
    func refusal() -> RunError { RunError("--metrics \(address.description)", String(cString: strerror(errno))) }
    let family = if case .v4 = address.address { AF_INET } else { AF_INET6 }
    let flags = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
    let descriptor = socket(family, Int32(flags), 0)
    if descriptor < 0 { throw refusal() }
    var yes: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    // A port that an earlier run has let go of can be had at once. One that somebody listens at cannot.
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, size)
    if family == AF_INET6 { setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &yes, size) }
    guard address.bind(descriptor), listen(descriptor, 64) == 0, let port = MetricsAddress.port(of: descriptor) else {
      let refusal = refusal()
      close(descriptor)
      throw refusal
    }
    listener = descriptor
    self.address = MetricsAddress(address.address, port: port)
  }

  deinit { close(listener) }

  /// Answers until it is told to stop.
  ///
  /// - Parameter metrics: Makes the text of the metrics.
  /// - Returns: The thread, which ends soon after the stop.
  func start(until stop: StopEvent, metrics: @escaping @Sendable () -> String) throws(RunError) -> SystemThread {
    do throws(SystemThread.Refusal) {
      return try SystemThread { [self] in
        var service = Service(listener: listener, stop: stop, metrics: metrics)
        service.run()
      }
    } catch {
      throw RunError("the machine", "cannot start a thread for --metrics: \(error.reason)")
    }
  }

  /// What the thread has.
  private struct Service {
    let listener: Int32
    let stop: StopEvent
    let metrics: () -> String

    private var connections: [(descriptor: Int32, exchange: MetricsExchange)] = []
    private var known: (text: [UInt8], made: ContinuousClock.Instant)?
    /// The second that is counted, and how many exchanges have begun in it.
    private var second = ContinuousClock.now
    private var begun = 0
    private var buffer = [UInt8](repeating: 0, count: 4096)

    init(listener: Int32, stop: StopEvent, metrics: @escaping () -> String) {
      self.listener = listener
      self.stop = stop
      self.metrics = metrics
    }

    mutating func run() {
      defer { for connection in connections { close(connection.descriptor) } }
      while true {
        var now = ContinuousClock.now
        if now - second >= .seconds(1) { (second, begun) = (now, 0) }
        let isAccepting = begun < MetricsServer.mostInSecond
        var polled = [
          pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0),
          // A negative number is passed over.
          pollfd(fd: isAccepting ? listener : -1, events: Int16(POLLIN), revents: 0),
        ]
        for (descriptor, exchange) in connections {
          let events = if case .answering = exchange.state { POLLOUT } else { POLLIN }
          polled.append(pollfd(fd: descriptor, events: Int16(events), revents: 0))
        }
        let deadlines = connections.map(\.exchange.deadline) + (isAccepting ? [] : [second + .seconds(1)])
        let timeout = deadlines.min().map { StopEvent.milliseconds(until: $0) } ?? -1
        if poll(&polled, nfds_t(polled.count), timeout) < 0, errno != EINTR { return }
        if polled[0].revents != 0 { return }
        now = .now
        for index in connections.indices where polled[index + 2].revents != 0 { goOn(index, now) }
        if polled[1].revents != 0 { accept(now) }
        connections.removeAll { descriptor, exchange in
          guard exchange.state == .over || exchange.deadline <= now else { return false }
          close(descriptor)
          return true
        }
      }
    }

    private mutating func accept(_ now: ContinuousClock.Instant) {
      while begun < MetricsServer.mostInSecond {
        let descriptor = Glibc.accept(listener, nil, nil)
        if descriptor < 0 {
          // No descriptors are left: the run needs them more.
          if [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) { begun = MetricsServer.mostInSecond }
          return
        }
        begun += 1
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        if connections.count >= MetricsServer.mostExchanges {
          // In the order in which they began.
          close(connections.removeFirst().descriptor)
        }
        connections.append((descriptor, MetricsExchange(at: now)))
      }
    }

    private mutating func goOn(_ index: Int, _ now: ContinuousClock.Instant) {
      let descriptor = connections[index].descriptor
      var exchange = connections[index].exchange
      defer { connections[index].exchange = exchange }
      if case .answering = exchange.state {
      } else {
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count == 0 || (count < 0 && ![EAGAIN, EINTR].contains(errno)) { exchange.end() }
        if count > 0 { exchange.receive(buffer[..<count]) { fresh(now) } }
      }
      let rest = exchange.rest
      if rest.isEmpty { return }
      let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count < 0 {
        if ![EAGAIN, EINTR].contains(errno) { exchange.end() }
        return
      }
      exchange.sent(count, at: now)
      if exchange.state == .lingering { shutdown(descriptor, Int32(SHUT_WR)) }
    }

    private mutating func fresh(_ now: ContinuousClock.Instant) -> [UInt8] {
      if let known, now - known.made < MetricsServer.freshness { return known.text }
      let text = Array(metrics().utf8)
      known = (text, now)
      return text
    }
  }
}

extension MetricsAddress {
  /// Gives a socket this address.
  fileprivate func bind(_ descriptor: Int32) -> Bool {
    func bind<Name>(_ name: Name) -> Bool {
      withUnsafePointer(to: name) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<Name>.size)) == 0
        }
      }
    }
    switch address {
    case .v4(let value):
      var name = sockaddr_in()
      name.sin_family = sa_family_t(AF_INET)
      name.sin_port = port.bigEndian
      name.sin_addr.s_addr = value.bigEndian
      return bind(name)
    case .v6(let value):
      var name = sockaddr_in6()
      name.sin6_family = sa_family_t(AF_INET6)
      name.sin6_port = port.bigEndian
      withUnsafeMutableBytes(of: &name.sin6_addr) { $0.storeBytes(of: value.bigEndian, as: UInt128.self) }
      return bind(name)
    }
  }

  /// The port that a socket has; it is at the same place in names of both families.
  fileprivate static func port(of descriptor: Int32) -> UInt16? {
    var name = sockaddr_in6()
    var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let code = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    return code == 0 ? UInt16(bigEndian: name.sin6_port) : nil
  }
}
