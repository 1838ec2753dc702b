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
  }

  package struct Counts: Sendable {
    /// Microseconds that answers took.
    package var latency = Histogram<UInt32>(
      lowestDiscernibleValue: 1, highestTrackableValue: RunMeasures.longest, numberOfSignificantValueDigits: .two)
    /// Bytes of content.
    package var bytes = 0
    package var hosts: [String: Host] = [:]
    /// Requests to hosts that are not told apart, since there are so many.
    package var otherRequests = 0

    /// The time that so many per cent of the answers did not take longer than; `nil` without an answer.
    package func latency(at percentile: Double) -> Duration? {
      latency.totalCount == 0 ? nil : .microseconds(Int(latency.valueAtPercentile(percentile)))
    }
  }

  /// Hosts that are told apart.
  package static let mostHosts = 4096
  /// An hour; what takes longer counts as that.
  fileprivate static let longest: UInt64 = 3_600_000_000

  private let storage = Mutex(Counts())

  init() {}

  package var counts: Counts { storage.withLock { $0 } }

  /// How many answers came, and how long they took in the middle and at the most.
  package var latencies: (count: Int, p50: Duration?, p95: Duration?) {
    storage.withLock { (Int($0.latency.totalCount), $0.latency(at: 50), $0.latency(at: 95)) }
  }

  /// Requests have come to an answer or to an error, and are not tried again.
  func add(_ answers: [Fetched]) {
    storage.withLock { counts in
      for answer in answers where answer.attempts > 0 {
        let elapsed = answer.timing.elapsed
        let bytes = answer.response?.length ?? 0
        counts.bytes += bytes
        if answer.response != nil {
          _ = counts.latency.record(min(UInt64(max(0, elapsed.microseconds)), Self.longest))
        }
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
