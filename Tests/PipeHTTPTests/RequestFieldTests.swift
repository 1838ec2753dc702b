import PipeHTTP
import PipeTesting
import PipeWeb
import Testing

@Suite("Transfer, fields of a request", .timeLimit(.minutes(20)))
struct RequestFieldTests {
  /// The lines of a request whose names begin so, and its content.
  private static func sent(
    _ name: String, _ settings: TransferSettings, body: String? = nil, method: String? = "POST",
    headers: [(String, String)] = [], withholdsCredentials: Bool = false, withholdsContentFields: Bool = false
  ) async throws -> [String] {
    let server = try RawServer { _ in [.read, .send("HTTP/1.1 204 No Content\r\n\r\n")] }
    defer { server.close() }
    _ = try await perform(
      [
        ScriptedRequest(
          server.url(), method: method, body: body.map { Array($0.utf8) },
          headers: headers.map { HTTPFields.Field(name: $0, value: $1) }, withholdsCredentials: withholdsCredentials,
          withholdsContentFields: withholdsContentFields)
      ], settings)
    return server.requests.first?.split(separator: "\r\n").map(String.init)
      .filter { $0.lowercased().hasPrefix(name.lowercased() + ":") } ?? []
  }

  @Test(
    "JSON is sent as JSON, and nothing is said of other content",
    arguments: [
      (#"{"a":1}"#, ["Content-Type: application/json"]), ("[]", ["Content-Type: application/json"]),
      (" \n{}\n", ["Content-Type: application/json"]), ("a=1&b=2", []), ("{a}", []), ("[1", []), ("5", []), ("", []),
      ("<a/>", []),
    ])
  func type(body: String, lines: [String]) async throws {
    #expect(try await Self.sent("content-type", .loopback, body: body) == lines)
    var settings = TransferSettings.loopback
    settings.method = "POST"
    settings.body = Array(body.utf8)
    #expect(try await Self.sent("content-type", settings, method: nil) == lines)
  }

  @Test(
    "a method that has a meaning for content says the length of none (RFC 9110, 8.6)",
    arguments: [
      ("POST", ["Content-Length: 0"]), ("PUT", ["Content-Length: 0"]), ("PATCH", ["Content-Length: 0"]), ("GET", []),
      ("HEAD", []), ("DELETE", []), ("OPTIONS", []),
    ])
  func noContent(method: String, lines: [String]) async throws {
    #expect(try await Self.sent("content-length", .loopback, method: method) == lines)
    #expect(try await Self.sent("content-type", .loopback, method: method) == [])
    var settings = TransferSettings.loopback
    settings.method = method
    #expect(try await Self.sent("content-length", settings, method: nil) == lines)
    #expect(try await Self.sent("content-type", settings, method: nil) == [])
    #expect(try await Self.sent("content-length", settings, method: "GET") == [])
    settings.body = Array("abc".utf8)
    #expect(try await Self.sent("content-length", settings, method: "PUT") == ["Content-Length: 0"])
  }

  @Test("a type that somebody gives is sent as it is")
  func ownType() async throws {
    let own = try await Self.sent("content-type", .loopback, body: "{}", headers: [("content-type", "text/x")])
    #expect(own == ["content-type: text/x"])
    var settings = TransferSettings.loopback
    settings.headers = [HTTPFields.Field(name: "Content-Type", value: "application/x-www-form-urlencoded")]
    #expect(
      try await Self.sent("content-type", settings, body: "{}") == ["Content-Type: application/x-www-form-urlencoded"])
    settings.body = Array("{}".utf8)
    settings.method = "PUT"
    #expect(
      try await Self.sent("content-type", settings, method: nil) == ["Content-Type: application/x-www-form-urlencoded"])
    // A GET of its own has not the settings' content, and nothing to say of it.
    settings.headers = []
    #expect(try await Self.sent("content-type", settings, method: "GET") == [])
  }

  @Test(
    "the settings' fields for one origin do not go to another",
    arguments: [
      "Host", "Authorization", "Cookie", "Proxy-Authorization", "Origin", "Referer", "X-Api-Key", "X-Auth-Token",
    ])
  func oneOrigin(name: String) async throws {
    var settings = TransferSettings.loopback
    settings.headers = [HTTPFields.Field(name: name, value: "here.example")]
    #expect(try await Self.sent(name, settings, method: nil) == ["\(name): here.example"])
    let elsewhere = try await Self.sent(name, settings, method: nil, withholdsCredentials: true)
    #expect(name == "Host" ? elsewhere.first?.hasPrefix("Host: 127.0.0.1:") == true : elsewhere == [])
  }

  @Test("the settings' fields that describe content do not go without it")
  func contentFields() async throws {
    var settings = TransferSettings.loopback
    settings.headers = ["Content-Type", "Content-Language", "X-Kept"].map { HTTPFields.Field(name: $0, value: "x") }
    settings.body = [1]
    for name in ["content-type", "content-language"] {
      #expect(try await Self.sent(name, settings, method: "GET", withholdsContentFields: true) == [])
    }
    #expect(try await Self.sent("x-kept", settings, method: "GET", withholdsContentFields: true) == ["X-Kept: x"])
  }

  @Test("a field's bytes are sent as they are")
  func octets() async throws {
    let received = Recorder<String>()
    let server = try RawServer { _ in
      [
        .serve {
          received.append($0)
          return Array("HTTP/1.1 204 No Content\r\n\r\n".utf8)
        }
      ]
    }
    defer { server.close() }
    let field = HTTPFields.Field(name: "Cookie", octets: Array("name=J".utf8) + [0xF6] + Array("rg".utf8))
    _ = try await perform([ScriptedRequest(server.url(), headers: [field])])
    // The server's text is repaired UTF-8: one byte that is none.
    #expect(received.all.first?.contains("Cookie: name=J\u{FFFD}rg\r\n") == true)
  }
}
