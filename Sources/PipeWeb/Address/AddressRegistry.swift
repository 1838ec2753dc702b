/// The IANA registries of special-purpose addresses (RFC 6890) as they stand in 2025, with the multicast blocks.
///
/// The first block that holds an address counts, so the smaller ones come first.
enum AddressRegistry {
  struct Entry<Value: FixedWidthInteger & Sendable>: Sendable {
    let base: Value
    let prefixLength: Int
    let scope: AddressScope

    func contains(_ value: Value) -> Bool { (value ^ base) & ~(Value.max >> Value(prefixLength)) == 0 }
  }

  static let ipv4: [Entry<UInt32>] = [
    ipv4(0, 0, 0, 0, 32, .unspecified),
    ipv4(0, 0, 0, 0, 8, .reserved),  // this network (RFC 791 3.2)
    ipv4(10, 0, 0, 0, 8, .privateUse),
    ipv4(100, 64, 0, 0, 10, .shared),
    ipv4(127, 0, 0, 0, 8, .loopback),
    ipv4(169, 254, 0, 0, 16, .linkLocal),
    ipv4(172, 16, 0, 0, 12, .privateUse),
    ipv4(192, 0, 0, 9, 32, .global),  // Port Control Protocol anycast (RFC 7723)
    ipv4(192, 0, 0, 10, 32, .global),  // TURN anycast (RFC 8155)
    ipv4(192, 0, 0, 0, 24, .reserved),  // IETF protocol assignments
    ipv4(192, 0, 2, 0, 24, .documentation),
    ipv4(192, 88, 99, 0, 24, .reserved),  // 6to4 relay anycast, deprecated (RFC 7526)
    ipv4(192, 168, 0, 0, 16, .privateUse),
    ipv4(198, 18, 0, 0, 15, .benchmarking),
    ipv4(198, 51, 100, 0, 24, .documentation),
    ipv4(203, 0, 113, 0, 24, .documentation),
    ipv4(224, 0, 0, 0, 4, .multicast),
    ipv4(255, 255, 255, 255, 32, .broadcast),
    ipv4(240, 0, 0, 0, 4, .reserved),
  ]

  static let ipv6: [Entry<UInt128>] = [
    ipv6([], 128, .unspecified),
    ipv6([0, 0, 0, 0, 0, 0, 0, 1], 128, .loopback),
    ipv6([0, 0, 0, 0, 0, 0xFFFF], 96, .ipv4Mapped),
    ipv6([], 96, .ipv4Compatible),
    ipv6([0x64, 0xFF9B], 96, .nat64),
    ipv6([0x64, 0xFF9B, 1], 48, .localNAT64),
    ipv6([0x2001, 1, 0, 0, 0, 0, 0, 1], 128, .global),  // Port Control Protocol anycast (RFC 7723)
    ipv6([0x2001, 1, 0, 0, 0, 0, 0, 2], 128, .global),  // TURN anycast (RFC 8155)
    ipv6([0x2001, 1, 0, 0, 0, 0, 0, 3], 128, .global),  // DNS-SD registration anycast (RFC 9665)
    ipv6([0x2001, 0], 32, .teredo),
    ipv6([0x2001, 2, 0], 48, .benchmarking),
    ipv6([0x2001, 3], 32, .global),  // AMT (RFC 7450)
    ipv6([0x2001, 4, 0x112], 48, .global),  // AS112 (RFC 7535)
    ipv6([0x2001, 0x20], 28, .global),  // ORCHIDv2 (RFC 7343)
    ipv6([0x2001, 0x30], 28, .global),  // drone remote identification (RFC 9374)
    ipv6([0x2001, 0], 23, .reserved),  // IETF protocol assignments
    ipv6([0x2001, 0xDB8], 32, .documentation),
    ipv6([0x2002], 16, .sixToFour),
    ipv6([0x3FFF], 20, .documentation),
    ipv6([0xFC00], 7, .uniqueLocal),
    ipv6([0xFE80], 10, .linkLocal),
    ipv6([0xFF00], 8, .multicast),
  ]

  private static func ipv4(
    _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ prefixLength: Int, _ scope: AddressScope
  ) -> Entry<UInt32> {
    Entry(base: a << 24 | b << 16 | c << 8 | d, prefixLength: prefixLength, scope: scope)
  }

  /// The pieces from the left; the rest is zero.
  private static func ipv6(_ pieces: [UInt16], _ prefixLength: Int, _ scope: AddressScope) -> Entry<UInt128> {
    let value = (0..<8).reduce(UInt128(0)) { $0 << 16 | UInt128($1 < pieces.count ? pieces[$1] : 0) }
    return Entry(base: value, prefixLength: prefixLength, scope: scope)
  }
}
