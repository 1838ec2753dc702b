/// A CIDR block: the addresses that share their first bits.
package struct AddressBlock: Hashable, Sendable {
  /// The first address of the block; the bits behind the prefix are zero.
  package let base: IPAddress
  /// The number of bits that are shared: 0 to 32, or 0 to 128.
  package let prefixLength: Int

  /// The block of an address's first bits; nil when there are not so many.
  package init?(_ address: IPAddress, prefixLength: Int) {
    switch address {
    case .v4(let value):
      guard (0...32).contains(prefixLength) else { return nil }
      base = .v4(value & Self.mask(prefixLength))
    case .v6(let value):
      guard (0...128).contains(prefixLength) else { return nil }
      base = .v6(value & Self.mask(prefixLength))
    }
    self.prefixLength = prefixLength
  }

  /// A block as text, `10.0.0.0/8` or `2001:db8::/32`; nil when it is none, or when bits behind the prefix are
  /// set, for then the length or the address is a slip.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPAddress(parts[0]), parts[1].utf8.allSatisfy(ASCII.isDigit),
      let length = Int(parts[1]), let block = AddressBlock(address, prefixLength: length), block.base == address
    else { return nil }
    self = block
  }

  /// Whether an address is in the block. IPv4-mapped addresses are IPv6: see `IPAddress.unmapped`.
  package func contains(_ address: IPAddress) -> Bool {
    switch (base, address) {
    case (.v4(let base), .v4(let value)): value & Self.mask(prefixLength) == base
    case (.v6(let base), .v6(let value)): value & Self.mask(prefixLength) == base
    default: false
    }
  }

  private static func mask<Value: FixedWidthInteger>(_ length: Int) -> Value { ~(Value.max >> Value(length)) }
}

extension AddressBlock: CustomStringConvertible {
  package var description: String { "\(base)/\(prefixLength)" }
}
