import Glibc
import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, the limits of a run", .timeLimit(.minutes(20)))
struct LimitsTests {
  /// The end of a spec that fetches from the practice site.
  private func spec(_ sources: String, limits: String, _ more: String = "") -> String {
    """
    sources: [\(sources)]
    fetch: {retry: 1, timeout: 20s, allow_private: [127.0.0.1]}
    extract: [url, status, error]
    sinks: [{csv: out.csv}]
    limits: {\(limits)}
    \(more)
    """
  }

  /// Runs a spec that a limit stops.
  private func stopped(
    _ place: borrowing Workplace, _ spec: String, by words: String, _ flags: [String] = []
  ) async throws -> RunningCommand.Outcome {
    let outcome = await (try place.start(["run", try place.spec(spec)] + flags)).outcome()
    #expect(outcome.status == 3, "\(outcome.errors)")
    #expect(outcome.errors.contains("pipe: stopped by \(words) in"))
    return outcome
  }

  @Test("limits.records ends the run as planned: exit 0, and the output is there")
  func records() async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(spec("{range: {url: 'SITE/status/200?{n}', from: 1, to: 50}}", limits: "records: 7"))
      let outcome = try await place.pipe("run", spec)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.errors.contains("pipe: complete in"))
      #expect(outcome.errors.contains("43 beyond the limit of records"))
      #expect(try place.table("out.csv").rows.count == 7)
    }
  }

  @Test("limits.errors stops the run: exit 3, said also without progress, and the rows are in the .part file")
  func errors() async throws {
    try await Workplace.use(pages: 1) { place in
      try place.folder.write("out.csv", "yesterday\n".utf8)
      let port = place.site.refusedPort
      let spec = spec("{range: {url: 'http://127.0.0.1:\(port)/{n}', from: 1, to: 100000}}", limits: "errors: 20")
      let outcome = try await stopped(place, spec, by: "limits.errors (20)", ["--progress", "none"])
      #expect(outcome.errors.contains("records have an error"))
      #expect(outcome.errors.contains("out.csv.part"))
      #expect(try place.folder.text("out.csv") == "yesterday\n")
      #expect(try place.table("out.csv.part").rows.count >= 20)
    }
  }

  @Test("limits.duration stops the run: exit 3")
  func duration() async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = spec("{range: {url: 'SITE/status/200?{n}', from: 1, to: 1000000}}", limits: "duration: 300ms")
      _ = try await stopped(place, spec, by: "limits.duration (300ms)")
    }
  }

  @Test("limits.bytes stops the run: exit 3")
  func bytes() async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = spec("{range: {url: 'SITE/?{n}', from: 1, to: 1000000}}", limits: "bytes: 10KiB")
      let outcome = try await stopped(place, spec, by: "limits.bytes (10KiB)")
      #expect(outcome.errors.contains("bytes of content were received"))
    }
  }

  @Test("limits.disk stops a crawl whose links find no room: exit 3")
  func disk() async throws {
    let links = (0..<9000).map { "<a href='/\($0)/\(String(repeating: "p", count: 200))'>" }.joined()
    let server = try RawServer { _ in
      [
        .serve { request in
          let body = request.hasPrefix("GET / ") ? links : ""
          return Array(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
        }
      ]
    }
    try await Workplace.use(pages: 1) { place in
      let spec = spec(
        "{urls: 'http://127.0.0.1:\(server.port)/'}", limits: "disk: 1MiB, memory: 8MiB", "crawl: {depth: 1}")
      let outcome = try await stopped(place, spec, by: "limits.disk")
      #expect(outcome.errors.contains("which is its part of limits.disk (limits.disk can be larger)"))
    }
    server.close()
  }
}
