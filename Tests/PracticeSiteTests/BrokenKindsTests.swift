import Testing

@testable import PracticeSite

@Suite("Broken answers of several kinds")
struct BrokenKindsTests {
  /// A route with `kind=`, and what the answer of each kind has; what no other kind of the route has.
  static let kinds: [(route: String, kind: String, mark: String)] = [
    ("status-line", "word", "HTTP/1.1 abc OK\r\n"), ("status-line", "short", "HTTP/1.1 20 OK\r\n"),
    ("status-line", "long", "HTTP/1.1 2000 OK\r\n"), ("status-line", "negative", "HTTP/1.1 -200 OK\r\n"),
    ("status-line", "zero", "HTTP/1.1 000 Nothing\r\n"), ("status-line", "none", "HTTP/1.1\r\n"),
    ("status-line", "version", "HTTP/9.9 200 OK\r\n"), ("status-line", "icy", "ICY 200 OK\r\n"),
    ("status-line", "small-letters", "http/1.1 200 OK\r\n"), ("status-line", "spaces", "HTTP/1.1   200   OK\r\n"),
    ("status-line", "no-reason", "HTTP/1.1 200\r\n"), ("status-line", "empty-line-first", "\r\nHTTP/1.1 200 OK\r\n"),
    ("header-line", "folded", "text/html;\r\n charset=utf-8\r\n"), ("header-line", "bare-lf", "HTTP/1.1 200 OK\nCont"),
    ("header-line", "bare-cr", "X-Return: a\rContent-Length: 5\r\n"),
    ("header-line", "no-colon", "\r\nthis line is not a field\r\n"), ("header-line", "no-name", "\r\n: a value\r\n"),
    ("header-line", "space-before-colon", "X-Space : a\r\n"), ("header-line", "space-first", "OK\r\n X-Space: a\r\n"),
    ("header-line", "nul-in-name", "X-\0Nul: a\r\n"), ("header-line", "control", "a\u{1}b\u{7F}c\r\n"),
    ("header-line", "latin1", "X-Latin: caf\u{FFFD}\r\n"), ("header-line", "many", "X-Field-499: a\r\n"),
    ("bad-chunk", "word", "\r\nzz\r\n"), ("bad-chunk", "negative", "\r\n-5\r\n"),
    ("bad-chunk", "empty", "</html>\n\r\n\r\nmore!"), ("bad-chunk", "huge", "\r\n7fffffffffffffff\r\n"),
    ("bad-chunk", "overflow", "\r\nffffffffffffffff5\r\n"), ("bad-chunk", "zeros", "\r\n00000000"),
    ("bad-chunk", "too-long", "\r\n6\r\nmore!\r\n"), ("bad-chunk", "too-short", "\r\n4\r\nmore!\r\n"),
    ("bad-chunk", "prefix", "\r\n0x5\r\n"),
    ("bad-location", "none", "Content-Length: \(HTMLText.page(title: "302 Found").utf8.count)\r\n\r\n"),
    ("bad-location", "empty", "Location: \r\n"),
    ("bad-location", "invalid", "Location: http://[/\r\n"), ("bad-location", "no-host", "Location: http://\r\n"),
    ("bad-location", "port", "Location: http://127.0.0.1:99999/\r\n"),
    ("bad-location", "space", "Location: /get?num=1 2\r\n"), ("bad-location", "nul", "Location: /get?num=1\0\r\n"),
    ("bad-location", "long", "Location: /lllll"), ("bad-location", "two", "num=1\r\nLocation: /get?num=2\r\n"),
  ]

  @Test("Each kind is broken as its name says, and no other in the same way", arguments: kinds)
  func kind(route: String, kind: String, mark: String) async throws {
    try await withSite { site in
      for other in Self.kinds where other.route == route {
        let text = String(decoding: try site.bytes("/broken/\(route)?kind=\(other.kind)"), as: UTF8.self)
        #expect(text.utf8.firstRange(of: mark.utf8) != nil ? other.kind == kind : other.kind != kind)
      }
    }
  }

  @Test(
    "Every kind that a route offers is in the table",
    arguments: ["status-line", "header-line", "bad-chunk", "bad-location"])
  func offered(route: String) throws {
    let found = try #require(RouteTable().match(["broken", route]))
    #expect(found.route.query == "kind=" + Self.kinds.filter { $0.route == route }.map(\.kind).joined(separator: "|"))
  }

  @Test("A kind that is not there is refused")
  func unknown() async throws {
    try await withSite { site in
      let answer = try site.get("/broken/bad-chunk?kind=nice")
      #expect(answer.status == 400)
    }
  }

  @Test(
    "A bad gzip is a good one but for its fault",
    arguments: [
      ("garbage", 0, 110), ("crc", 0, 0), ("cut", -20, -20), ("trailing", 8, 8), ("members", 48, 48),
    ])
  func gzip(kind: String, least: Int, most: Int) async throws {
    let good = Deflate.gzip(Array(BrokenBodyRoutes.html.utf8))
    try await withSite { site in
      let answer = try site.get("/broken/bad-gzip?kind=\(kind)")
      #expect(answer.header("content-encoding") == "gzip")
      #expect(answer.body != good)
      #expect(answer.body.prefix(10) == good.prefix(10))
      #expect(kind == "garbage" || (least...most).contains(answer.body.count - good.count))
    }
  }

  @Test("A gzip of nothing but its header, and one of nothing at all", arguments: [("header", 10), ("empty", 0)])
  func shortGzip(kind: String, count: Int) async throws {
    try await withSite { site in
      let answer = try site.get("/broken/bad-gzip?kind=\(kind)")
      #expect(answer.body.count == count)
    }
  }

  @Test("A coding can be named that is not there, and be there without a name")
  func untrueCoding() async throws {
    try await withSite { site in
      let named = try site.get("/broken/wrong-coding?named=br")
      #expect(named.header("content-encoding") == "br")
      #expect(named.text == BrokenBodyRoutes.html)
      let unnamed = try site.get("/broken/unnamed-gzip")
      #expect(unnamed.header("content-encoding") == nil)
      #expect(unnamed.body == Deflate.gzip(Array(BrokenBodyRoutes.html.utf8)))
    }
  }

  @Test("A page is coded as often as is named")
  func manyCodings() async throws {
    try await withSite { site in
      let answer = try site.get("/broken/many-codings?count=3")
      #expect(answer.header("content-encoding") == "gzip, gzip, gzip")
      let html = Array(BrokenBodyRoutes.html.utf8)
      #expect(answer.body == Deflate.gzip(Deflate.gzip(Deflate.gzip(html))))
    }
  }

  @Test("An answer that nobody asked for follows on a connection that stays open", arguments: [0, 20])
  func unasked(after: Int) async throws {
    try await withSite { site in
      var connection = try RawConnection(port: site.port)
      try connection.request("/broken/unasked-answer?after=\(after)")
      #expect(try connection.readAnswer().text.contains("<title>What was asked for</title>"))
      #expect(try connection.readAnswer().text.contains("<title>What nobody asked for</title>"))
      try connection.request("/get?num=3")
      #expect(try connection.readAnswer().text.contains("<title>Number 3</title>"))
    }
  }

  @Test("More of a page than was told follows on a connection that stays open")
  func tail() async throws {
    try await withSite { site in
      var connection = try RawConnection(port: site.port)
      try connection.request("/broken/unasked-answer?what=tail")
      #expect(try connection.readAnswer().text.contains("<title>What was asked for</title>"))
      try connection.request("/get?num=3", "Connection: close")
      let rest = String(decoding: try connection.readToEnd(), as: UTF8.self)
      #expect(rest.hasPrefix("<!DOCTYPE html>"))
      #expect(rest.contains("</html>\nHTTP/1.1 200 OK\r\n"))
    }
  }

  @Test("With stall, silence follows instead of the end")
  func stall() async throws {
    try await withSite { site in
      var connection = try RawConnection(port: site.port)
      try connection.request("/broken/drop-at/100?form=length&stall&group=stalled")
      try connection.skip(100)
      try site.waitUntil { $0.contains("\"stalled\":{\"served\":1,\"in_flight\":1,") }
    }
  }
}
