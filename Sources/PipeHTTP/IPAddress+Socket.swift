internal import Glibc
internal import PipeWeb

extension IPAddress {
  /// The address in a `sockaddr_in` or `sockaddr_in6`.
  init?(socketAddress: UnsafeRawPointer) {
    switch Int32(socketAddress.loadUnaligned(as: sa_family_t.self)) {
    case AF_INET:
      let address = socketAddress.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr
      self.init(ipv4: UInt32(bigEndian: address))
    case AF_INET6:
      var address = socketAddress.loadUnaligned(as: sockaddr_in6.self).sin6_addr
      self.init(ipv6Bytes: withUnsafeBytes(of: &address) { Array($0) })
    default:
      return nil
    }
  }
}
