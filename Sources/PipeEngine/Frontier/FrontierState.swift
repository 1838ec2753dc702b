internal import DequeModule
internal import HeapModule
internal import PipeWeb

/// The URLs waiting to be fetched, kept per host, without threads or clocks: `now` is always given.
///
/// A host is in one of five states: ready (its turn comes round), delayed (until a moment), full (its
/// requests in flight reach its limit), parked (until its robots.txt is known), or idle (nothing waits). Ready hosts take
/// turns, one request a turn, so that no host starves another. A host with nothing waiting, nothing in flight and no delay to
/// remember is forgotten; one in trouble is remembered while there is room. What waits for a host that is given up
/// is handed out as hopeless.
///
/// A host with many requests waiting has the later ones away, in a file that it knows nothing of but the blocks: they
/// come back in their order when few are left here. Requests of hosts that are not here go away together (`Strangers`)
/// once as many wait as may.
struct FrontierState: Sendable {
  enum Take {
    case requests([Request])
    /// Requests that are settled without being tried, for these reasons: their hosts were given up, or robots.txt keeps
    /// them out.
    case hopeless([(request: Request, error: RequestError)])
    /// Robots files that requests wait for: each is to be asked for once, and `know` told what came of it.
    case robots([WebURL])
    case wait(until: Instant?)
    case finished
  }

  enum Standing {
    case idle, ready, delayed, full, parked
  }

  struct Host {
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
    /// Those of them that are not pages, so that the limit of pages does not drop them.
    var awayChecks = 0
    var blocks: Deque<FrontierStore.Block> = []
    /// Whether somebody was told to bring the first block back.
    var isRefilling = false
    /// Requests that are to be tried again at a moment.
    var postponed = 0
    var robots = RobotsStanding()

    /// Whether nothing is in flight or elsewhere.
    var isUnused: Bool { inFlight == 0 && away == 0 && postponed == 0 && !isRefilling && !robots.isAwaited }
  }

  let rules: HostRules
  let backoff: Backoff
  /// How many requests may wait here, and how many bytes they may hold.
  let capacity: Int
  let bytes: Int
  var hosts: [Host] = []
  private var free: [Int] = []
  private var places: [String: Int] = [:]
  /// The place found last: requests to one host most often come together.
  private var last: (name: String, place: Int)?
  var ready: Deque<Int> = []
  var delayed = Heap<Delayed>()
  var postponed = Heap<Postponed>()
  var hopeless: [(request: Request, error: RequestError)] = []
  /// `nil` if robots.txt is ignored.
  var gate: RobotsGate?
  /// Robots files that nobody was told yet to ask for.
  var asks: [WebURL] = []
  /// Hosts that have to wait, and whose first request is to be judged all the same.
  var heads: Deque<Int> = []
  /// Hosts in trouble with nothing to do, in the order they came to be so. Some may be busy again.
  private var remembered: Deque<Int> = []
  private static let memory = 8192
  /// Hosts that may have to be treated with care: those in trouble, and those whose delay an earlier session has told.
  var careful: Set<Int> = []
  /// Hosts as an earlier session of the run left them, until requests of theirs come.
  var recalled: [String: Recalled] = [:]
  /// Until when no host is asked, as an earlier session may have asked it last.
  var earliest: Instant?
  /// When `take` was called last, once there is something to recall.
  var clock: Instant?
  var refills: Deque<Int> = []
  /// Blocks that somebody was told to bring back, and has not yet.
  var refillCount = 0
  var strangers = Strangers()
  /// Requests that wait, postponed ones included.
  var waitingCount = 0
  /// Those of them that are away.
  var awayCount = 0
  /// Bytes of the requests that wait here.
  var waitingBytes = 0
  private(set) var inFlightCount = 0
  /// Bytes of the large requests in flight, which have a content of their own.
  private(set) var inFlightBytes = 0
  private(set) var isClosed = false
  private(set) var isDraining = false
  /// Pages that may still be asked for the first time.
  var pagesLeft: Int
  /// Requests that were left out, and that nobody was told of yet.
  var leftOut = 0
  /// Requests that are too much, and that nobody was told of yet.
  var beyondLimit = 0

  /// - Parameters:
  ///   - pages: The most pages that are asked for.
  ///   - capacity: How many requests may wait here.
  ///   - bytes: How many bytes they may hold.
  ///   - gate: Says what robots.txt says; `nil` if it is ignored.
  init(
    rules: HostRules, backoff: Backoff = Backoff(), pages: Int = .max, capacity: Int = .max, bytes: Int = .max,
    gate: RobotsGate? = nil
  ) {
    pagesLeft = pages
    self.rules = rules
    self.backoff = backoff
    self.capacity = max(1, capacity)
    self.bytes = max(1, bytes)
    self.gate = gate
  }

  /// The hosts that it remembers.
  var hostCount: Int { places.count }

  /// A new request.
  mutating func add(_ request: Request) {
    // While a list goes on, no row of its details is certain. With a limit of pages, the list alone could reach it.
    enqueue(request, first: request.place?.isDoubtful == true || request.isNextPage && pagesLeft == .max)
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
      hosts[place(of: request.host)].postponed += 1
    } else {
      enqueue(request, first: true)
    }
    return true
  }

  /// Nothing will be added any more, and nothing comes back once what is in flight has landed.
  mutating func close() { isClosed = true }

  /// Nothing waiting will be handed out any more. Returns what that leaves undone.
  mutating func drain() -> Undone {
    isClosed = true
    isDraining = true
    var left = Undone()
    left.own += postponed.unordered.lazy.map(\.request).filter(\.isOwn)
    left.own += hopeless.lazy.map(\.request).filter(\.isOwn)
    for host in hosts { left.own += host.waiting.lazy.filter(\.isOwn) }
    left.pages = waitingCount - left.own.count
    waitingCount = 0
    awayCount = 0
    waitingBytes = 0
    refills = []
    refillCount = 0
    strangers = Strangers()
    for place in hosts.indices {
      hosts[place].waiting = []
      hosts[place].blocks = []
      hosts[place].away = 0
      hosts[place].awayChecks = 0
      hosts[place].postponed = 0
      // When hosts may be asked again is still to be remembered.
      if hosts[place].standing != .delayed { hosts[place].standing = .idle }
    }
    ready = []
    postponed = Heap()
    hopeless = []
    asks = []
    heads = []
    return left
  }

  /// What politeness allows to begin now.
  ///
  /// - Parameters:
  ///   - only: The one request that may begin; the others wait for it.
  ///   - isLoggingIn: Whether a login alone may begin; all others wait for it.
  ///   - judge: Says what becomes of a request that could begin.
  mutating func take(
    upTo limit: Int, now: Instant, only: RequestID? = nil, isLoggingIn: Bool = false,
    judging judge: ((Request) -> SecondThought)? = nil
  ) -> Take {
    wake(now)
    if gate != nil { judgeHeads(now: now) }
    if !hopeless.isEmpty { return giveUpHopeless() }
    if !asks.isEmpty { return handOutAsks() }
    var taken: [Request] = []
    var held = inFlightBytes
    if isLoggingIn {
      while taken.count < limit, let request = takeReady(now, where: \.purpose.isOfLogin) {
        taken.append(request)
        held += request.flightBytes
      }
    } else if let only {
      // The run's own requests as well: the one that may begin can wait for one of them.
      while taken.count < limit, held < bytes,
        let request = takeReady(now, where: { $0.id == only || $0.purpose != .page })
      {
        taken.append(request)
        held += request.flightBytes
      }
    } else {
      // A file that is asked for needs a place as well.
      while taken.count + asks.count < limit, held < bytes, hopeless.count < Self.refusalStride,
        let place = ready.popFirst()
      {
        if let judge, !leaveOut(at: place, now: now, by: judge) { continue }
        guard let request = takeFirst(at: place, now: now) else { continue }
        taken.append(request)
        held += request.flightBytes
      }
    }
    inFlightBytes = held
    waitingCount -= taken.count
    for request in taken { waitingBytes -= request.cost }
    inFlightCount += taken.count
    if strangers.count > 0, !isFull { noteStrangers(afterTaking: taken.count + asks.count, of: limit) }
    if !taken.isEmpty { return .requests(taken) }
    if !asks.isEmpty { return handOutAsks() }
    if !hopeless.isEmpty { return giveUpHopeless() }
    if isClosed, waitingCount == 0, inFlightCount == 0 { return .finished }
    let next = [delayed.min?.until, postponed.min?.until].compactMap(\.self).min()
    return .wait(until: next)
  }

  /// A transfer to this host has ended; its place there is free.
  ///
  /// - Parameter elapsed: How long it took.
  mutating func landed(_ request: Request, _ outcome: HostOutcome = .silent, elapsed: Duration = .zero, now: Instant) {
    inFlightCount -= 1
    inFlightBytes -= request.flightBytes
    guard let place = knownPlace(of: request.host) else { return }
    hosts[place].inFlight -= 1
    learn(outcome, of: place, by: request, from: now - elapsed, now: now)
    settle(place)
  }

  /// Whether requests wait for a host.
  mutating func hasWaiting(at host: String) -> Bool {
    knownPlace(of: host).map { !hosts[$0].waiting.isEmpty || hosts[$0].away > 0 } ?? false
  }

  mutating func enqueue(_ request: Request, first: Bool) {
    if pagesLeft == 0, request.isNewPage {
      beyondLimit += 1
      return
    }
    waitingCount += 1
    waitingBytes += request.cost
    let place = place(of: request.host)
    if let scheme = hosts[place].givenUp, scheme == request.url?.scheme, let error = hosts[place].health?.lastError {
      hopeless.append((request, error.givenUp))
      return
    }
    if !first {
      hosts[place].waiting.append(request)
    } else {
      // What robots.txt does not judge goes before what may wait for it, and all of the run's own before pages.
      let isCheck = request.purpose == .check
      let index = hosts[place].waiting.firstIndex { isCheck ? $0.purpose == .page : $0.purpose.isJudged }
      hosts[place].waiting.insert(request, at: index ?? hosts[place].waiting.endIndex)
    }
    settle(place)
  }

  mutating func place(of name: String) -> Int {
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
    if clock != nil { recall(place) }
    return place
  }

  mutating func knownPlace(of name: String) -> Int? {
    if let last, last.name == name { return last.place }
    guard let place = places[name] else { return nil }
    last = (name, place)
    return place
  }

  /// Moves the hosts and requests whose moment has come.
  private mutating func wake(_ now: Instant) {
    if clock != nil { noteClock(now) }
    while let next = postponed.min, next.until <= now {
      postponed.removeMin()
      waitingCount -= 1
      waitingBytes -= next.request.cost
      forgetPostponed(next.request)
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

  /// A request is not postponed any more; `enqueue` or `settle` comes next.
  mutating func forgetPostponed(_ request: Request) {
    let place = place(of: request.host)
    hosts[place].postponed -= 1
    noteRefill(place)
  }

  /// Puts a host where it belongs after a change; one that is ready or delayed stays so until its turn.
  mutating func settle(_ place: Int) {
    stand(place)
    if gate != nil { listHead(of: place) }
  }

  private mutating func stand(_ place: Int) {
    switch hosts[place].standing {
    case .ready, .delayed: return
    case .idle, .full, .parked: break
    }
    if let moment = hosts[place].notBefore {
      // It is remembered until then even with nothing waiting.
      hosts[place].standing = .delayed
      delayed.insert(Delayed(until: moment, host: place))
    } else if hosts[place].inFlight >= concurrency(at: place) {
      hosts[place].standing = .full
    } else if gate != nil, isParked(place) {
      hosts[place].standing = .parked
    } else if !hosts[place].waiting.isEmpty {
      hosts[place].standing = .ready
      ready.append(place)
    } else {
      hosts[place].standing = .idle
      if hosts[place].isUnused { rest(place) }
    }
  }

  /// The most requests that may be in flight at a host now.
  func concurrency(at place: Int) -> Int {
    if gate != nil, hosts[place].robots.crawlDelay > .zero { return 1 }
    return hosts[place].health?.concurrency ?? rules.concurrency
  }

  /// Nothing waits for the host and nothing is in flight.
  private mutating func rest(_ place: Int) {
    guard hosts[place].health != nil else { return forget(place) }
    remembered.append(place)
    guard remembered.count > Self.memory, let oldest = remembered.popFirst() else { return }
    let isResting = hosts[oldest].standing == .idle && hosts[oldest].waiting.isEmpty && hosts[oldest].isUnused
    if isResting, !remembered.contains(oldest), places[hosts[oldest].name] == oldest { forget(oldest) }
  }

  private mutating func handOutAsks() -> Take {
    defer { asks = [] }
    return .robots(asks)
  }

  private mutating func giveUpHopeless() -> Take {
    defer { hopeless = [] }
    waitingCount -= hopeless.count
    for (request, _) in hopeless { waitingBytes -= request.cost }
    return .hopeless(hopeless)
  }

  func place(ofKnown name: String) -> Int? { places[name] }

  /// Whether a place is a host's, and not free.
  func isKnown(_ place: Int) -> Bool { places[hosts[place].name] == place }

  private mutating func forget(_ place: Int) {
    places[hosts[place].name] = nil
    if !careful.isEmpty { careful.remove(place) }
    if last?.place == place { last = nil }
    free.append(place)
  }
}
