internal import DequeModule

// Requests that are away: a host with many has the later ones in the store, and few of them here.
extension FrontierState {
  /// Fewer requests here than that, and more are brought back.
  private static let lowWater = 16
  /// Once as many wait here as may, a host with that many keeps no more of them here.
  static let highWater = 64
  /// With so many times as many, no host does.
  static let flood = 16

  /// Where a new request goes.
  enum Destination: Hashable, Sendable {
    case here
    /// Away, behind those of its host.
    case host
    /// Away, behind those of all hosts that are not here.
    case strangers
  }

  /// Requests that wait here.
  var hereCount: Int { waitingCount - awayCount }

  /// As many as wait here at the most, retries included; only what comes of those in flight is let in then.
  var floodCount: Int { capacity > .max / Self.flood ? .max : Self.flood * capacity }

  /// Where a new request goes.
  ///
  /// - Parameters:
  ///   - capacity: How many may wait here; `nil` for as many as ever.
  ///   - isStarved: Whether places for transfers are free because nothing that waits here may begin.
  mutating func destination(of request: Request, capacity: Int? = nil, isStarved: Bool = false) -> Destination {
    // They are dropped.
    if pagesLeft <= 0, request.isNewPage { return .here }
    let capacity = capacity ?? self.capacity
    guard let place = knownPlace(of: request.host) else {
      // One after the other: or those that are away would never come back.
      if strangers.count > 0 { return .strangers }
      let most = isStarved ? max(capacity, floodCount) : capacity
      return hereCount < most && waitingBytes < bytes ? .here : .strangers
    }
    if hosts[place].givenUp != nil { return .here }
    if strangers.mayHold(request.host) { return .strangers }
    // It goes before those that are away.
    if request.place?.isDoubtful == true, waitingBytes < bytes, hereCount < floodCount { return .here }
    if hosts[place].away > 0 { return .host }
    if waitingBytes >= bytes { return hosts[place].waiting.isEmpty ? .here : .host }
    let most = hereCount < capacity ? .max : hereCount < floodCount ? Self.highWater : 1
    return hosts[place].waiting.count >= most ? .host : .here
  }

  /// A new request that goes away behind those of its host.
  mutating func addAway(_ request: Request) {
    waitingCount += 1
    awayCount += 1
    let place = place(of: request.host)
    hosts[place].away += 1
    if !request.isNewPage { hosts[place].awayChecks += 1 }
  }

  /// The last block of a host, or of strangers.
  mutating func lastBlock(of host: String?) -> FrontierStore.Block? {
    guard let host else { return strangers.blocks.last }
    return knownPlace(of: host).flatMap { hosts[$0].blocks.last }
  }

  /// Where requests of a host are now that went away: in a new block, or in the last one.
  mutating func stored(_ block: FrontierStore.Block, of host: String) {
    guard !isDraining, !isDropped(block), let place = knownPlace(of: host) else { return }
    hosts[place].blocks.note(block)
    noteRefill(place)
  }

  /// A block that is to be brought back, and the host that it is of; `nil` for requests of any hosts.
  mutating func nextRefill() -> (host: String?, block: FrontierStore.Block)? {
    if let block = strangers.nextRefill() { return (nil, block) }
    guard let place = refills.popFirst(), let block = hosts[place].blocks.popFirst() else { return nil }
    return (hosts[place].name, block)
  }

  var needsRefill: Bool { !refills.isEmpty || strangers.isWanted }
  /// Whether requests that are away are on their way back.
  var isRefilling: Bool { refillCount > 0 }

  /// Requests of a host that were away are here again.
  mutating func returned(_ requests: [Request], of host: String) {
    guard !isDraining, let place = knownPlace(of: host) else { return }
    if hosts[place].isRefilling { refillCount -= 1 }
    hosts[place].isRefilling = false
    let requests = requests.filter { !isDropped($0) }
    if requests.isEmpty { return settle(place) }
    hosts[place].away -= requests.count
    hosts[place].awayChecks -= requests.count { !$0.isNewPage }
    awayCount -= requests.count
    waitingCount -= requests.count
    for request in requests { enqueue(request, first: false) }
    noteRefill(place)
  }

  /// Asks for more of a host, if few of it are left here.
  mutating func noteRefill(_ place: Int) {
    guard !hosts[place].isRefilling, !hosts[place].blocks.isEmpty, hosts[place].waiting.count < Self.lowWater,
      mayRefill(place)
    else { return }
    hosts[place].isRefilling = true
    refillCount += 1
    refills.append(place)
  }

  /// Whether there is room for more of a host. One whose requests are all to be retried later gets no more, or its
  /// retries would fill the memory; what it has away comes back as they begin.
  private func mayRefill(_ place: Int) -> Bool {
    hereCount < floodCount && waitingBytes < bytes
      ? hosts[place].postponed < capacity : hosts[place].waiting.isEmpty && hosts[place].postponed == 0
  }
}

extension Deque<FrontierStore.Block> {
  /// Adds a block, or takes it for the last one as it is now.
  mutating func note(_ block: FrontierStore.Block) {
    if last?.id == block.id { removeLast() }
    append(block)
  }
}
