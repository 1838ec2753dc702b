import Glibc
import NIOCore
import Testing

@testable import PracticeSite

@Suite("Routes")
struct RoutesTests {
  @Test("urls.txt and expected.jsonl have the same URLs in the same order")
  func quickstart() async throws {
    try await withSite { site in
      let urls = try site.get("/urls.txt").text.split(separator: "\n").map(String.init)
      let expectations = try Expectation.list(site.get("/expected.jsonl").text)
      #expect(urls == expectations.map(\.url))
      #expect(
        expectations.compactMap(\.error) == ["redirects", "connect", "dns", "connection", "body"])
    }
  }

  @Test("Special pages are as expected.jsonl foretells")
  func specialPages() async throws {
    try await withSite { site in
      for expected in try Expectation.list(site.get("/expected.jsonl").text) {
        guard let path = expected.path, path == expected.final_path, expected.error == nil else {
          continue
        }
        let answer = try site.get(path)
        #expect(answer.status == expected.status)
        #expect(answer.body.count == expected.length, Comment(rawValue: path))
      }
    }
  }

  @Test(
    "A redirect goes where it says",
    arguments: [
      ("/redirect/1", "/page/1"), ("/redirect/3", "/redirect/2"),
      ("/redirect/1?form=relative", "../page/1"),
      ("/redirect/2?form=relative", "../redirect/1?form=relative"),
      ("/redirect-loop", "/redirect-loop"),
      ("/redirect-to?url=http%3A%2F%2Fexample.invalid%2F%3Fa%3Db", "http://example.invalid/?a=b"),
      ("/broken/redirect-to-file", "file:///etc/passwd"), ("/cookies/set?a=b", "/cookies"),
      ("/redirect-on/1", "/redirect-on/2"),
    ])
  func redirects(target: String, location: String) async throws {
    try await withSite { site in
      let answer = try site.get(target)
      #expect(answer.header("location") == location)
    }
  }

  @Test(
    "What cannot be answered as asked is refused",
    arguments: [
      ("/nowhere", 404), ("/page/0", 404), ("/page/x", 404), ("/status/600", 400),
      ("/delay/-1", 400),
      ("/delay/61", 400), ("/delay/nan", 400), ("/redirect-to", 400),
      ("/redirect-to?url=a%0Ab", 400),
      ("/get?num=x", 400), ("/bytes/9999999999", 400), ("/basic-auth/ada/secret", 401),
      ("/bearer/t", 401),
      ("/json/items?page=11", 400), ("/cookies/set?a=%0A", 400), ("/%ff%", 404),
      ("/broken/bad-length", 400), ("/broken/bad-length?value=%0D", 400), ("/status/503?retry_after=%00", 400),
      ("/broken/many-codings?count=101", 400), ("/broken/drop-at/5?form=x", 400), ("/flaky/1?fault=x", 400),
    ])
  func refusals(target: String, status: Int) async throws {
    try await withSite { site in
      let answer = try site.get(target)
      #expect(answer.status == status)
    }
  }

  @Test(
    "Those who know the password or the token are welcome",
    arguments: [
      ("/basic-auth/Aladdin/open%20sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
      ("/bearer/t0", "Bearer t0"),
    ])
  func authentication(target: String, credentials: String) async throws {
    try await withSite { site in
      let answer = try site.get(target, "Authorization: \(credentials)")
      #expect(answer.status == 200)
    }
  }

  @Test("A status without a body has none", arguments: [204, 304])
  func noBody(status: Int) async throws {
    try await withSite { site in
      var connection = try RawConnection(port: site.port)
      try connection.request("/status/\(status)")
      try connection.request("/get?num=1", "Connection: close")
      let text = String(decoding: try connection.readToEnd(), as: UTF8.self)
      #expect(text.split(separator: "\r\n\r\n", maxSplits: 1)[1].hasPrefix("HTTP/1.1 200 OK"))
    }
  }

  @Test(
    "Every example in the table is answered by its own route",
    arguments: RouteTable.groups.flatMap(\.routes).map(\.example))
  func examples(example: String) throws {
    let path = example.split(separator: "?")[0].split(separator: "/").map(String.init)
    let found = try #require(RouteTable().match(path))
    #expect(found.route.example == example)
  }

  @Test("A flaky page fails as often as it should for each key")
  func flaky() {
    var trouble = Trouble()
    let failed = (1...4).map { _ in trouble.fails("a", times: 2) }
    #expect(failed == [true, true, false, false])
    let otherFailed = trouble.fails("b", times: 1)
    #expect(otherFailed)
  }

  @Test(
    "A flaky page fails in the way that is asked for",
    arguments: [("fault=close", CInt(0)), ("fault=reset", ECONNRESET)])
  func flakyFaults(query: String, code: CInt) async throws {
    try await withSite { site in
      let failure = #expect(throws: RawConnection.Failure.self) { try site.get("/flaky/1?\(query)") }
      #expect(failure?.code == (code == 0 ? ECONNABORTED : code))
      let answer = try site.get("/flaky/1?\(query)")
      #expect(answer.text.contains("<title>Flaky 1</title>"))
    }
  }

  @Test(
    "Retry-After is a number, a date, or what was asked for",
    arguments: [
      ("/flaky/1?status=429&retry_after=7", 429, "7"), ("/status/503?retry_after=soon", 503, "soon"),
      ("/status/200?retry_after=-1", 200, "-1"), ("/status/503", 503, "1"), ("/touchy?retry_after=2", 429, "2"),
      ("/touchy?status=503", 503, nil), ("/flaky/2", 503, nil),
    ])
  func retryAfter(target: String, status: Int, text: String?) async throws {
    try await withSite { site in
      let answer = try site.get(target)
      #expect(answer.status == status)
      #expect(answer.header("retry-after") == text)
    }
  }

  @Test("A date in Retry-After has the form of HTTP")
  func retryAfterDate() async throws {
    try await withSite { site in
      let text = try site.get("/touchy?retry_after=2&form=date").header("retry-after")
      #expect(text?.count == "Sun, 06 Nov 1994 08:49:37 GMT".count)
      #expect(text?.hasSuffix(" GMT") == true)
    }
  }

  @Test("A touchy page answers once it was left alone, and then for good")
  func touchy() {
    var trouble = Trouble()
    let start = NIODeadline.uptimeNanoseconds(0)
    let times: [Int64] = [0, 900, 1800, 2799, 3799, 3800]
    let calm = times.map { trouble.isCalm("a", after: .seconds(1), at: start + .milliseconds($0)) }
    #expect(calm == [false, false, false, false, true, true])
    let isOtherCalm = trouble.isCalm("b", after: .seconds(1), at: start)
    #expect(!isOtherCalm)
  }

  @Test("A limited page admits so many requests a second")
  func limited() {
    var trouble = Trouble()
    let start = NIODeadline.uptimeNanoseconds(0)
    let times: [Int64] = [0, 1, 2, 999, 1000, 1001, 1002]
    let admitted = times.map { trouble.admits("", perSecond: 2, at: start + .milliseconds($0)) }
    #expect(admitted == [true, true, false, false, true, true, false])
  }
}
