import PipeTesting
import Testing

@Suite("Credentials, against httpbin", .serialized, .timeLimit(.minutes(20)))
struct AuthenticationTests {
  @Test("a user and a password, and a token, are sent to their origin")
  func schemes() async throws {
    try await HTTPBin.use { server in
      let auth = "{origin: \(server.url("")), basic: {username: mé, password: \"p:w d\"}}"
      let run = try await PipelineRun(
        [server.url("/basic-auth/mé/p:w%20d"), server.url("/basic-auth/me/other"), server.url("/headers")],
        fetch: "auth: \(auth)")
      #expect(run.rows.map(\.status) == [200, 401, 200])
      let token = try await PipelineRun(
        [server.url("/bearer")], fetch: "auth: [{origin: \(server.url("")), bearer: \"${secret:env:TOKEN}\"}]",
        environment: ["TOKEN": "t0ken.-_~+/=="])
      #expect(token.rows.map(\.status) == [200])
      #expect(token.rows.first?.body?.contains("t0ken.-_~+/==") == true)
      #expect(try await PipelineRun([server.url("/bearer")]).rows.map(\.status) == [401])
    }
  }

  @Test(
    "no other origin gets the credential, neither asked at once nor by a redirect; the own one does, whoever sends there"
  )
  func origins() async throws {
    try await HTTPBin.use { server in
      try await HTTPBin.use { other in
        let run = try await PipelineRun(
          [
            server.url("/headers"), other.url("/headers"),
            server.url("/redirect-to?url=\(other.url("/headers"))"),
            server.url("/redirect-to?url=/headers"),
            other.url("/redirect-to?url=\(server.url("/headers"))"),
            // Another port is another origin.
            "http://\(server.address):1/",
          ],
          fetch: "auth: [{origin: \(server.url("")), bearer: b0und}, {origin: \"http://a.example\", bearer: elsewhere}]"
        )
        let sent = try run.rows.prefix(5).map { try HTTPBin.Echo($0).headers?["Authorization"] }
        #expect(sent == ["Bearer b0und", nil, nil, "Bearer b0und", "Bearer b0und"])
      }
    }
  }

  @Test("a user in the URL and an Authorization field in the headers: the request's own comes first, the spec's last")
  func precedence() async throws {
    try await HTTPBin.use { server in
      let bound = "http://me:pw@\(server.address):\(server.port)/headers"
      let run = try await PipelineRun(
        [bound, server.url("/headers")],
        fetch: "headers: {authorization: Spec}\nauth: {origin: \(server.url("")), bearer: b0und}")
      let sent = try run.rows.map { try HTTPBin.Echo($0).headers?["Authorization"] }
      #expect(sent[1] == "Bearer b0und")
      #expect(sent[0] != "Bearer b0und")
    }
  }
}
