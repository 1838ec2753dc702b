import PipeWeb
import Testing

struct IPAddressTests {
  @Test(
    "An address is written as RFC 5952 asks",
    arguments: [
      ("0.0.0.0", "0.0.0.0"), ("192.0.2.255", "192.0.2.255"),
      ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("0:0:0:0:0:0:0:1", "::1"),
      ("2001:DB8::0:1", "2001:db8::1"), ("2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
      ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
      ("::ffff:192.0.2.1", "::ffff:c000:201"), ("64:ff9b::192.0.2.1", "64:ff9b::c000:201"),
      ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("[::1]", "::1"),
    ])
  func text(_ text: String, _ expected: String) throws {
    let address = try #require(IPAddress(text))
    #expect(address.description == expected)
    #expect(IPAddress(expected) == address)
  }

  @Test(
    "What is no address is refused",
    arguments: [
      "", ".", ":", ":::", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.04", "1.2.3.", ".1.2.3", "0x7f.0.0.1",
      "1.2.3.4 ", "1:2", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "::g", "::1.2.3", "1.2.3.4::",
      "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:6:7:8::", "fe80::1%eth0", "[::1", "[1.2.3.4]", "1:", ":1",
    ])
  func refused(_ text: String) { #expect(IPAddress(text) == nil) }

  @Test("An address is made of the bytes of a socket address")
  func bytes() {
    #expect(IPAddress(ipv4: 0x7F00_0001).description == "127.0.0.1")
    #expect(IPAddress(ipv6Bytes: [UInt8](repeating: 0, count: 15) + [1])?.description == "::1")
    #expect(IPAddress(ipv6Bytes: [UInt8](repeating: 0, count: 15)) == nil)
    #expect(IPAddress(ipv6Bytes: [UInt8](repeating: 0, count: 17)) == nil)
  }

  @Test(
    "A block holds the addresses with its prefix and no others",
    arguments: [
      ("10.0.0.0/8", "10.255.255.255", "11.0.0.0"), ("192.0.2.1/32", "192.0.2.1", "192.0.2.2"),
      ("0.0.0.0/0", "255.255.255.255", "::"), ("::/0", "ffff::", "0.0.0.0"),
      ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"), ("fe80::/10", "febf::1", "fec0::"),
      ("::1/128", "::1", "::2"),
    ])
  func block(_ text: String, _ inside: String, _ outside: String) throws {
    let block = try #require(AddressBlock(text))
    #expect(block.description == text)
    #expect(block.contains(try #require(IPAddress(inside))))
    #expect(!block.contains(try #require(IPAddress(outside))))
  }

  @Test(
    "What is no block is refused",
    arguments: [
      "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "::/129", "::/-1", "::/+1", "/8", "a/8", "::/8/8",
    ])
  func refusedBlock(_ text: String) { #expect(AddressBlock(text) == nil) }
}
