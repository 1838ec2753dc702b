import Glibc
import NIOCore

/// A port of 127.0.0.1 that never accepts: a connection to it neither stands nor fails.
///
/// Its queue has one place, which connections of our own take; Linux drops what a client sends to a full queue
/// (listen(2), and `tcp_abort_on_overflow` in tcp(7)).
struct BlackHole: ~Copyable {
  private let listener: LoopbackSocket
  private let clients: [CInt]

  var port: Int { listener.port }

  init() throws {
    let listener = try LoopbackSocket()
    guard listen(listener.descriptor, 0) == 0 else { throw ServerError("cannot listen: error \(errno)") }
    let address = try SocketAddress(ipAddress: "127.0.0.1", port: listener.port)
    clients = (0..<4).map { _ in
      let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
      let client = socket(AF_INET, CInt(kind), 0)
      // Those that find no place keep knocking; it is not needed that they come in.
      address.withSockAddr { address, size in _ = connect(client, address, socklen_t(size)) }
      return client
    }
    self.listener = listener
  }

  deinit {
    for client in clients { close(client) }
  }
}
