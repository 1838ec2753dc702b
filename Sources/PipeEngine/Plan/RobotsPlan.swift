package import PipeWeb

/// How robots.txt is obeyed (RFC 9309).
package struct RobotsPlan: Sendable {
  /// The name by which robots.txt files call this crawler; without one, only their groups for `*` count.
  package var token: ProductToken?
  /// The longest Crawl-delay that is waited for. A host that asks for more is not visited.
  package var maxDelay: Duration

  package init(token: ProductToken?, maxDelay: Duration = .seconds(60)) {
    self.token = token
    self.maxDelay = maxDelay
  }
}
