internal import PipeWeb

/// Says of a request what the robots.txt of its authority says of it, as far as that is known.
struct RobotsGate: Sendable {
  enum Verdict {
    case allowed
    case refused(RequestError)
    /// The file has to be asked for.
    case unknown(file: WebURL)
  }

  private let plan: RobotsPlan
  private(set) var memory: RobotsMemory

  /// - Parameter bytes: How many bytes of what is known are kept.
  init(_ plan: RobotsPlan, bytes: Int) {
    self.plan = plan
    memory = RobotsMemory(capacity: bytes)
  }

  /// Bytes that it holds, about.
  var bytes: Int { memory.bytes }

  mutating func knowledge(of url: WebURL, now: Instant) -> RobotsKnowledge? {
    memory.knowledge(of: url.originKey, now: now)
  }

  /// - Returns: What is known from now on.
  mutating func remember(_ answer: RobotsAnswer, of url: WebURL, now: Instant) -> RobotsKnowledge {
    let knowledge = RobotsKnowledge(answer, of: url.originKey, maxDelay: plan.maxDelay, now: now)
    memory.remember(knowledge, of: url.originKey)
    return knowledge
  }

  /// Takes over from an earlier session that a file cannot be had.
  mutating func recall(_ refusal: RequestError?, of url: WebURL, until moment: Instant) {
    memory.remember(RobotsKnowledge(recalling: refusal, of: url.originKey, until: moment), of: url.originKey)
  }

  /// The longest delay that anybody waits.
  var maxDelay: Duration { plan.maxDelay }
}

extension RequestPurpose {
  /// Whether robots.txt says which of such requests may be made. The run's own questions about the site, robots.txt
  /// itself above all, are none of those (RFC 9309, 2.2.2); a sitemap is there to be read by crawlers.
  var isJudged: Bool {
    switch self {
    case .page, .check: true
    // Who has a login was told how to log in.
    case .robots, .sitemap, .login, .credentials: false
    }
  }
}
