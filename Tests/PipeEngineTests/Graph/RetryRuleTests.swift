import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

@Suite("Retries")
struct RetryRuleTests {
  private struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let isRetried: Bool
    var isRetriedForPOST: Bool?
    var status: Int?
    var error: RequestError?
    var testDescription: String { name }
  }

  private static let cases: [Case] = [
    Case(name: "200", isRetried: false, status: 200),
    Case(name: "404", isRetried: false, status: 404),
    Case(name: "408", isRetried: true, isRetriedForPOST: true, status: 408),
    Case(name: "429", isRetried: true, isRetriedForPOST: true, status: 429),
    Case(name: "500", isRetried: true, isRetriedForPOST: false, status: 500),
    Case(name: "503", isRetried: true, isRetriedForPOST: true, status: 503),
    Case(name: "timeout", isRetried: true, isRetriedForPOST: false, error: RequestError(.timeout, "")),
    Case(name: "refused", isRetried: true, isRetriedForPOST: true, error: RequestError(.connect, "", .noConnection)),
    Case(
      name: "broken off", isRetried: true, isRetriedForPOST: false,
      error: RequestError(.connection, "", .connectionLost)),
    Case(
      name: "body broken off", isRetried: true, isRetriedForPOST: false, error: RequestError(.body, "", .connectionLost)
    ),
    Case(name: "broken coding", isRetried: false, error: RequestError(.body, "")),
    Case(name: "no such name", isRetried: false, error: RequestError(.dns, "", .noConnection)),
    Case(
      name: "a name server that fails", isRetried: true, isRetriedForPOST: true,
      error: RequestError(.dns, "", .lookupFailed)),
    Case(
      name: "a stream refused", isRetried: true, isRetriedForPOST: true,
      error: RequestError(.connection, "", .notActedOn)),
    Case(
      name: "an HTTP/2 stream reset", isRetried: true, isRetriedForPOST: false,
      error: RequestError(.protocol, "", .connectionLost)),
    Case(
      name: "lost behind the handshake", isRetried: true, isRetriedForPOST: false,
      error: RequestError(.tls, "", .connectionLost)),
    Case(name: "refused by the proxy", isRetried: false, error: RequestError(.connect, "", .refusedByProxy)),
    Case(name: "certificate", isRetried: false, error: RequestError(.tls, "", .noConnection)),
    Case(name: "not HTTP", isRetried: false, error: RequestError(.protocol, "")),
    Case(name: "forbidden", isRetried: false, error: RequestError(.forbidden, "")),
  ]

  private func fetched(
    _ status: Int?, error: RequestError? = nil, attempt: Int = 1, method: PipeEngine.Method? = nil,
    retryAfter: String? = nil
  ) -> Fetched {
    Fetched(
      request: Request(
        RequestSeed(id: RequestID(source: 0, ordinal: 0), written: "http://a.example/", method: method),
        url: WebURL("http://a.example/"), attempt: attempt),
      response: status.map { HTTPResponse(status: $0, version: .http11, retryAfter: retryAfter) }, error: error,
      completed: Timestamp(seconds: 784_111_777))
  }

  private func wait(_ fetched: Fetched, _ settings: RetrySettings = RetrySettings(), seed: UInt64 = 1) -> Duration? {
    var random = RepeatableRandom(seed: seed)
    return RetryRule.wait(after: fetched, settings, random: &random)
  }

  @Test("what is worth another attempt by default", arguments: cases)
  private func defaults(_ one: Case) {
    #expect((wait(fetched(one.status, error: one.error)) != nil) == one.isRetried)
    let isRetriedForPOST = one.isRetriedForPOST ?? false
    #expect((wait(fetched(one.status, error: one.error, method: .post)) != nil) == isRetriedForPOST)
  }

  @Test("the last attempt is not followed by another", arguments: [(1, true), (2, true), (3, false)])
  func attempts(attempt: Int, isRetried: Bool) {
    #expect((wait(fetched(500, attempt: attempt)) != nil) == isRetried)
  }

  @Test(
    "the wait is drawn between zero and the backoff, which doubles",
    arguments: [(1, 500), (2, 1000), (3, 2000), (9, 30_000)])
  func jitter(attempt: Int, longest: Int) throws {
    var settings = RetrySettings()
    settings.attempts = 100
    let waits = try (0..<200 as Range<UInt64>).map { seed in
      Int(try #require(wait(fetched(500, attempt: attempt), settings, seed: seed)) / .milliseconds(1))
    }
    let (least, most) = (try #require(waits.min()), try #require(waits.max()))
    #expect(least >= 0 && least < longest / 10)
    #expect(most <= longest && most > longest * 9 / 10)
  }

  @Test(
    "a Retry-After is waited for in full, up to five minutes",
    arguments: [
      ("7", 7), ("0", 0), (" 120 ", 120), ("99999999999999999999999999", 300), ("3600", 300),
      ("Sun, 06 Nov 1994 08:50:37 GMT", 60), ("Sunday, 06-Nov-94 08:50:37 GMT", 60), ("Sun Nov  6 08:50:37 1994", 60),
      ("Sun, 06 Nov 1994 08:49:00 GMT", 0), ("Sun, 06 Nov 2044 08:49:37 GMT", 300),
    ])
  func retryAfter(field: String, seconds: Int) throws {
    let wait = try #require(self.wait(fetched(429, retryAfter: field)))
    #expect(wait >= .seconds(seconds) && wait <= .seconds(seconds) + .milliseconds(500))
  }

  @Test("what is no Retry-After is as none", arguments: ["soon", "-5", "1.5", "", "12 apples", "１２"])
  func noRetryAfter(field: String) throws {
    #expect(RetryAfter.wait(field, now: Timestamp(seconds: 0)) == nil)
    #expect(try #require(wait(fetched(429, retryAfter: field))) <= .milliseconds(500))
  }

  @Test("a Retry-After that is not respected is not waited for")
  func disrespected() throws {
    var settings = RetrySettings()
    settings.respectsRetryAfter = false
    #expect(try #require(wait(fetched(429, retryAfter: "60"), settings)) <= .milliseconds(500))
  }
}
