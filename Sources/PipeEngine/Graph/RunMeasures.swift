package import Histogram
internal import PipeWeb
internal import Synchronization

/// What answers took and brought, in all and host by host, in bounded memory.
package final class RunMeasures: Sendable {
  package struct Host: Hashable, Sendable {
    /// Requests that came to an answer, or to an error.
    package var requests = 0
    /// Those with an error, or with a status of 400 or above.
    package var broken = 0
    package var bytes = 0
    /// From the first byte sent to the last one received, of all answers.
    package var elapsed = Duration.zero
    package var slowest = Duration.zero

    package init() {}
  }

  package struct Counts: Sendable {
    /// Microseconds that answers took.
    package var latency = Histogram<UInt32>(
      lowestDiscernibleValue: 1, highestTrackableValue: RunMeasures.longest, numberOfSignificantValueDigits: .two)
    /// The time of all of them together.
    package var elapsed = Duration.zero
    /// Answers by the hundreds of their status: 2 for 200 to 299. Anything else is at 0.
    package var classes = Array(repeating: 0, count: 6)
    /// Bytes of content.
    package var bytes = 0
    package var hosts: [String: Host] = [:]
    /// Requests to hosts that are not told apart, since there are so many.
    package var otherRequests = 0
    package var series = RunSeries()

    package init() {}

    /// The time that so many per cent of the answers did not take longer than; `nil` without an answer.
    package func latency(at percentile: Double) -> Duration? {
      latency.totalCount == 0 ? nil : .microseconds(Int(latency.valueAtPercentile(percentile)))
    }
  }

  /// Hosts that are told apart.
  package static let mostHosts = 4096
  /// An hour; what takes longer counts as that.
  static let longest: UInt64 = 3_600_000_000

  package let times = RunTimes()
  package let pages = PageSamples()
  private let storage = Mutex(Counts())
  private let start = Instant.now

  init() {}

  package var counts: Counts { storage.withLock { $0 } }

  /// How many answers came, and how long they took in the middle and at the most.
  package var latencies: (count: Int, p50: Duration?, p95: Duration?) {
    storage.withLock { (Int($0.latency.totalCount), $0.latency(at: 50), $0.latency(at: 95)) }
  }

  /// Requests have come to an answer or to an error, and are not tried again.
  func add(_ answers: [Fetched], at now: Instant = .now) {
    pages.add(answers)
    let moment = start.duration(to: now).milliseconds
    storage.withLock { counts in
      for answer in answers where answer.attempts > 0 {
        let elapsed = answer.timing.elapsed
        let bytes = answer.response?.length ?? 0
        counts.bytes += bytes
        if let response = answer.response {
          counts.elapsed += elapsed
          counts.classes[(1...5).contains(response.status / 100) ? response.status / 100 : 0] += 1
          _ = counts.latency.record(min(UInt64(max(0, elapsed.microseconds)), Self.longest))
        }
        counts.series.add(AnswerKind(status: answer.response?.status), bytes: bytes, at: moment)
        let host = answer.request.host
        if counts.hosts[host] == nil, counts.hosts.count >= Self.mostHosts {
          counts.otherRequests += 1
          continue
        }
        let isBroken = answer.error != nil || answer.response.map { $0.status >= 400 } ?? true
        counts.hosts[host, default: Host()].add(elapsed, bytes, isBroken: isBroken)
      }
    }
  }
}

extension RunMeasures.Host {
  fileprivate mutating func add(_ elapsed: Duration, _ bytes: Int, isBroken: Bool) {
    requests += 1
    self.bytes += bytes
    self.elapsed += elapsed
    slowest = max(slowest, elapsed)
    if isBroken { broken += 1 }
  }
}

extension Duration {
  fileprivate var microseconds: Int {
    Int(clamping: components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000)
  }
}
