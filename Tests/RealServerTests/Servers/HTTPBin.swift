import FoundationEssentials
import PipeTesting

/// httpbin of PyPI, served by gunicorn; Tests/install-tools installs both.
struct HTTPBin: Sendable {
  private let program: LocalProgram
  let address: String
  let port: Int

  init() throws {
    let address = Loopback.freshAddress()
    let port = try Loopback.freePort(address)
    program = try LocalProgram(
      "gunicorn", at: address, port: port, in: try TemporaryFolder(),
      [
        "--bind", "\(address):\(port)", "--worker-class", "gthread", "--threads", "16", "--worker-tmp-dir", "/dev/shm",
        "--no-control-socket", "httpbin:app",
      ])
    self.address = address
    self.port = port
  }

  /// Runs it for the time of `body`.
  static func use(_ body: (HTTPBin) async throws -> Void) async throws {
    let server = try HTTPBin()
    do {
      try await body(server)
    } catch {
      await server.program.stop()
      throw error
    }
    await server.program.stop()
  }

  func url(_ path: String) -> String { "http://\(address):\(port)\(path)" }

  /// What `/headers` and `/cookies` echo.
  struct Echo: Decodable {
    var headers: [String: String]?
    var cookies: [String: String]?

    init(_ row: PipelineRun.Row?) throws {
      self = try JSONDecoder().decode(Echo.self, from: Data((row?.body ?? "{}").utf8))
    }
  }
}
