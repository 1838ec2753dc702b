internal import CLibcurl
internal import Glibc
internal import PipeWeb

/// The loop itself, as its one thread sees it: fill the free places, wait, let libcurl work, hand over.
struct TransferRounds: ~Copyable {
  private let settings: TransferSettings
  private let wakeup: Wakeup
  private var exchange: any TransferExchange
  let multi: CURLMulti
  /// Places that are not in use.
  private var free: [TransferPlace] = []
  private var all: [TransferPlace] = []
  private var activeCount = 0
  /// Whether results were completed that are not handed over.
  private var hasResults = false
  /// Whether one of them is so large that a few may be too much for the stage that they go to.
  private var hasLargeResults = false
  private var isDraining = false
  /// When a transfer can be past one of its limits, and not before.
  private var nextLook = UInt64.max
  private var shortage: MachineShortage
  /// Whether the person was told that fewer transfers run at once than the spec allows.
  private var hasToldOfShortage = false
  private var nameChecks: NameChecks
  /// The last TLS alert that came after a handshake.
  private var alert: (host: String, failure: TransferFailure)?

  init(settings: TransferSettings, wakeup: Wakeup, exchange: any TransferExchange) throws(TransferLoopError) {
    self.settings = settings
    self.wakeup = wakeup
    self.exchange = exchange
    multi = try CURLMulti(wakeup: wakeup.descriptor)
    shortage = MachineShortage(limit: MachineShortage.descriptorLimit(wanted: settings.concurrency))
    let resolver = NameResolver(lookup: settings.lookup, threads: 32, onAnswer: { wakeup.signal() })
    nameChecks = NameChecks(resolver, limit: settings.connectTimeout)
  }

  mutating func run() throws(TransferLoopError) {
    var isFinished = false
    while true {
      let next = try fill(&isFinished)
      if activeCount == 0, isFinished { return }
      multi.work(until: min(nextLook, next, shortage.nextLook(active: activeCount), nameChecks.nextLook))
      try finishDone()
      for result in nameChecks.settled(now: multi.now) { complete(result) }
      if multi.now >= nextLook { lookAtLimits() }
      if !multi.sockets.paused.isEmpty { resumePaused() }
      if hasResults {
        exchange.handOver()
        hasResults = false
        if hasLargeResults { multi.sockets.isBackedUp = !exchange.hasRoom() }
        hasLargeResults = false
      }
    }
  }

  /// Begins what the exchange has for the free places.
  ///
  /// - Returns: When to ask again, if nothing happens before; nanoseconds of the monotonic clock.
  private mutating func fill(_ isFinished: inout Bool) throws(TransferLoopError) -> UInt64 {
    // A signal is answered by a look even with no place free: the run may be stopping. Once it does, every
    // round looks, or the end of the time to drain would be forgotten when something else happens before.
    var mustLook = wakeup.clear() || isDraining
    while let waiting = shortage.take(active: activeCount, now: multi.now) {
      try begin(waiting.request, sends: waiting.sends)
    }
    if let failure = shortage.failure(now: multi.now) { throw failure }
    while !isFinished, mustLook || activeCount < places {
      mustLook = false
      switch exchange.take(upTo: max(0, places - activeCount)) {
      case .requests(let requests):
        for request in requests { try begin(request) }
      case .wait(let until):
        return until.map { Self.nanoseconds($0) } ?? .max
      case .finished:
        isFinished = true
      case .draining(let until):
        isDraining = true
        if !shortage.waiting.isEmpty { exchange.abandon(shortage.giveUp()) }
        if until <= .now { abandon() }
        isFinished = activeCount == 0 && nameChecks.isEmpty
        return Self.nanoseconds(until)
      }
    }
    return .max
  }

  /// How many transfers may run. Those that have been without a connection for long cost nothing but a socket, and
  /// must not keep others waiting: a list with a few black holes would come to stand still.
  private var places: Int {
    let wanted = settings.concurrency + min(multi.sockets.stalled, max(256, 4 * settings.concurrency))
    return shortage.waiting.isEmpty ? min(wanted, shortage.limit) : 0
  }

  /// A moment in nanoseconds of the monotonic clock.
  private static func nanoseconds(_ moment: ContinuousClock.Instant) -> UInt64 {
    monotonicNanoseconds() + max(.zero, ContinuousClock.now.duration(to: moment)).nanoseconds
  }

  /// - Parameters:
  ///   - sends: How often it was sent already.
  ///   - isFresh: Whether it must not go over a connection that was used before.
  ///   - ignoresLength: Whether Content-Length is not left to libcurl.
  private mutating func begin(
    _ request: any TransferRequest, sends: Int = 0, isFresh: Bool = false, ignoresLength: Bool = false
  ) throws(TransferLoopError) {
    let place: TransferPlace
    if let reused = free.popLast() {
      place = reused
    } else {
      place = try TransferPlace(settings, multi.sockets)
      all.append(place)
    }
    try place.begin(request, sends: sends, ignoresLength: ignoresLength)
    place.keepConnection(isWorthKeeping(for: request))
    nextLook = min(nextLook, place.limits.nextLook)
    activeCount += 1
    if activeCount >= shortage.limit, shortage.limit < settings.concurrency { tellOfShortage(MachineShortage.fewFiles) }
    multi.add(place, isFresh: isFresh || request.isSentAgain)
  }

  private mutating func tellOfShortage(_ words: String) {
    if hasToldOfShortage { return }
    hasToldOfShortage = true
    exchange.notice("fewer requests at once than 'concurrency' allows: \(words)")
  }

  /// Whether the connection of a request is kept when it has ended. With few connections all are; with many, those of
  /// hosts that more is to come for; with more than that, none.
  private func isWorthKeeping(for request: any TransferRequest) -> Bool {
    let open = multi.sockets.readiness.openCount
    if open > shortage.limit { return false }
    if open <= max(64, settings.concurrency) { return true }
    return open <= max(1024, 2 * settings.concurrency) && exchange.hasMore(for: request)
  }

  private mutating func finishDone() throws(TransferLoopError) {
    let done = multi.takeDone()
    noteAlert(done)
    for done in done {
      if let number = done.place.lacks(done.code, any: wakeup.descriptor) {
        putOff(done.place, because: number)
      } else if done.place.mayHaveFoldedLength(done.code) {
        try beginAgainIgnoringLength(done.place)
      } else {
        if done.place.sends > 0 { shortage.succeeded(now: multi.now) }
        if done.place.isFaultOfKeptConnection(done.code) {
          done.place.stop = TransferFailure(.keptConnection, "the data on the kept connection is not HTTP")
        }
        let result = done.place.end(done.code)
        release(done.place)
        if let result, result.failure?.reason == .dns {
          let proxy = settings.connection.proxy.map { String(TransferEnd.hostname(of: $0.authority)) }
          complete(nameChecks.check(result, name: proxy ?? result.request.name, now: multi.now))
        } else {
          complete(result)
        }
      }
    }
  }

  /// Sends a transfer's request once more, over a new connection.
  private mutating func beginAgainIgnoringLength(_ place: TransferPlace) throws(TransferLoopError) {
    let sends = place.sends
    guard let request = place.giveUp() else { return }
    release(place)
    try begin(request, sends: sends, isFresh: true, ignoresLength: true)
  }

  /// A TLS alert that comes after the handshake ends all streams of a connection, and only one of them reads it; a reset
  /// may overtake it. So what is lost of that server before an answer is lost for that reason.
  private mutating func noteAlert(_ done: [(place: TransferPlace, code: CURLcode)]) {
    for one in done where one.code != CURLE_OK && one.place.sends > 0 && one.place.isSecure {
      guard one.place.detail.contains("error:") else { continue }
      if let words = TLSFault.words(TransferEnd(one.code, one.place)), words.contains("client_cert") {
        alert = (one.place.host, TransferFailure(.tls, "\(one.place.host): \(words)"))
      }
    }
    guard let alert else { return }
    for one in done where one.code != CURLE_OK && one.place.head.bytes == 0 && one.place.stop == nil {
      if one.place.isSecure, one.place.sends > 0, one.place.host == alert.host { one.place.stop = alert.failure }
    }
  }

  /// The machine has no socket for a transfer: it waits until others have ended.
  private mutating func putOff(_ place: TransferPlace, because number: Int32) {
    let sends = place.sends
    guard let request = place.giveUp() else { return }
    release(place)
    if number != EADDRNOTAVAIL { multi.sockets.readiness.endIdle() }
    shortage.put(request, sends: sends, because: number, active: activeCount, now: multi.now)
    tellOfShortage(shortage.words)
  }

  /// Ends the transfers that have taken too long.
  private mutating func lookAtLimits() {
    nextLook = .max
    for place in all where place.isActive {
      if place.pausedSince != nil { continue }
      place.checkConnection(at: multi.now)
      if let failure = place.overstepped(at: multi.now) {
        multi.timedOut(place, among: all)
        complete(place.end(CURLE_OPERATION_TIMEDOUT, because: failure))
        release(place)
      } else {
        nextLook = min(nextLook, place.limits.nextLook)
      }
    }
  }

  /// Goes on with transfers that are paused as far as there is memory, and with one in any case.
  private mutating func resumePaused() {
    if multi.sockets.isBackedUp {
      multi.sockets.isBackedUp = !exchange.hasRoom()
      if multi.sockets.isBackedUp { return }
    }
    var hasPrivileged = all.contains(where: \.isPrivileged)
    for place in multi.sockets.paused {
      if multi.sockets.held >= settings.bodyMemory, !place.isPrivileged {
        if hasPrivileged { continue }
        place.isPrivileged = true
        hasPrivileged = true
      }
      multi.sockets.paused.removeAll { $0 === place }
      place.resume()
      if place.isActive { nextLook = min(nextLook, multi.now) }
    }
  }

  private mutating func complete(_ result: TransferResult?) {
    guard let result else { return }
    exchange.complete(result)
    hasResults = true
    if let response = result.response, response.body.count >= settings.bodyMemory / 64 { hasLargeResults = true }
  }

  private mutating func release(_ place: TransferPlace) {
    multi.remove(place)
    activeCount -= 1
    free.append(place)
  }

  private mutating func abandon() {
    let active = all.filter(\.isActive)
    for place in active { multi.remove(place) }
    exchange.abandon(active.compactMap { $0.giveUp() } + nameChecks.giveUp())
    activeCount = 0
  }
}
