package import PipeEngine
internal import Synchronization

/// How many requests a run has in all, once that is counted: a long list takes a while.
package final class KnownTotals: Sendable {
  package struct Totals: Hashable, Sendable {
    /// `nil` if nobody knows before the run is over.
    package var requests: Int?
    /// Of each host; `nil` if that is not known.
    package var byHost: [String: Int]?

    package init(requests: Int? = nil, byHost: [String: Int]? = nil) {
      self.requests = requests
      self.byHost = byHost
    }
  }

  private let storage = Mutex(Totals())

  package init() {}

  package var totals: Totals { storage.withLock { $0 } }

  /// Counts what the sources have. It reads the files that are lists.
  ///
  /// - Parameter before: Requests that were done before the run went on.
  package func count(_ plan: Plan, before: Int) {
    // Nobody knows how many links a crawl finds.
    guard plan.crawl == nil else { return }
    let totals = PlanOutline(plan).totals
    guard totals.areRequestsExact else { return }
    var byHost: [String: Int]? = [:]
    for source in plan.sources {
      guard let counts = source.source.requestsByHost else {
        byHost = nil
        break
      }
      byHost?.merge(counts) { $0 + $1 }
    }
    let requests = max(0, min(totals.requests, plan.limit ?? .max) - before)
    // Who of them is done, and who is beyond a limit, is not known by hosts.
    let isWhole = before == 0 && requests == totals.requests
    storage.withLock { $0 = Totals(requests: requests, byHost: isWhole ? byHost : nil) }
  }
}
