internal import DequeModule

/// Requests of hosts that are not here, which are away: one sequence for all of these hosts, first in, first out.
struct Strangers: Sendable {
  /// A power of two.
  private static let bucketCount = 1 << 14

  /// Requests that are away.
  private(set) var count = 0
  /// Those of them that are not pages, so that the limit of pages does not drop them.
  private var checks = 0
  /// Where those of them are that are written.
  var blocks: Deque<FrontierStore.Block> = []
  /// Whether the first block is to be brought back, and whether somebody was told so.
  private(set) var isWanted = false
  private(set) var isRefilling = false
  /// Whether fewer requests could begin than there were places for, the last time that some were taken.
  var isStarved = false
  /// Requests that began since the last block came back.
  var patience = 0
  /// How many there are of them by the hash of their host: its memory does not grow with the hosts.
  private var buckets: [UInt32] = []

  /// Whether there may be requests of a host: surely not where it says no.
  func mayHold(_ host: String) -> Bool { count > 0 && buckets[Self.bucket(of: host)] > 0 }

  mutating func add(_ request: Request) {
    if buckets.isEmpty { buckets = Array(repeating: 0, count: Self.bucketCount) }
    count += 1
    if !request.isNewPage { checks += 1 }
    buckets[Self.bucket(of: request.host)] += 1
  }

  mutating func remove(_ request: Request) {
    count -= 1
    if !request.isNewPage { checks -= 1 }
    buckets[Self.bucket(of: request.host)] -= 1
    // Those of pages that were dropped are counted there still.
    if count == 0 { buckets = [] }
  }

  /// Forgets the pages.
  ///
  /// - Returns: How many there were.
  mutating func dropPages() -> Int {
    defer { count = checks }
    blocks.removeAll(where: \.isOfPages)
    if checks == 0 { buckets = [] }
    return count - checks
  }

  /// Wants no block any more if there is none.
  ///
  /// - Returns: Whether one was wanted.
  mutating func unwantEmpty() -> Bool {
    guard isWanted, blocks.isEmpty else { return false }
    isWanted = false
    isRefilling = false
    return true
  }

  mutating func want() {
    isWanted = true
    isRefilling = true
  }

  mutating func nextRefill() -> FrontierStore.Block? {
    guard isWanted else { return nil }
    isWanted = false
    return blocks.popFirst()
  }

  /// The block that was wanted is here.
  mutating func refilled() {
    isRefilling = false
    patience = 0
  }

  private static func bucket(of host: String) -> Int {
    // Seeded for each process, so that no site can choose its bucket.
    host.hashValue & (bucketCount - 1)
  }
}

extension FrontierState {
  /// So many requests begin, and some of hosts that are not here get their chance, however many wait here.
  private static let strangersPatience = 128

  /// A new request that goes away behind those of all hosts that are not here.
  mutating func addAway(stranger request: Request) {
    waitingCount += 1
    awayCount += 1
    strangers.add(request)
  }

  /// Where requests are now that went away as those of strangers.
  mutating func stored(strangers block: FrontierStore.Block) {
    if isDraining || isDropped(block) { return }
    strangers.blocks.note(block)
    noteStrangers()
  }

  /// Requests that were away as those of strangers come back.
  ///
  /// - Parameter wasStored: Whether they were, or could not be.
  /// - Returns: Those that go away once more, as their hosts have come to have others away before them, or many here.
  mutating func returned(strangers requests: [Request], wasStored: Bool) -> [Request] {
    if isDraining { return [] }
    if wasStored {
      refillCount -= 1
      strangers.refilled()
    }
    var away: [Request] = []
    for request in requests where !isDropped(request) {
      strangers.remove(request)
      awayCount -= 1
      waitingCount -= 1
      let place = knownPlace(of: request.host)
      if wasStored, let place, hosts[place].givenUp == nil,
        hosts[place].away > 0 || hosts[place].waiting.count >= Self.highWater && hereCount >= capacity
      {
        addAway(request)
        away.append(request)
      } else {
        enqueue(request, first: false)
      }
    }
    noteStrangers()
    return away
  }

  /// Some begin.
  mutating func noteStrangers(afterTaking count: Int, of limit: Int) {
    strangers.patience += count
    strangers.isStarved = count < limit
    noteStrangers()
  }

  /// Asks for more of the strangers: when there is room, when too few begin, and now and then in any case.
  mutating func noteStrangers() {
    guard !strangers.isRefilling, !strangers.blocks.isEmpty else { return }
    let hasRoom = hereCount < max(1, capacity / 2) && waitingBytes <= bytes / 2
    let isLate = strangers.patience >= Self.strangersPatience
    let isDue =
      hereCount < floodCount && (isLate ? waitingBytes / 2 < bytes : strangers.isStarved && waitingBytes < bytes)
    if !hasRoom && !isDue { return }
    refillCount += 1
    strangers.want()
  }
}
