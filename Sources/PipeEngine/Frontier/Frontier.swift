internal import Synchronization

/// The frontier as the stages share it: the rules of `FrontierState` behind a lock, and who waits for it.
package final class Frontier: Sendable {
  private struct Storage: Sendable {
    var state: FrontierState
    /// Who waits for room.
    var adders: [CheckedContinuation<Void, Never>] = []
    var onChange: (@Sendable () -> Void)?
    var isCancelled = false
    /// Whether fewer requests could begin than there were places for, though nothing is on its way back.
    var isHungry = false
    /// Whether the overflow takes no more.
    var isOverflowFull = false
    var overflow: OverflowFile?

    /// Whether more may be let in than the capacity.
    var letsInMore: Bool { isHungry && !isOverflowFull }
  }

  private let storage: Mutex<Storage>
  private let capacity: Int
  private let bytes: Int
  private let tellPerson: @Sendable (String) -> Void
  private let makeOverflow: @Sendable () -> OverflowFile?
  private let thirst: AsyncStream<Void>
  private let tellThirst: AsyncStream<Void>.Continuation

  /// - Parameters:
  ///   - capacity: How many requests from sources may wait before `add` suspends. What comes back (redirects, retries)
  ///     is never held up, or the graph could stand still. While places for transfers are free because the hosts of
  ///     those that wait must not be asked, more are let in, and what is too much for memory goes into a file
  ///     (`keepOverflow` brings it back).
  ///   - bytes: How many bytes they may hold, as `Request.cost` counts them; a batch may overshoot it.
  ///   - overflows: Whether it does; not where each request that is let in is remembered until its row is written.
  ///   - tell: Told what the person should know.
  package convenience init(
    rules: HostRules, backoff: Backoff = Backoff(), capacity: Int, bytes: Int = .max, overflows: Bool = true,
    tell: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.init(rules: rules, backoff: backoff, capacity: capacity, bytes: bytes, overflows: overflows, tell: tell) {
      OverflowFile(tell: tell)
    }
  }

  /// - Parameter makeOverflow: Makes the file, once it is wanted; `nil` where it cannot be made.
  init(
    rules: HostRules, backoff: Backoff = Backoff(), capacity: Int, bytes: Int = .max, overflows: Bool = true,
    tell: @escaping @Sendable (String) -> Void = { _ in }, makeOverflow: @escaping @Sendable () -> OverflowFile?
  ) {
    self.makeOverflow = makeOverflow
    tellPerson = tell
    storage = Mutex(Storage(state: FrontierState(rules: rules, backoff: backoff), isOverflowFull: !overflows))
    self.capacity = capacity
    self.bytes = bytes
    (thirst, tellThirst) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Requests that wait, and requests in flight.
  package var counts: (waiting: Int, inFlight: Int) {
    storage.withLock { ($0.state.waitingCount, $0.state.inFlightCount) }
  }

  /// Requests that wait in the overflow.
  var awayCount: Int { storage.withLock { $0.state.awayCount } }

  /// Adds new requests; suspends until there is room.
  ///
  /// - Returns: Whether they were added; not so once it drains.
  package func add(_ requests: [Request]) async -> Bool {
    await waitForRoom()
    let (isAdded, away, tell) = storage.withLock { storage -> (Bool, [Request], (@Sendable () -> Void)?) in
      if storage.state.isDraining || storage.isCancelled { return (false, [], nil) }
      // One batch for each time that too few could begin; the next look tells whether that was enough.
      storage.isHungry = false
      // A batch that there was room for stays here as a whole.
      let waiting = storage.state.waitingCount
      let capacity = waiting < capacity ? max(capacity, waiting + requests.count) : capacity
      var away: [Request] = []
      for request in requests {
        if !storage.isOverflowFull, storage.state.sendsAway(request, capacity: capacity, bytes: bytes) {
          storage.state.addAway(request)
          away.append(request)
        } else {
          storage.state.add(request)
        }
      }
      return (true, away, storage.onChange)
    }
    if !away.isEmpty { store(away) }
    tell?()
    return isAdded
  }

  /// Writes requests into the overflow. Those that cannot be written stay here.
  private func store(_ away: [Request]) {
    let file = storage.withLock { storage in
      if storage.overflow == nil { storage.overflow = makeOverflow() }
      return storage.overflow
    }
    for (host, requests) in Dictionary(grouping: away, by: \.host) {
      let block = file?.append(requests)
      storage.withLock { storage in
        if let block {
          storage.state.stored(block, of: host)
        } else {
          storage.state.returned(requests, of: host)
        }
        if block == nil || file?.isFull == true { storage.isOverflowFull = true }
      }
      if let file, block == nil || file.isFull {
        tellPerson(
          "\(file.folder) takes no more of the requests that wait, so a slow host holds up the others; TMPDIR can name"
            + " another folder")
      }
    }
    tellThirst.yield()
  }

  /// Brings back what is in the overflow, host by host as it is wanted, until the task is cancelled.
  ///
  /// - Throws: `RunError` where it cannot be read; requests would be lost.
  package func keepOverflow() async throws {
    for await _ in thirst {
      while let (host, block, file) = storage.withLock({ storage in
        storage.overflow.flatMap { file in storage.state.nextThirsty().map { ($0.host, $0.block, file) } }
      }) {
        let requests = try file.read(block)
        let tell = storage.withLock { storage in
          storage.state.returned(requests, of: host)
          return storage.onChange
        }
        tell?()
      }
    }
    try Task.checkCancellation()
  }

  /// Whether requests wait for a host.
  func hasWaiting(at host: String) -> Bool { storage.withLock { $0.state.hasWaiting(at: host) } }

  package func close() { change { $0.close() } }

  /// Adds a request that the run makes for itself, and never waits: there are few of them.
  ///
  /// - Returns: Whether it was added; not so once it drains or is closed.
  func add(own request: Request) -> Bool {
    let (isAdded, tell) = storage.withLock { storage -> (Bool, (@Sendable () -> Void)?) in
      if storage.state.isClosed || storage.isCancelled { return (false, nil) }
      storage.state.add(own: request)
      return (true, storage.onChange)
    }
    tell?()
    return isAdded
  }

  /// One of the run's own requests is not wanted any more.
  ///
  /// - Returns: Whether it was waiting; not so while it is in flight.
  func withdraw(own id: RequestID) -> Bool { storage.withLock { $0.state.withdraw(own: id) } }

  /// Hands out nothing more; returns what is left undone.
  package func drain() -> Undone {
    let (left, adders, tell) = storage.withLock { storage in
      defer { storage.adders = [] }
      return (storage.state.drain(), storage.adders, storage.onChange)
    }
    for adder in adders { adder.resume() }
    tell?()
    return left
  }

  /// Lets go whoever waits, because the run has failed.
  package func cancel() {
    let (adders, tell) = storage.withLock { storage in
      defer { storage.adders = [] }
      storage.isCancelled = true
      _ = storage.state.drain()
      return (storage.adders, storage.onChange)
    }
    for adder in adders { adder.resume() }
    tell?()
  }

  /// Called after every change that may let `take` answer something new.
  package func onChange(_ tell: @escaping @Sendable () -> Void) { storage.withLock { $0.onChange = tell } }

  func take(
    upTo limit: Int, now: Instant, only: RequestID? = nil
  ) -> FrontierState.Take {
    let (take, adders, isThirsty) = storage.withLock {
      storage -> (FrontierState.Take, [CheckedContinuation<Void, Never>], Bool) in
      if storage.isCancelled { return (.finished, [], false) }
      let take = storage.state.take(upTo: limit, now: now, only: only)
      if limit > 0 { storage.isHungry = take.count < limit && !storage.state.isBringingBack }
      // Half empty before the adder is woken, so that it is woken for a good many.
      let isWoken =
        !storage.adders.isEmpty
        && (storage.state.waitingCount <= capacity / 2 && storage.state.waitingBytes <= bytes / 2
          || storage.letsInMore)
      defer { if isWoken { storage.adders = [] } }
      return (take, isWoken ? storage.adders : [], storage.state.hasThirsty)
    }
    if isThirsty { tellThirst.yield() }
    for adder in adders { adder.resume() }
    return take
  }

  /// Ends the transfers of these requests. Those that go on are put back; the others are settled.
  ///
  /// - Returns: Those of them that would go on and are left undone, because it drains.
  func landed(_ landings: [Landing], now: Instant) -> Undone {
    let (left, tell) = storage.withLock { storage -> (Undone, (@Sendable () -> Void)?) in
      var left = Undone()
      var goesOn = false
      for landing in landings {
        storage.state.landed(landing.request, landing.outcome, elapsed: landing.elapsed, now: now)
        switch landing.next {
        case .settled: break
        case .again(let request, let moment):
          goesOn = true
          if !storage.state.putBack(request, at: moment) { left.add(request) }
        }
      }
      return (left, goesOn || storage.state.inFlightCount == 0 ? storage.onChange : nil)
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
          let isRoomy = storage.state.waitingCount < capacity && storage.state.waitingBytes < bytes
          if storage.isCancelled || storage.state.isDraining || isRoomy || storage.letsInMore {
            return true
          }
          storage.adders.append(continuation)
          return false
        }
        if hasRoom { continuation.resume() }
      }
    } onCancel: {
      cancel()
    }
  }
}

extension FrontierState.Take {
  /// The requests that begin.
  fileprivate var count: Int { if case .requests(let requests) = self { requests.count } else { 0 } }
}
