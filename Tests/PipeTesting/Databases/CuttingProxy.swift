import Glibc
import Synchronization

/// A proxy between a client and a server on a Unix socket, which cuts connections around a message of the client's: at once, so
/// that the server never hears of it, or when the server has answered, so that the client does not.
package final class CuttingProxy: Sendable {
  package enum Moment: Sendable, CaseIterable { case before, behind }

  package let port: Int
  private let listener: Int32
  private let server: String
  private let message: [UInt8]
  private let moment: Moment
  private let isCut: @Sendable (Int) -> Bool
  private let seen = Mutex(0)
  private let cut = Mutex(0)

  /// How many connections it has cut.
  package var cuts: Int { cut.withLock { $0 } }

  /// - Parameters:
  ///   - server: The path of the server's socket.
  ///   - message: What the client sends in one piece.
  ///   - isCut: Whether the connection is cut at a message, by its number from 0.
  package init(
    to server: String, at message: [UInt8], _ moment: Moment, isCut: @escaping @Sendable (Int) -> Bool
  ) throws {
    (listener, port) = try Loopback.listen("127.0.0.1", backlog: 16)
    (self.server, self.message, self.moment, self.isCut) = (server, message, moment, isCut)
    try Loopback.startThread { [self] in
      while true {
        let client = accept(listener, nil, nil)
        if client < 0 { return }
        try? Loopback.startThread { [self] in serve(client) }
      }
    }
  }

  /// Takes no more connections.
  package func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  private func serve(_ client: Int32) {
    defer { close(client) }
    let other = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(other) }
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: Array(server.utf8)) }
    let length = socklen_t(MemoryLayout<sockaddr_un>.size)
    let isConnected = withUnsafePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(other, $0, length) == 0 }
    }
    guard isConnected else { return }
    var isLast = false
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      var polls = [
        pollfd(fd: client, events: Int16(POLLIN), revents: 0), pollfd(fd: other, events: Int16(POLLIN), revents: 0),
      ]
      if poll(&polls, 2, 60_000) <= 0 { return }
      if polls[1].revents != 0 {
        let count = read(other, &buffer, buffer.count)
        if count <= 0 || isLast { return }
        if !Self.send(buffer[..<count], to: client) { return }
      }
      if polls[0].revents != 0 {
        let count = read(client, &buffer, buffer.count)
        if count <= 0 { return }
        if !isLast, buffer[..<count].firstRange(of: message) != nil {
          let number = seen.withLock { seen in
            seen += 1
            return seen - 1
          }
          if isCut(number) {
            cut.withLock { $0 += 1 }
            if moment == .before { return }
            isLast = true
          }
        }
        if !Self.send(buffer[..<count], to: other) { return }
      }
    }
  }

  private static func send(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
