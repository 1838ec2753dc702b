internal import DequeModule
internal import PipeWeb

// Hosts in trouble.
extension FrontierState {
  /// Learns what a transfer tells of its host, and does what follows from it.
  mutating func learn(
    _ outcome: HostOutcome, of place: Int, by request: Request, from start: Instant, now: Instant
  ) {
    if hosts[place].health == nil {
      // Most hosts do nothing but answer.
      if outcome == .answered || outcome == .silent { return }
      hosts[place].health = HostHealth(concurrency: rules.concurrency, backoff: backoff)
      careful.insert(place)
    }
    guard let advice = hosts[place].health?.learn(outcome, from: start, now: now) else { return }
    if hosts[place].health?.isWell == true { hosts[place].health = nil }
    switch advice {
    case .goOn:
      break
    case .pause(let moment):
      pause(place, until: moment)
      let until = hosts[place].notBefore
      hosts[place].health?.pausedUntil = until
    case .giveUp(let moment):
      pause(place, until: moment)
      guard let error = hosts[place].health?.lastError, let scheme = request.url?.scheme else { return }
      hosts[place].givenUp = scheme
      hopeless += hosts[place].waiting.filter { $0.url?.scheme == scheme }.map { ($0, error.givenUp) }
      hosts[place].waiting.removeAll { $0.url?.scheme == scheme }
      noteRefill(place)
    }
  }

  mutating func pause(_ place: Int, until moment: Instant) {
    hosts[place].notBefore = max(hosts[place].notBefore ?? moment, moment)
    leaveTurn(place)
  }

  /// A host whose turn it is waits as well.
  mutating func leaveTurn(_ place: Int) {
    if hosts[place].standing == .ready {
      ready.removeAll { $0 == place }
      hosts[place].standing = .idle
    }
  }
}

extension RequestError {
  /// The same error of a request that was not tried.
  var givenUp: RequestError {
    RequestError(code, message + " (its host was given up for now)", circumstance)
  }
}
