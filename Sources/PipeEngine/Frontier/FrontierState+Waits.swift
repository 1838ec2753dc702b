internal import DequeModule
internal import HeapModule

// Why hosts wait, for whoever asks: nothing is kept for it that the rules do not need anyway.
extension FrontierState {
  /// The hosts that requests wait for, those with the most of them first.
  ///
  /// It walks over all hosts that are remembered and all requests that are to be retried.
  func waits(upTo limit: Int) -> [HostWait] {
    var retries: [String: (count: Int, first: Instant)] = [:]
    for one in postponed.unordered {
      let earlier = retries[one.request.host]
      retries[one.request.host] = ((earlier?.count ?? 0) + 1, min(earlier?.first ?? one.until, one.until))
    }
    var waits: [HostWait] = []
    for (place, host) in hosts.enumerated() where isKnown(place) {
      let retry = retries.removeValue(forKey: host.name)
      let count = host.waiting.count + host.away + (retry?.count ?? 0)
      if count == 0 { continue }
      let reason = reason(of: host, at: place) ?? retry.map { .retry(until: $0.first) } ?? .disk
      waits.append(HostWait(host: host.name, waiting: count, inFlight: host.inFlight, reason: reason))
    }
    // A host that nothing else is known of.
    waits += retries.map { name, retry in
      HostWait(host: name, waiting: retry.count, inFlight: 0, reason: .retry(until: retry.first))
    }
    waits.sort { ($1.waiting, $0.host) < ($0.waiting, $1.host) }
    return Array(waits.prefix(limit))
  }

  /// The hosts with requests in flight, those with the most of them first.
  func flights(upTo limit: Int) -> [(host: String, count: Int)] {
    var flights: [(host: String, count: Int)] = []
    for (place, host) in hosts.enumerated() where isKnown(place) && host.inFlight > 0 {
      flights.append((host.name, host.inFlight))
    }
    flights.sort { ($1.count, $0.host) < ($0.count, $1.host) }
    return Array(flights.prefix(limit))
  }

  /// `nil` where nothing waits that could begin, but for its place.
  private func reason(of host: Host, at place: Int) -> HostWait.Reason? {
    switch host.standing {
    case .delayed:
      guard let until = host.notBefore else { return nil }
      if let health = host.health {
        if host.givenUp != nil, let error = health.lastError { return .givenUp(until: until, error) }
        if health.isDown, let error = health.lastError { return .unreachable(until: until, error) }
        if health.pausedUntil == until || health.spacing > rules.interval { return .backoff(until: until) }
      }
      return .delay(until: until)
    case .full: return .concurrency(limit: concurrency(at: place))
    case .parked: return .robots
    case .ready: return .slot
    case .idle: return host.waiting.isEmpty ? nil : .slot
    }
  }
}
