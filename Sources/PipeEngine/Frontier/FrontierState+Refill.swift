internal import DequeModule

// Requests that are away: a host with many has the later ones in the store, and few of them here.
extension FrontierState {
  /// Fewer requests here than that, and more are brought back.
  private static let lowWater = 16
  /// Once as many wait here as may, a host with that many keeps no more of them here.
  static let highWater = 64
  /// With so many times as many, no host does.
  static let flood = 16

  /// Whether a new request is to go away.
  ///
  /// - Parameters: How many may wait here, and how many bytes they may hold.
  mutating func sendsAway(_ request: Request, capacity: Int, bytes: Int = .max) -> Bool {
    guard pagesLeft > 0, let place = knownPlace(of: request.host), hosts[place].givenUp == nil else { return false }
    if hosts[place].away > 0 { return true }
    let here = waitingCount - awayCount
    if waitingBytes >= bytes { return !hosts[place].waiting.isEmpty }
    let most = here < capacity ? .max : here < Self.flood * capacity ? Self.highWater : 1
    return hosts[place].waiting.count >= most
  }

  /// A new request that goes away.
  mutating func addAway(_ request: Request) {
    waitingCount += 1
    awayCount += 1
    hosts[place(of: request.host)].away += 1
  }

  /// Where requests of a host are now that went away.
  mutating func stored(_ block: FrontierStore.Block, of host: String) {
    guard !isDraining, let place = knownPlace(of: host) else { return }
    hosts[place].blocks.append(block)
    noteRefill(place)
  }

  /// A block that is to be brought back.
  mutating func nextRefill() -> (host: String, block: FrontierStore.Block)? {
    guard let place = refills.popFirst(), let block = hosts[place].blocks.popFirst() else { return nil }
    return (hosts[place].name, block)
  }

  var needsRefill: Bool { !refills.isEmpty }
  /// Whether requests that are away are on their way back.
  var isRefilling: Bool { refillCount > 0 }

  /// Requests of a host that were away are here again.
  mutating func returned(_ requests: [Request], of host: String) {
    guard !isDraining, let place = knownPlace(of: host) else { return }
    // They were dropped when the last page was asked for.
    if pagesLeft == 0 { return hosts[place].isRefilling = false }
    if hosts[place].isRefilling { refillCount -= 1 }
    hosts[place].isRefilling = false
    hosts[place].away -= requests.count
    awayCount -= requests.count
    waitingCount -= requests.count
    for request in requests { enqueue(request, first: false) }
    noteRefill(place)
  }

  /// Asks for more of a host, if few of it are left here.
  mutating func noteRefill(_ place: Int) {
    guard !hosts[place].isRefilling, !hosts[place].blocks.isEmpty, hosts[place].waiting.count < Self.lowWater else {
      return
    }
    hosts[place].isRefilling = true
    refillCount += 1
    refills.append(place)
  }
}
