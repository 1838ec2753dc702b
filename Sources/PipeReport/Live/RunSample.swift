package import PipeEngine
internal import PipeSpec
internal import PipeWeb

/// How far a run is, at one moment: all that is shown of it.
package struct RunSample: Sendable {
  /// Seconds that the run was at work, without those for which the process was stopped.
  package var elapsed: Double
  /// Requests that are done.
  package var done: Int
  /// Those with an error.
  package var failed: Int
  /// Records with a status of 400 or above, or without a page.
  package var broken: Int
  package var inFlight: Int
  package var waiting: Int
  /// Requests of this session in all; `nil` if nobody knows.
  package var total: Int?
  /// Of a crawl: URLs that were seen.
  package var found: Int?
  /// Requests in a second.
  package var rate: Double?
  package var left: TimeLeft.Shown?
  package var p50: Duration?
  package var p95: Duration?
  package var fills: [(edge: PlanLayout.EdgeID, count: Int, most: Int)] = []
  /// The host that most requests wait for.
  package var slowest: HostWait?

  package init(
    elapsed: Double, done: Int, failed: Int = 0, broken: Int = 0, inFlight: Int = 0, waiting: Int = 0,
    total: Int? = nil, found: Int? = nil, rate: Double? = nil
  ) {
    self.elapsed = elapsed
    self.done = done
    self.failed = failed
    self.broken = broken
    self.inFlight = inFlight
    self.waiting = waiting
    self.total = total
    self.found = found
    self.rate = rate
  }

  /// From 0 to 1; `nil` if nobody knows.
  package var share: Double? {
    guard let total, total > 0 else { return nil }
    return min(1, Double(done) / Double(total))
  }
}

/// Looks at a run now and then.
package struct RunSampler {
  private let progress: RunProgress
  private let known: KnownTotals
  /// Requests in a second that a host allows.
  private let allowed: Double?
  private let mask: SecretMask
  private var rate: RateEstimator?
  private var hosts: [String: RateEstimator] = [:]
  private var waits: [HostWait] = []
  private var nextWaits = 0.0
  private var left = TimeLeft()
  /// Seconds that the clock shows, less those for which the process was stopped.
  private var clock: Double = 0
  private var last: ContinuousClock.Instant
  /// The longest step of the clock that counts: beyond it the process was stopped, or the machine asleep.
  private static let longestStep = 2.0
  /// Hosts whose rates are followed.
  private static let mostHosts = 64
  /// Seconds between two looks at the hosts, which walk over all of them.
  private static let hostInterval = 1.0

  package init(_ progress: RunProgress, plan: Plan, known: KnownTotals, at start: ContinuousClock.Instant) {
    self.progress = progress
    self.known = known
    last = start
    mask = plan.mask
    let interval = plan.fetch.perHost.interval
    allowed = interval > .zero ? 1 / interval.seconds : nil
  }

  package mutating func sample(at now: ContinuousClock.Instant) -> RunSample {
    clock += min(max(0, (now - last).seconds), Self.longestStep)
    last = now
    let counts = progress.tally.counts
    let measures = progress.measures.latencies
    let inFlight = progress.inFlight
    // From the first request on, not from the start of the process.
    if rate == nil, inFlight > 0 || counts.requests > 0 { rate = RateEstimator(start: clock) }
    rate?.note(counts.requests, at: clock)
    let perSecond = rate?.rate(at: clock)
    let totals = known.totals
    var sample = RunSample(
      elapsed: clock, done: counts.requests, failed: counts.failed, broken: counts.broken, inFlight: inFlight,
      waiting: progress.waiting, total: totals.requests, found: progress.crawlCounts?.seen, rate: perSecond)
    if clock >= nextWaits {
      nextWaits = clock + Self.hostInterval
      waits = progress.waits(upTo: Self.mostHosts)
      let estimates = estimates(totals.byHost)
      if let total = totals.requests {
        left.note(TimeLeft.estimate(left: total - counts.requests, rate: perSecond, hosts: estimates), at: clock)
      }
    }
    sample.left = left.shown
    (sample.p50, sample.p95) = (measures.p50, measures.p95)
    sample.fills = progress.fills
    // It was looked for a while ago, and no more can wait for one host than for all.
    sample.slowest = waits.first.flatMap { $0.atMost(waiting: sample.waiting, inFlight: sample.inFlight) }
      .map { $0.shown(by: mask) }
    return sample
  }

  /// What is left at the hosts that requests wait for.
  private mutating func estimates(_ byHost: [String: Int]?) -> [TimeLeft.Host] {
    let measured = progress.measures.counts.hosts
    hosts = hosts.filter { name, _ in waits.contains { $0.host == name } }
    return waits.map { wait in
      let done = measured[wait.host]?.requests ?? 0
      var estimator = hosts[wait.host] ?? RateEstimator(start: clock, count: done, span: TimeLeft.hostSpan)
      estimator.note(done, at: clock)
      hosts[wait.host] = estimator
      let left = byHost?[wait.host].map { max(0, $0 - done) } ?? wait.waiting + wait.inFlight
      return TimeLeft.Host(
        mask.value(wait.host), left: left, rate: TimeLeft.rate(measured: estimator.rate(at: clock), allowed: allowed))
    }
  }
}

extension HostWait {
  /// The same of no more requests; `nil` if none waits any more.
  fileprivate func atMost(waiting most: Int, inFlight: Int) -> HostWait? {
    if most == 0 { return nil }
    return HostWait(
      host: host, waiting: min(waiting, most), inFlight: min(self.inFlight, inFlight), reason: reason)
  }
}
