internal import DequeModule
internal import HeapModule
internal import PipeWeb

/// The URLs waiting to be fetched, kept per host, without threads or clocks: `now` is always given.
///
/// A host is in one of four states: ready (its turn comes round), delayed (until a moment), full (its
/// requests in flight reach its limit), or idle (nothing waits). Ready hosts take turns, one request a turn,
/// so that no host starves another. A host with nothing waiting, nothing in flight and no delay to
/// remember is forgotten; one in trouble is remembered while there is room. What waits for a host that is given up
/// is handed out as hopeless.
///
/// A host with many requests waiting has the later ones away, in a file that it knows nothing of but the blocks: they
/// come back in their order when few are left here.
struct FrontierState: Sendable {
  enum Take {
    case requests([Request])
    /// Requests that are settled without being tried, as their hosts were given up for these reasons.
    case hopeless([(request: Request, error: RequestError)])
    case wait(until: Instant?)
    case finished
  }

  private enum Standing {
    case idle, ready, delayed, full
  }

  private struct Host {
    let name: String
    var waiting: Deque<Request> = []
    var inFlight = 0
    var notBefore: Instant?
    var standing = Standing.idle
    /// `nil` for one that is well.
    var health: HostHealth?
    /// The scheme that is given up: until `notBefore`, nothing is tried with it. Who speaks no https may speak http.
    var givenUp: Substring?
    /// Requests that are not here, and where those of them are that are written.
    var away = 0
    var blocks: Deque<OverflowFile.Block> = []
    /// Whether somebody was told to bring the first block back.
    var isThirsty = false
  }

  private let rules: HostRules
  private let backoff: Backoff
  private var hosts: [Host] = []
  private var free: [Int] = []
  private var places: [String: Int] = [:]
  /// The place found last: requests to one host most often come together.
  private var last: (name: String, place: Int)?
  private var ready: Deque<Int> = []
  private var delayed = Heap<Delayed>()
  private var postponed = Heap<Postponed>()
  private var hopeless: [(request: Request, error: RequestError)] = []
  /// Hosts in trouble with nothing to do, in the order they came to be so. Some may be busy again.
  private var remembered: Deque<Int> = []
  private static let memory = 8192
  private var thirsty: Deque<Int> = []
  /// Hosts whose next block somebody was told to bring back, and has not yet.
  private var thirstyCount = 0
  /// Fewer requests here than that, and more are brought back.
  private static let lowWater = 16
  /// Once as many wait here as may, a host with that many keeps no more of them here.
  static let highWater = 64
  /// With so many times as many, no host does.
  static let flood = 16

  /// Requests that wait, postponed ones included.
  private(set) var waitingCount = 0
  /// Those of them that are away.
  private(set) var awayCount = 0
  /// Bytes of the requests that wait here.
  private(set) var waitingBytes = 0
  private(set) var inFlightCount = 0
  private(set) var isClosed = false
  private(set) var isDraining = false

  init(rules: HostRules, backoff: Backoff = Backoff()) {
    self.rules = rules
    self.backoff = backoff
  }

  /// The hosts that it remembers.
  var hostCount: Int { places.count }

  /// A new request.
  mutating func add(_ request: Request) {
    enqueue(request, first: false)
  }

  /// Whether a new request is to go away.
  ///
  /// - Parameters: How many may wait here, and how many bytes they may hold.
  mutating func sendsAway(_ request: Request, capacity: Int, bytes: Int = .max) -> Bool {
    guard let place = knownPlace(of: request.host), hosts[place].givenUp == nil else { return false }
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
  mutating func stored(_ block: OverflowFile.Block, of host: String) {
    guard !isDraining, let place = knownPlace(of: host) else { return }
    hosts[place].blocks.append(block)
    noteThirst(place)
  }

  /// A block that is to be brought back.
  mutating func nextThirsty() -> (host: String, block: OverflowFile.Block)? {
    guard let place = thirsty.popFirst(), let block = hosts[place].blocks.popFirst() else { return nil }
    return (hosts[place].name, block)
  }

  var hasThirsty: Bool { !thirsty.isEmpty }
  /// Whether requests that are away are on their way back.
  var isBringingBack: Bool { thirstyCount > 0 }

  /// Requests of a host that were away are here again.
  mutating func returned(_ requests: [Request], of host: String) {
    guard !isDraining, let place = knownPlace(of: host) else { return }
    if hosts[place].isThirsty { thirstyCount -= 1 }
    hosts[place].isThirsty = false
    hosts[place].away -= requests.count
    awayCount -= requests.count
    waitingCount -= requests.count
    for request in requests { enqueue(request, first: false) }
    noteThirst(place)
  }

  private mutating func noteThirst(_ place: Int) {
    guard !hosts[place].isThirsty, !hosts[place].blocks.isEmpty, hosts[place].waiting.count < Self.lowWater else {
      return
    }
    hosts[place].isThirsty = true
    thirstyCount += 1
    thirsty.append(place)
  }

  /// A request that was taken and goes on: to where a redirect led, or to be tried again at a moment.
  ///
  /// - Returns: Whether it will go on; while draining it is left undone.
  mutating func putBack(_ request: Request, at moment: Instant?) -> Bool {
    if isDraining { return false }
    if let moment {
      waitingCount += 1
      waitingBytes += request.cost
      postponed.insert(Postponed(until: moment, request: request))
    } else {
      enqueue(request, first: true)
    }
    return true
  }

  /// Nothing will be added any more, and nothing comes back once what is in flight has landed.
  mutating func close() { isClosed = true }

  /// Nothing waiting will be handed out any more. Returns how many requests that leaves undone.
  mutating func drain() -> Int {
    isClosed = true
    isDraining = true
    let left = waitingCount
    waitingCount = 0
    awayCount = 0
    waitingBytes = 0
    thirsty = []
    thirstyCount = 0
    for place in hosts.indices {
      hosts[place].waiting = []
      hosts[place].blocks = []
      hosts[place].away = 0
      hosts[place].standing = .idle
    }
    ready = []
    delayed = Heap()
    postponed = Heap()
    hopeless = []
    return left
  }

  /// What politeness allows to begin now.
  ///
  /// - Parameter only: The one request that may begin; the others wait for it.
  mutating func take(upTo limit: Int, now: Instant, only: RequestID? = nil) -> Take {
    wake(now)
    if !hopeless.isEmpty { return giveUpHopeless() }
    var taken: [Request] = []
    if let only {
      if limit > 0, let request = takeReady(only, now: now) { taken = [request] }
    } else {
      while taken.count < limit, let place = ready.popFirst() {
        if let request = takeFirst(at: place, now: now) { taken.append(request) }
      }
    }
    waitingCount -= taken.count
    for request in taken { waitingBytes -= request.cost }
    inFlightCount += taken.count
    if !taken.isEmpty { return .requests(taken) }
    if isClosed, waitingCount == 0, inFlightCount == 0 { return .finished }
    let next = [delayed.min?.until, postponed.min?.until].compactMap(\.self).min()
    return .wait(until: next)
  }

  /// The first request of a host whose turn it was.
  private mutating func takeFirst(at place: Int, now: Instant) -> Request? {
    hosts[place].standing = .idle
    guard let request = hosts[place].waiting.popFirst() else { return nil }
    hosts[place].inFlight += 1
    if hosts[place].away > 0 { noteThirst(place) }
    let interval = max(rules.interval, hosts[place].health?.spacing ?? .zero)
    if interval > .zero {
      // A late start does not shorten the next interval; two hosts' intervals do not add up.
      hosts[place].notBefore = now.advanced(by: interval)
    }
    settle(place)
    return request
  }

  /// One request out of its host's turn, where it may begin.
  private mutating func takeReady(_ id: RequestID, now: Instant) -> Request? {
    for (turn, place) in ready.enumerated() {
      guard let index = hosts[place].waiting.firstIndex(where: { $0.id == id }) else { continue }
      ready.remove(at: turn)
      hosts[place].waiting.prepend(hosts[place].waiting.remove(at: index))
      return takeFirst(at: place, now: now)
    }
    return nil
  }

  /// A transfer to this host has ended; its place there is free.
  ///
  /// - Parameter elapsed: How long it took.
  mutating func landed(_ request: Request, _ outcome: HostOutcome = .silent, elapsed: Duration = .zero, now: Instant) {
    inFlightCount -= 1
    guard let place = knownPlace(of: request.host) else { return }
    hosts[place].inFlight -= 1
    learn(outcome, of: place, by: request, from: now - elapsed, now: now)
    settle(place)
  }

  /// Whether requests wait for a host.
  mutating func hasWaiting(at host: String) -> Bool {
    knownPlace(of: host).map { !hosts[$0].waiting.isEmpty || hosts[$0].away > 0 } ?? false
  }

  private mutating func enqueue(_ request: Request, first: Bool) {
    waitingCount += 1
    waitingBytes += request.cost
    let place = place(of: request.host)
    if let scheme = hosts[place].givenUp, scheme == request.url?.scheme, let error = hosts[place].health?.lastError {
      hopeless.append((request, error))
      return
    }
    if first { hosts[place].waiting.prepend(request) } else { hosts[place].waiting.append(request) }
    settle(place)
  }

  private mutating func place(of name: String) -> Int {
    if let place = knownPlace(of: name) { return place }
    let place: Int
    if let reused = free.popLast() {
      place = reused
      hosts[place] = Host(name: name)
    } else {
      place = hosts.count
      hosts.append(Host(name: name))
    }
    places[name] = place
    last = (name, place)
    return place
  }

  private mutating func knownPlace(of name: String) -> Int? {
    if let last, last.name == name { return last.place }
    guard let place = places[name] else { return nil }
    last = (name, place)
    return place
  }

  /// Moves the hosts and requests whose moment has come.
  private mutating func wake(_ now: Instant) {
    while let next = postponed.min, next.until <= now {
      postponed.removeMin()
      waitingCount -= 1
      waitingBytes -= next.request.cost
      enqueue(next.request, first: true)
    }
    while let next = delayed.min, next.until <= now {
      delayed.removeMin()
      // A pause may have come to be longer since.
      if let moment = hosts[next.host].notBefore, moment > now {
        delayed.insert(Delayed(until: moment, host: next.host))
        continue
      }
      hosts[next.host].standing = .idle
      hosts[next.host].notBefore = nil
      hosts[next.host].givenUp = nil
      settle(next.host)
    }
  }

  /// Puts a host where it belongs after a change; one that is ready or delayed stays so until its turn.
  private mutating func settle(_ place: Int) {
    switch hosts[place].standing {
    case .ready, .delayed: return
    case .idle, .full: break
    }
    if let moment = hosts[place].notBefore {
      // It is remembered until then even with nothing waiting.
      hosts[place].standing = .delayed
      delayed.insert(Delayed(until: moment, host: place))
    } else if hosts[place].inFlight >= hosts[place].health?.concurrency ?? rules.concurrency {
      hosts[place].standing = .full
    } else if !hosts[place].waiting.isEmpty {
      hosts[place].standing = .ready
      ready.append(place)
    } else {
      hosts[place].standing = .idle
      if hosts[place].inFlight == 0, hosts[place].away == 0 { rest(place) }
    }
  }

  /// Nothing waits for the host and nothing is in flight.
  private mutating func rest(_ place: Int) {
    guard hosts[place].health != nil else { return forget(place) }
    remembered.append(place)
    guard remembered.count > Self.memory, let oldest = remembered.popFirst() else { return }
    let isResting = hosts[oldest].standing == .idle && hosts[oldest].inFlight == 0 && hosts[oldest].waiting.isEmpty
    if isResting, !remembered.contains(oldest), places[hosts[oldest].name] == oldest { forget(oldest) }
  }

  private mutating func learn(
    _ outcome: HostOutcome, of place: Int, by request: Request, from start: Instant, now: Instant
  ) {
    if hosts[place].health == nil {
      // Most hosts do nothing but answer.
      if outcome == .answered || outcome == .silent { return }
      hosts[place].health = HostHealth(concurrency: rules.concurrency, backoff: backoff)
    }
    guard let advice = hosts[place].health?.learn(outcome, from: start, now: now) else { return }
    if hosts[place].health?.isWell == true { hosts[place].health = nil }
    switch advice {
    case .goOn:
      break
    case .pause(let moment):
      pause(place, until: moment)
    case .giveUp(let moment):
      pause(place, until: moment)
      guard let error = hosts[place].health?.lastError, let scheme = request.url?.scheme else { return }
      hosts[place].givenUp = scheme
      hopeless += hosts[place].waiting.filter { $0.url?.scheme == scheme }.map { ($0, error) }
      hosts[place].waiting.removeAll { $0.url?.scheme == scheme }
      noteThirst(place)
    }
  }

  private mutating func pause(_ place: Int, until moment: Instant) {
    hosts[place].notBefore = max(hosts[place].notBefore ?? moment, moment)
    // One whose turn it is waits as well.
    if hosts[place].standing == .ready {
      ready.removeAll { $0 == place }
      hosts[place].standing = .idle
    }
  }

  private mutating func giveUpHopeless() -> Take {
    defer { hopeless = [] }
    waitingCount -= hopeless.count
    for (request, _) in hopeless { waitingBytes -= request.cost }
    return .hopeless(hopeless)
  }

  private mutating func forget(_ place: Int) {
    places[hosts[place].name] = nil
    if last?.place == place { last = nil }
    free.append(place)
  }
}
