/// What came of asking for robots.txt, and what it means for the host (RFC 9309, 2.3.1).
package enum RobotsPolicy: Sendable {
  /// There is a file (2.3.1.1).
  case rules(RobotsRules)
  /// There is none: everything may be asked for (2.3.1.3).
  case unrestricted
  /// It cannot be had now: nothing may be asked for, and it is tried again as with any host in trouble (2.3.1.4).
  case unreachable

  /// What an answer means.
  ///
  /// - Parameters:
  ///   - status: The last answer's, redirects followed; `nil` if there was none.
  ///   - isBroken: Whether the body broke off or its coding is broken: the rules that are missing may be those that
  ///     count. A body that was cut at `RobotsRules.sizeLimit` is not broken.
  package init(status: Int?, isBroken: Bool = false, rules: () -> RobotsRules) {
    switch status {
    case .some(200..<300): self = isBroken ? .unreachable : .rules(rules())
    // A redirect that was not followed: too many of them (2.3.1.2), or one that leads nowhere.
    case .some(300..<400): self = .unrestricted
    // "Too Many Requests" tells of the crawler, and nothing of a file.
    case 429: self = .unreachable
    case .some(400..<500): self = .unrestricted
    default: self = .unreachable
    }
  }

  package func decision(for url: WebURL) -> RobotsDecision {
    switch self {
    case .rules(let rules): rules.decision(for: url)
    case .unrestricted: .allowed(line: nil)
    case .unreachable: .unreachable
    }
  }
}
