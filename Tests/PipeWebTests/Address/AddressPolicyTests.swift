import PipeWeb
import Testing

struct AddressPolicyTests {
  /// A block of the registries: its first and last address, its class, and the class of the neighbours before
  /// and behind it.
  struct Row: Sendable, CustomTestStringConvertible {
    let first: String
    let last: String
    let scope: AddressScope
    let before: (String, AddressScope)?
    let after: (String, AddressScope)?

    init(
      _ first: String, _ last: String, _ scope: AddressScope,
      before: (String, AddressScope)?, after: (String, AddressScope)?
    ) {
      self.first = first
      self.last = last
      self.scope = scope
      self.before = before
      self.after = after
    }

    var testDescription: String { "\(first) to \(last): \(scope)" }
  }

  static let ipv4: [Row] = [
    Row("0.0.0.0", "0.0.0.0", .unspecified, before: nil, after: ("0.0.0.1", .reserved)),
    Row("0.0.0.1", "0.255.255.255", .reserved, before: ("0.0.0.0", .unspecified), after: ("1.0.0.0", .global)),
    Row("10.0.0.0", "10.255.255.255", .privateUse, before: ("9.255.255.255", .global), after: ("11.0.0.0", .global)),
    Row("100.64.0.0", "100.127.255.255", .shared, before: ("100.63.255.255", .global), after: ("100.128.0.0", .global)),
    Row("127.0.0.0", "127.255.255.255", .loopback, before: ("126.255.255.255", .global), after: ("128.0.0.0", .global)),
    Row(
      "169.254.0.0", "169.254.255.255", .linkLocal, before: ("169.253.255.255", .global),
      after: ("169.255.0.0", .global)),
    Row(
      "172.16.0.0", "172.31.255.255", .privateUse, before: ("172.15.255.255", .global), after: ("172.32.0.0", .global)),
    Row("192.0.0.0", "192.0.0.8", .reserved, before: ("191.255.255.255", .global), after: ("192.0.0.9", .global)),
    Row("192.0.0.9", "192.0.0.10", .global, before: ("192.0.0.8", .reserved), after: ("192.0.0.11", .reserved)),
    Row("192.0.0.11", "192.0.0.255", .reserved, before: ("192.0.0.10", .global), after: ("192.0.1.0", .global)),
    Row("192.0.2.0", "192.0.2.255", .documentation, before: ("192.0.1.255", .global), after: ("192.0.3.0", .global)),
    Row(
      "192.31.196.0", "192.31.196.255", .global, before: ("192.31.195.255", .global), after: ("192.31.197.0", .global)),
    Row(
      "192.52.193.0", "192.52.193.255", .global, before: ("192.52.192.255", .global), after: ("192.52.194.0", .global)),
    Row(
      "192.88.99.0", "192.88.99.255", .reserved, before: ("192.88.98.255", .global), after: ("192.88.100.0", .global)),
    Row(
      "192.168.0.0", "192.168.255.255", .privateUse, before: ("192.167.255.255", .global),
      after: ("192.169.0.0", .global)),
    Row(
      "192.175.48.0", "192.175.48.255", .global, before: ("192.175.47.255", .global), after: ("192.175.49.0", .global)),
    Row(
      "198.18.0.0", "198.19.255.255", .benchmarking, before: ("198.17.255.255", .global), after: ("198.20.0.0", .global)
    ),
    Row(
      "198.51.100.0", "198.51.100.255", .documentation, before: ("198.51.99.255", .global),
      after: ("198.51.101.0", .global)),
    Row(
      "203.0.113.0", "203.0.113.255", .documentation, before: ("203.0.112.255", .global),
      after: ("203.0.114.0", .global)),
    Row(
      "224.0.0.0", "239.255.255.255", .multicast, before: ("223.255.255.255", .global), after: ("240.0.0.0", .reserved)),
    Row(
      "240.0.0.0", "255.255.255.254", .reserved, before: ("239.255.255.255", .multicast),
      after: ("255.255.255.255", .broadcast)),
    Row("255.255.255.255", "255.255.255.255", .broadcast, before: ("255.255.255.254", .reserved), after: nil),
  ]

  static let ipv6: [Row] = [
    Row("::", "::", .unspecified, before: nil, after: ("::1", .loopback)),
    Row("::1", "::1", .loopback, before: ("::", .unspecified), after: ("::2", .ipv4Compatible)),
    Row("::2", "::ffff:ffff", .ipv4Compatible, before: ("::1", .loopback), after: ("::1:0:0", .reserved)),
    Row(
      "::ffff:0:0", "::ffff:ffff:ffff", .ipv4Mapped, before: ("::fffe:ffff:ffff", .reserved),
      after: ("::1:0:0:0", .reserved)),
    Row(
      "64:ff9b::", "64:ff9b::ffff:ffff", .nat64, before: ("64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", .reserved),
      after: ("64:ff9b::1:0:0", .reserved)),
    Row(
      "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", .localNAT64,
      before: ("64:ff9b:0:ffff:ffff:ffff:ffff:ffff", .reserved), after: ("64:ff9b:2::", .reserved)),
    Row(
      "100::", "100::ffff:ffff:ffff:ffff", .reserved, before: ("ff:ffff::", .reserved),
      after: ("100:0:0:1::", .reserved)),
    Row(
      "2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", .teredo, before: ("2000:ffff::", .global),
      after: ("2001:1::", .reserved)),
    Row("2001:1::1", "2001:1::3", .global, before: ("2001:1::", .reserved), after: ("2001:1::4", .reserved)),
    Row(
      "2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", .benchmarking, before: ("2001:1:ffff::", .reserved),
      after: ("2001:2:1::", .reserved)),
    Row(
      "2001:3::", "2001:3:ffff:ffff:ffff:ffff:ffff:ffff", .global, before: ("2001:2:ffff::", .reserved),
      after: ("2001:4::", .reserved)),
    Row(
      "2001:4:112::", "2001:4:112:ffff:ffff:ffff:ffff:ffff", .global, before: ("2001:4:111:ffff::", .reserved),
      after: ("2001:4:113::", .reserved)),
    Row(
      "2001:10::", "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff", .reserved, before: ("2001:f:ffff::", .reserved),
      after: ("2001:20::", .global)),
    Row("2001:20::", "2001:3f:ffff::", .global, before: ("2001:1f:ffff::", .reserved), after: ("2001:40::", .reserved)),
    Row("2001:40::", "2001:1ff:ffff::", .reserved, before: ("2001:3f:ffff::", .global), after: ("2001:200::", .global)),
    Row(
      "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", .documentation, before: ("2001:db7:ffff::", .global),
      after: ("2001:db9::", .global)),
    Row(
      "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .sixToFour, before: ("2001:ffff::", .global),
      after: ("2003::", .global)),
    Row(
      "2620:4f:8000::", "2620:4f:8000:ffff::", .global, before: ("2620:4f:7fff::", .global),
      after: ("2620:4f:8001::", .global)),
    Row(
      "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", .documentation, before: ("3ffe:ffff::", .global),
      after: ("3fff:1000::", .global)),
    Row("5f00::", "5f00:ffff::", .reserved, before: ("5eff:ffff::", .reserved), after: ("5f01::", .reserved)),
    Row(
      "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .uniqueLocal, before: ("fbff:ffff::", .reserved),
      after: ("fe00::", .reserved)),
    Row(
      "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .linkLocal, before: ("fe7f:ffff::", .reserved),
      after: ("fec0::", .reserved)),
    Row("ff00::", "ffff:ffff::", .multicast, before: ("feff:ffff::", .reserved), after: nil),
  ]

  @Test(
    "A block of the registries has its class from end to end, and its neighbours have theirs", arguments: ipv4 + ipv6)
  func registries(_ row: Row) throws {
    #expect(try scope(row.first) == row.scope)
    #expect(try scope(row.last) == row.scope)
    if let (address, expected) = row.before { #expect(try scope(address) == expected) }
    if let (address, expected) = row.after { #expect(try scope(address) == expected) }
  }

  private func scope(_ text: String) throws -> AddressScope { try #require(IPAddress(text)).scope }

  @Test(
    "Without an allow list only what leads to a global address is allowed",
    arguments: [
      ("8.8.8.8", nil), ("2606:4700::1", nil), ("127.0.0.2", "127.0.0.2 is a loopback address"),
      ("10.1.2.3", "10.1.2.3 is a private address"), ("0.0.0.0", "0.0.0.0 is the unspecified address"),
      ("169.254.169.254", "169.254.169.254 is a link-local address"), ("::1", "::1 is a loopback address"),
      ("100.64.0.1", "100.64.0.1 is a shared address (carrier-grade NAT)"),
      ("::ffff:8.8.8.8", nil),
      ("::ffff:127.0.0.1", "::ffff:7f00:1 is an IPv4-mapped address for 127.0.0.1, a loopback address"),
      ("::8.8.8.8", "::808:808 is an IPv4-compatible address"),
      ("::10.0.0.1", "::a00:1 is an IPv4-compatible address for 10.0.0.1, a private address"),
      ("64:ff9b::8.8.8.8", nil),
      ("64:ff9b::10.0.0.1", "64:ff9b::a00:1 is a NAT64 address for 10.0.0.1, a private address"),
      ("64:ff9b:1::8.8.8.8", "64:ff9b:1::808:808 is a local NAT64 address"),
      ("2002:808:808::1", nil),
      ("2002:7f00:1::1", "2002:7f00:1::1 is a 6to4 address for 127.0.0.1, a loopback address"),
      ("2001:0:808:808::f7f7:f7f7", nil),
      ("2001:0:a00:1::f7f7:f7f7", "2001:0:a00:1::f7f7:f7f7 is a Teredo address for 10.0.0.1, a private address"),
      ("2001:0:808:808::80ff:fffe", "2001:0:808:808::80ff:fffe is a Teredo address for 127.0.0.1, a loopback address"),
    ] as [(String, String?)])
  func verdicts(_ text: String, _ reason: String?) throws {
    let verdict = AddressPolicy().verdict(for: try #require(IPAddress(text)), host: "example.com")
    #expect(verdict == reason.map { .refused($0) } ?? .allowed)
  }

  @Test(
    "An entry allows what it names",
    arguments: [
      ("localhost", "127.0.0.1", "localhost", true), ("localhost", "127.0.0.1", "LocalHost.", true),
      ("localhost", "127.0.0.1", "sub.localhost", false), ("localhost", "127.0.0.1", "other", false),
      ("Bücher.internal", "10.0.0.1", "xn--bcher-kva.internal", true),
      ("127.0.0.1", "127.0.0.1", "any", true), ("127.0.0.1", "127.0.0.2", "any", false),
      ("127.0.0.1", "::ffff:127.0.0.1", "any", true), ("::ffff:127.0.0.1", "127.0.0.1", "any", true),
      ("10.0.0.0/8", "10.9.9.9", "any", true),
      ("10.0.0.0/8", "::ffff:10.0.0.1", "any", true), ("10.0.0.0/8", "64:ff9b::10.0.0.1", "any", false),
      ("64:ff9b::/96", "64:ff9b::10.0.0.1", "any", true), ("10.0.0.0/8", "192.168.0.1", "any", false),
      ("fd00::/8", "fd12::1", "any", true), ("[::1]", "::1", "[::1]", true),
    ])
  func allowed(_ entry: String, _ address: String, _ host: String, _ expected: Bool) throws {
    let policy = AddressPolicy(allow: [try #require(AddressPolicy.Entry(entry))])
    let verdict = policy.verdict(for: try #require(IPAddress(address)), host: host)
    #expect((verdict == .allowed) == expected)
  }

  @Test("The entry for everything allows everything")
  func everything() {
    let policy = AddressPolicy(allow: [.everything])
    #expect(policy.verdict(for: IPAddress(ipv4: 0), host: "x") == .allowed)
    #expect(policy.verdict(for: .v6(1), host: "x") == .allowed)
  }

  @Test(
    "What is no entry is refused",
    arguments: ["", "*", "*.example", "a b", "host:80", "http://host", "user@host", "10.0.0.1/8", "10.0.0.300", "[::1"])
  func refusedEntry(_ text: String) { #expect(AddressPolicy.Entry(text) == nil) }
}
