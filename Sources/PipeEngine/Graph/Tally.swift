internal import Synchronization

/// What a run's records came to, counted where the last row of each is on its way.
package final class Tally: Sendable {
  package struct Counts: Sendable {
    package var records = 0
    /// Records with an error.
    package var failed = 0
    /// Attempts after the first ones.
    package var retries = 0
    package var statuses: [Int: Int] = [:]
    package var errors: [RequestError.Code: Int] = [:]
    /// What the person should know of the run, in the order in which it was noticed.
    package var notices: [String] = []
  }

  private let storage = Mutex(Counts())

  package init() {}

  package var counts: Counts { storage.withLock { $0 } }

  func addRetry() { storage.withLock { $0.retries += 1 } }

  func add(notice: String) {
    storage.withLock { if !$0.notices.contains(notice) { $0.notices.append(notice) } }
  }

  func add(_ batch: [Extracted]) {
    storage.withLock { counts in
      counts.records += batch.count
      for one in batch {
        if let status = one.status { counts.statuses[status, default: 0] += 1 }
        if let error = one.error {
          counts.failed += 1
          counts.errors[error, default: 0] += 1
        }
      }
    }
  }
}
