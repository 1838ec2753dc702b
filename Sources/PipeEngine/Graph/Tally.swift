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
  }

  private let storage = Mutex(Counts())

  package init() {}

  package var counts: Counts { storage.withLock { $0 } }

  func addRetry() { storage.withLock { $0.retries += 1 } }

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
