internal import Histogram
package import PipeEngine
package import PipeSpec
package import PipeWeb

/// What came of a run, for programs and for pages that show it: the facts of which the summary tells a person.
package struct RunReport: Sendable {
  /// The output of a sink.
  package struct File: Sendable {
    package let sink: String
    /// Where its rows are, as it may be shown.
    package let path: String
    /// In all sessions of the run.
    package let rows: Int
    /// Whether the rows are where the spec says.
    package let isPublished: Bool
    /// Of a file: its size, and its SHA-256 in hexadecimal digits.
    package var bytes: Int?
    package var sha256: String?

    package init(sink: String, path: String, rows: Int, isPublished: Bool) {
      self.sink = sink
      self.path = path
      self.rows = rows
      self.isPublished = isPublished
    }
  }

  package let plan: Plan
  package let progress: RunProgress
  package let outcome: RunOutcome
  package let exitStatus: Int
  package var files: [File]
  package let started: Timestamp
  package let ended: Timestamp
  /// Requests that were done before the run went on; `nil` for one that began.
  package var doneBefore: Int?
  package var retried: Int?
  /// How far its requests are; `nil` without a journal.
  package var standing: RunStanding?
  /// The command that goes on with it; `nil` if it cannot go on, or has nothing left to do.
  package var goingOn: String?
  /// The SHA-256 of the spec's bytes.
  package var specHash: String?

  package init(
    plan: Plan, progress: RunProgress, outcome: RunOutcome, exitStatus: Int, files: [File], started: Timestamp,
    ended: Timestamp
  ) {
    self.plan = plan
    self.progress = progress
    self.outcome = outcome
    self.exitStatus = exitStatus
    self.files = files
    self.started = started
    self.ended = ended
  }

  /// Hosts that are named for each reason.
  private static let mostHosts = 10

  /// In a word: `complete`, `unexpected`, `stopped`, `failed`.
  package var outcomeName: String {
    switch outcome.reason {
    case .complete, .limit: outcome.isUnexpected ? "unexpected" : "complete"
    case .stopped: "stopped"
    case .readerGone, .failed: "failed"
    }
  }

  /// Why it ended: `complete`, `limit`, `interrupted`, `limit.errors`.
  package var stopReason: String {
    if case .stopped(.limit(let limit)) = outcome.reason { return "limit.\(limit.key.rawValue)" }
    return outcome.reason.name
  }

  // MARK: JSON

  /// By schemas/summary.schema.json.
  package var json: JSONText {
    let counts = progress.tally.counts
    let measures = progress.measures.counts
    return [
      "summary": 1, "pipe": .string(PipeVersion.text), "name": optional(plan.name), "spec_sha256": optional(specHash),
      "outcome": .string(outcomeName), "stop_reason": .string(stopReason), "exit_status": .int(exitStatus),
      "failure": optional(outcome.failure?.text(in: plan)), "started_at": .string(started.inMilliseconds),
      "ended_at": .string(ended.inMilliseconds), "duration_s": JSONText(thousandths: outcome.elapsed.seconds),
      "requests": [
        "done": .int(counts.requests), "done_before": .int(doneBefore ?? 0), "retried": .int(retried ?? 0),
        "attempts_again": .int(counts.retries), "left_undone": .int(progress.unfinished),
        "waiting": standing.map { .int($0.waiting) } ?? .null,
        "unread": standing?.unread.map { .int($0) } ?? .null,
      ],
      "records": [
        "total": .int(counts.records), "failed": .int(counts.failed), "broken": .int(counts.broken),
      ],
      "statuses": .object(
        counts.statuses.sorted { $0.key < $1.key }.map { (key: "\($0.key)", value: .int($0.value)) }),
      "errors": .object(
        counts.errors.sorted { $0.key.rawValue < $1.key.rawValue }.map { (key: $0.key.rawValue, value: .int($0.value)) }
      ),
      "bytes": .int(measures.bytes), "latency_ms": latency(measures), "hosts": hosts(measures),
      "expectations": .array(outcome.expectations.map(expectation)), "files": .array(files.map(file)),
      "ledger": [
        "conserved": outcome.failure == nil ? .bool(outcome.discrepancies.isEmpty) : .null,
        "discrepancies": .array(outcome.discrepancies.map { .string($0) }),
        "stages": .array(progress.stages.map(stage)),
      ],
      "notices": .array(counts.notices.map { .string(plan.shown(notice: $0)) }), "to_go_on": optional(goingOn),
    ]
  }

  /// The last event of a run, by schemas/progress.schema.json.
  package var event: JSONText {
    guard case .object(let entries) = json else { return json }
    return .object([(key: "event", value: "summary")] + entries)
  }

  private func optional(_ text: String?) -> JSONText { text.map { .string($0) } ?? .null }

  private func latency(_ measures: RunMeasures.Counts) -> JSONText {
    func milliseconds(_ percentile: Double) -> JSONText {
      measures.latency(at: percentile).map { JSONText(thousandths: $0.seconds * 1000) } ?? .null
    }
    return [
      "count": .int(Int(measures.latency.totalCount)), "p50": milliseconds(50), "p90": milliseconds(90),
      "p95": milliseconds(95), "p99": milliseconds(99), "max": milliseconds(100),
    ]
  }

  private func hosts(_ measures: RunMeasures.Counts) -> JSONText {
    [
      "count": .int(measures.hosts.count), "requests_to_others": .int(measures.otherRequests),
      "slowest": .array(slowest(measures).map(host)), "most_broken": .array(mostBroken(measures).map(host)),
    ]
  }

  private typealias NamedHost = (name: String, host: RunMeasures.Host)

  private func slowest(_ measures: RunMeasures.Counts) -> [NamedHost] {
    let sorted = measures.hosts.map { (name: $0.key, host: $0.value) }
      .sorted { ($1.host.mean, $0.name) < ($0.host.mean, $1.name) }
    return Array(sorted.prefix(Self.mostHosts))
  }

  private func mostBroken(_ measures: RunMeasures.Counts) -> [NamedHost] {
    let sorted = measures.hosts.filter { $0.value.broken > 0 }.map { (name: $0.key, host: $0.value) }
      .sorted { ($1.host.broken, $0.name) < ($0.host.broken, $1.name) }
    return Array(sorted.prefix(Self.mostHosts))
  }

  private func host(_ named: NamedHost) -> JSONText {
    [
      "host": .string(plan.mask.value(named.name)), "requests": .int(named.host.requests),
      "broken": .int(named.host.broken),
      "bytes": .int(named.host.bytes), "mean_ms": JSONText(thousandths: named.host.mean.seconds * 1000),
      "slowest_ms": JSONText(thousandths: named.host.slowest.seconds * 1000),
    ]
  }

  private func expectation(_ result: ExpectationResult) -> JSONText {
    [
      "text": .string(result.text), "line": .int(result.span.start.line), "holds": .bool(result.holds),
      "words": .array(result.words.map { .string($0) }),
      "values": .object(
        result.values.map { (key: $0.name, value: $0.value.map { JSONText(exactly: $0) } ?? .null) }),
      "offences": result.offenceCount.map { .int($0) } ?? .null,
      "offenders": .array(
        result.offenders.map { ["url": .string($0.url), "item": .int($0.item + 1), "words": .string($0.words)] }),
    ]
  }

  private func file(_ file: File) -> JSONText {
    [
      "sink": .string(file.sink), "path": .string(file.path), "rows": .int(file.rows),
      "published": .bool(file.isPublished), "bytes": file.bytes.map { .int($0) } ?? .null,
      "sha256": optional(file.sha256),
    ]
  }

  private func stage(_ count: StageCount) -> JSONText {
    [
      "name": .string(count.name), "received": .int(count.received), "generated": .int(count.generated),
      "sent": .int(count.sent), "filtered": .int(count.filtered), "empty": .int(count.empty),
      "deduplicated": .int(count.deduplicated), "rejected": .int(count.rejected),
      "checked": .int(count.checked), "left_out": .int(count.leftOut),
      "beyond_limit": .int(count.beyondLimit), "unfinished": .int(count.unfinished),
    ]
  }
}

extension RunMeasures.Host {
  /// The time that an answer takes.
  fileprivate var mean: Duration { requests == 0 ? .zero : elapsed / requests }
}

extension JSONText {
  /// A number as it is.
  fileprivate init(exactly value: Double) {
    self = Int(exactly: value).map { .int($0) } ?? (value.isFinite ? .number("\(value)") : .null)
  }
}
