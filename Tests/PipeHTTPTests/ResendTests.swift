import Glibc
import PipeHTTP
import PipeTesting
import PipeWeb
import Testing

@Suite("Transfer, requests that are sent twice", .timeLimit(.minutes(20)))
struct ResendTests {
  private static let page = Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".utf8)

  /// A server that closes a connection instead of answering a second request over it.
  private static func closing(_ end: @escaping @Sendable () -> RawServer.Step = { .run {} }) throws -> RawServer {
    try RawServer { _ in [.read, .send(page), .read, end()] }
  }

  private static var oneByOne: TransferSettings {
    var settings = TransferSettings.loopback
    settings.concurrency = 1
    return settings
  }

  @Test(
    "what must not be sent twice reaches the server once, and its connection is to blame",
    arguments: ["POST", "PATCH"],
    [false, true])
  func once(method: String, resets: Bool) async throws {
    let server = try Self.closing { resets ? .reset : .run {} }
    defer { server.close() }
    let requests = (0..<4).map {
      ScriptedRequest(server.url("/\($0)"), index: $0, method: method, body: [UInt8](repeating: 0x61, count: 3))
    }
    let results = try await perform(requests, Self.oneByOne)
    let fault = TransferFailure(.connection, "the kept connection was closed without an answer")
    #expect(results.map(\.failure) == [nil, fault, nil, fault])
    for index in 0..<4 { #expect(server.requests.count { $0.hasPrefix("\(method) /\(index) ") } == 1) }
  }

  @Test(
    "what may be sent twice comes back, and is sent once more over another connection",
    arguments: ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
  func twice(method: String) async throws {
    let server = try Self.closing()
    defer { server.close() }
    let requests = (0..<4).map { ScriptedRequest(server.url("/\($0)"), index: $0, method: method) }
    let exchange = ScriptedExchange(requests)
    try await TransferLoop(Self.oneByOne).run(exchange)
    #expect(exchange.results.all.map(\.index) == [0, 1, 2, 3])
    #expect(exchange.results.all.compactMap(\.failure) == [])
    let fault = TransferFailure(.keptConnection, "the kept connection was closed without an answer")
    #expect(exchange.resends.all.map(\.failure) == [fault, fault, fault])
    #expect((exchange.results.all + exchange.resends.all).allSatisfy { $0.sends == 1 })
    #expect(server.requests.count == 7)
  }

  @Test("what was sent once more does not come back again")
  func thrice() async throws {
    let server = try RawServer { connection in connection == 0 ? [.read, .send(Self.page), .read] : [.read] }
    defer { server.close() }
    let exchange = ScriptedExchange((0..<2).map { ScriptedRequest(server.url("/\($0)"), index: $0) })
    try await TransferLoop(Self.oneByOne).run(exchange)
    #expect(
      exchange.results.all.map(\.failure) == [nil, TransferFailure(.connection, "closed without an answer")])
    #expect(exchange.resends.count == 1)
    #expect(server.requests.count == 3)
  }

  @Test("a first request over a new connection is not sent again", arguments: ["GET", "POST"])
  func newConnection(method: String) async throws {
    let server = try RawServer { _ in [.read] }
    defer { server.close() }
    let result = try await perform([ScriptedRequest(server.url(), method: method)]).first
    #expect(result?.failure == TransferFailure(.connection, "closed without an answer"))
    #expect(result?.sends == 1)
    #expect(server.requests.count == 1)
  }

  /// What is left of an answer, or comes behind it, when the next request is sent already.
  private static let leftovers = ["and more\r\n\r\n", "\r\n\r\nHTTP/1.1 ", "0\r\n\r\n", "<html></html>\n\n"]

  @Test("what is left over of an answer is not blamed on the next URL", arguments: leftovers)
  func leftover(bytes: String) async throws {
    let server = try RawServer { connection in
      connection == 0 ? [.read, .send(Self.page), .read, .send(bytes), .hold] : [.serve { _ in Self.page }]
    }
    defer { server.close() }
    let exchange = ScriptedExchange((0..<3).map { ScriptedRequest(server.url("/\($0)"), index: $0) })
    try await TransferLoop(Self.oneByOne).run(exchange)
    let results = exchange.results.all
    #expect(results.compactMap(\.failure) == [])
    #expect(results.map { $0.response?.body } == Array(repeating: Array("ok".utf8), count: 3))
    #expect(exchange.resends.all.map(\.index) == [1])
  }

  @Test("what must not be sent twice is not, for what is left over either")
  func leftoverBeforePost() async throws {
    let server = try RawServer { _ in [.read, .send(Self.page), .read, .send("and more\r\n\r\n"), .hold] }
    defer { server.close() }
    let requests = (0..<2).map { ScriptedRequest(server.url("/\($0)"), index: $0, method: "POST", body: [0x61]) }
    let results = try await perform(requests, Self.oneByOne)
    #expect(
      results.map(\.failure) == [nil, TransferFailure(.connection, "the data on the kept connection is not HTTP")])
    #expect(server.requests.count == 2)
  }

  @Test("a server that never speaks HTTP is asked once over a new connection")
  func neverHTTP() async throws {
    let server = try RawServer { _ in [.read, .send("hello\r\n\r\n")] }
    defer { server.close() }
    let results = try await perform((0..<3).map { ScriptedRequest(server.url("/\($0)"), index: $0) }, Self.oneByOne)
    #expect(results.map { $0.failure?.reason } == [.protocol, .protocol, .protocol])
    #expect(server.requests.count == 3)
  }
}

@Suite("Transfer, answers that stall", .timeLimit(.minutes(20)))
struct StalledAnswerTests {
  @Test(
    "of an answer that stalls within its content, what came is kept",
    arguments: ["Content-Length: 500", "Transfer-Encoding: chunked"], [true, false])
  func content(field: String, isIdle: Bool) async throws {
    let start = "<title>half a page</title>"
    let content = field.hasPrefix("Transfer") ? "1a\r\n\(start)\r\n" : start
    let server = try RawServer { _ in
      [.read, .send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\(field)\r\n\r\n\(content)"), .hold]
    }
    defer { server.close() }
    var settings = TransferSettings.loopback
    if isIdle { settings.idleTimeout = .milliseconds(200) } else { settings.totalTimeout = .milliseconds(400) }
    let result = try #require(try await perform([ScriptedRequest(server.url())], settings).first)
    #expect(
      result.failure
        == TransferFailure(.timeout, isIdle ? "nothing came for 200ms after 26 bytes" : "not complete within 400ms"))
    #expect(result.response?.status == 200)
    #expect(result.response?.body == Array(start.utf8))
    #expect(result.response?.length == 26)
    #expect(result.response?.isTruncated == true)
    #expect(result.response?.contentType == "text/html")
  }

  @Test("of an answer that stalls within its head, nothing is kept")
  func head() async throws {
    let server = try RawServer { _ in [.read, .send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"), .hold] }
    defer { server.close() }
    var settings = TransferSettings.loopback
    settings.idleTimeout = .milliseconds(200)
    let result = try await perform([ScriptedRequest(server.url())], settings).first
    #expect(result?.failure == TransferFailure(.timeout, "nothing came for 200ms"))
    #expect(result?.response == nil)
  }
}
