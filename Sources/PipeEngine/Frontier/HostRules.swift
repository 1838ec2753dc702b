/// How a host may be visited.
package struct HostRules: Hashable, Sendable {
  /// The most requests in flight at one host.
  package var concurrency: Int
  /// The least time from the start of one request to the start of the next.
  package var interval: Duration

  package init(concurrency: Int, interval: Duration = .zero) {
    self.concurrency = concurrency
    self.interval = interval
  }
}
