/// What became of a run.
package struct RunOutcome: Sendable {
  package let reason: StopReason
  /// What failed, if anything did. A run that was stopped may have a failure as well: rows that nobody came to read.
  package let failure: RunError?
  /// Where the run lost count; empty if nothing was lost, and where it broke off and there is no balance to check.
  package let discrepancies: [String]
  package let elapsed: Duration
  /// What came of the expectations of a run that is complete; empty without any.
  package var expectations: [ExpectationResult] = []

  /// What the run's record calls a complete run that is not as expected.
  static let unexpected = "unexpected"

  /// Whether the run is complete, and not as expected.
  package var isUnexpected: Bool { reason.isComplete && expectations.contains { !$0.holds } }

  package init(reason: StopReason, failure: RunError? = nil, discrepancies: [String] = [], elapsed: Duration) {
    self.reason = reason
    self.failure = failure
    self.discrepancies = discrepancies
    self.elapsed = elapsed
  }

  /// - Parameters:
  ///   - cause: What asked the run to stop before it was complete.
  ///   - isLimited: Whether requests were left alone because the run has had as many as it may take.
  init(failure: RunError?, cause: StopCause?, discrepancies: [String], isLimited: Bool, elapsed: Duration) {
    let reason: StopReason =
      if let failure {
        if let limit = failure.reachedLimit {
          .stopped(by: .limit(limit))
        } else if failure.comesOfStop || failure.isReaderGone, let cause {
          .stopped(by: cause)
        } else if failure.isReaderGone {
          .readerGone
        } else {
          .failed(by: failure)
        }
      } else if let first = discrepancies.first {
        .failed(by: RunError("the run", "has lost count: \(first)"))
      } else if let cause {
        .stopped(by: cause)
      } else {
        isLimited ? .limit : .complete
      }
    self.init(reason: reason, failure: failure, discrepancies: discrepancies, elapsed: elapsed)
  }
}
