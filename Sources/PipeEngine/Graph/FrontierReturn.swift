/// The way of what was found back to the frontier, as one stage uses it.
struct FrontierReturn: Sendable {
  let frontier: Frontier
  let ledger: Ledger
  /// The stage's.
  let counter: StageCounter
  /// What the stage sends to the frontier, and what the frontier receives.
  let passed: (sent: Flow, received: Flow)

  /// Adds requests that the stage has made. It never waits.
  ///
  /// - Returns: Whether they were added; if not, since the run stops, they are left undone.
  func add(_ requests: [Request]) throws(RunError) -> Bool {
    if requests.isEmpty { return true }
    if try frontier.add(found: requests) {
      passed.sent.add(requests.count)
      passed.received.add(requests.count)
      return true
    }
    counter.add(unfinished: requests.count)
    ledger.leftUndone(requests.count)
    return false
  }
}
