import Glibc

/// Sockets and threads for servers of tests, on loopback alone.
package enum Loopback {
  package struct Failure: Error {
    package let call: String
    package let reason: String

    init(_ call: String) {
      self.call = call
      reason = String(cString: strerror(errno))
    }
  }

  /// Stands for every address of 127.0.0.0/8.
  package static let everyAddress = "0.0.0.0"

  /// A socket that listens at a port which the system chooses.
  package static func listen(_ address: String, backlog: Int32) throws(Failure) -> (descriptor: Int32, port: Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    if descriptor < 0 { throw Failure("socket") }
    // Nobody else can reach it.
    if address == everyAddress, setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2) != 0 {
      let failure = Failure("setsockopt")
      close(descriptor)
      throw failure
    }
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    inet_pton(AF_INET, address, &name.sin_addr)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withSocketAddress(&name) { bind(descriptor, $0, length) == 0 }
    guard isBound, Glibc.listen(descriptor, backlog) == 0 else {
      let failure = Failure("listen")
      close(descriptor)
      throw failure
    }
    _ = withSocketAddress(&name) { getsockname(descriptor, $0, &length) }
    return (descriptor, Int(UInt16(bigEndian: name.sin_port)))
  }

  /// A port that refuses connections: nobody listens there, and nobody else is given it meanwhile.
  package static func refusingPort() throws(Failure) -> Int {
    let (descriptor, port) = try listen("127.0.0.1", backlog: 1)
    close(descriptor)
    return port
  }

  /// Waits until somebody listens at an address.
  ///
  /// - Returns: Whether somebody does, before the time was over.
  package static func waitForListener(_ address: String, port: Int, atMost limit: Duration) -> Bool {
    let end = ContinuousClock.now + limit
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = in_port_t(port).bigEndian
    inet_pton(AF_INET, address, &name.sin_addr)
    while ContinuousClock.now < end {
      let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      defer { close(client) }
      let isThere = withSocketAddress(&name) { connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 }
      if isThere { return true }
      poll(nil, 0, 10)
    }
    return false
  }

  package static func startThread(_ body: @escaping @Sendable () -> Void) throws(Failure) {
    final class Start {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let start = Unmanaged.passRetained(Start(body))
    let code = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<Start>.fromOpaque(context).takeRetainedValue().body()
        return nil
      }, start.toOpaque())
    if code != 0 {
      start.release()
      throw Failure("pthread_create")
    }
    pthread_detach(thread)
  }

  fileprivate static func withSocketAddress<Result>(
    _ name: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) -> Result
  ) -> Result {
    withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
    }
  }
}

/// A listener that never accepts and whose queue is full: connections to it neither stand nor fail.
package final class FullListener: Sendable {
  package let port: Int
  private let listener: Int32
  private let clients: [Int32]

  package init() throws {
    (listener, port) = try Loopback.listen("127.0.0.1", backlog: 0)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = in_port_t(port).bigEndian
    inet_pton(AF_INET, "127.0.0.1", &name.sin_addr)
    clients = (0..<4).map { _ in
      let flags = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
      let client = socket(AF_INET, Int32(flags), 0)
      _ = Loopback.withSocketAddress(&name) { connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
      return client
    }
  }

  deinit {
    for descriptor in clients + [listener] { close(descriptor) }
  }
}
