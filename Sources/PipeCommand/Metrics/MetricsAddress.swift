import ArgumentParser
import PipeWeb

/// Where metrics are served: an address of this machine and a port.
struct MetricsAddress: ExpressibleByArgument, Hashable, Sendable {
  let address: IPAddress
  /// 0 for one that the system chooses.
  let port: UInt16

  init(_ address: IPAddress, port: UInt16) {
    self.address = address
    self.port = port
  }

  /// `9464`, `:9464`, `localhost:9464`, `127.0.0.1:9464`, `[::1]:9464`. Without an address only this machine reaches it.
  init?(argument: String) {
    let (host, port): (Substring, Substring)
    if let colon = argument.lastIndex(of: ":") {
      (host, port) = (argument[..<colon], argument[argument.index(after: colon)...])
    } else {
      (host, port) = ("", argument[...])
    }
    guard !port.isEmpty, port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(port) else {
      return nil
    }
    if host.isEmpty || host == "localhost" {
      self.init(Self.loopback, port: number)
    } else if let address = IPAddress(host), host.hasPrefix("[") == host.contains(":") {
      self.init(address, port: number)
    } else {
      return nil
    }
  }

  private static let loopback = IPAddress(ipv4: 0x7F00_0001)

  /// Whether nobody but this machine reaches it.
  var isLoopback: Bool { address.unmapped.scope == .loopback }

  var description: String {
    switch address {
    case .v4: "\(address):\(port)"
    case .v6: "[\(address)]:\(port)"
    }
  }
}
