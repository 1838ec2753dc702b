import PipeHTTP
import PipeTesting
import PipeWeb
import Testing

@Suite("Transfer, responses", .timeLimit(.minutes(20)))
struct TransferResponseTests {
  @Test("a response has its status, version, type and content")
  func response() async throws {
    let result = try #require(
      try await receive(
        "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=x\r\nContent-Length: 5\r\n\r\nhello"))
    #expect(result.failure == nil)
    let response = try #require(result.response)
    #expect(response.status == 404)
    #expect(response.version == .http11)
    #expect(response.contentType == "text/plain; charset=x")
    #expect(response.location == nil)
    #expect(response.body == Array("hello".utf8))
    #expect(response.length == 5)
    #expect(!response.isTruncated)
    #expect(response.fields.all.isEmpty, "nobody asked for them")
    #expect(result.elapsed > .zero)
    #expect(result.firstByte.map { $0 <= result.elapsed } == true)
  }

  @Test(
    "content ends by its length, by its last chunk or with the connection",
    arguments: [
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nTrailer: x\r\n\r\n",
      "HTTP/1.1 200 OK\r\n\r\nhello", "HTTP/1.0 200 OK\r\n\r\nhello", "HTTP/1.1 200\r\n\r\nhello",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhello",
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello",
    ])
  func framing(bytes: String) async throws {
    let result = try await receive(bytes)
    #expect(result?.failure == nil)
    #expect(result?.response?.status == 200)
    #expect(result?.response?.body == Array("hello".utf8))
    #expect(result?.response?.isTruncated == false)
  }

  @Test("HTTP/1.0 is told apart")
  func oldVersion() async throws {
    #expect(try await receive("HTTP/1.0 200 OK\r\n\r\n")?.response?.version == .http10)
  }

  @Test("header fields come in order, with their repetitions, when asked for")
  func fields() async throws {
    var settings = TransferSettings.loopback
    settings.keepsFields = true
    let result = try await receive(
      "HTTP/1.1 200 OK\r\nB: 1\r\nSet-Cookie: a\r\na:2\r\nSet-Cookie: b\r\nContent-Length: 0\r\n\r\n", settings)
    let fields = try #require(result?.response?.fields)
    #expect(fields.all.map(\.name) == ["B", "Set-Cookie", "a", "Set-Cookie", "Content-Length"])
    #expect(fields["set-cookie"] == "a, b")
    #expect(fields["A"] == "2")
  }

  @Test("fields are those of the final head, without the white space around their values, lines that go on joined")
  func fieldLines() async throws {
    var settings = TransferSettings.loopback
    settings.keepsFields = true
    let result = try await receive(
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nA: \t x y \t\r\nEmpty:\r\nB: one\r\n two\r\n"
        + "\t three \r\nC::d\nTransfer-Encoding: chunked\r\n\r\n0\r\nTrailer: x\r\n\r\n", settings)
    #expect(
      result?.response?.fields.all.map { "\($0.name)=\($0.value)" } == [
        "A=x y", "Empty=", "B=one two three", "C=:d", "Transfer-Encoding=chunked",
      ])
  }

  @Test("the address that was connected to comes when asked for")
  func address() async throws {
    var settings = TransferSettings.loopback
    settings.keepsAddress = true
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    #expect(try await receive(answer, settings)?.response?.address == IPAddress("127.0.0.1"))
    #expect(try await receive(answer)?.response?.address == nil)
  }

  @Test("a redirect has its Location, and is not followed")
  func location() async throws {
    let result = try await receive("HTTP/1.1 301 Moved\r\nLocation: /next page\r\nContent-Length: 0\r\n\r\n")
    #expect(result?.response?.status == 301)
    #expect(result?.response?.location == "/next page")
    let answer = try await receive("HTTP/1.1 201 Created\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n")
    #expect(answer?.response?.location == nil, "only redirects have one")
  }

  @Test("HEAD has no content, whatever its length says")
  func head() async throws {
    let bytes = Array("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n".utf8)
    let result = try await receive(bytes, .loopback, method: "HEAD")
    #expect(result?.failure == nil)
    #expect(result?.response?.status == 200)
    #expect(result?.response?.length == 0)
  }

  @Test("the request has the settings' method, fields and user agent")
  func request() async throws {
    let server = try RawServer { _ in [.read, .send("HTTP/1.1 204 No Content\r\n\r\n")] }
    defer { server.close() }
    var settings = TransferSettings.loopback
    settings.userAgent = "tests/1"
    settings.headers = [.init(name: "X-Common", value: "yes"), .init(name: "X-Empty", value: "")]
    _ = try await perform([ScriptedRequest(server.url("/a/../b//c?q=1"))], settings)
    let request = try #require(server.requests.first)
    let lines = request.split(separator: "\r\n").map(String.init)
    #expect(lines.first == "GET /a/../b//c?q=1 HTTP/1.1", "the path is sent as it is")
    #expect(lines.contains("Host: 127.0.0.1:\(server.port)"))
    #expect(lines.contains("User-Agent: tests/1"))
    #expect(lines.contains("X-Common: yes"))
    #expect(lines.contains("X-Empty:"))
  }

  @Test("a request's own method, content and fields do not stay for the next one in its place")
  func ownRequestIsForgotten() async throws {
    let server = try RawServer { _ in [.serve { _ in Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".utf8) }] }
    defer { server.close() }
    var settings = TransferSettings.loopback
    settings.concurrency = 1
    settings.headers = [.init(name: "X-Common", value: "yes")]
    let results = try await perform(
      [
        ScriptedRequest(
          server.url("/0"), index: 0, method: "PUT", body: Array("content".utf8),
          headers: [.init(name: "X-Own", value: "1")]),
        ScriptedRequest(server.url("/1"), index: 1),
        ScriptedRequest(server.url("/2"), index: 2, method: "HEAD"),
        ScriptedRequest(server.url("/3"), index: 3, method: "DELETE"),
        ScriptedRequest(server.url("/4"), index: 4),
      ], settings)
    #expect(results.count == 5)
    let requests = server.requests
    // The content of the answer to HEAD is no content: what follows is another connection.
    let first = requests.map { String($0.split(separator: "\r\n").first ?? "") }
    #expect(
      first == ["PUT /0 HTTP/1.1", "GET /1 HTTP/1.1", "HEAD /2 HTTP/1.1", "DELETE /3 HTTP/1.1", "GET /4 HTTP/1.1"])
    #expect(requests.map { $0.hasSuffix("\r\n\r\ncontent") } == [true, false, false, false, false])
    #expect(requests.map { $0.contains("X-Own: 1") } == [true, false, false, false, false])
    #expect(requests.allSatisfy { $0.contains("X-Common: yes") })
    #expect(results.map { $0.response?.length } == [2, 2, 0, 2, 2])
  }

  @Test("the settings' method and content are those of every request without its own")
  func commonContent() async throws {
    let server = try RawServer { _ in [.serve { _ in Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8) }] }
    defer { server.close() }
    var settings = TransferSettings.loopback
    settings.concurrency = 1
    settings.method = "POST"
    settings.body = Array("a=1".utf8)
    _ = try await perform(
      [
        ScriptedRequest(server.url("/0"), index: 0), ScriptedRequest(server.url("/1"), index: 1, method: "GET"),
        ScriptedRequest(server.url("/2"), index: 2),
      ], settings)
    #expect(server.requests.map { String($0.prefix(7)) } == ["POST /0", "GET /1 ", "POST /2"])
    #expect(server.requests.map { $0.hasSuffix("\r\n\r\na=1") } == [true, false, true])
  }
}
