import PipeWeb
import Testing

@testable import PipeEngine

@Suite("Checks by HEAD")
struct CheckRuleTests {
  private func request(_ method: Method = .head, for purpose: RequestPurpose = .check) -> Request {
    let seed = RequestSeed(
      id: RequestID(source: 1, ordinal: 0), written: "http://far.example/x", method: method, purpose: purpose,
      place: CrawlPlace(number: 3, source: 0))
    return Request(seed).triedAgain(after: 1)
  }

  private func answered(_ status: Int, _ request: Request) -> Fetched {
    Fetched(request: request, response: HTTPResponse(status: status, version: .http11))
  }

  @Test("what servers answer that do not know HEAD is asked again by GET", arguments: [403, 404, 405, 501])
  func inconclusive(status: Int) throws {
    let again = try #require(CheckRule.asGET(answered(status, request())))
    #expect(again.method == .get)
    #expect(again.attempt == 1)
    #expect(again.purpose == .check)
    #expect(again.place?.number == 3)
    #expect(CheckRule.asGET(answered(status, again)) == nil, "once")
    #expect(CheckRule.asGET(answered(status, request(for: .page))) == nil)
    #expect(CheckRule.asGET(answered(status, request(.get))) == nil)
  }

  @Test(
    "any other answer is one",
    arguments: [200, 204, 301, 304, 400, 401, 406, 410, 418, 429, 451, 500, 502, 503, 504])
  func conclusive(status: Int) { #expect(CheckRule.asGET(answered(status, request())) == nil) }

  @Test(
    "HEAD that comes to nothing over a connection is asked again by GET",
    arguments: RequestError.Code.allCases)
  func failures(code: RequestError.Code) {
    let isAgain = [.connection, .protocol, .timeout, .body, .tooLarge].contains(code)
    let failed = Fetched(request: request(), response: nil, error: RequestError(code, ""))
    #expect((CheckRule.asGET(failed) != nil) == isAgain)
    for circumstance in [RequestError.Circumstance.noConnection, .lookupFailed, .refusedByProxy] {
      let failed = Fetched(request: request(), response: nil, error: RequestError(code, "", circumstance))
      #expect(CheckRule.asGET(failed) == nil)
    }
  }
}
