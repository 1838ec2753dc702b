import PipeTesting
import Testing

@Suite("Answers of every kind, against httpbin", .serialized, .timeLimit(.minutes(20)))
struct HTTPBinTests {
  @Test("every status is an answer")
  func statuses() async throws {
    try await HTTPBin.use { server in
      let statuses = [200, 201, 204, 206, 300, 304, 400, 401, 403, 404, 405, 409, 410, 418, 422, 429, 500, 501, 502]
      let run = try await PipelineRun(statuses.map { server.url("/status/\($0)") }, fetch: "redirects: 10")
      #expect(run.rows.map(\.status) == statuses)
      #expect(run.rows.allSatisfy { $0.error == nil })
    }
  }

  @Test("content is decoded, whatever its coding", arguments: ["gzip", "deflate", "brotli"])
  func codings(name: String) async throws {
    try await HTTPBin.use { server in
      let run = try await PipelineRun([server.url("/\(name)")])
      #expect(
        run.rows.first?.body?.contains(
          "\"\(name == "gzip" ? "gzipped" : name == "deflate" ? "deflated" : name)\": true") == true)
    }
  }

  @Test("redirects of every status and form lead to the end")
  func redirects() async throws {
    try await HTTPBin.use { server in
      let paths =
        ["/redirect/3", "/relative-redirect/3", "/absolute-redirect/3"]
        + [301, 302, 303, 307, 308].map { "/redirect-to?status_code=\($0)&url=/get" }
      let run = try await PipelineRun(paths.map { server.url($0) })
      #expect(run.rows.map(\.finalURL) == Array(repeating: server.url("/get"), count: paths.count))
      #expect(run.rows.allSatisfy { $0.status == 200 })
    }
  }

  @Test("a slow answer comes in whole, and one that is too slow is a timeout")
  func slowness() async throws {
    try await HTTPBin.use { server in
      let drip = try await PipelineRun([server.url("/drip?numbytes=20&duration=0.4&delay=0.1")])
      #expect(drip.rows.map(\.body?.utf8.count) == [20])
      let late = try await PipelineRun([server.url("/delay/5")], timeout: "500ms")
      #expect(late.rows.map(\.error) == ["timeout: no answer within 500ms"])
    }
  }
}
