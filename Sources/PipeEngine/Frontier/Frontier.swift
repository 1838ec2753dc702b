internal import PipeWeb
internal import Synchronization

/// The frontier as the stages share it: the rules of `FrontierState` behind a lock, and who waits for it.
package final class Frontier: Sendable {
  private struct Storage: Awaited {
    var state: FrontierState
    /// Who waits for room.
    var waiters = WaitingList()
    var onChange: (@Sendable () -> Void)?
    var isCancelled = false
    /// Whether fewer requests could begin than there were places for, though nothing is on its way back.
    var isStarved = false
    /// Whether the store takes no more of what sources yield, until something is read back.
    var isStoreFull = false

    /// Whether nobody waits for room any more.
    var isOver: Bool { isCancelled || state.isDraining }
  }

  /// Requests that are to be stored.
  private struct Away {
    /// Of hosts that have others here or away before them.
    var hosts: [Request] = []
    /// Of hosts that are not here.
    var strangers: [Request] = []
  }

  private let storage: Mutex<Storage>
  /// Held while a block is chosen, and stored or taken, so that nobody takes one that is added to.
  private let spilling = Mutex(())
  private let capacity: Int
  private let bytes: Int
  /// `nil` where nothing spills.
  private let store: FrontierStore?
  private let tellPerson: @Sendable (String) -> Void
  private let refill: AsyncStream<Void>
  private let tellRefill: AsyncStream<Void>.Continuation

  /// The most bytes of requests that wait to be written.
  private static let shelfBytes = 256 << 10

  /// - Parameters:
  ///   - pages: The most pages that are handed out.
  ///   - capacity: How many requests from sources may wait before `add` suspends. What comes back (redirects, retries,
  ///     links) is never held up, or the graph could stand still. While places for transfers are free because the hosts
  ///     of those that wait must not be asked, more are let in, and what is too much for memory goes into a file
  ///     (`keepRefilling` brings it back).
  ///   - bytes: How many bytes they may hold, as `Request.cost` counts them; a batch may overshoot it.
  ///   - spills: Whether requests may go to disk. False with `order: input`: the oldest request must be here when it
  ///     alone may begin.
  ///   - disk: How many bytes may be there.
  ///   - robots: How robots.txt is obeyed; `nil` if it is ignored.
  ///   - robotsBytes: How many bytes of what is known of robots.txt files are kept.
  ///   - tell: Told what the person should know.
  package convenience init(
    rules: HostRules, backoff: Backoff = Backoff(), pages: Int = .max, capacity: Int, bytes: Int = .max,
    spills: Bool = true, disk: Int = 1 << 30, robots: RobotsPlan? = nil, robotsBytes: Int = 4 << 20,
    tell: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.init(
      rules: rules, backoff: backoff, pages: pages, capacity: capacity, bytes: bytes,
      store: spills ? FrontierStore(limit: disk, memory: min(Self.shelfBytes, bytes / 4), tell: tell) : nil,
      gate: robots.map { RobotsGate($0, bytes: robotsBytes) }, tell: tell)
  }

  /// - Parameter store: Where requests go that memory should not hold.
  init(
    rules: HostRules, backoff: Backoff = Backoff(), pages: Int = .max, capacity: Int, bytes: Int = .max,
    store: FrontierStore?, gate: RobotsGate? = nil, tell: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.store = store
    tellPerson = tell
    storage = Mutex(
      Storage(
        state: FrontierState(
          rules: rules, backoff: backoff, pages: pages, capacity: capacity, bytes: bytes, gate: gate)))
    self.capacity = capacity
    self.bytes = bytes
    (refill, tellRefill) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Requests that wait, and requests in flight.
  package var counts: (waiting: Int, inFlight: Int) {
    storage.withLock { ($0.state.waitingCount, $0.state.inFlightCount) }
  }

  /// Bytes of the requests that wait in memory.
  var waitingBytes: Int { storage.withLock { $0.state.waitingBytes } }

  /// The hosts that requests wait for, those with the most of them first, and why none of them begins.
  func waits(upTo limit: Int) -> [HostWait] { storage.withLock { $0.state.waits(upTo: limit) } }

  /// The hosts with requests in flight, those with the most of them first.
  func flights(upTo limit: Int) -> [(host: String, count: Int)] { storage.withLock { $0.state.flights(upTo: limit) } }

  /// Requests that wait in the store.
  var awayCount: Int { storage.withLock { $0.state.awayCount } }

  /// Adds new requests of the sources; suspends until there is room.
  ///
  /// - Returns: Whether they were added; not so once it drains.
  package func add(_ requests: [Request]) async -> Bool {
    await storage.wait { [self] in $0.isOver || hasRoom($0) }
    if Task.isCancelled { return false }
    guard let away = admit(requests, isSource: true) else { return false }
    if let refusal = spill(away) {
      storage.withLock { $0.isStoreFull = true }
      tellPerson("\(refusal.words), so a slow host holds up the others; TMPDIR can name another folder")
    }
    return true
  }

  /// Adds requests that came of others: links. Never waits, as what it waited for could be waiting for it.
  ///
  /// - Returns: Whether they were added; not so once it drains.
  /// - Throws: `RunError` if neither memory nor disk should take them. They are added all the same, so that every
  ///   request of the failed run is accounted for.
  func add(found requests: [Request]) throws(RunError) -> Bool {
    guard let away = admit(requests, isSource: false) else { return false }
    if let refusal = spill(away) { throw refusal.error }
    return true
  }

  /// - Returns: Those of the requests that are to be stored; `nil` if none was let in.
  private func admit(_ requests: [Request], isSource: Bool) -> Away? {
    let (away, tell) = storage.withLock { storage -> (Away?, (@Sendable () -> Void)?) in
      if storage.isOver { return (nil, nil) }
      // One batch for each time that too few could begin; the next look tells whether that was enough.
      let isStarved = storage.isStarved
      storage.isStarved = false
      // A batch that there was room for stays here as a whole.
      let waiting = storage.state.waitingCount
      let capacity = waiting < capacity ? max(capacity, waiting + requests.count) : capacity
      let maySpill = store != nil && !(isSource && storage.isStoreFull)
      var away = Away()
      for request in requests {
        let destination =
          maySpill ? storage.state.destination(of: request, capacity: capacity, isStarved: isStarved) : .here
        switch destination {
        case .here: storage.state.add(request)
        case .host:
          storage.state.addAway(request)
          away.hosts.append(request)
        case .strangers:
          storage.state.addAway(stranger: request)
          away.strangers.append(request)
        }
      }
      return (away, storage.onChange)
    }
    tell?()
    return away
  }

  /// Stores requests. Those that cannot be stored stay here.
  ///
  /// - Returns: Why some of them could not.
  private func spill(_ away: Away) -> FrontierStore.Refusal? {
    if away.hosts.isEmpty && away.strangers.isEmpty { return nil }
    var refusal: FrontierStore.Refusal?
    for (host, requests) in Dictionary(grouping: away.hosts, by: \.host) {
      for part in parts(of: requests) { spill(part, of: host, &refusal) }
    }
    for part in parts(of: away.strangers) { spill(part, of: nil, &refusal) }
    tellRefill.yield()
    return refusal
  }

  /// Stores a block of requests, unless an earlier one was refused.
  private func spill(_ requests: [Request], of host: String?, _ refusal: inout FrontierStore.Refusal?) {
    let isRefused = refusal != nil
    let (refused, tell) = spilling.withLock { _ -> (FrontierStore.Refusal?, (@Sendable () -> Void)?) in
      var (block, refused): (FrontierStore.Block?, FrontierStore.Refusal?)
      if !isRefused {
        let last = storage.withLock { $0.state.lastBlock(of: host) }
        do throws(FrontierStore.Refusal) {
          block = try store?.append(requests, behind: last)
        } catch {
          refused = error
        }
      }
      let tell = storage.withLock { [block] storage in
        switch (block, host) {
        case (let block?, let host?): storage.state.stored(block, of: host)
        case (let block?, nil): storage.state.stored(strangers: block)
        case (nil, let host?): storage.state.returned(requests, of: host)
        case (nil, nil): _ = storage.state.returned(strangers: requests, wasStored: false)
        }
        return block == nil ? storage.onChange : nil
      }
      return (refused, tell)
    }
    if let refused { refusal = refused }
    tell?()
  }

  /// Requests in blocks, so that what comes back at once is little: 64 of them, or a sixteenth of the bytes. Pages have
  /// blocks of their own, which the limit of pages drops.
  private func parts(of requests: [Request]) -> [[Request]] {
    let count = requests.count(where: \.isNewPage)
    if count == 0 || count == requests.count { return blocks(of: requests) }
    return blocks(of: requests.filter(\.isNewPage)) + blocks(of: requests.filter { !$0.isNewPage })
  }

  private func blocks(of requests: [Request]) -> [[Request]] {
    var parts: [[Request]] = []
    var start = 0
    var held = 0
    for (index, request) in requests.enumerated() {
      if index > start, index - start == FrontierStore.full || held + request.cost > bytes / 16 {
        parts.append(Array(requests[start..<index]))
        (start, held) = (index, 0)
      }
      held += request.cost
    }
    if start < requests.count { parts.append(Array(requests[start...])) }
    return parts
  }

  /// Brings back what is stored, host by host as it is wanted, until the task is cancelled.
  ///
  /// - Throws: `RunError` where it cannot be read; requests would be lost.
  package func keepRefilling() async throws {
    for await _ in refill {
      while let store, let (host, requests) = try nextRefill(from: store) {
        let (away, tell) = storage.withLock { storage -> ([Request], (@Sendable () -> Void)?) in
          storage.isStoreFull = false
          if let host {
            storage.state.returned(requests, of: host)
            return ([], storage.onChange)
          }
          return (storage.state.returned(strangers: requests, wasStored: true), storage.onChange)
        }
        tell?()
        // What a disk refuses stays here.
        _ = spill(Away(hosts: away))
      }
    }
    try Task.checkCancellation()
  }

  /// A block of requests that is wanted, and the host that it is of; `nil` for those of any hosts.
  private func nextRefill(from store: FrontierStore) throws(RunError) -> (host: String?, requests: [Request])? {
    let refill = spilling.withLock { _ -> Result<(String?, [Request]), RunError>? in
      guard let (host, block) = storage.withLock({ $0.state.nextRefill() }) else { return nil }
      return Result { () throws(RunError) in (host, try store.take(block)) }
    }
    return try refill?.get()
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

  /// What came of asking for a robots.txt; `nil` if nothing did.
  func know(_ answer: RobotsAnswer?, of file: WebURL) {
    let now = Instant.now
    change { $0.know(answer, of: file, now: now) }
  }

  /// Hands out nothing more; returns what is left undone.
  package func drain() -> Undone {
    let (left, ready, tell) = storage.withLock { storage in
      (storage.state.drain(), storage.waiters.letGo(), storage.onChange)
    }
    ready.resume()
    tell?()
    return left
  }

  /// Lets go whoever waits, because the run has failed.
  package func cancel() {
    let (ready, tell) = storage.withLock { storage in
      storage.isCancelled = true
      _ = storage.state.drain()
      return (storage.waiters.letGo(), storage.onChange)
    }
    ready.resume()
    tell?()
  }

  /// What a run that goes on is to know of hosts.
  ///
  /// - Parameter wall: What the system's clock says: milliseconds since 1970.
  func memory(now: Instant, wall: Int) -> [String: HostMemory] {
    storage.withLock { $0.state.memory(now: now, wall: wall) }
  }

  /// Treats hosts as an earlier session of the run would have. Called before anything is added.
  func remember(_ hosts: [String: HostMemory], now: Instant, wall: Int) {
    storage.withLock { $0.state.remember(hosts, now: now, wall: wall) }
  }

  /// Called after every change that may let `take` answer something new.
  package func onChange(_ tell: @escaping @Sendable () -> Void) { storage.withLock { $0.onChange = tell } }

  /// - Parameter judge: Says what becomes of a request that could begin. Called within, so it must not come back here.
  func take(
    upTo limit: Int, now: Instant, only: RequestID? = nil, isLoggingIn: Bool = false,
    judging judge: ((Request) -> FrontierState.SecondThought)? = nil
  ) -> FrontierState.Take {
    let (take, ready, needsRefill) = storage.withLock {
      storage -> (FrontierState.Take, WaitingList.LetGo?, Bool) in
      if storage.isCancelled { return (.finished, nil, false) }
      let take = storage.state.take(upTo: limit, now: now, only: only, isLoggingIn: isLoggingIn, judging: judge)
      if limit > 0, !isLoggingIn {
        storage.isStarved = take.count < limit && !storage.state.isRefilling && !storage.state.isFull
      }
      // Half empty before the adder is woken, so that it is woken for a good many.
      let isWoken =
        !storage.waiters.isEmpty
        && (storage.state.waitingCount <= capacity / 2 && storage.state.waitingBytes <= bytes / 2
          || letsInMore(storage))
      return (take, isWoken ? storage.waiters.letGo() : nil, storage.state.needsRefill)
    }
    if needsRefill { tellRefill.yield() }
    ready?.resume()
    return take
  }

  /// How many requests were left out since the last call.
  func takeLeftOut() -> Int { storage.withLock { $0.state.takeLeftOut() } }

  /// Pages that a run before has asked for, and that have come, count among those that may be. Told before any is added.
  func count(asked count: Int) { storage.withLock { $0.state.count(asked: count) } }

  /// How many requests were found to be too much since the last call.
  func takeBeyondLimit() -> Int { storage.withLock { $0.state.takeBeyondLimit() } }

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

  private func hasRoom(_ storage: Storage) -> Bool {
    storage.state.waitingCount < capacity && storage.state.waitingBytes < bytes || letsInMore(storage)
  }

  /// Whether more may be let in than the capacity.
  private func letsInMore(_ storage: Storage) -> Bool {
    storage.isStarved && store != nil && !storage.isStoreFull
  }
}

extension FrontierState.Take {
  /// The requests that begin, or are going to.
  fileprivate var count: Int {
    switch self {
    case .requests(let requests): requests.count
    case .robots(let files): files.count
    case .hopeless, .wait, .finished: 0
    }
  }
}
