import PipeTesting
import Testing

@Suite("Cookies of a run, against httpbin", .serialized, .timeLimit(.minutes(20)))
struct CookieTests {
  /// One request after the other.
  private let inTurn = "concurrency: 1\n"

  @Test("what a server sets goes back to it with the next request, also where a redirect set it")
  func kept() async throws {
    try await HTTPBin.use { server in
      // Each of the first ones is a redirect to /cookies.
      let run = try await PipelineRun(
        [
          server.url("/cookies/set?a=1"), server.url("/cookies/set?b=2"), server.url("/cookies/delete?a"),
          server.url("/cookies"),
        ],
        fetch: inTurn + "cookies: run")
      let seen = try run.rows.map { try HTTPBin.Echo($0).cookies }
      #expect(seen == [["a": "1"], ["a": "1", "b": "2"], ["b": "2"], ["b": "2"]])
    }
  }

  @Test("without cookies: run, they are dropped", arguments: ["", "cookies: none"])
  func forgotten(choice: String) async throws {
    try await HTTPBin.use { server in
      let run = try await PipelineRun(
        [server.url("/cookies/set?a=1"), server.url("/cookies")], fetch: inTurn + choice)
      #expect(try run.rows.map { try HTTPBin.Echo($0).cookies } == [[:], [:]])
    }
  }

  @Test("another host does not get them")
  func otherHost() async throws {
    try await HTTPBin.use { server in
      try await HTTPBin.use { other in
        let run = try await PipelineRun(
          [
            server.url("/cookies/set?a=1"), other.url("/cookies"),
            server.url("/redirect-to?url=\(other.url("/cookies"))"),
          ],
          fetch: inTurn + "cookies: run")
        #expect(try run.rows.map { try HTTPBin.Echo($0).cookies } == [["a": "1"], [:], [:]])
      }
    }
  }

  @Test("the spec's own Cookie field goes first, and not along to another origin")
  func ownCookies() async throws {
    try await HTTPBin.use { server in
      try await HTTPBin.use { other in
        let run = try await PipelineRun(
          [
            server.url("/cookies/set?a=1"), server.url("/headers"), other.url("/cookies/set?b=2"),
            server.url("/redirect-to?url=\(other.url("/headers"))"),
          ], fetch: inTurn + "cookies: run\nheaders: {Cookie: own=0}")
        let sent = try run.rows.map { try HTTPBin.Echo($0).headers?["Cookie"] }
        #expect(sent[1] == "own=0; a=1")
        #expect(sent[3] == "b=2")
      }
    }
  }
}
