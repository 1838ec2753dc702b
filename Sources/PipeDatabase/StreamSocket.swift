internal import Glibc

/// The one owner of a socket that is connected to a server; it never blocks, and waits only where it is told to, in short steps
/// between which it can be broken off.
final class StreamSocket {
  private let descriptor: Int32

  /// How long one step of waiting is, in milliseconds.
  private static let step = 100

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { _ = close(descriptor) }

  /// Connects to the first of a name's addresses that answers.
  ///
  /// - Throws: `RedisError.lost`, and `stopped` if it is broken off.
  static func connected(
    to place: RedisAddress.Place, within time: Duration, _ shouldStop: () -> Bool
  ) throws(RedisError) -> StreamSocket {
    let deadline = ContinuousClock.now + time
    switch place {
    case .socket(let path):
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
      return try withUnsafeBytes(of: &address) { (bytes) throws(RedisError) in
        guard let base = bytes.baseAddress else { throw .lost("it has no address") }
        let pointer = base.assumingMemoryBound(to: sockaddr.self)
        return try connect(AF_UNIX, pointer, socklen_t(bytes.count), by: deadline, shouldStop)
      }
    case .server(let host, let port):
      var hints = addrinfo()
      hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
      hints.ai_flags = AI_NUMERICSERV
      var found: UnsafeMutablePointer<addrinfo>?
      let code = getaddrinfo(host, String(port), &hints, &found)
      guard code == 0, let first = found else {
        throw .lost("its name has no address: \(String(cString: gai_strerror(code)))")
      }
      defer { freeaddrinfo(first) }
      var fault = RedisError.lost("its name has no address")
      var next: UnsafeMutablePointer<addrinfo>? = first
      while let one = next {
        do throws(RedisError) {
          let socket = try connect(
            one.pointee.ai_family, one.pointee.ai_addr, one.pointee.ai_addrlen, by: deadline, shouldStop)
          var on: Int32 = 1
          _ = setsockopt(
            socket.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
          _ = setsockopt(socket.descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, socklen_t(MemoryLayout<Int32>.size))
          return socket
        } catch {
          if error == .stopped { throw error }
          fault = error
        }
        next = one.pointee.ai_next
      }
      throw fault
    }
  }

  private static func connect(
    _ family: Int32, _ address: UnsafePointer<sockaddr>?, _ length: socklen_t, by deadline: ContinuousClock.Instant,
    _ shouldStop: () -> Bool
  ) throws(RedisError) -> StreamSocket {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let descriptor = Glibc.socket(family, type, 0)
    if descriptor < 0 { throw .lost("the machine has no socket for it: \(reason(errno))") }
    let socket = StreamSocket(descriptor)
    if Glibc.connect(descriptor, address, length) == 0 { return socket }
    // A Unix socket whose server is behind with accepting answers EAGAIN.
    guard errno == EINPROGRESS else { throw .lost("cannot connect: \(reason(errno))") }
    guard try socket.wait(for: POLLOUT, by: deadline, shouldStop) else {
      throw .lost("cannot connect: no answer in time")
    }
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    _ = getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
    if code != 0 { throw .lost("cannot connect: \(reason(code))") }
    return socket
  }

  /// Waits until it can be read, or written to if that is asked for.
  ///
  /// - Returns: Whether that was before the deadline.
  func wait(
    for events: Int32, by deadline: ContinuousClock.Instant, _ shouldStop: () -> Bool
  ) throws(RedisError) -> Bool {
    while true {
      var polled = pollfd(fd: descriptor, events: Int16(events), revents: 0)
      if poll(&polled, 1, Int32(Self.step)) > 0 { return true }
      if shouldStop() { throw .stopped }
      if ContinuousClock.now >= deadline { return false }
    }
  }

  /// Sends what the system takes.
  ///
  /// - Returns: How many bytes that are.
  func send(_ bytes: ArraySlice<UInt8>) throws(RedisError) -> Int {
    let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    if count >= 0 { return count }
    if errno == EAGAIN || errno == EINTR { return 0 }
    throw .lost("the connection is lost: \(Self.reason(errno))")
  }

  /// Reads what has come.
  ///
  /// - Returns: How many bytes that are.
  func receive(into room: inout [UInt8]) throws(RedisError) -> Int {
    let count = recv(descriptor, &room, room.count, 0)
    if count > 0 { return count }
    if count == 0 { throw .lost("the server has closed the connection") }
    if errno == EAGAIN || errno == EINTR { return 0 }
    throw .lost("the connection is lost: \(Self.reason(errno))")
  }

  private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
