import Testing

@testable import PipeCommand

@Suite("An exchange of the metrics server")
struct MetricsExchangeTests {
  private static let start = ContinuousClock.now

  /// What is answered to a request that comes in pieces of so many bytes.
  private func answer(_ request: String, piece: Int = .max) -> String {
    var exchange = MetricsExchange(at: Self.start)
    var rest = Array(request.utf8)[...]
    while !rest.isEmpty, exchange.rest.isEmpty {
      exchange.receive(rest.prefix(piece)) { Array("a 1\n".utf8) }
      rest = rest.dropFirst(piece)
    }
    return String(decoding: exchange.rest, as: UTF8.self)
  }

  @Test("metrics are what is asked for, in whatever pieces that comes", arguments: [1, 2, 3, 7, 1000])
  func metrics(piece: Int) {
    for target in ["/metrics", "/metrics?x=y", "http://127.0.0.1:9464/metrics"] {
      #expect(
        answer("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n", piece: piece) == """
          HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: 4\r\n\
          Cache-Control: no-store\r\nConnection: close\r\n\r\na 1\n
          """)
    }
  }

  @Test(
    "each request has its status",
    arguments: [
      ("GET /metrics HTTP/1.0\n\n", 200), ("HEAD /metrics HTTP/1.1\r\n\r\n", 200),
      ("GET /healthz HTTP/1.1\r\n\r\n", 200),
      ("GET / HTTP/1.1\r\n\r\n", 404), ("GET /metrics/ HTTP/1.1\r\n\r\n", 404),
      ("GET /metrics%00 HTTP/1.1\r\n\r\n", 404),
      ("GET http://a HTTP/1.1\r\n\r\n", 404), ("POST /metrics HTTP/1.1\r\n\r\n", 405),
      ("get /metrics HTTP/1.1\r\n\r\n", 405),
      ("OPTIONS * HTTP/1.1\r\n\r\n", 405), ("GET  /metrics HTTP/1.1\r\n\r\n", 400), ("GET /metrics\r\n\r\n", 400),
      ("PRI * HTTP/2.0\r\n\r\n", 400), ("\r\n\r\n", 400), ("\n\n", 400), ("\u{16}\u{3}\u{1}\r\n\r\n", 400),
    ])
  func status(request: String, status: Int) {
    #expect(answer(request).hasPrefix("HTTP/1.1 \(status) "), "\(answer(request))")
    if status == 405 { #expect(answer(request).contains("\r\nAllow: GET, HEAD\r\n")) }
  }

  @Test("HEAD has the head of the same answer alone")
  func head() {
    let head = answer("HEAD /metrics HTTP/1.1\r\n\r\n")
    #expect(answer("GET /metrics HTTP/1.1\r\n\r\n") == head + "a 1\n")
    #expect(head.hasSuffix("\r\n\r\n"))
  }

  @Test("a head without an end is not waited for", arguments: [1, 100, 4096])
  func endless(piece: Int) {
    var exchange = MetricsExchange(at: Self.start)
    var taken = 0
    while exchange.state == .reading, taken < 1 << 20 {
      exchange.receive(ArraySlice(repeating: UInt8(ascii: "a"), count: piece)) { [] }
      taken += piece
    }
    #expect(taken <= MetricsExchange.longestHead + 4096)
    #expect(String(decoding: exchange.rest, as: UTF8.self).hasPrefix("HTTP/1.1 431 "))
  }

  @Test("when the answer is out the client has a moment to close, and no more than was left")
  func end() {
    var exchange = MetricsExchange(at: Self.start)
    #expect(exchange.deadline == Self.start + MetricsExchange.longestTime)
    exchange.receive(ArraySlice("GET /healthz HTTP/1.1\r\n\r\n".utf8)) { [] }
    let count = exchange.rest.count
    exchange.sent(10, at: Self.start)
    #expect(exchange.rest.count == count - 10)
    exchange.sent(count - 10, at: Self.start + .seconds(2))
    #expect(exchange.state == .lingering && exchange.rest.isEmpty)
    #expect(exchange.deadline == Self.start + .seconds(3))
    exchange.receive([1, 2, 3]) { [] }
    #expect(exchange.state == .lingering)
    exchange.end()
    #expect(exchange.state == .over)
  }
}
