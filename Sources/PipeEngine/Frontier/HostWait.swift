package import PipeSpec

/// A host that requests wait for, and why none of them begins.
package struct HostWait: Hashable, Sendable {
  package enum Reason: Hashable, Sendable {
    /// It is its turn: a free slot for a transfer is missing, or room behind fetch.
    case slot
    /// As many requests are in flight as it may have at once.
    case concurrency(limit: Int)
    /// The least time between two requests (`per_host.delay`, `rate`).
    case delay(until: Instant)
    /// Its robots.txt is not known yet.
    case robots
    /// It asked to be left alone (429, 503).
    case backoff(until: Instant)
    /// No connection could be made; one request will try again.
    case unreachable(until: Instant, RequestError)
    /// No connection could be made for so long that requests fail without being tried.
    case givenUp(until: Instant, RequestError)
    /// Its requests failed, and each waits for its next attempt.
    case retry(until: Instant)
    /// Its requests are on disk, and on their way back.
    case disk
  }

  package let host: String
  /// Requests that wait, those on disk and those that are to be retried included.
  package let waiting: Int
  package let inFlight: Int
  package let reason: Reason

  package init(host: String, waiting: Int, inFlight: Int, reason: Reason) {
    self.host = host
    self.waiting = waiting
    self.inFlight = inFlight
    self.reason = reason
  }
}

extension HostWait {
  /// As it may be shown.
  package func shown(by mask: SecretMask) -> HostWait {
    HostWait(host: mask.value(host), waiting: waiting, inFlight: inFlight, reason: reason)
  }
}
