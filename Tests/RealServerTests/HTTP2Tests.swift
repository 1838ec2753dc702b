import PipeTesting
import Testing

@Suite("HTTP/2, against nginx", .serialized, .timeLimit(.minutes(20)))
struct HTTP2Tests {
  private let certificates: Certificates

  init() throws { certificates = try Certificates.shared.get() }

  private var trust: String { "tls: {ca_file: \(certificates.authority)}" }

  /// What a server logged of fetching so many of its pages.
  private func log(
    of count: Int, _ fetch: String, http2: Bool = true, tls: Bool = true, protocols: String = "TLSv1.2 TLSv1.3"
  ) async throws -> [WebServer.LoggedRequest] {
    let server = try WebServer {
      .init(identity: tls ? try certificates.server($0) : nil, speaksHTTP2: http2, protocols: protocols)
    }
    let run = try await PipelineRun((0..<count).map { server.url("/\($0)") }, fetch: fetch)
    #expect(run.rows.map(\.status) == Array(repeating: 200, count: count), "\(run.rows)")
    return try await server.stop()
  }

  @Test("many requests at once share one connection, and one handshake", arguments: [2, 8, 64])
  func multiplexing(side: Int) async throws {
    let log = try await log(of: 200, trust + "\nper_host: {concurrency: \(side)}")
    #expect(log.count == 200)
    #expect(Set(log.map(\.version)) == ["HTTP/2.0"])
    #expect(Set(log.map(\.connection)).count == 1)
  }

  @Test("where a server speaks HTTP/1.1 over TLS, there are as many connections as requests at once")
  func withoutHTTP2() async throws {
    let log = try await log(of: 100, trust + "\nper_host: {concurrency: 4}", http2: false)
    #expect(Set(log.map(\.version)) == ["HTTP/1.1"])
    #expect(2...4 ~= Set(log.map(\.connection)).count)
  }

  @Test(
    "a connection over TLS is kept while it is idle: whatever the server says of its own accord ends none",
    arguments: ["TLSv1.2", "TLSv1.3"], [true, false])
  func idle(protocols: String, http2: Bool) async throws {
    let fetch = trust + "\nper_host: {concurrency: 2, delay: 10ms}"
    let log = try await log(of: 100, fetch, http2: http2, protocols: protocols)
    #expect(log.count == 100)
    #expect(Set(log.map(\.connection)).count <= 2)
  }

  @Test("the spec's choice of a version wins over what the server offers")
  func chosen() async throws {
    let old = try await log(of: 20, trust + "\nhttp: 1.1")
    #expect(Set(old.map(\.version)) == ["HTTP/1.1"])
    let secure = try await log(of: 50, trust + "\nhttp: 2")
    #expect(Set(secure.map(\.version)) == ["HTTP/2.0"])
    #expect(Set(secure.map(\.connection)).count == 1)
    // How many connections there are then depends on libcurl's version.
    let plain = try await log(of: 50, "http: 2", tls: false)
    #expect(Set(plain.map(\.version)) == ["HTTP/2.0"])
  }

  @Test("a body that is cut off ends its stream, not the connection")
  func truncation() async throws {
    let folder = try TemporaryFolder()
    try folder.write("page.html", Array(repeating: UInt8(ascii: "x"), count: 1 << 20))
    let server = try WebServer {
      .init(identity: try certificates.server($0), locations: "location / { root \(folder.path); }")
    }
    let run = try await PipelineRun(
      (0..<20).map { server.url("/page.html?\($0)") }, fetch: trust + "\nmax_body: 10kB")
    let log = try await server.stop()
    #expect(run.rows.allSatisfy { $0.status == 200 && $0.error == nil && $0.body?.utf8.count == 10_000 })
    #expect(Set(log.map(\.connection)).count == 1)
  }

  @Test("where nobody answers, no request waits for another one's time limit")
  func deadServer() async throws {
    // It accepts connections and never says a word.
    let server = try RawServer(Loopback.freshAddress()) { _ in [.hold] }
    defer { server.close() }
    let urls = (0..<8).map { "https://\(server.address):\(server.port)/\($0)" }
    let start = ContinuousClock.now
    let run = try await PipelineRun(urls, fetch: "retry: 1", timeout: "{total: 60s, connect: 1s}")
    let time = ContinuousClock.now - start
    #expect(run.rows.allSatisfy { $0.errorCode == "timeout" })
    // The first one's limit, and then that of all the others together; one after the other they would take 8 s.
    #expect(time < .seconds(6))
  }
}
