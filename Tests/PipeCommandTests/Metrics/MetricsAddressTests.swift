import PipeWeb
import Testing

@testable import PipeCommand

@Suite("The address of --metrics")
struct MetricsAddressTests {
  @Test(
    "without an address only this machine reaches it",
    arguments: [
      ("9464", "127.0.0.1:9464"), (":9464", "127.0.0.1:9464"), (":0", "127.0.0.1:0"), ("0", "127.0.0.1:0"),
      ("localhost:9464", "127.0.0.1:9464"), ("127.0.0.5:65535", "127.0.0.5:65535"), ("[::1]:9464", "[::1]:9464"),
    ])
  func loopback(argument: String, address: String) throws {
    let parsed = try #require(MetricsAddress(argument: argument))
    #expect(parsed.description == address)
    #expect(parsed.isLoopback)
  }

  @Test(
    "any other address has to be stated in full",
    arguments: ["0.0.0.0:9464", "192.0.2.1:80", "[::]:1", "[2001:db8::1]:9"])
  func others(argument: String) throws {
    let parsed = try #require(MetricsAddress(argument: argument))
    #expect(parsed.description == argument)
    #expect(!parsed.isLoopback)
  }

  @Test(
    "what is no port, or no address of this machine, is refused",
    arguments: [
      "", ":", "65536", "-1", "+1", "1.5", "127.0.0.1", "127.0.0.1:", "example.com:80", "::1:9464", "[127.0.0.1]:9464",
      "127.1:80", "999.0.0.1:80", "http://127.0.0.1:80", "99999999999999999999", "9464 ",
    ])
  func refused(argument: String) {
    #expect(MetricsAddress(argument: argument) == nil)
  }
}
