/// What an address is for: the registries of special-purpose addresses (RFC 6890) in classes that matter to
/// who connects.
package enum AddressScope: String, Hashable, Sendable, CaseIterable {
  /// Reachable from everywhere.
  case global
  case unspecified, loopback, linkLocal, multicast, broadcast, documentation, benchmarking, reserved
  /// RFC 1918.
  case privateUse
  /// Between a carrier and its customers (RFC 6598).
  case shared
  /// RFC 4193.
  case uniqueLocal
  /// `::ffff:0:0/96`: an IPv4 address in IPv6 clothes.
  case ipv4Mapped
  /// `::/96`, deprecated (RFC 4291 2.5.5.1).
  case ipv4Compatible
  /// `64:ff9b::/96`, by which IPv6 reaches IPv4 (RFC 6052).
  case nat64
  /// `64:ff9b:1::/48`, the same within a network (RFC 8215).
  case localNAT64
  /// `2002::/16` (RFC 3056).
  case sixToFour
  /// `2001::/32` (RFC 4380).
  case teredo

  /// The class with its article: "a loopback address".
  package var phrase: String {
    switch self {
    case .global: "a global address"
    case .unspecified: "the unspecified address"
    case .loopback: "a loopback address"
    case .linkLocal: "a link-local address"
    case .multicast: "a multicast address"
    case .broadcast: "the broadcast address"
    case .documentation: "an address for documentation"
    case .benchmarking: "an address for benchmarks"
    case .reserved: "a reserved address"
    case .privateUse: "a private address"
    case .shared: "a shared address (carrier-grade NAT)"
    case .uniqueLocal: "a unique local address"
    case .ipv4Mapped: "an IPv4-mapped address"
    case .ipv4Compatible: "an IPv4-compatible address"
    case .nat64: "a NAT64 address"
    case .localNAT64: "a local NAT64 address"
    case .sixToFour: "a 6to4 address"
    case .teredo: "a Teredo address"
    }
  }
}

extension IPAddress {
  /// The class of the address itself, by the smallest registered block around it.
  package var scope: AddressScope {
    switch self {
    case .v4(let value):
      AddressRegistry.ipv4.first { $0.contains(value) }?.scope ?? .global
    case .v6(let value):
      // What IANA has not opened for global unicast (2000::/3) is reserved.
      AddressRegistry.ipv6.first { $0.contains(value) }?.scope ?? (value >> 125 == 0b001 ? .global : .reserved)
    }
  }

  /// The IPv4 addresses that an IPv6 address leads to. Where they are in a local NAT64 address depends on the
  /// network, so it has none here.
  package var embeddedIPv4: [IPAddress] {
    guard case .v6(let value) = self else { return [] }
    let last = IPAddress.v4(UInt32(truncatingIfNeeded: value))
    switch scope {
    case .ipv4Mapped, .ipv4Compatible, .nat64: return [last]
    case .sixToFour: return [.v4(UInt32(truncatingIfNeeded: value >> 80))]
    case .teredo:
      // The server, and the client with its bits inverted (RFC 4380 4).
      return [.v4(UInt32(truncatingIfNeeded: value >> 64)), .v4(~UInt32(truncatingIfNeeded: value))]
    default: return []
    }
  }
}
