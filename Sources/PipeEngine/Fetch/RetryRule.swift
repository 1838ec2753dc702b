internal import PipeWeb

/// Whether a request is tried again, and when.
enum RetryRule {
  /// How long the request waits before its next attempt; `nil` where what it came to is its answer.
  ///
  /// The wait is drawn between zero and the backoff (full jitter), so that requests which failed together do not
  /// come back together; a Retry-After is waited for in full.
  ///
  /// - Parameter method: The method of requests that have none of their own.
  static func wait(
    after fetched: Fetched, _ settings: RetrySettings, method: Method = .get,
    random: inout some RandomNumberGenerator
  ) -> Duration? {
    let request = fetched.request
    guard fetched.attempts < settings.attempts, let cause = Cause(fetched),
      settings.causes.contains(where: { $0.covers(cause) }),
      (request.method ?? method).isIdempotent || cause.wasNotActedOn
    else { return nil }
    let longest = settings.backoff.wait(after: fetched.attempts)
    let drawn = Duration.milliseconds(Int.random(in: 0...Int(longest / .milliseconds(1)), using: &random))
    guard settings.respectsRetryAfter, let field = fetched.response?.retryAfter,
      let asked = RetryAfter.wait(field, now: fetched.completed)
    else { return drawn }
    return max(asked, drawn)
  }

  /// The outcome of a request that failed.
  fileprivate enum Cause {
    case timeout, unreachable, brokenOff, refused, lookup, dns, tls
    case status(Int)

    init?(_ fetched: Fetched) {
      guard let error = fetched.error else {
        guard let status = fetched.response?.status, status >= 400 else { return nil }
        self = .status(status)
        return
      }
      switch error.code {
      case .timeout: self = .timeout
      case .connect where error.circumstance == .refusedByProxy: return nil
      case .connect: self = .unreachable
      case .connection where error.circumstance == .notActedOn: self = .refused
      case .connection: self = .brokenOff
      case .body where error.circumstance == .connectionLost: self = .brokenOff
      case .protocol where error.circumstance == .connectionLost: self = .brokenOff
      case .dns where error.circumstance == .lookupFailed: self = .lookup
      case .dns: self = .dns
      case .tls where error.circumstance == .connectionLost: self = .brokenOff
      case .tls: self = .tls
      default: return nil
      }
    }

    /// Whether the server cannot have acted on the request: it never came to be heard, or was turned away.
    var wasNotActedOn: Bool {
      switch self {
      case .unreachable, .refused, .lookup, .dns, .tls: true
      case .status(let status): [408, 429, 503].contains(status)
      case .timeout, .brokenOff: false
      }
    }
  }
}

extension RetrySettings.Cause {
  fileprivate func covers(_ cause: RetryRule.Cause) -> Bool {
    switch (self, cause) {
    case (.timeout, .timeout), (.dns, .dns), (.tls, .tls): true
    case (.connection, .unreachable), (.connection, .brokenOff), (.connection, .refused): true
    case (.connection, .lookup), (.dns, .lookup): true
    case (.status(let statuses), .status(let status)): statuses.contains(status)
    default: false
    }
  }
}

extension Method {
  /// Whether sending it twice does what sending it once does (RFC 9110, 9.2.2).
  var isIdempotent: Bool { self != .post && self != .patch }
}
