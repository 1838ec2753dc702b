import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, credentials", .timeLimit(.minutes(1)))
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
}
