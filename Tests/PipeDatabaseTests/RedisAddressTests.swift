import PipeDatabase
import Testing

@Suite("The address of a Redis server")
struct RedisAddressTests {
  @Test(
    "is read from its URL, and shown without the credential",
    arguments: [
      ("redis://localhost", "redis://localhost:6379/0"), ("redis://h:1/3", "redis://h:1/3"),
      ("rediss://u:p%40%2f@h/", "rediss://h:6379/0"), ("redis://:p@[::1]:7/", "redis://[::1]:7/0"),
      ("redis://u:a@b@h", "redis://h:6379/0"), ("redis+unix:///a/b.sock?db=2", "redis+unix:///a/b.sock?db=2"),
      ("unix://:p@/a%20b", "redis+unix:///a b?db=0"), ("redis://h?db=4", "redis://h:6379/4"),
      ("REDIS://h", "redis://h:6379/0"),
    ])
  func names(url: String, name: String) throws { #expect(try RedisAddress(url).name == name) }

  @Test("user and password are decoded")
  func credential() throws {
    let address = try RedisAddress("rediss://us%3Aer:p%40%2F:x@h/1?ssl_ca_certs=/a/ca.pem")
    #expect(address.user == "us:er" && address.password == "p@/:x")
    #expect(address.authorities == "/a/ca.pem" && address.isSecure && address.database == 1)
    let alone = try RedisAddress("redis://:p@h")
    #expect(alone.user == nil && alone.password == "p")
  }

  @Test(
    "what is not one is refused, and the password is not repeated",
    arguments: [
      "", "h:6379", "http://:secret@h", "redis://", "redis://:secret@", "redis://secret@h", "redis://:secret@h:0",
      "redis://:secret@h:65536", "redis://:secret@h:1a", "redis://:secret@h/x", "redis://:secret@h/-1",
      "redis://:secret@h/99999999999", "redis://:secret@h?db=", "redis://:secret@h#a", "redis://:secret@h?a=b",
      "redis://:secret@[::1", "redis://:secret@[::1]a", "redis://:se%ZZcret@h", "redis://:secret%FF@h", "redis://a b",
      "redis+unix://", "redis+unix:relative", "redis+unix://relative", "redis://h?ssl_ca_certs=/a",
    ])
  func refused(url: String) throws {
    let fault = #expect(throws: RedisAddress.Fault.self) { try RedisAddress(url) }
    let words = "\(fault?.reason ?? "") \(fault?.hint ?? "")"
    #expect(!words.contains("secret") && !words.contains("cret@"), "\(words)")
  }

  @Test("a socket's path that the system does not take is refused")
  func longPath() throws {
    #expect(throws: RedisAddress.Fault.self) { try RedisAddress("redis+unix:///" + String(repeating: "a", count: 107)) }
    _ = try RedisAddress("redis+unix:///" + String(repeating: "a", count: 106))
  }
}
