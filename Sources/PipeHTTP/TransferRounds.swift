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
  private var active: [ObjectIdentifier: TransferPlace] = [:]
  private var results: [TransferResult] = []

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
      if active.isEmpty, isFinished { return }
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
    // A signal is answered by a look even with no place free: the run may be stopping.
    var isSignalled = wakeup.clear()
    while !isFinished, isSignalled || active.count < settings.concurrency {
      isSignalled = false
      switch exchange.take(upTo: settings.concurrency - active.count) {
      case .requests(let requests):
        for request in requests { try begin(request) }
      case .wait(let until):
        return until
      case .finished:
        isFinished = true
      case .draining(let until):
        if until <= .now { abandon() }
        isFinished = active.isEmpty
        return until
      }
    }
    return nil
  }

  private mutating func begin(_ request: TransferRequest) throws(TransferLoopError) {
    let place: TransferPlace
    if let reused = free.popLast() { place = reused } else { place = try TransferPlace(settings, multi.sockets) }
    place.begin(request)
    active[ObjectIdentifier(place)] = place
    multi.add(place)
  }

  private mutating func finish(_ done: (place: TransferPlace, code: CURLcode)) {
    if let result = done.place.end(done.code) { results.append(result) }
    multi.remove(done.place)
    active[ObjectIdentifier(done.place)] = nil
    free.append(done.place)
  }

  private mutating func abandon() {
    for place in active.values { multi.remove(place) }
    exchange.abandon(active.values.compactMap { $0.giveUp() })
    active = [:]
  }
}
