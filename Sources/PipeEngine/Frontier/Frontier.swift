internal import Synchronization

/// The frontier as the stages share it: the rules of `FrontierState` behind a lock, and who waits for it.
package final class Frontier: Sendable {
  private struct Storage: Sendable {
    var state: FrontierState
    var adder: CheckedContinuation<Void, Never>?
    var onChange: (@Sendable () -> Void)?
    var isCancelled = false
  }

  private let storage: Mutex<Storage>
  private let capacity: Int

  /// - Parameter capacity: How many requests from sources may wait before `add` suspends. What comes back
  ///   (redirects, retries) is never held up, or the graph could stand still.
  package init(rules: HostRules, backoff: Backoff = Backoff(), capacity: Int) {
    storage = Mutex(Storage(state: FrontierState(rules: rules, backoff: backoff)))
    self.capacity = capacity
  }

  /// Requests that wait, and requests in flight.
  package var counts: (waiting: Int, inFlight: Int) {
    storage.withLock { ($0.state.waitingCount, $0.state.inFlightCount) }
  }

  /// Adds new requests; suspends until there is room. Only one task adds.
  ///
  /// - Returns: Whether they were added; not so once it drains.
  package func add(_ requests: [Request]) async -> Bool {
    await waitForRoom()
    let (isAdded, tell) = storage.withLock { storage -> (Bool, (@Sendable () -> Void)?) in
      if storage.state.isDraining || storage.isCancelled { return (false, nil) }
      for request in requests { storage.state.add(request) }
      return (true, storage.onChange)
    }
    tell?()
    return isAdded
  }

  package func close() { change { $0.close() } }

  /// Hands out nothing more; returns how many waiting requests are left undone.
  package func drain() -> Int {
    let (left, adder, tell) = storage.withLock { storage in
      defer { storage.adder = nil }
      return (storage.state.drain(), storage.adder, storage.onChange)
    }
    adder?.resume()
    tell?()
    return left
  }

  /// Lets go whoever waits, because the run has failed.
  package func cancel() {
    let (adder, tell) = storage.withLock { storage in
      defer { storage.adder = nil }
      storage.isCancelled = true
      _ = storage.state.drain()
      return (storage.adder, storage.onChange)
    }
    adder?.resume()
    tell?()
  }

  /// Called after every change that may let `take` answer something new.
  package func onChange(_ tell: @escaping @Sendable () -> Void) { storage.withLock { $0.onChange = tell } }

  func take(
    upTo limit: Int, now: ContinuousClock.Instant, only: RequestID? = nil
  ) -> FrontierState.Take {
    let (take, adder) = storage.withLock { storage -> (FrontierState.Take, CheckedContinuation<Void, Never>?) in
      if storage.isCancelled { return (.finished, nil) }
      let take = storage.state.take(upTo: limit, now: now, only: only)
      // Half empty before the adder is woken, so that it is woken for a good many.
      guard storage.adder != nil, storage.state.waitingCount <= capacity / 2 else { return (take, nil) }
      defer { storage.adder = nil }
      return (take, storage.adder)
    }
    adder?.resume()
    return take
  }

  /// Ends the transfers of these requests. Those that go on are put back; the others are settled.
  ///
  /// - Returns: How many of those that would go on are left undone, because it drains.
  func landed(_ landings: [Landing], now: ContinuousClock.Instant) -> Int {
    let (left, tell) = storage.withLock { storage -> (Int, (@Sendable () -> Void)?) in
      var settled = 0
      var left = 0
      var goesOn = false
      for landing in landings {
        storage.state.landed(landing.request, landing.outcome, elapsed: landing.elapsed, now: now)
        switch landing.next {
        case .settled: settled += 1
        case .again(let request, let moment):
          goesOn = true
          if !storage.state.putBack(request, at: moment) { left += 1 }
        }
      }
      storage.state.settled(settled)
      return (left, goesOn || storage.state.openCount == 0 ? storage.onChange : nil)
    }
    tell?()
    return left
  }

  private func change(_ body: (inout FrontierState) -> Void) {
    let tell = storage.withLock { storage in
      body(&storage.state)
      return storage.onChange
    }
    tell?()
  }

  private func waitForRoom() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let hasRoom = storage.withLock { storage in
          if storage.isCancelled || storage.state.isDraining || storage.state.waitingCount < capacity { return true }
          storage.adder = continuation
          return false
        }
        if hasRoom { continuation.resume() }
      }
    } onCancel: {
      cancel()
    }
  }
}
