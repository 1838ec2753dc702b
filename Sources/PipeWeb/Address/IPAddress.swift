/// An IPv4 or IPv6 address.
package enum IPAddress: Hashable, Sendable {
  /// The four bytes, the first in the highest bits.
  case v4(UInt32)
  /// The sixteen bytes, the first in the highest bits.
  case v6(UInt128)

  /// An IPv4 address in host byte order, as `UInt32(bigEndian: sin_addr.s_addr)` gives it.
  package init(ipv4 value: UInt32) { self = .v4(value) }

  /// The sixteen bytes of `sin6_addr`, in network order; nil when there are not sixteen.
  package init?(ipv6Bytes bytes: some Sequence<UInt8>) {
    var value: UInt128 = 0
    var count = 0
    for byte in bytes {
      guard count < 16 else { return nil }
      value = value << 8 | UInt128(byte)
      count += 1
    }
    guard count == 16 else { return nil }
    self = .v6(value)
  }

  /// The IPv4 address that an IPv4-mapped address (`::ffff:0:0/96`) is on the wire; else the address itself.
  package var unmapped: IPAddress {
    guard case .v6(let value) = self, value >> 32 == 0xFFFF else { return self }
    return .v4(UInt32(truncatingIfNeeded: value))
  }
}

extension IPAddress: CustomStringConvertible {
  /// `192.0.2.1`, or an IPv6 address by RFC 5952 4 (WHATWG URL 3.6), without brackets.
  package var description: String {
    switch self {
    case .v4(let value):
      (0..<4).map { String(value >> UInt32(24 - 8 * $0) & 0xFF) }.joined(separator: ".")
    case .v6(let value):
      Self.text(of: (0..<8).map { UInt16(truncatingIfNeeded: value >> UInt128(112 - 16 * $0)) })
    }
  }

  private static func text(of pieces: [UInt16]) -> String {
    let gap = longestZeros(pieces)
    func joined(_ range: Range<Int>) -> String {
      pieces[range].map { String($0, radix: 16) }.joined(separator: ":")
    }
    guard let gap else { return joined(0..<8) }
    return joined(0..<gap.lowerBound) + "::" + joined(gap.upperBound..<8)
  }

  /// The first longest run of two zero pieces or more.
  private static func longestZeros(_ pieces: [UInt16]) -> Range<Int>? {
    var longest: Range<Int>?
    var start = 0
    while start < pieces.count {
      var end = start
      while end < pieces.count, pieces[end] == 0 { end += 1 }
      if end - start > max(longest?.count ?? 0, 1) { longest = start..<end }
      start = end + 1
    }
    return longest
  }
}
