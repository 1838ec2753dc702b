import PipeWeb
import Testing

@Suite("HTTPFields")
struct HTTPFieldsTests {
  @Test(
    "octets are UTF-8, or else each is a character",
    arguments: [
      (Array("plain".utf8), "plain"), (Array("Übersicht €".utf8), "Übersicht €"), ([0xDC, 0x62], "Üb"), ([0xFF], "ÿ"),
      ([0xC3], "Ã"), ([0xC3, 0xA9, 0xE9], "Ã©é"), ([], ""), ([0x80], "\u{80}"), ([0xED, 0xA0, 0x80], "í\u{A0}\u{80}"),
    ] as [([UInt8], String)])
  func text(octets: [UInt8], text: String) {
    #expect(HTTPFields.text(octets) == text)
    let field = HTTPFields.Field(name: "A", octets: octets)
    #expect(field.value == text)
    #expect(field.octets == octets)
  }

  @Test(
    "a reference's bytes that are not UTF-8 are percent-encoded",
    arguments: [
      (Array("/a b?é".utf8), "/a b?é"), (Array("/caf".utf8) + [0xE9], "/caf%E9"), ([0xC3, 0xA9, 0xFF], "%C3%A9%FF"),
      ([0x2F, 0x80, 0x25, 0x32, 0x30], "/%80%20"),
    ] as [([UInt8], String)])
  func reference(octets: [UInt8], text: String) { #expect(HTTPFields.reference(octets) == text) }

  @Test(
    "some fields are meant for the origin that was asked first",
    arguments: [
      ("Authorization", true), ("COOKIE", true), ("cookie2", true), ("Proxy-Authorization", true), ("host", true),
      ("Origin", true), ("Referer", true), ("X-Api-Key", true), ("apikey", true), ("X-Auth-Token", true),
      ("PRIVATE-TOKEN", true), ("X-Amz-Security-Token", true), ("X-CSRF-Token", true),
      ("Ocp-Apim-Subscription-Key", true),
      ("X_API_KEY", true), ("X-Session-Id", true),
      ("Accept", false), ("Accept-Language", false), ("User-Agent", false), ("X-Requested-With", false),
      ("Range", false),
      ("If-None-Match", false), ("X-Author", false), ("X-Keyboard", false), ("Cache-Control", false), ("DNT", false),
    ])
  func oneOrigin(name: String, isForOneOrigin: Bool) {
    #expect(HTTPFields.Field(name: name, value: "x").isForOneOrigin == isForOneOrigin)
  }

  @Test(
    "some fields describe content",
    arguments: [
      ("Content-Type", true), ("content-length", true), ("Content-Encoding", true), ("Content-Language", true),
      ("Content-Location", true), ("Content-Digest", true), ("Digest", true), ("Repr-Digest", true), ("Accept", false),
      ("X-Content-Type", false), ("Context", false),
    ])
  func content(name: String, describes: Bool) {
    #expect(HTTPFields.Field(name: name, value: "x").describesContent == describes)
  }

  @Test(
    "some fields are the client's own",
    arguments: [
      "Content-Length", "transfer-encoding", "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Upgrade",
      "Expect", "HTTP2-Settings",
    ])
  func refused(name: String) { #expect(HTTPFields.Field(name: name, value: "5").refusal != nil) }

  @Test(
    "a Host is a host with or without a port",
    arguments: [
      ("a.example", true), ("a.example:8080", true), ("127.0.0.1", true), ("[::1]:80", true), ("bücher.example", true),
      ("", false), ("a b", false), ("a.example/", false), ("http://a.example", false), ("me@a.example", false),
      ("a.example:x", false), ("a.example:99999", false), ("a?b", false), ("a.example,b.example", false),
      ("[::1", false),
    ])
  func host(value: String, isRight: Bool) {
    #expect((HTTPFields.Field(name: "Host", value: value).refusal == nil) == isRight)
  }

  @Test("all others may be set", arguments: ["Accept-Encoding", "Range", "Content-Type", "Authorization", "X-A"])
  func others(name: String) { #expect(HTTPFields.Field(name: name, value: "x").refusal == nil) }
}
