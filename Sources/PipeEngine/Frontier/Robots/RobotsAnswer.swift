internal import PipeWeb

/// What came of asking for a robots.txt.
struct RobotsAnswer: Sendable {
  let policy: RobotsPolicy
  /// Why it cannot be had: `503`, `connect: refused`.
  private(set) var cause = ""
  private(set) var circumstance = RequestError.Circumstance.none

  init(_ policy: RobotsPolicy) { self.policy = policy }

  /// - Parameter fetched: What its request came to, redirects and retries included.
  init(_ fetched: Fetched, for token: ProductToken?) {
    guard let response = fetched.response else {
      // A redirect that is not followed (RFC 9309, 2.3.1.2). An address that may not be asked is not asked for pages
      // either, and then each of them says so itself.
      let isRefusedHere = fetched.error.map { [.redirects, .badURL, .forbidden].contains($0.code) } ?? false
      policy = RobotsPolicy(status: isRefusedHere ? 302 : nil) { RobotsRules(parsing: [UInt8]().span, for: token) }
      cause = fetched.error?.description ?? ""
      circumstance = fetched.error?.circumstance ?? .none
      return
    }
    policy = RobotsPolicy(status: response.status, isBroken: fetched.error != nil) {
      let body = response.body
      return RobotsRules(parsing: body.span, isCut: response.isTruncated, for: token).withoutSitemaps
    }
    cause = fetched.error.map { "\(response.status), \($0.description)" } ?? "\(response.status)"
  }
}
