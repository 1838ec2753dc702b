import Glibc
import PipeTesting
import Synchronization

/// Stands between a client and a Redis server, and cuts the connection at an EXEC: before the server gets it, or behind it, so
/// that the client does not get its reply.
final class RedisProxy: Sendable {
  enum Cut: Sendable, CaseIterable { case beforeExec, behindExec }

  let port: Int
  private let listener: Int32
  private let state: Mutex<State>
  private let socket: String
  private let cut: Cut

  private struct State {
    /// EXECs, counted over all connections, that are cut.
    var cuts: Set<Int>
    var count = 0
    var isClosed = false
    var hasCut = 0
  }

  var cutCount: Int { state.withLock { $0.hasCut } }

  /// - Parameter cuts: The EXECs that are cut, from 0.
  init(to socket: String, _ cut: Cut, at cuts: Set<Int>) throws {
    (self.socket, self.cut) = (socket, cut)
    state = Mutex(State(cuts: cuts))
    (listener, port) = try Loopback.listen("127.0.0.1", backlog: 64)
    try Loopback.startThread { [listener, weak self] in
      while true {
        let client = accept(listener, nil, nil)
        guard client >= 0, let self else { break }
        try? Loopback.startThread { self.relay(client) }
      }
      close(listener)
    }
  }

  func stop() {
    let isFirst = state.withLock { state in
      defer { state.isClosed = true }
      return !state.isClosed
    }
    if isFirst { shutdown(listener, Int32(SHUT_RDWR)) }
  }

  deinit { stop() }

  private func relay(_ client: Int32) {
    defer { close(client) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socket.utf8) }
    let server = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(server) }
    let isThere = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(server, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    guard isThere else { return }
    var room = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      var polled = [
        pollfd(fd: client, events: Int16(POLLIN), revents: 0), pollfd(fd: server, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&polled, 2, 60_000) > 0 else { return }
      if polled[1].revents != 0 {
        let count = recv(server, &room, room.count, 0)
        guard count > 0, sendAll(client, room[..<count]) else { return }
      }
      if polled[0].revents != 0 {
        let count = recv(client, &room, room.count, 0)
        guard count > 0 else { return }
        // The client sends it alone.
        if room[..<count].elementsEqual("*1\r\n$4\r\nEXEC\r\n".utf8), isCut() {
          if cut == .beforeExec { return }
          _ = sendAll(server, room[..<count])
          _ = recv(server, &room, room.count, 0)
          return
        }
        guard sendAll(server, room[..<count]) else { return }
      }
    }
  }

  private func isCut() -> Bool {
    state.withLock { state in
      defer { state.count += 1 }
      guard state.cuts.contains(state.count) else { return false }
      state.hasCut += 1
      return true
    }
  }

  private func sendAll(_ descriptor: Int32, _ bytes: ArraySlice<UInt8>) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count <= 0 { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
