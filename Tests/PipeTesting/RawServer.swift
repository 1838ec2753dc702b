import Glibc
import Synchronization

/// A server on loopback that says exactly the bytes that a test wants, connection by connection.
///
/// Every connection has a thread, so a script may block; all of them end when the server is closed.
package final class RawServer: Sendable {
  package enum Step: Sendable {
    /// Reads a whole request, its content included.
    case read
    case send([UInt8])
    /// Sends, and goes on once the client's machine has some of it; or the client is gone.
    case deliver([UInt8])
    /// Answers one request after the other until the client goes or there is no answer.
    case serve(@Sendable (_ request: String) -> [UInt8]?)
    /// Runs a function on the connection's thread; it may wait.
    case run(@Sendable () -> Void)
    /// Keeps the connection open until the client or the server closes it.
    case hold
    /// Closes the connection by a reset instead of an orderly end.
    case reset

    package static func send(_ text: String) -> Step { .send(Array(text.utf8)) }
  }

  private struct Storage: Sendable {
    var open: Set<Int32> = []
    var isClosed = false
  }

  /// What the threads share; the server itself can go away while they run.
  private final class Shared: Sendable {
    let storage = Mutex(Storage())
    let requests = Recorder<String>()
    let connections = Atomic(0)
  }

  package let address: String
  package let port: Int
  private let listener: Int32
  private let shared = Shared()

  /// - Parameters:
  ///   - address: An address of 127.0.0.0/8, or `Loopback.everyAddress`.
  ///   - script: What happens on each connection, numbered from 0; afterwards it is closed.
  package init(_ address: String = "127.0.0.1", script: @escaping @Sendable (_ connection: Int) -> [Step]) throws {
    self.address = address
    (listener, port) = try Loopback.listen(address, backlog: 512)
    let listener = listener
    let shared = shared
    try Loopback.startThread {
      while true {
        let descriptor = accept(listener, nil, nil)
        if descriptor < 0 { break }
        let number = shared.connections.wrappingAdd(1, ordering: .relaxed).oldValue
        let isOpen = shared.storage.withLock { storage in
          if !storage.isClosed { storage.open.insert(descriptor) }
          return !storage.isClosed
        }
        guard isOpen else {
          Glibc.close(descriptor)
          break
        }
        let steps = script(number)
        try? Loopback.startThread {
          var connection = RawConnection(descriptor)
          connection.perform(steps, requests: shared.requests)
          shared.storage.withLock { storage in
            storage.open.remove(descriptor)
            Glibc.close(descriptor)
          }
        }
      }
      Glibc.close(listener)
    }
  }

  /// A server that answers every request in the same way, and keeps the connection.
  package convenience init(answering answer: @escaping @Sendable (_ request: String) -> String?) throws {
    try self.init { _ in [.serve { answer($0).map { Array($0.utf8) } }] }
  }

  deinit { close() }

  package var requests: [String] { shared.requests.all }

  package var connectionCount: Int { shared.connections.load(ordering: .relaxed) }

  package func url(_ path: String = "/") -> String { "http://\(address):\(port)\(path)" }

  /// Ends all connections and listens no more.
  package func close() {
    shared.storage.withLock { storage in
      // Once only: afterwards the descriptor is somebody else's.
      if storage.isClosed { return }
      storage.isClosed = true
      shutdown(listener, Int32(SHUT_RDWR))
      for descriptor in storage.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }
  }
}

/// One connection as its thread sees it.
private struct RawConnection {
  private let descriptor: Int32
  private var received: [UInt8] = []

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
    var on: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  mutating func perform(_ steps: [RawServer.Step], requests: Recorder<String>) {
    for step in steps {
      switch step {
      case .read:
        guard let request = readRequest() else { return }
        requests.append(request)
      case .send(let bytes): if !send(bytes) { return }
      case .deliver(let bytes): deliver(bytes)
      case .serve(let answer):
        while let request = readRequest() {
          requests.append(request)
          guard let bytes = answer(request), send(bytes) else { return }
        }
      case .run(let function): function()
      case .hold: while receive() {}
      case .reset:
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
      }
    }
  }

  private mutating func readRequest() -> String? {
    while true {
      // A request need not be UTF-8: its length is that of its bytes.
      if let end = received.firstRange(of: "\r\n\r\n".utf8) {
        let head = String(decoding: received[..<end.lowerBound], as: UTF8.self)
        let length =
          head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
          .flatMap { Int($0.split(separator: ":")[1].drop { $0 == " " }) } ?? 0
        let count = end.upperBound + length
        if received.count >= count {
          defer { received.removeFirst(count) }
          return String(decoding: received[..<count], as: UTF8.self)
        }
      }
      if !receive() { return nil }
    }
  }

  private mutating func receive() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    if count > 0 { received += buffer[..<count] }
    return count > 0
  }

  /// What is sent over loopback may arrive later. A connection that takes no more has it, or never will.
  private func deliver(_ bytes: [UInt8]) {
    var waiting: Int32 = 0
    guard send(bytes) else { return }
    for _ in 0..<10_000 where ioctl(descriptor, UInt(TIOCOUTQ), &waiting) == 0 && waiting >= bytes.count {
      usleep(1000)
    }
  }

  private func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count <= 0 { return false }
      rest.removeFirst(count)
    }
    return true
  }
}
