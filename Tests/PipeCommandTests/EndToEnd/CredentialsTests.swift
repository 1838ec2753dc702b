import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, credentials", .timeLimit(.minutes(20)))
struct CredentialsTests {
  /// What the practice site says it was sent, after a redirect to this path or URL.
  private func echoed(to target: String, _ place: borrowing Workplace) async throws -> String {
    let spec = try place.spec(
      """
      sources: [{urls: ["SITE/redirect-to?url=\(target)"]}]
      fetch:
        timeout: 5s
        headers: {Authorization: Bearer not-for-others, X-Trace: for-everybody}
        allow_private: [127.0.0.0/8]
      extract: [body]
      sinks: [{jsonl: "-"}]
      """)
    let outcome = try await place.pipe("run", spec)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return outcome.output
  }

  @Test("a spec's own Authorization follows a redirect within its origin, and no further")
  func redirected() async throws {
    try await Workplace.use(pages: 1) { place in
      let here = try await echoed(to: "%2Fheaders", place)
      #expect(here.contains("not-for-others"))
      let elsewhere = try await echoed(to: "http%3A%2F%2F127.0.0.2%3A\(place.site.port)%2Fheaders", place)
      #expect(!elsewhere.contains("not-for-others"))
      #expect(elsewhere.contains("for-everybody"))
    }
  }

  @Test(
    "content with a secret follows a redirect within its origin, and no further",
    arguments: ["body: 'key=${secret:env:TOKEN}'", "body: {form: {key: '${secret:env:TOKEN}', page: '{n}'}}"])
  func content(body: String) async throws {
    try await Workplace.use(pages: 1) { place in
      let isOfRows = body.contains("{n}")
      try place.folder.write("list.csv", "n\n1\n".utf8)
      let other = "http://127.0.0.2:\(place.site.port)"
      for (target, isSent) in [("", true), (other, false)] {
        let url = "SITE/redirect-to?url=\(target)/headers&status=307"
        let spec = try place.spec(
          """
          sources: [{file: {path: list.csv, url: "\(url)"\(isOfRows ? ", " + body : "")}}]
          fetch: {timeout: 5s, retry: 1, method: POST\(isOfRows ? "" : ", " + body), allow_private: [127.0.0.0/8]}
          extract: [status, error]
          sinks: [{jsonl: "-"}]
          """)
        let outcome = try await place.pipe("run", spec, environment: ["TOKEN": "s3same"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let refusal = "forbidden: a redirect asks for content with a secret at another origin: \(other)"
        #expect(outcome.output.contains(refusal) != isSent, "\(outcome.output)")
      }
    }
  }

  private static let secrets = ["sesame", "hunter2", "c00kie", "pr0xy", "bWU6aHVudGVyMg", "t0ken"]

  /// Every kind of credential, half of them as nobody should write them.
  private static let spec = """
    name: run of ${secret:env:TOKEN}
    sources: [{urls: ["SITE/basic-auth/me/${secret:env:PASSWORD}", "SITE/status/404"]}]
    fetch:
      timeout: 5s
      headers: {Cookie: id=c00kie}
      auth:
        - {origin: SITE, basic: {username: me, password: hunter2}}
        - {origin: https://a.example, bearer: "${secret:env:TOKEN}"}
        - {origin: https://b.example, bearer: sesame}
      allow_private: [127.0.0.0/8]
    extract: [status, error]
    sinks: [{jsonl: "-"}]
    """

  @Test(
    "no credential is shown, whatever is asked",
    arguments: [
      ["validate"], ["validate", "--format", "json"], ["validate", "--format", "sarif"],
      ["validate", "--format", "github"],
      ["plan"], ["plan", "--format", "json"], ["plan", "--format", "mermaid"], ["plan", "--format", "dot"],
      ["run", "--dry-run"], ["run"],
    ])
  func hidden(command: [String]) async throws {
    try await Workplace.use(pages: 1) { place in
      let proxied = "proxy: {url: \"http://me:pr0xy@127.0.0.1:1\"}"
      for fetch in ["", proxied] {
        let spec = try place.spec(Self.spec.replacing("timeout: 5s", with: "timeout: 5s\n  \(fetch)"))
        let outcome = await
          (try place.start(
            [command[0], spec] + command.dropFirst(), environment: ["TOKEN": "t0ken", "PASSWORD": "hunter2"])).outcome()
        #expect(outcome.status == 0, "\(outcome.errors)")
        for secret in Self.secrets {
          #expect(!(outcome.output + outcome.errors).contains(secret), "\(secret): \(outcome.output)\(outcome.errors)")
        }
        guard command == ["run"] else { continue }
        #expect(outcome.errors.contains("warning[insecure]"))
        #expect(
          outcome.output.contains(
            fetch.isEmpty ? "\"status\":200" : "the proxy http://127.0.0.1:1: Connection refused"),
          "\(outcome.output)")
      }
    }
  }

  @Test("what the environment says of proxies steers nothing")
  func environment() async throws {
    try await Workplace.use(pages: 1) { place in
      let names = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]
      let environment = Dictionary(uniqueKeysWithValues: names.map { ($0, "http://127.0.0.1:1") })
        .merging(["NO_PROXY": "*", "no_proxy": "*"]) { $1 }
      let text = """
        sources: [{urls: [SITE/status/204]}]
        fetch: {allow_private: [127.0.0.1]PROXY}
        extract: [status, error]
        sinks: [{jsonl: "-"}]
        """
      for (proxy, answer) in [("", "204"), (", proxy: \"http://127.0.0.1:2\"", "the proxy http://127.0.0.1:2")] {
        let spec = try place.spec(text.replacing("PROXY", with: proxy))
        let outcome = try await place.pipe("run", spec, environment: environment)
        #expect(outcome.output.contains(answer), "\(outcome.output)")
      }
    }
  }
}
