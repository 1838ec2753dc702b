import Glibc
import NIOCore

/// A TCP socket that is bound to a port of 127.0.0.1 which the system chose. It gives the port to nobody else while
/// this value lives.
struct LoopbackSocket: ~Copyable {
  let descriptor: CInt
  let port: Int

  init() throws {
    let any = try SocketAddress(ipAddress: "127.0.0.1", port: 0)
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw ServerError("cannot make a socket: error \(errno)") }

    let isBound = any.withSockAddr { address, size in bind(descriptor, address, socklen_t(size)) == 0 }
    // A sockaddr_in (ip(7)): the family in two bytes, then the port in network order.
    var name: [UInt8] = Array(repeating: 0, count: 128)
    var size = socklen_t(name.count)
    let isNamed = name.withUnsafeMutableBytes { bytes in
      bytes.withMemoryRebound(to: sockaddr.self) { getsockname(descriptor, $0.baseAddress, &size) == 0 }
    }
    guard isBound, isNamed else {
      let code = errno
      close(descriptor)
      throw ServerError("cannot reserve a port: error \(code)")
    }
    self.descriptor = descriptor
    port = Int(name[2]) << 8 | Int(name[3])
  }

  deinit {
    close(descriptor)
  }
}
