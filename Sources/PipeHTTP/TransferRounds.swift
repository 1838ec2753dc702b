internal import CLibcurl
internal import Glibc

/// The loop itself, as its one thread sees it: fill the free places, wait, let libcurl work, hand over.
struct TransferRounds: ~Copyable {
  private let settings: TransferSettings
  private let wakeup: Wakeup
  private let exchange: any TransferExchange
  private let multi: CURLMulti
  /// Places that are not in use; their handles are set up and keep their options.
  private var free: [TransferPlace] = []
  private var all: [TransferPlace] = []
  private var activeCount = 0
  private var results: [TransferResult] = []
  private var isDraining = false

  init(settings: TransferSettings, wakeup: Wakeup, exchange: any TransferExchange) throws(TransferLoopError) {
    self.settings = settings
    self.wakeup = wakeup
    self.exchange = exchange
    multi = try CURLMulti(wakeup: wakeup.descriptor, connections: settings.concurrency)
  }

  mutating func run() throws(TransferLoopError) {
    var isFinished = false
    while true {
      let next = try fill(&isFinished)
      if activeCount == 0, isFinished { return }
      multi.begin()
      while let done = multi.nextDone() { finish(done) }
      // What has ended is handed over before anything is waited for.
      multi.work(until: results.isEmpty ? next : .now)
      while let done = multi.nextDone() { finish(done) }
      if !results.isEmpty {
        exchange.complete(results)
        results.removeAll(keepingCapacity: true)
      }
    }
  }

  /// Begins what the exchange has for the free places.
  ///
  /// - Returns: When to ask again, if nothing happens before.
  private mutating func fill(_ isFinished: inout Bool) throws(TransferLoopError) -> ContinuousClock.Instant? {
    // A signal is answered by a look even with no place free: the run may be stopping. Once it does, every
    // round looks, or the end of the time to drain would be forgotten when something else happens before.
    var mustLook = wakeup.clear() || isDraining
    while !isFinished, mustLook || activeCount < settings.concurrency {
      mustLook = false
      switch exchange.take(upTo: settings.concurrency - activeCount) {
      case .requests(let requests):
        for request in requests { try begin(request) }
      case .wait(let until):
        return until
      case .finished:
        isFinished = true
      case .draining(let until):
        isDraining = true
        if until <= .now { abandon() }
        isFinished = activeCount == 0
        return until
      }
    }
    return nil
  }

  private mutating func begin(_ request: TransferRequest) throws(TransferLoopError) {
    let place: TransferPlace
    if let reused = free.popLast() {
      place = reused
    } else {
      place = try TransferPlace(settings, multi.sockets)
      all.append(place)
    }
    place.begin(request)
    activeCount += 1
    multi.add(place)
  }

  private mutating func finish(_ done: (place: TransferPlace, code: CURLcode)) {
    if let result = done.place.end(done.code) { results.append(result) }
    multi.remove(done.place)
    activeCount -= 1
    free.append(done.place)
  }

  private mutating func abandon() {
    let active = all.filter(\.isActive)
    for place in active { multi.remove(place) }
    exchange.abandon(active.compactMap { $0.giveUp() })
    activeCount = 0
  }
}
