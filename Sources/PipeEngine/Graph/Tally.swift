internal import Synchronization

/// What a run's records came to, counted where the last row of each is on its way.
package final class Tally: Sendable {
  package struct Counts: Sendable {
    package var records = 0
    /// Records with an error.
    package var failed = 0
    /// Records without an error, of an answer with a status of 400 or above.
    package var refused = 0
    /// Requests that have come to their records, or to none.
    package var requests = 0
    /// Those of them that no page came of, or one with a status of 400 or above.
    package var broken = 0
    /// Why each of those is: they add up to `broken`.
    package var causes: [Cause: Int] = [:]
    /// The statuses of the others.
    package var okStatuses: [Int: Int] = [:]
    /// Attempts after the first ones.
    package var retries = 0
    package var statuses: [Int: Int] = [:]
    package var errors: [RequestError.Code: Int] = [:]
    /// What was fetched for the run itself, which no other count has.
    package var own: [RequestPurpose: OwnCount] = [:]
    /// What the person should know of the run, in the order in which it was noticed.
    package var notices: [String] = []
  }

  /// Why a page is not ok: the status that says so, else the error.
  package enum Cause: Hashable, Sendable {
    case status(Int)
    case error(RequestError.Code)

    package var name: String {
      switch self {
      case .status(let status): "\(status)"
      case .error(let code): code.rawValue
      }
    }
  }

  private let storage = Mutex(Counts())

  package init() {}

  package var counts: Counts { storage.withLock { $0 } }

  func addRetry(of purpose: RequestPurpose = .page) {
    storage.withLock { counts in
      if purpose == .page { counts.retries += 1 } else { counts.own[purpose, default: OwnCount()].retries += 1 }
    }
  }

  func add(own purpose: RequestPurpose, _ change: (inout OwnCount) -> Void) {
    storage.withLock { change(&$0.own[purpose, default: OwnCount()]) }
  }

  func add(notice: String) {
    storage.withLock { if !$0.notices.contains(notice) { $0.notices.append(notice) } }
  }

  /// - Parameter pages: What the records are of, where a page makes several, or none.
  func add(_ batch: [Extracted], of pages: [Extracted]) {
    add(batch)
    storage.withLock { counts in
      counts.requests += pages.count
      for page in pages {
        if page.isBroken {
          counts.broken += 1
          counts.causes[page.cause, default: 0] += 1
        } else if let status = page.status {
          counts.okStatuses[status, default: 0] += 1
        }
        if !page.hasRecord, let status = page.status { counts.statuses[status, default: 0] += 1 }
      }
    }
  }

  func add(_ batch: [Extracted]) {
    storage.withLock { counts in
      counts.records += batch.count
      for one in batch {
        if let status = one.status { counts.statuses[status, default: 0] += 1 }
        if let error = one.error {
          counts.failed += 1
          counts.errors[error, default: 0] += 1
        } else if let status = one.status, status >= 400 {
          counts.refused += 1
        }
      }
    }
  }
}

extension Extracted {
  /// Why it is broken.
  fileprivate var cause: Tally.Cause {
    if let status, status >= 400 { return .status(status) }
    // Without a status nothing has answered, which an error tells.
    return .error(error ?? .connection)
  }
}

/// What the run has fetched for itself, for one purpose: requests = answered + failed + undone, once it has ended.
package struct OwnCount: Hashable, Sendable {
  package var requests = 0
  /// Those that came to a response, whatever its status.
  package var answered = 0
  /// Those that came to none.
  package var failed = 0
  /// Those that nobody wanted any more.
  package var undone = 0
  /// Attempts after the first ones.
  package var retries = 0

  package init(requests: Int = 0, answered: Int = 0, failed: Int = 0, undone: Int = 0, retries: Int = 0) {
    self.requests = requests
    self.answered = answered
    self.failed = failed
    self.undone = undone
    self.retries = retries
  }
}
