internal import DequeModule

// A host whose turn it is.
extension FrontierState {
  /// Whether large requests in flight hold as much as they may, so that nothing begins before one of them lands.
  var isFull: Bool { inFlightBytes >= bytes }

  /// The first request of a host whose turn it was.
  mutating func takeFirst(at place: Int, now: Instant) -> Request? {
    hosts[place].standing = .idle
    if gate != nil, !clearHead(of: place, now: now) { return nil }
    return begin(at: place, now: now)
  }

  mutating func begin(at place: Int, now: Instant) -> Request? {
    guard let request = hosts[place].waiting.popFirst() else { return nil }
    hosts[place].inFlight += 1
    if pagesLeft < .max { count(begun: request) }
    if hosts[place].away > 0 { noteRefill(place) }
    var interval = max(rules.interval, hosts[place].health?.spacing ?? .zero)
    if gate != nil {
      interval = max(interval, hosts[place].robots.crawlDelay)
      hosts[place].robots.lastStart = now
      hosts[place].robots.cleared = nil
    }
    if interval > .zero {
      // A late start does not shorten the next interval; two hosts' intervals do not add up.
      hosts[place].notBefore = now.advanced(by: interval)
    }
    settle(place)
    return request
  }

  /// One request out of its host's turn, where it may begin.
  mutating func takeReady(_ now: Instant, where isMeant: (Request) -> Bool) -> Request? {
    for (turn, place) in ready.enumerated() {
      guard let index = hosts[place].waiting.firstIndex(where: isMeant) else { continue }
      if gate != nil {
        switch verdict(on: hosts[place].waiting[index], at: place, now: now) {
        case .allowed: if keepsDelay(place, now: now) { return nil }
        case .unknown(let file):
          ask(file, at: place)
          continue
        case .refused(let error):
          ready.remove(at: turn)
          hosts[place].standing = .idle
          refuse(index, at: place, error)
          settle(place)
          return nil
        }
      }
      ready.remove(at: turn)
      hosts[place].standing = .idle
      hosts[place].waiting.prepend(hosts[place].waiting.remove(at: index))
      return begin(at: place, now: now)
    }
    return nil
  }
}
