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

  /// Pages that a run before has asked for, and that have come, count.
  mutating func count(asked count: Int) { if pagesLeft < .max { pagesLeft = max(0, pagesLeft - count) } }

  /// What waits to be asked for the first time is too much.
  private mutating func dropNewPages() {
    for place in hosts.indices {
      let waiting = hosts[place].waiting
      hosts[place].waiting = waiting.filter { !$0.isNewPage }
      drop(
        waiting.count - hosts[place].waiting.count, bytes: waiting.lazy.filter(\.isNewPage).reduce(0) { $0 + $1.cost })
      // The pages that are away were never asked for: retries stay here.
      let away = hosts[place].away - hosts[place].awayChecks
      drop(away, bytes: 0)
      awayCount -= away
      hosts[place].away -= away
      hosts[place].blocks.removeAll(where: \.isOfPages)
    }
    let away = strangers.dropPages()
    drop(away, bytes: 0)
    awayCount -= away
    let emptied = refills.filter { hosts[$0].blocks.isEmpty }
    refills.removeAll { hosts[$0].blocks.isEmpty }
    for place in emptied { hosts[place].isRefilling = false }
    refillCount -= emptied.count
    if strangers.unwantEmpty() { refillCount -= 1 }
    // What is left of them comes back though nothing before it begins.
    for place in hosts.indices { noteRefill(place) }
    noteStrangers()
  }

  /// Whether a request that was away was dropped when the last page was asked for.
  func isDropped(_ request: Request) -> Bool { pagesLeft == 0 && request.isNewPage }
  func isDropped(_ block: FrontierStore.Block) -> Bool { pagesLeft == 0 && block.isOfPages }

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

// Requests that a crawl has thought better of, once they could begin.
extension FrontierState {
  /// What becomes of a request that could begin.
  enum SecondThought {
    case begins, isLeftOut
    /// It is to be asked about again in a moment.
    case waits
  }

  /// How soon a request that waits is asked about again.
  private static let moment = Duration.milliseconds(2)

  /// - Returns: Whether the host has a request that begins. If not, the host stands where it belongs.
  mutating func leaveOut(at place: Int, now: Instant, by judge: (Request) -> SecondThought) -> Bool {
    defer { noteRefill(place) }
    judging: while let request = hosts[place].waiting.first {
      switch request.isNewPage ? judge(request) : .begins {
      case .begins: return true
      case .isLeftOut:
        hosts[place].waiting.removeFirst()
        leftOut += 1
        waitingCount -= 1
        waitingBytes -= request.cost
      case .waits:
        hosts[place].notBefore = now.advanced(by: Self.moment)
        break judging
      }
    }
    hosts[place].standing = .idle
    settle(place)
    return false
  }

  /// How many requests were left out since the last call.
  mutating func takeLeftOut() -> Int {
    defer { leftOut = 0 }
    return leftOut
  }
}

extension Request {
  /// Whether it is a page's, and was never sent.
  var isNewPage: Bool { purpose == .page && attempt == 1 && trail.isEmpty && place?.hasCome != true }
}
