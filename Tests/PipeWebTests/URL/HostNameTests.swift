import PipeWeb
import Testing

@Suite("URLs, hosts that are no names")
struct HostNameTests {
  @Test(
    "a host with what stands around a URL in a text cannot be looked up",
    arguments: [
      "www.example.test,", "www.example.test;", "(www.example.test)", "www.example.test)", "a'b.example",
      "a\"b.example",
      "a*b.example", "a=b.example", "a&b.example", "a!b.example", "a+b.example", "{a}.example", "$a.example",
      "`a`.example",
    ])
  func odd(host: String) throws {
    let url = try #require(WebURL("http://\(host)/x"))
    let fault = try #require(url.hostFault)
    #expect(fault.contains("is not the name of a host"))
  }

  @Test(
    "names, addresses and what DNS has besides are hosts",
    arguments: [
      "example.test", "a_b.example", "_dmarc.example", "xn--bcher-kva.example", "bücher.example", "127.0.0.1", "[::1]",
      "localhost", "a-b.example", "example.test.", "~a.example",
    ])
  func usable(host: String) throws {
    #expect(try #require(WebURL("http://\(host)/x")).hostFault == nil)
  }
}
