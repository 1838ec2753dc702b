internal import PipeWeb

/// What is known of the robots.txt of one authority, and until when. An object, so that a look at it costs one reference
/// count.
final class RobotsKnowledge: Sendable {
  /// RFC 9309, 2.4: no older than 24 hours.
  static let lifetime = Duration.seconds(24 * 60 * 60)
  /// How long a file that cannot be had is not asked for again.
  static let patience = Duration.seconds(5 * 60)

  /// The time between two requests that it asks for; zero if it asks for none, or for more than anybody waits.
  let delay: Duration
  let until: Instant
  /// Bytes that it holds, about.
  let cost: Int
  private let policy: RobotsPolicy
  /// Why all requests fail.
  let refusal: RequestError?
  /// Why nothing of the host is fetched but its robots.txt.
  private let excess: RequestError?
  private let origin: WebURL.OriginKey

  init(_ answer: RobotsAnswer, of origin: WebURL.OriginKey, maxDelay: Duration, now: Instant) {
    self.origin = origin.detached
    policy = answer.policy
    var cost = 256 + 2 * origin.description.utf8.count
    var delay = Duration.zero
    var lifetime = Self.lifetime
    var refusal: RequestError?
    var excess: RequestError?
    switch answer.policy {
    case .unrestricted: break
    case .unreachable:
      lifetime = Self.patience
      refusal = RequestError(
        .robots, "robots.txt of \(origin) cannot be had (\(answer.cause))", answer.circumstance)
      cost += answer.cause.utf8.count
    case .rules(let rules):
      cost += rules.memory
      if let wish = rules.crawlDelay {
        if wish.duration <= maxDelay {
          delay = wish.duration
        } else {
          excess = RequestError(
            .robots,
            "line \(wish.line) of \(origin)/robots.txt asks for \(wish.duration.shown) between two requests, more than"
              + " max_delay (\(maxDelay.shown))")
        }
      }
    }
    self.delay = delay
    self.refusal = refusal
    self.excess = excess
    self.cost = cost
    until = now + lifetime
  }

  /// A file that could not be had in an earlier session of the run.
  init(recalling refusal: RequestError?, of origin: WebURL.OriginKey, until moment: Instant) {
    let refusal = refusal ?? RequestError(.robots, "robots.txt of \(origin) could not be had")
    self.origin = origin.detached
    policy = .unreachable
    delay = .zero
    self.refusal = refusal
    excess = nil
    cost = 256 + 2 * origin.description.utf8.count + refusal.message.utf8.count
    until = moment
  }

  /// Whether a run that goes on is to know of it.
  var isSpecial: Bool { delay > .zero || refusal != nil }

  /// Why a request may not be made; `nil` if it may.
  func refusal(of request: Request) -> RequestError? {
    if let excess, request.purpose != .robots { return excess }
    guard request.purpose.isJudged, let url = request.url else { return nil }
    if let refusal { return refusal }
    guard case .disallowed(let line) = policy.decision(for: url) else { return nil }
    return RequestError(.robots, "disallowed by line \(line) of \(origin)/robots.txt")
  }
}
