internal import PipeSpec
internal import PipeWeb
internal import Synchronization

/// Counts what a run's limits are about, and stops it at the first that is reached.
///
/// The stop is that of a person: nothing new begins, and what is in flight has its time to finish. So a few more records,
/// and a few more bytes, come behind it.
final class LimitWatch: Sendable {
  private let limits: StopLimits
  private let control: RunControl
  private let start = ContinuousClock.now
  private let bytes = Atomic(0)
  private let records = Mutex((all: 0, failed: 0))
  private let isReached = Atomic(false)

  /// - Returns: `nil` if there is nothing to watch.
  init?(_ limits: StopLimits, _ control: RunControl) {
    if limits == StopLimits() { return nil }
    self.limits = limits
    self.control = control
  }

  /// Records have come. Those of an earlier session of the run do not count.
  func note(_ batch: [Extracted]) {
    guard let limit = limits.errors else { return }
    let (records, failed) = records.withLock { counts in
      counts.all += batch.count
      counts.failed += batch.count { $0.error != nil }
      return counts
    }
    guard limit.isReached(failed: failed, of: records) else { return }
    stop(
      ReachedLimit(
        .errors, value: limit.text,
        "\(failed.grouped) of \(records.grouped) record\(records == 1 ? " has" : "s have") an error"))
  }

  /// A sink has refused rows: each is one of the records that were counted, and now one that failed.
  func note(refused count: Int) {
    guard let limit = limits.errors else { return }
    let (records, failed) = records.withLock { counts in
      counts.failed = min(counts.failed + count, max(counts.all, count))
      return counts
    }
    guard limit.isReached(failed: failed, of: max(records, failed)) else { return }
    stop(
      ReachedLimit(
        .errors, value: limit.text,
        "\(failed.grouped) of \(records.grouped) record\(records == 1 ? " has" : "s have") an error, or were refused"
          + " by a sink"))
  }

  /// Content has come.
  func note(bytes count: Int) {
    guard let limit = limits.bytes, count > 0 else { return }
    let (_, sum) = bytes.add(count, ordering: .relaxed)
    if sum >= limit.bytes {
      stop(ReachedLimit(.bytes, value: limit.description, "\(sum.grouped) bytes of content were received"))
    }
  }

  /// Stops the run when its time is over. Ends when the task is cancelled.
  func watchTime() async throws {
    if let duration = limits.duration {
      try await Task.sleep(until: start + duration, clock: .continuous)
      let worked = ContinuousClock.now - start
      stop(ReachedLimit(.duration, value: duration.shown, "the run took \(worked.short)"))
    }
    while true { try await Task.sleep(for: .seconds(3600)) }
  }

  private func stop(_ limit: ReachedLimit) {
    guard !isReached.exchange(true, ordering: .relaxed) else { return }
    control.stop(.limit(limit), by: .now + Run.drainTime)
  }
}
