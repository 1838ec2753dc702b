internal import HeapModule
internal import PipeWeb

// What the sessions of a run tell each other of hosts. A run that goes on asks none of them sooner, closer together or more
// often than the one before would have.
//
// A checkpoint does not know what begins behind it. So each host may have been asked until the run broke off, and is left
// alone for as long as the rules say from then on. Only a run that has come to its end in order knows when each host was
// asked last.
extension FrontierState {
  /// The most hosts that are told one by one.
  static let mostMemories = 8192
  /// Checkpoints are no further apart than that: nothing begins later behind one without another in between.
  static let longestCheckpoint = Duration.seconds(60)

  /// A host as an earlier session left it.
  struct Recalled: Sendable {
    var notBefore: Instant?
    var memory: HostMemory
    /// The time between two requests that robots.txt asked for.
    var delay = PerScheme(Duration.zero)
  }

  /// The hosts that are to be treated with care; those without anything special cost nothing.
  ///
  /// - Parameter wall: What the system's clock says: milliseconds since 1970.
  func memory(now: Instant, wall: Int) -> [String: HostMemory] {
    var memories: [String: HostMemory] = [:]
    for (name, one) in recalled where memories.count < Self.mostMemories {
      var memory = one.memory
      memory.notBefore = Self.moment(one.notBefore, now: now, wall: wall)
      if memory.notBefore == nil { memory.givenUp = nil }
      memory.tell(one.delay, of: name)
      if memory.isSpecial || memory.notBefore != nil { memories[name] = memory }
    }
    for place in careful where isKnown(place) && memories.count < Self.mostMemories {
      let host = memory(of: hosts[place], now: now, wall: wall)
      if host.isSpecial { memories[hosts[place].name] = host }
    }
    let isEnd = tellDelayed(&memories, now: now, wall: wall)
    for (origin, knowledge) in gate?.memory.specialKnowledge(now: now) ?? []
    where memories.count < Self.mostMemories {
      let authority = origin.description
      guard let name = HostMemory.host(of: authority) else { continue }
      let known = place(ofKnown: name).map { self.memory(of: hosts[$0], now: now, wall: wall) }
      var memory = memories[name] ?? known ?? HostMemory()
      memory.crawlDelays[authority] = knowledge.delay > .zero ? knowledge.delay.milliseconds : nil
      if let error = knowledge.refusal, let until = Self.moment(knowledge.until, now: now, wall: wall) {
        memory.robotsRefusals[authority] = RobotsRefusal(until: until, error: error)
      }
      memories[name] = memory
    }
    if !memories.isEmpty || rules.interval > .zero {
      memories[HostMemory.everyHost] = HostMemory(
        notBefore: wall, spacing: isEnd ? 0 : Self.longestCheckpoint.milliseconds)
    }
    return memories
  }

  /// Tells the hosts that nothing but a delay is to be remembered of.
  ///
  /// - Returns: Whether they were told because nothing begins any more. While the run goes on, what is said of all hosts holds
  ///   for them, and it does for all if there are too many of them.
  private func tellDelayed(_ memories: inout [String: HostMemory], now: Instant, wall: Int) -> Bool {
    let isEnd = isDraining && memories.count + delayed.count <= Self.mostMemories
    for entry in delayed.unordered {
      let host = hosts[entry.host]
      guard let moment = host.notBefore, isEnd ? moment > now : moment > now + rules.interval,
        memories[host.name] == nil, memories.count < Self.mostMemories
      else { continue }
      memories[host.name] = memory(of: host, now: now, wall: wall)
    }
    return isEnd
  }

  private func memory(of host: Host, now: Instant, wall: Int) -> HostMemory {
    var memory = host.health?.memory ?? HostMemory()
    memory.notBefore = Self.moment(host.notBefore, now: now, wall: wall)
    if memory.notBefore != nil { memory.givenUp = host.givenUp.map(String.init) }
    if gate != nil { memory.tell(host.robots.delay, of: host.name) }
    return memory
  }

  /// A moment by the system's clock; `nil` for one that is over.
  private static func moment(_ moment: Instant?, now: Instant, wall: Int) -> Int? {
    guard let moment, moment > now else { return nil }
    return wall.adding(now.duration(to: moment).milliseconds)
  }

  /// Treats hosts as an earlier session of the run would have.
  mutating func remember(_ memories: [String: HostMemory], now: Instant, wall: Int) {
    if memories.isEmpty { return }
    let all = memories[HostMemory.everyHost]
    // A clock that went backwards makes nobody wait longer than it was at the checkpoint.
    let taken = all?.notBefore ?? wall
    let wall = max(wall, taken)
    var lastAsked: Instant?
    if let all, all.spacing > 0 {
      let gone = wall.subtracting(taken).subtracting(all.spacing)
      lastAsked = now - .milliseconds(max(0, gone))
      if let lastAsked, lastAsked + rules.interval > now { earliest = lastAsked + rules.interval }
    }
    clock = now
    for (name, memory) in memories where name != HostMemory.everyHost {
      for (authority, refusal) in memory.robotsRefusals {
        let rest = min(.milliseconds(refusal.until.subtracting(wall)), RobotsKnowledge.patience)
        guard rest > .zero, let url = WebURL(authority) else { continue }
        gate?.recall(refusal.error, of: url, until: now + rest)
      }
      var one = Recalled(memory: memory)
      one.memory.robotsRefusals = [:]
      one.memory.crawlDelays = [:]
      for (authority, delay) in memory.crawlDelays {
        guard let gate, let url = WebURL(authority) else { continue }
        one.delay[url] = min(.milliseconds(max(0, delay)), gate.maxDelay)
      }
      let interval = max(
        rules.interval, min(.milliseconds(max(0, memory.spacing)), backoff.maximum), one.delay.http, one.delay.https)
      // Whatever the numbers say, nobody waits longer than the rules do.
      let longest = max(interval, RetryAfter.maximum, backoff.maximum)
      let rest = memory.notBefore.map { min(.milliseconds(max(0, $0.subtracting(wall))), longest) } ?? .zero
      let moment = max(now + rest, lastAsked.map { $0 + interval } ?? now)
      one.notBefore = moment > now ? moment : nil
      // What was given up for a while is asked again behind it.
      if rest == .zero { one.memory.givenUp = nil }
      if one.memory.isSpecial || one.notBefore != nil || one.delay.isSet { recalled[name] = one }
    }
  }

  /// A host has requests for the first time.
  mutating func recall(_ place: Int) {
    guard let now = clock else { return }
    var moment = earliest
    if let one = recalled.removeValue(forKey: hosts[place].name) {
      if let own = one.notBefore { moment = max(own, moment ?? own) }
      if one.memory.isSpecial || one.memory.givenUp != nil {
        hosts[place].health = HostHealth(one.memory, concurrency: rules.concurrency, backoff: backoff, now: now)
        if hosts[place].health?.isWell == true { hosts[place].health = nil }
      }
      hosts[place].health?.pausedUntil = one.notBefore
      if let own = one.notBefore, own > now, hosts[place].health?.lastError != nil {
        hosts[place].givenUp = one.memory.givenUp.map { Substring($0) }
      }
      if gate != nil { hosts[place].robots.delay = one.delay }
      if hosts[place].health != nil || one.delay.isSet { careful.insert(place) }
    }
    forgetClock()
    guard let moment, moment > now else { return }
    hosts[place].notBefore = moment
    settle(place)
  }

  mutating func noteClock(_ now: Instant) {
    clock = now
    if let moment = earliest, moment <= now { earliest = nil }
    forgetClock()
  }

  /// Once everything is recalled, hosts come to be as ever.
  private mutating func forgetClock() {
    if recalled.isEmpty, earliest == nil { clock = nil }
  }
}

extension HostMemory {
  /// Whether it says more than when the host may be asked.
  fileprivate var isSpecial: Bool {
    concurrency != nil || spacing > 0 || isDown || givenUp != nil || !robotsRefusals.isEmpty || !crawlDelays.isEmpty
  }

  /// `h:8443` for `https://h:8443`
  fileprivate static func host(of authority: String) -> String? {
    guard let colon = authority.firstIndex(of: ":") else { return nil }
    return String(authority[colon...].dropFirst(3))
  }

  fileprivate mutating func tell(_ delay: FrontierState.PerScheme<Duration>, of host: String) {
    if delay.http > .zero { crawlDelays["http://\(host)"] = delay.http.milliseconds }
    if delay.https > .zero { crawlDelays["https://\(host)"] = delay.https.milliseconds }
  }
}

extension FrontierState.PerScheme<Duration> {
  fileprivate var isSet: Bool { max(http, https) > .zero }
}

extension Int {
  fileprivate func adding(_ other: Int) -> Int {
    let (sum, isFar) = addingReportingOverflow(other)
    return isFar ? (other < 0 ? .min : .max) : sum
  }

  fileprivate func subtracting(_ other: Int) -> Int {
    let (difference, isFar) = subtractingReportingOverflow(other)
    return isFar ? (self < other ? .min : .max) : difference
  }
}
