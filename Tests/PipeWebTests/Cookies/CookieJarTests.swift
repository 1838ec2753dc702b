import Testing

@testable import PipeWeb

/// What is set, and what of it is sent: RFC 6265bis, a case a line.
@Suite("Cookie jar")
struct CookieJarTests {
  struct Case: Sendable, CustomTestStringConvertible {
    /// URL and Set-Cookie field.
    let set: [(String, String)]
    let request: String
    let sent: String?
    var testDescription: String { "\(set.map { "\($0) \($1)" }) → \(request)" }

    init(_ url: String, _ field: String, _ request: String, _ sent: String?) {
      self.init([(url, field)], request, sent)
    }

    init(_ set: [(String, String)], _ request: String, _ sent: String?) {
      self.set = set
      self.request = request
      self.sent = sent
    }
  }

  private static let domains: [Case] = [
    // Without Domain, it is for the host alone.
    Case("https://a.example.com/", "a=b", "https://a.example.com/", "a=b"),
    Case("https://a.example.com/", "a=b", "https://A.EXAMPLE.COM/", "a=b"),
    Case("https://example.com/", "a=b", "https://a.example.com/", nil),
    Case("https://a.example.com/", "a=b", "https://example.com/", nil),
    Case("https://a.example.com/", "a=b; Domain=", "https://b.a.example.com/", nil),
    // With Domain, for the domain and everything below it.
    Case("https://a.example.com/", "a=b; Domain=example.com", "https://example.com/", "a=b"),
    Case("https://a.example.com/", "a=b; Domain=.example.com", "https://b.example.com/", "a=b"),
    Case("https://a.example.com/", "a=b; Domain=EXAMPLE.com", "https://x.y.example.com/", "a=b"),
    Case("https://a.example.com/", "a=b; Domain=a.example.com", "https://x.a.example.com/", "a=b"),
    Case("https://a.example.com/", "a=b; Domain=example.com", "https://badexample.com/", nil),
    // Only a host's own domains can be named.
    Case("https://a.example.com/", "a=b; Domain=b.example.com", "https://b.example.com/", nil),
    Case("https://a.example.com/", "a=b; Domain=x.a.example.com", "https://x.a.example.com/", nil),
    Case("https://a.example.com/", "a=b; Domain=other.com", "https://other.com/", nil),
    Case("https://badexample.com/", "a=b; Domain=example.com", "https://example.com/", nil),
    Case("https://a.example.com/", "a=b; Domain=..example.com", "https://a.example.com/", nil),
    Case("https://a.example.com/", "a=b; Domain=exämple.com", "https://a.example.com/", nil),
    // Nobody sets a cookie for a public suffix, but the suffix for itself.
    Case("https://example.com/", "a=b; Domain=com", "https://example.com/", nil),
    Case("https://example.co.uk/", "a=b; Domain=co.uk", "https://example.co.uk/", nil),
    Case("https://example.com./", "a=b; Domain=com.", "https://other.com./", nil),
    Case("https://me.github.io/", "a=b; Domain=github.io", "https://you.github.io/", nil),
    Case("https://github.io/", "a=b; Domain=github.io", "https://github.io/", "a=b"),
    Case("https://github.io/", "a=b; Domain=github.io", "https://me.github.io/", nil),
    Case("http://localhost/", "a=b; Domain=localhost", "http://localhost:8080/", "a=b"),
    Case("http://intranet/", "a=b; Domain=unknown-suffix", "http://intranet/", nil),
    Case("https://a.unknown-suffix/", "a=b; Domain=unknown-suffix", "https://a.unknown-suffix/", nil),
    Case("https://xn--bcher-kva.example/", "a=b; Domain=xn--bcher-kva.example", "https://x.bücher.example/", "a=b"),
    // An address has nothing below it.
    Case("http://127.0.0.1/", "a=b", "http://127.0.0.1:81/", "a=b"),
    Case("http://127.0.0.1/", "a=b; Domain=127.0.0.1", "http://127.0.0.1/", "a=b"),
    Case("http://127.0.0.1/", "a=b; Domain=0.0.1", "http://127.0.0.1/", nil),
    Case("http://[::1]/", "a=b", "http://[::1]/", "a=b"),
    // A dot at the end makes another name.
    Case("https://example.com./", "a=b", "https://example.com/", nil),
    Case("https://example.com./", "a=b", "https://example.com./", "a=b"),
  ]

  private static let paths: [Case] = [
    Case("https://a.example/", "a=b", "https://a.example/x/y", "a=b"),
    Case("https://a.example/x", "a=b", "https://a.example/y", "a=b"),
    Case("https://a.example/x/", "a=b", "https://a.example/x/y", "a=b"),
    Case("https://a.example/x/page", "a=b", "https://a.example/x", "a=b"),
    Case("https://a.example/x/page", "a=b", "https://a.example/y", nil),
    Case("https://a.example/x/page", "a=b", "https://a.example/xy", nil),
    Case("https://a.example/x/page?q=/y/z", "a=b", "https://a.example/x/other", "a=b"),
    Case("https://a.example/x/page", "a=b; Path=/", "https://a.example/y", "a=b"),
    Case("https://a.example/x/page", "a=b; Path=/y", "https://a.example/y", "a=b"),
    Case("https://a.example/", "a=b; Path=/y", "https://a.example/y/z", "a=b"),
    Case("https://a.example/", "a=b; Path=/y", "https://a.example/yz", nil),
    Case("https://a.example/", "a=b; Path=/y/", "https://a.example/y/z", "a=b"),
    Case("https://a.example/", "a=b; Path=/y/", "https://a.example/y", nil),
    Case("https://a.example/", "a=b; Path=/Y", "https://a.example/y", nil),
    Case("https://a.example/x/page", "a=b; Path=y", "https://a.example/x/", "a=b"),
    Case("https://a.example/x/page", "a=b; Path=", "https://a.example/x/", "a=b"),
    Case("https://a.example/", "a=b; Path=/y?q", "https://a.example/y?q", nil),
  ]

  private static let secure: [Case] = [
    Case("https://a.example/", "a=b; Secure", "https://a.example/", "a=b"),
    Case("https://a.example/", "a=b; Secure", "http://a.example/", nil),
    Case("https://a.example/", "a=b", "http://a.example/", "a=b"),
    Case("http://a.example/", "a=b", "https://a.example/", "a=b"),
    // What comes in the clear neither is secure nor takes a secure one's place.
    Case("http://a.example/", "a=b; Secure", "https://a.example/", nil),
    Case([("https://a.example/", "a=b; Secure"), ("http://a.example/", "a=evil")], "https://a.example/", "a=b"),
    Case(
      [("https://x.a.example/", "a=b; Secure; Domain=a.example"), ("http://a.example/", "a=evil")],
      "https://a.example/", "a=b"),
    Case(
      [("https://a.example/", "a=b; Secure"), ("http://x.a.example/", "a=evil; Domain=a.example")],
      "https://a.example/", "a=b"),
    Case(
      [("https://a.example/", "a=b; Secure; Path=/x"), ("http://a.example/", "a=evil; Path=/x/y")],
      "https://a.example/x/y", "a=b"),
    Case(
      [("https://a.example/", "a=b; Secure; Path=/x"), ("http://a.example/", "a=other; Path=/")],
      "https://a.example/x", "a=b; a=other"),
    Case(
      [("https://a.example/", "a=b; Secure"), ("http://a.example/", "A=other")], "https://a.example/", "a=b; A=other"),
    Case([("https://a.example/", "a=b; Secure"), ("https://a.example/", "a=c")], "http://a.example/", "a=c"),
  ]

  private static let prefixes: [Case] = [
    Case("https://a.example/", "__Secure-a=b; Secure", "https://a.example/", "__Secure-a=b"),
    Case("https://a.example/", "__Secure-a=b", "https://a.example/", nil),
    Case("https://a.example/", "__SECURE-a=b", "https://a.example/", nil),
    Case("http://a.example/", "__Secure-a=b; Secure", "https://a.example/", nil),
    Case("https://a.example/", "__Host-a=b; Secure; Path=/", "https://a.example/", "__Host-a=b"),
    Case("https://a.example/", "__Host-a=b; Secure", "https://a.example/", nil),
    Case("https://a.example/", "__Host-a=b; Path=/", "https://a.example/", nil),
    Case("https://a.example/", "__Host-a=b; Secure; Path=/x", "https://a.example/x", nil),
    Case("https://a.example/", "__Host-a=b; Secure; Path=/; Domain=a.example", "https://a.example/", nil),
    Case("https://a.example/", "__host-a=b; Secure; Path=/; Domain=a.example", "https://a.example/", nil),
    // A value without a name is sent as it is, and could pass for a name.
    Case("https://a.example/", "=__Host-a=b; Secure; Path=/", "https://a.example/", nil),
    Case("https://a.example/", "__Secure-a", "https://a.example/", nil),
    Case("https://a.example/", "=x=y", "https://a.example/", "x=y"),
  ]

  private static let order: [Case] = [
    // The longer path first, then what came first; a new value does not change the order.
    Case([("https://a.example/", "b=1"), ("https://a.example/", "a=2")], "https://a.example/", "b=1; a=2"),
    Case(
      [
        ("https://a.example/", "a=1; Path=/"), ("https://a.example/", "b=2; Path=/x/y"),
        ("https://a.example/", "c=3; Path=/x"),
      ],
      "https://a.example/x/y/z", "b=2; c=3; a=1"),
    Case(
      [("https://a.example/", "a=1"), ("https://a.example/", "b=2"), ("https://a.example/", "a=3")],
      "https://a.example/", "a=3; b=2"),
    // What differs in name, domain or path are different cookies.
    Case(
      [("https://x.a.example/", "a=1"), ("https://x.a.example/", "a=2; Domain=a.example")], "https://x.a.example/",
      "a=1; a=2"),
    Case(
      [("https://x.a.example/", "a=1; Domain=x.a.example"), ("https://x.a.example/", "a=2")], "https://x.a.example/",
      "a=1; a=2"),
    Case(
      [("https://a.example/", "a=1; Path=/"), ("https://a.example/", "a=2; Path=/x")], "https://a.example/x",
      "a=2; a=1"),
    Case(
      [("https://a.example/", "é=1"), ("https://a.example/", "e\u{301}=2")], "https://a.example/", "é=1; e\u{301}=2"),
    Case([("https://a.example/", "x"), ("https://a.example/", "a=1")], "https://a.example/", "x; a=1"),
  ]

  private static let lives: [Case] = [
    Case("https://a.example/", "a=b; Max-Age=100", "https://a.example/", "a=b"),
    Case("https://a.example/", "a=b; Max-Age=0", "https://a.example/", nil),
    Case("https://a.example/", "a=b; Expires=Sun, 06 Nov 1994 08:49:37 GMT", "https://a.example/", nil),
    Case("https://a.example/", "a=b; Expires=Sun, 06 Nov 2094 08:49:37 GMT", "https://a.example/", "a=b"),
    Case("https://a.example/", "a=b; Max-Age=100; Expires=Sun, 06 Nov 1994 08:49:37 GMT", "https://a.example/", "a=b"),
    Case("https://a.example/", "a=b; Max-Age=0; Expires=Sun, 06 Nov 2094 08:49:37 GMT", "https://a.example/", nil),
    Case("https://a.example/", "a=b; Max-Age=soon", "https://a.example/", "a=b"),
    // This is how a server takes one back.
    Case([("https://a.example/", "a=b"), ("https://a.example/", "a=; Max-Age=0")], "https://a.example/", nil),
    Case(
      [("https://a.example/", "a=b; Path=/"), ("https://a.example/x/", "a=; Max-Age=0")], "https://a.example/", "a=b"),
  ]

  @Test(
    "what is set is sent where it belongs, and nowhere else",
    arguments: domains + paths + secure + prefixes + order + lives)
  func sent(_ test: Case) throws {
    var jar = CookieJar()
    for (url, field) in test.set { jar.store([field], from: try #require(WebURL(url)), now: 1_000_000_000) }
    #expect(jar.sent(to: try #require(WebURL(test.request)), now: 1_000_000_000) == test.sent)
  }

  @Test("a cookie is gone when its time is over, after 400 days at the latest")
  func expiry() throws {
    let url = try #require(WebURL("https://a.example/"))
    var jar = CookieJar()
    jar.store(
      ["a=1; Max-Age=10", "b=2; Max-Age=99999999999", "c=3; Expires=Fri, 01 Jan 9999 00:00:00 GMT", "d=4"], from: url,
      now: 0)
    #expect(jar.sent(to: url, now: 9) == "a=1; b=2; c=3; d=4")
    #expect(jar.sent(to: url, now: 10) == "b=2; c=3; d=4")
    #expect(jar.sent(to: url, now: 400 * 86_400 - 1) == "b=2; c=3; d=4")
    #expect(jar.sent(to: url, now: 400 * 86_400) == "d=4")
  }
}
