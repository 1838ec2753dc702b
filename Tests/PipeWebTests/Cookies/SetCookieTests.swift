import Testing

@testable import PipeWeb

@Suite("Set-Cookie")
struct SetCookieTests {
  @Test(
    "the pair is around the first equals sign, without the white space outside",
    arguments: [
      ("a=b", "a", "b"), (" a = b ", "a", "b"), ("a=b=c", "a", "b=c"), ("a=", "a", ""), ("=b", "", "b"), ("b", "", "b"),
      ("a=b; c=d", "a", "b"), ("a=\"b; c\"", "a", "\"b"), ("a=b,c=d", "a", "b,c=d"), ("a b=c d", "a b", "c d"),
      ("a=b\tc", "a", "b\tc"), ("ä=ö", "ä", "ö"), ("=a=b", "", "a=b"), ("A=b", "A", "b"), (" ; a=b", "", ""),
      ("a=b;", "a", "b"),
    ])
  func pair(field: String, name: String, value: String) {
    let cookie = SetCookie(field)
    if name.isEmpty, value.isEmpty {
      #expect(cookie == nil)
    } else {
      #expect(cookie?.name == Array(name.utf8))
      #expect(cookie?.value == Array(value.utf8))
    }
  }

  @Test(
    "what is empty, holds control characters or is too long is ignored",
    arguments: [
      "", ";", "=", " = ", "a=b\u{1}", "a\u{0}=b", "a=b; path=/\u{7F}", "a=\nb", "a=b\r; Secure",
      "a=" + String(repeating: "b", count: 4096), String(repeating: "a", count: 4097) + "=",
    ])
  func ignored(field: String) { #expect(SetCookie(field) == nil) }

  @Test("a pair of exactly 4096 bytes is not too long")
  func longest() { #expect(SetCookie("a=" + String(repeating: "b", count: 4095))?.value.count == 4095) }

  @Test(
    "attributes are told by their names in any case, and the last one counts",
    arguments: [
      ("a=b; Domain=X.Example", "x.example", nil, false), ("a=b; DOMAIN=.x.example", "x.example", nil, false),
      ("a=b; domain=x; domain=", "", nil, false), ("a=b;domain=x;domain=y", "y", nil, false),
      ("a=b; domain=..x", ".x", nil, false),
      ("a=b; Path=/x", "", "/x", false), ("a=b; path=x", "", nil, false), ("a=b; path=/x; path=y", "", nil, false),
      ("a=b; path=/x; path=/y", "", "/y", false), ("a=b; path", "", nil, false), ("a=b; path=\"/x\"", "", nil, false),
      ("a=b; Secure", "", nil, true), ("a=b; secure=no", "", nil, true),
      ("a=b; HttpOnly; SameSite=Strict", "", nil, false),
      ("a=b; nonsense; =; ;;; x=y=z", "", nil, false),
      ("a=b; path=/" + String(repeating: "x", count: 1024), "", nil, false),
      ("a=b; path=/y; path=/" + String(repeating: "x", count: 1024), "", "/y", false),
    ])
  func attributes(field: String, domain: String, path: String?, isSecure: Bool) {
    let cookie = SetCookie(field)
    #expect(cookie?.domain == domain)
    #expect(cookie?.path == path)
    #expect(cookie?.isSecure == isSecure)
  }

  @Test(
    "Max-Age is a number of seconds, or nothing",
    arguments: [
      ("10", 10), ("0", 0), ("-1", 0), ("-999999999999999999999", 0), ("99999999999999999999", 400 * 86_400),
      ("1e3", nil), ("+5", nil), ("", nil), ("-", nil), ("5s", nil), ("5 6", nil), ("٥", nil),
    ] as [(String, Int?)])
  func maxAge(text: String, seconds: Int?) {
    #expect(SetCookie("a=b; Max-Age=\(text)").map { $0.maxAge } == .some(seconds))
    // One that is none leaves the one before.
    #expect(SetCookie("a=b; max-age=7; max-age=\(text)").map { $0.maxAge } == .some(seconds ?? 7))
  }

  @Test("Expires is a date, or nothing")
  func expires() {
    #expect(SetCookie("a=b; Expires=Sun, 06 Nov 1994 08:49:37 GMT")?.expires == 784_111_777)
    #expect(SetCookie("a=b; expires=\"Sun, 06 Nov 1994 08:49:37 GMT\"")?.expires == 784_111_777)
    #expect(SetCookie("a=b; expires=tomorrow").map { $0.expires } == .some(nil))
  }
}

@Suite("Cookies, octets")
struct CookieOctetTests {
  @Test(
    "a cookie goes back byte by byte",
    arguments: [
      [0x4A, 0xF6, 0x72, 0x67], [0xFF, 0xFE], Array("Jörg €".utf8), [0xC3], [0xED, 0xA0, 0x80],
      [0x80, 0x20, 0xC3, 0xA9],
    ] as [[UInt8]])
  func octets(value: [UInt8]) throws {
    let url = try #require(WebURL("http://a.example/"))
    var jar = CookieJar()
    jar.store([Array("name=".utf8) + value + Array("; Path=/".utf8)], from: url, now: 0)
    jar.store([value + Array("=x".utf8)], from: url, now: 0)
    #expect(jar.field(for: url, now: 1) == Array("name=".utf8) + value + Array("; ".utf8) + value + Array("=x".utf8))
  }

  @Test("names that differ in bytes alone are two")
  func names() throws {
    let url = try #require(WebURL("http://a.example/"))
    var jar = CookieJar()
    jar.store([[0xF6, 0x3D, 0x31], [0xE4, 0x3D, 0x32], [0xF6, 0x3D, 0x33]], from: url, now: 0)
    #expect(jar.field(for: url, now: 1) == [0xF6, 0x3D, 0x33, 0x3B, 0x20, 0xE4, 0x3D, 0x32])
  }
}
