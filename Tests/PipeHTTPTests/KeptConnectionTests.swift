import PipeHTTP
import PipeTesting
import PipeWeb
import Testing

@Suite("Transfer, kept connections", .timeLimit(.minutes(20)))
struct KeptConnectionTests {
  /// An answer whose content says to which path it is.
  private static func answer(_ path: some StringProtocol, padding: Int = 0) -> [UInt8] {
    let content = "\(path)\n" + String(repeating: ".", count: padding)
    return Array("HTTP/1.1 200 OK\r\nContent-Length: \(content.utf8.count)\r\n\r\n\(content)".utf8)
  }

  private static func path(_ request: String) -> Substring { request.split(separator: " ")[1] }

  /// The path that an answer says it is to.
  private static func path(_ result: TransferResult) -> Substring? {
    result.response.map { Substring(decoding: $0.body.prefix { $0 != 0x0A }, as: UTF8.self) }
  }

  /// What a server may say that nobody asked for.
  enum Unasked: String, CaseIterable {
    case answer, timeout, rest, lineFeed, flood

    var bytes: [UInt8] {
      switch self {
      case .answer: KeptConnectionTests.answer("/unasked")
      case .timeout: Array("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n".utf8)
      case .rest: Array("and more of the content".utf8)
      case .lineFeed: [0x0A]
      case .flood: Array(repeating: 0x78, count: 300_000)
      }
    }
  }

  @Test("what comes over an idle connection is not the next answer", arguments: Unasked.allCases, [true, false])
  func idle(unasked: Unasked, closes: Bool) async throws {
    let gates = (0..<8).map { _ in Gate() }
    let sent = Turnstile()
    let server = try RawServer { connection in
      [
        .read, .send(Self.answer("/\(connection)")), .run { gates[connection].wait() }, .deliver(unasked.bytes),
        .run { sent.pass() }, closes ? .run {} : .serve { Self.answer(Self.path($0)) },
      ]
    }
    defer { server.close() }
    let exchange = ScriptedExchange([], isEndless: true)
    var settings = TransferSettings.loopback
    settings.concurrency = 1
    let loop = try TransferLoop(settings)
    let run = Task { try await loop.run(exchange) }
    for index in 0..<4 {
      exchange.add([ScriptedRequest(server.url("/\(index)"), index: index)])
      loop.wake()
      await exchange.completed.wait(for: index + 1)
      // Else that connection is not there.
      if exchange.results.all.last.map({ Self.path($0) }) != "/\(index)" { break }
      gates[index].open()
      await sent.wait(for: index + 1)
    }
    exchange.finish()
    loop.wake()
    try await run.value
    #expect(exchange.results.all.map { Self.path($0) } == ["/0", "/1", "/2", "/3"])
    #expect(exchange.results.all.compactMap(\.failure) == [])
    #expect(server.connectionCount == 4)
  }

  @Test(
    "what comes right behind an answer, and is not read with it, is not the next answer either",
    arguments: Unasked.allCases,
    [1, 4])
  func behind(unasked: Unasked, places: Int) async throws {
    // libcurl reads 16 KiB, and then no more than is left of the content.
    let server = try RawServer { _ in
      [.serve { Self.answer(Self.path($0), padding: 20_000) + unasked.bytes }]
    }
    defer { server.close() }
    var settings = TransferSettings.loopback
    settings.concurrency = places
    let results = try await perform((0..<40).map { ScriptedRequest(server.url("/\($0)"), index: $0) }, settings)
    #expect(results.map { Self.path($0) } == (0..<40).map { "/\($0)" })
    #expect(results.compactMap(\.failure) == [])
    #expect(server.connectionCount == 40)
  }

  @Test("connections over which nothing else comes are kept while they are idle")
  func keptWhileIdle() async throws {
    let server = try RawServer { _ in [.serve { Self.answer(Self.path($0)) }] }
    defer { server.close() }
    let exchange = ScriptedExchange([], isEndless: true)
    let loop = try TransferLoop(.loopback)
    let run = Task { try await loop.run(exchange) }
    for index in 0..<20 {
      exchange.add([ScriptedRequest(server.url("/\(index)"), index: index)])
      loop.wake()
      await exchange.completed.wait(for: index + 1)
    }
    exchange.finish()
    loop.wake()
    try await run.value
    #expect(exchange.results.all.map { Self.path($0) } == (0..<20).map { "/\($0)" })
    #expect(server.connectionCount == 1)
  }
}
