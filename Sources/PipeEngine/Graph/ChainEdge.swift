/// The way of next pages back to the frontier, as one stage uses it.
struct ChainEdge: Sendable {
  let chains: Chains
  private let way: FrontierReturn
  private let control: RunControl

  init(_ chains: Chains, by way: FrontierReturn, control: RunControl) {
    self.chains = chains
    self.way = way
    self.control = control
  }

  /// A page has become a record: sends on the request for its next page.
  func settle(_ fetched: Fetched, _ extracted: Extracted) throws(RunError) {
    let step = chains.settle(fetched.request, extracted)
    defer { step.onOver?() }
    if step.isBeyondLimit {
      way.counter.add(generated: 1, beyondLimit: 1)
      control.closeSources()
    }
    guard let request = step.request else { return }
    way.counter.add(generated: 1)
    _ = try way.add([request])
  }

  /// Waits until the chains are done that come before a request of a source, those that a run before has left among them.
  func goOnInTurn(before id: RequestID) async throws(RunError) {
    await chains.waitUntilIdle()
    while let head = chains.nextUnfinished, head < id {
      try goOn(upTo: head)
      await chains.waitUntilIdle()
    }
  }

  /// Asks again for what a run before has asked for and not done.
  ///
  /// - Parameter last: The head of the last chain of which this is done; `nil` for all.
  func goOn(upTo last: RequestID? = nil) throws(RunError) {
    let requests = chains.takeUnfinished(upTo: last)
    way.counter.add(generated: requests.count)
    _ = try way.add(requests)
  }
}
