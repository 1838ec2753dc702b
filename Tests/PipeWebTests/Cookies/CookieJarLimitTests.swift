import PipeTesting
import Testing

@testable import PipeWeb

@Suite("Cookie jar, limits")
struct CookieJarLimitTests {
  private func url(_ host: String, _ path: String = "/") throws -> WebURL {
    try #require(WebURL("https://\(host)\(path)"))
  }

  @Test("of one response the first 50 cookies are taken")
  func response() throws {
    var jar = CookieJar()
    jar.store((0..<1000).map { "c\($0)=x" }, from: try url("a.example"), now: 0)
    #expect(jar.count == 50)
    #expect(try jar.sent(to: url("a.example"), now: 0)?.hasSuffix("c49=x") == true)
  }

  @Test("who sets more than is kept displaces their own, whatever names they use")
  func domain() throws {
    var jar = CookieJar()
    jar.store(["kept=1"], from: try url("good.example"), now: 0)
    for index in 0..<2000 { jar.store(["c\(index)=x"], from: try url("h\(index).evil.example"), now: 0) }
    #expect(jar.count <= 181)
    #expect(try jar.sent(to: url("good.example"), now: 0) == "kept=1")
  }

  @Test("what is expired goes first, then what is not secure, then what was used longest ago")
  func displacement() throws {
    var jar = CookieJar()
    let a = try url("a.example")
    jar.store(["secure=1; Secure", "used=1", "unused=1"], from: a, now: 0)
    jar.store((0..<40).map { "e\($0)=x; Max-Age=5; Path=/e" }, from: a, now: 0)
    for start in [0, 50, 100] { jar.store((start..<start + 50).map { "c\($0)=x; Path=/c" }, from: a, now: 6) }
    // The expired ones went, and nothing else had to.
    #expect(jar.count == 3 + 150)
    jar.store((150..<200).map { "c\($0)=x; Path=/c" }, from: a, now: 6)
    // The three were oldest; the secure one alone was spared.
    #expect(jar.sent(to: a, now: 6) == "secure=1")
  }

  @Test("there is a most of all cookies, and those that were used last stay")
  func total() throws {
    var jar = CookieJar()
    jar.store(["kept=1"], from: try url("good.example"), now: 0)
    for index in 0..<10_000 {
      jar.store(["c=x"], from: try url("host-\(index).example"), now: 0)
      if index % 1000 == 0 { #expect(try jar.sent(to: url("good.example"), now: 0) == "kept=1") }
    }
    #expect(3000...3300 ~= jar.count)
    #expect(try jar.sent(to: url("good.example"), now: 0) == "kept=1")
    #expect(try jar.sent(to: url("host-0.example"), now: 0) == nil)
  }

  @Test("a Cookie field is no longer than a server takes")
  func fieldLength() throws {
    var jar = CookieJar()
    let a = try url("a.example")
    let value = String(repeating: "x", count: 4000)
    jar.store(["a=\(value)", "b=\(value)", "c=\(value)", "d=y"], from: a, now: 0)
    #expect(jar.sent(to: a, now: 0) == "a=\(value); b=\(value); d=y")
  }

  @Test("whatever comes, the count is true, the limits hold, and what is sent can stand in a field")
  func randomFields() throws {
    var random = RepeatableRandom(seed: 7)
    var jar = CookieJar()
    let hosts = ["a.example", "b.a.example", "c.example", "127.0.0.1", "[::1]", "x.github.io", "localhost"]
    let parts = [
      "a=", "b", "=", ";", " Domain=", "a.example", ".", "Path=", "/", "x", "Secure", "Max-Age=", "5", "-", "Expires=",
      "06 Nov 1994 08:49:37", "__Host-", "\u{1}", "é", ",", "\"",
    ]
    for step in 0..<5000 {
      let host = hosts.randomElement(using: &random) ?? ""
      let url = try #require(
        WebURL((random.oneIn(2) ? "http://" : "https://") + host + (random.oneIn(2) ? "/x/y" : "/")))
      let field = (0..<Int.random(in: 1...8, using: &random)).map { _ in parts.randomElement(using: &random) ?? "" }
      jar.store([field.joined()], from: url, now: step)
      if let sent = jar.sent(to: url, now: step) {
        #expect(HTTPFields.isValue(sent) && sent.utf8.count <= 8190)
      }
      #expect(jar.count <= hosts.count * 180)
    }
    #expect(jar.count > 0)
  }
}
