import Glibc
import PracticeSite
import Testing

@Suite("Broken answers")
struct BrokenTests {
  /// What must be true of every byte that came before the connection closed.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let holds: @Sendable (String) -> Bool
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "close-before-head") { $0.isEmpty },
    Case(name: "close-in-head") { $0.hasPrefix("HTTP/1.1 200") && !$0.contains("\r\n\r\n") },
    Case(name: "http09") { $0.hasPrefix("<!DOCTYPE html>") },
    Case(name: "nul-in-header") { $0.contains("X-Nul: a\0b\r\n") },
    Case(name: "two-content-lengths") { $0.contains("Content-Length: 2\r\nContent-Length: 5\r\n") },
    Case(name: "garbage") { !$0.isEmpty && !$0.hasPrefix("HTTP") },
    Case(name: "tls-alert") { $0.hasPrefix("\u{15}\u{3}\u{3}\0\u{2}") },
    Case(name: "close-in-body") { length(told: $0) == 2 * length(sent: $0) },
    Case(name: "wrong-content-length-short") { length(told: $0) < length(sent: $0) },
    Case(name: "bad-chunk") { $0.contains("\r\nzz\r\n") },
    Case(name: "no-last-chunk") { $0.hasSuffix("</html>\n\r\n") && !$0.contains("\r\n0\r\n") },
    Case(name: "drop-at/0") { $0.isEmpty },
    Case(name: "drop-at/1") { $0 == "H" },
    Case(name: "drop-at/100") { $0.utf8.count == 100 },
    Case(name: "drop-at/1000000") { length(told: $0) == length(sent: $0) },
    Case(name: "drop-at/1000000?form=chunked") { $0.hasSuffix("</html>\n\r\n0\r\n\r\n") },
    Case(name: "drop-at/100?form=gzip") { $0.utf8.count == 100 },
    Case(name: "drop-at/1000000?form=close") { !$0.contains("Content-Length") && $0.hasSuffix("</html>\n") },
    Case(name: "interim?count=2&code=103") { $0.split(separator: "HTTP/1.1 103 ").count == 3 - 1 },
    Case(name: "interim?count=0") { $0.hasPrefix("HTTP/1.1 200 OK\r\n") },
    Case(name: "drip-head?seconds=0.01") {
      $0.hasPrefix("HTTP/1.1 200 OK\r\n") && length(told: $0) == length(sent: $0)
    },
    Case(name: "bad-length?value=-1") { $0.contains("\r\nContent-Length: -1\r\n") },
    Case(name: "length-and-chunks") { $0.contains("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n") },
    Case(name: "transfer-encoding?value=x%20y") { $0.contains("\r\nTransfer-Encoding: x y\r\n") },
    Case(name: "tiny-chunks?count=12345") { $0.split(separator: "1\r\nt\r\n").count == 2 && $0.utf8.count > 6 * 12345 },
  ]

  @Test("A broken answer is broken as its name says", arguments: cases)
  func breaks(_ broken: Case) async throws {
    try await withSite { site in
      let bytes = try site.bytes("/broken/\(broken.name)")
      #expect(broken.holds(String(decoding: bytes, as: UTF8.self)))
    }
  }

  @Test("With reset, the connection ends in a reset")
  func reset() async throws {
    try await withSite { site in
      let failure = #expect(throws: RawConnection.Failure.self) {
        try site.bytes("/broken/close-before-head?reset")
      }
      #expect(failure?.code == ECONNRESET)
    }
  }

  @Test(
    "Endless answers end at their bound",
    arguments: [
      ("/broken/endless-headers", 64_000_017), ("/bytes/10000000", 10_000_000),
      ("/broken/endless-line", 64_000_000), ("/broken/endless-line?kind=header", 64_000_000),
      ("/broken/endless-extension", 64_000_000), ("/broken/endless-trailers", 64_000_000),
      ("/broken/endless-body?mb=20", 20_000_000), ("/broken/interim?count=100000", 5_000_000),
    ])
  func bounds(target: String, least: Int) async throws {
    try await withSite { site in
      var connection = try RawConnection(port: site.port)
      try connection.request(target, "Connection: close")
      #expect(try connection.countToEnd() >= least)
    }
  }

  @Test("A client that leaves in the middle of an endless body costs nothing further")
  func leaving() async throws {
    try await withSite { site in
      do {
        var connection = try RawConnection(port: site.port)
        try connection.request("/broken/endless-body?group=left")
        try connection.skip(1_000_000)
      }
      try site.waitUntil { $0.contains("\"left\":{\"served\":1,\"in_flight\":0,") }
    }
  }

  private static func length(told answer: String) -> Int {
    answer.firstRange(of: "Content-Length: ").flatMap {
      Int(answer[$0.upperBound...].prefix { $0.isNumber })
    } ?? -1
  }

  private static func length(sent answer: String) -> Int {
    answer.firstRange(of: "\r\n\r\n").map { answer[$0.upperBound...].utf8.count } ?? -1
  }
}
