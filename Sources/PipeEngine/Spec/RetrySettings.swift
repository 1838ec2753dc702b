internal import PipeSpec
internal import PipeWeb

/// The `retry` block of `fetch`: which requests are tried again, and when.
package struct RetrySettings: Hashable, Sendable {
  /// What makes a request worth another attempt.
  package enum Cause: Hashable, Sendable {
    case timeout
    /// No connection, one that broke off, or a name server that failed.
    case connection
    case dns
    case tls
    case status(ClosedRange<Int>)
  }

  /// How often a request is tried, the first time included.
  package var attempts = 3
  package var causes: [Cause] = [.timeout, .connection, .status(408...408), .status(429...429), .status(500...599)]
  package var backoff = Backoff()
  package var respectsRetryAfter = true

  package init() {}
}

/// How long to wait after a failure: twice as long after each, up to a bound.
package struct Backoff: Hashable, Sendable {
  package var base = Duration.milliseconds(500)
  package var maximum = Duration.seconds(30)

  package init() {}

  /// The wait after the so many-th failure in a row, counted from 1.
  func wait(after failures: Int) -> Duration {
    failures > 30 ? maximum : min(maximum, base * (1 << max(0, failures - 1)))
  }
}

extension RetrySettings {
  private static let map: MapShape<Self> = MapShape<Self>(
    main: "attempts",
    Key(
      "attempts", Shape<Int>.int(1...100, hint: "the first time counts: 1 means no retries, 3 is the default"),
      default: 3,
      shown: "3",
      "The number of attempts, including the first; 1 disables retries. Where a kept connection was closed before"
        + " a byte of the answer, a request other than POST and PATCH is sent once more over another, and counted, in any"
        + " case (RFC 9112, 9.3.1)."),
    Key(
      "on", Cause.shape.list(orOne: true), default: RetrySettings().causes,
      shown: "[timeout, connection, 408, 429, 5xx]",
      "What is worth another attempt: timeout, connection (none, broken off, or a name server that failed), dns (no such"
        + " name), tls, a status or a class of statuses such as 5xx. A POST or PATCH is only sent again where the first"
        + " cannot have been acted on. What a proxy refuses is final.",
      example: "[timeout, connection, 5xx]"),
    Key(
      "base", Shape<Duration>.duration(to: "24h"), default: Backoff().base, shown: "500ms",
      "The longest wait before the second attempt; it doubles for each further attempt. The wait itself is drawn by lot"
        + " between 0 and that (full jitter)."),
    Key(
      "max", Shape<Duration>.duration(to: "24h"), default: Backoff().maximum, shown: "30s",
      "The longest wait before any attempt."
    ),
    Key(
      "respect_retry_after", Shape<Bool>.bool, default: true, shown: "true",
      "Whether Retry-After (RFC 9110, 10.2.3) is obeyed, up to 5 minutes, for all requests to the host."),
    make: { (attempts: Int, causes: [Cause], base: Duration, maximum: Duration, respectsRetryAfter: Bool) in
      var settings = RetrySettings()
      settings.attempts = attempts
      settings.causes = causes
      settings.backoff.base = base
      settings.backoff.maximum = maximum
      settings.respectsRetryAfter = respectsRetryAfter
      return settings
    }
  ).checked { settings, map, context in
    if settings.backoff.base > settings.backoff.maximum, let base = map.entry("base") ?? map.entry("max") {
      context.report(
        .outOfRange, on: base.value,
        "\(context.place).base (\(settings.backoff.base.shown)) is longer than max (\(settings.backoff.maximum.shown))",
        hint: "base is the first wait, max the longest")
      return nil
    }
    return settings
  }

  static let shape = map.shape
}

extension RetrySettings.Cause {
  static let shape = Shape<Self>.scalar(
    .oneOf([
      .integer(400...599),
      .text(
        name: "timeout, connection, dns, tls, 4xx or 5xx", pattern: "^(timeout|connection|dns|tls|[45]xx)$",
        examples: ["timeout", "connection", "429", "5xx"]),
    ])
  ) { text throws(ScalarFault) in
    switch text.text {
    case "timeout": return .timeout
    case "connection": return .connection
    case "dns": return .dns
    case "tls": return .tls
    case "4xx": return .status(400...499)
    case "5xx": return .status(500...599)
    default:
      if let status = Int(text.text), 400...599 ~= status { return .status(status...status) }
      let near = nearestName(to: text.text, among: ["timeout", "connection", "dns", "tls", "4xx", "5xx"])
      throw ScalarFault(
        Int(text.text) == nil ? .badValue : .outOfRange, "cannot be \(text.shown)",
        hint: near.map { "did you mean '\($0)'?" }
          ?? "write timeout, connection, dns, tls, 4xx, 5xx or a status from 400 to 599")
    }
  }

  /// As a spec would have it.
  var shown: String {
    switch self {
    case .timeout: "timeout"
    case .connection: "connection"
    case .dns: "dns"
    case .tls: "tls"
    case .status(let statuses):
      statuses.count == 1 ? "\(statuses.lowerBound)" : "\(statuses.lowerBound / 100)xx"
    }
  }
}
