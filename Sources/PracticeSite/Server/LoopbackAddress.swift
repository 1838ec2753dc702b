import NIOCore

/// An address that only this machine can reach: 127.0.0.0/8 or ::1, as a number and not as a name.
struct LoopbackAddress: Sendable {
  let text: String

  init(_ text: String) throws(ServerError) {
    // Written back by NIO, so that every way of writing ::1 is one.
    let canonical = (try? SocketAddress(ipAddress: text, port: 0))?.ipAddress
    guard let canonical, canonical == "::1" || canonical.hasPrefix("127.") else {
      throw ServerError("'\(text)' is not a loopback address; the practice site listens on 127.0.0.0/8 or ::1 alone")
    }
    self.text = canonical
  }

  func socketAddress(port: Int) throws -> SocketAddress {
    try SocketAddress(ipAddress: text, port: port)
  }
}
