internal import DequeModule

// The most pages that a run asks for: those that are sent count, whatever comes of them. Retries, and what the run asks for
// itself, do not.
extension FrontierState {
  /// A request begins.
  mutating func count(begun request: Request) {
    guard request.isNewPage else { return }
    pagesLeft -= 1
    if pagesLeft == 0 { dropNewPages() }
  }

  /// What waits to be asked for the first time is too much.
  private mutating func dropNewPages() {
    for place in hosts.indices {
      let waiting = hosts[place].waiting
      hosts[place].waiting = waiting.filter { !$0.isNewPage }
      drop(
        waiting.count - hosts[place].waiting.count, bytes: waiting.lazy.filter(\.isNewPage).reduce(0) { $0 + $1.cost })
      // What is away was never asked for: retries stay here.
      drop(hosts[place].away, bytes: 0)
      awayCount -= hosts[place].away
      hosts[place].away = 0
      hosts[place].blocks = []
    }
    drop(strangers.count, bytes: 0)
    awayCount -= strangers.count
    strangers = Strangers()
    refills = []
    refillCount = 0
  }

  private mutating func drop(_ count: Int, bytes: Int) {
    beyondLimit += count
    waitingCount -= count
    waitingBytes -= bytes
  }

  /// How many requests were found to be too much since the last call.
  mutating func takeBeyondLimit() -> Int {
    defer { beyondLimit = 0 }
    return beyondLimit
  }
}

extension Request {
  /// Whether it is a page's, and was never sent.
  var isNewPage: Bool { purpose == .page && attempt == 1 && trail.isEmpty }
}
