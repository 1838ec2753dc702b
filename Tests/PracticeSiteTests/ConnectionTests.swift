import PracticeSite
import Testing

@Suite("Connections")
struct ConnectionTests {
  @Test("A connection serves one request after another")
  func keepAlive() async throws {
    try await withSite { site in
      var connection = try RawConnection(port: site.port)
      for number in [1, 2, 3] {
        try connection.request("/get?num=\(number)")
        #expect(try connection.readAnswer().text.contains("<title>Number \(number)</title>"))
      }
      try connection.request("/stats")
      #expect(try connection.readAnswer().text.contains("\"connections\":{\"served\":1,"))
    }
  }

  @Test("Requests sent at once are answered in order")
  func pipelining() async throws {
    try await withSite { site in
      var connection = try RawConnection(port: site.port)
      for target in ["/delay/0.05", "/urls.txt", "/get?num=2"] { try connection.request(target) }
      #expect(try connection.readAnswer().text.contains("Waited 0.05 seconds"))
      #expect(try connection.readAnswer().text.contains("/page/40\n"))
      #expect(try connection.readAnswer().text.contains("Number 2"))
    }
  }

  @Test("HEAD gets the head of a GET")
  func head() async throws {
    try await withSite { site in
      var connection = try RawConnection(port: site.port)
      try connection.send("HEAD /page/1 HTTP/1.1\r\nHost: h\r\n\r\nGET /get?num=5 HTTP/1.0\r\n\r\n")
      let text = String(decoding: try connection.readToEnd(), as: UTF8.self)
      let length = try site.get("/page/1").body.count
      #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
      #expect(text.contains("Content-Length: \(length)\r\n\r\nHTTP/1.0 200 OK\r\n"))
    }
  }

  @Test("An answer without a length ends with the connection for HTTP/1.0")
  func oldVersion() async throws {
    try await withSite { site in
      var connection = try RawConnection(port: site.port)
      try connection.send("GET /urls.txt HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
      let text = String(decoding: try connection.readToEnd(), as: UTF8.self)
      #expect(text.contains("\r\n\r\nhttp://127.0.0.1:\(site.port)/page/1\n"))
    }
  }

  @Test("A body beyond a megabyte is refused, and the connection goes on")
  func largeBody() async throws {
    try await withSite { site in
      var connection = try RawConnection(port: site.port)
      let size = 1024 * 1024 + 1
      try connection.send("POST /method HTTP/1.1\r\nHost: h\r\nContent-Length: \(size)\r\n\r\n")
      for _ in 0..<1024 { try connection.send(String(repeating: "b", count: 1024)) }
      try connection.send("b")
      #expect(try connection.readAnswer().status == 413)
      try connection.request("/get?num=1")
      #expect(try connection.readAnswer().status == 200)
    }
  }

  @Test(
    "Only loopback addresses are listened on",
    arguments: ["0.0.0.0", "::", "10.0.0.1", "localhost", "127.1"])
  func loopbackOnly(host: String) async {
    await #expect(throws: ServerError.self) { try await PracticeServer.start(.init(hosts: [host])) }
  }

  @Test("Every host is served on the same port")
  func hosts() async throws {
    let server = try await PracticeServer.start(.init(pages: 1))
    let answer = try server.get("/broken/redirect-to-loopback2")
    #expect(answer.header("location") == "http://127.0.0.2:\(server.port)/")
    try await server.stop()
  }

  @Test("Stopping closes connections that still wait for their answer")
  func stop() async throws {
    let server = try await PracticeServer.start(.init(hosts: ["127.0.0.1"], pages: 1))
    var connection = try RawConnection(port: server.port)
    try connection.request("/broken/never-answers")
    try await server.stop()
    #expect((try? connection.readToEnd())?.isEmpty ?? true)
  }
}
