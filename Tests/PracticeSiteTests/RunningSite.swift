import PracticeSite
import Testing

/// Starts a site on a free port for the time of `body`.
func withSite<Value>(
  pages: Int = 40, _ body: (PracticeServer) async throws -> Value
) async throws -> Value {
  let server = try await PracticeServer.start(.init(hosts: ["127.0.0.1"], pages: pages))
  do {
    let value = try await body(server)
    try await server.stop()
    return value
  } catch {
    try? await server.stop()
    throw error
  }
}

extension PracticeServer {
  /// The answer to a GET request on a connection of its own.
  func get(_ target: String, _ fields: String...) throws -> RawConnection.Answer {
    var connection = try RawConnection(port: port)
    let lines = fields.map { $0 + "\r\n" }.joined()
    try connection.send("GET \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(lines)\r\n")
    return try connection.readAnswer()
  }

  /// Asks for `/stats` until they are as wanted, for ten seconds at most.
  func waitUntil(_ holds: (String) -> Bool) throws {
    var connection = try RawConnection(port: port)
    let clock = ContinuousClock()
    let end = clock.now + .seconds(10)
    var text = ""
    repeat {
      try connection.request("/stats")
      text = try connection.readAnswer().text
      if holds(text) { return }
    } while clock.now < end
    Issue.record("the counters never came to what was awaited: \(text)")
  }

  /// Every byte that comes back until the site closes the connection.
  func bytes(_ target: String) throws -> [UInt8] {
    var connection = try RawConnection(port: port)
    try connection.request(target)
    return try connection.readToEnd()
  }
}
