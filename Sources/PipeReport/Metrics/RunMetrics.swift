internal import Histogram
package import PipeEngine
package import PipeWeb

/// A run as metrics, at one moment: from the same counts as the live view, the summary and the ledger.
///
/// Counters are those of this process and begin at zero, also where a run goes on: Prometheus takes a counter that is lower for
/// one that began anew, and adds it up. From the journal they could begin at less than was told before a crash, and all of it
/// would be counted twice.
package struct RunMetrics: Sendable {
  /// What a run is known by among others.
  package struct Identity: Sendable {
    package let pipeline: String
    /// The SHA-256 of the spec's bytes.
    package let specHash: String
    package let started: Timestamp
    /// Requests that were done before the run went on.
    package let doneBefore: Int

    package init(pipeline: String, specHash: String, started: Timestamp, doneBefore: Int = 0) {
      self.pipeline = pipeline
      self.specHash = specHash
      self.started = started
      self.doneBefore = doneBefore
    }
  }

  private let plan: Plan
  private let progress: RunProgress
  private let identity: Identity

  package init(_ progress: RunProgress, of plan: Plan, _ identity: Identity) {
    self.progress = progress
    self.plan = plan
    self.identity = identity
  }

  /// Seconds that answers take: the bounds of the buckets.
  package static let durations = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

  /// - Parameter isActive: Whether the run goes on.
  package func text(isActive: Bool) -> String {
    var text = MetricsText(common: [("pipeline", identity.pipeline)])
    text.add(
      "pipe_run_info", .gauge, "What runs: the SHA-256 of the spec, and the version of pipe.",
      [([("spec_hash", identity.specHash), ("version", PipeVersion.text)], .count(1))])
    text.add("pipe_run_active", .gauge, "1 while the run goes on, 0 once it has ended.", .count(isActive ? 1 : 0))
    text.add(
      "pipe_run_start_time_seconds", .gauge, "When this process began with the run, in seconds since 1970.",
      .real(identity.started.inSeconds))
    text.add(
      "pipe_run_done_before", .gauge, "Requests that were done before this process went on with the run.",
      .count(identity.doneBefore))
    addRequests(to: &text)
    addRecords(to: &text)
    addStanding(to: &text, isActive: isActive)
    return text.text
  }

  private func addRequests(to text: inout MetricsText) {
    let counts = progress.tally.counts
    let measures = progress.measures.counts
    func own(_ purposes: [RequestPurpose], _ count: (OwnCount) -> Int) -> MetricsText.Number {
      .count(purposes.reduce(0) { $0 + count(counts.own[$1] ?? OwnCount()) })
    }
    let others: [(name: String, purposes: [RequestPurpose])] = [
      ("robots", [.robots]), ("sitemap", [.sitemap]), ("login", [.login, .credentials]),
    ]
    text.add(
      "pipe_requests_total", .counter,
      "Requests that came to their end: an answer, or an error after the last attempt. Not redirects that were followed.",
      [
        ([("purpose", "page")], .count(counts.requests)),
        ([("purpose", "check")], .count(progress.count(of: .extract).checked)),
      ] + others.map { name, purposes in ([("purpose", name)], own(purposes) { $0.answered + $0.failed }) })
    text.add(
      "pipe_retries_total", .counter, "Attempts after the first ones.",
      [([("purpose", "page")], .count(counts.retries)), ([("purpose", "check")], own([.check], \.retries))]
        + others.map { name, purposes in ([("purpose", name)], own(purposes, \.retries)) })
    text.add(
      "pipe_responses_total", .counter, "Answers to requests for pages and checks, by the class of their status.",
      (1...5).map { ([("class", "\($0)xx")], .count(measures.classes[$0])) }
        + [([("class", "other")], .count(measures.classes[0]))])
    text.add(
      histogram: "pipe_request_duration_seconds",
      "Time that answers took, redirects and attempts before included, without the time for which they waited.",
      buckets: Self.durations.map { ($0, Int(measures.latency.count(within: 0...UInt64($0 * 1_000_000)))) },
      sum: measures.elapsed.inSeconds, count: Int(measures.latency.totalCount))
    text.add("pipe_received_bytes_total", .counter, "Bytes of content that answers brought.", .count(measures.bytes))
  }

  private func addRecords(to text: inout MetricsText) {
    let counts = progress.tally.counts
    text.add(
      "pipe_records_total", .counter,
      "Records: ok, not_ok without an error but with a status of 400 or above, and those with an error.",
      [
        ([("outcome", "ok")], .count(counts.records - counts.failed - counts.refused)),
        ([("outcome", "not_ok")], .count(counts.refused)), ([("outcome", "error")], .count(counts.failed)),
      ])
    text.add(
      "pipe_errors_total", .counter, "Records with an error, by its code.",
      RequestError.Code.allCases.map { ([("code", $0.rawValue)], .count(counts.errors[$0] ?? 0)) })
    text.add(
      "pipe_sink_rows_total", .counter, "Rows that a sink has written, in this process.",
      plan.sinks.enumerated().map { index, sink in
        (
          [("sink", PlanLayout.StageID.sink(index).name), ("output", sink.shown)],
          .count(progress.count(of: .sink(index)).sent)
        )
      })
    if let (seen, _) = progress.crawlCounts {
      text.add("pipe_crawl_urls_seen_total", .counter, "URLs that the crawl has seen.", .count(seen))
    }
  }

  private func addStanding(to text: inout MetricsText, isActive: Bool) {
    text.add("pipe_in_flight", .gauge, "Requests in flight.", .count(progress.inFlight))
    let waits = progress.waits(upTo: .max)
    var reasons = waits.reduce(into: [String: Int]()) { $0[$1.reason.name, default: 0] += $1.waiting }
    // Hosts that are on disk altogether are not walked over.
    reasons[HostWait.Reason.disk.name, default: 0] += max(0, progress.waiting - reasons.values.reduce(0, +))
    text.add(
      "pipe_waiting", .gauge, "Requests that wait to be fetched, by the reason why none of their host begins.",
      HostWait.Reason.names.map { ([("reason", $0)], .count(reasons[$0] ?? 0)) })
    let fills = progress.fills
    text.add(
      "pipe_edge_elements", .gauge, "Elements on an edge between two stages, or being worked on behind it.",
      fills.map { ([("edge", $0.edge.name)], .count($0.count)) })
    text.add(
      "pipe_edge_elements_max", .gauge, "The most elements that an edge holds.",
      fills.map { ([("edge", $0.edge.name)], .count($0.most)) })
    let bytes = progress.edgeBytes
    text.add(
      "pipe_edge_bytes", .gauge, "Bytes on an edge between two stages, or being worked on behind it.",
      bytes.map { ([("edge", $0.edge.name)], .count($0.bytes)) })
    text.add(
      "pipe_edge_bytes_max", .gauge, "The most bytes that an edge holds.",
      bytes.map { ([("edge", $0.edge.name)], .count($0.most)) })
    text.add(
      "pipe_held_bytes", .gauge,
      "Bytes of requests, pages, records and rows between stages, of trees, and of rows that wait for their turn.",
      .count(progress.heldBytes))
  }
}

extension PlanLayout.EdgeID {
  /// A name that no other edge has.
  fileprivate var name: String {
    switch self {
    case .requests: "requests"
    case .frontier: "frontier"
    case .pages: "pages"
    case .records: "records"
    case .rows(let sink): "rows-\(sink + 1)"
    }
  }
}

extension HostWait.Reason {
  fileprivate static let names = [
    "slot", "concurrency", "delay", "robots", "backoff", "unreachable", "given_up", "retry", "disk",
  ]

  fileprivate var name: String {
    switch self {
    case .slot: "slot"
    case .concurrency: "concurrency"
    case .delay: "delay"
    case .robots: "robots"
    case .backoff: "backoff"
    case .unreachable: "unreachable"
    case .givenUp: "given_up"
    case .retry: "retry"
    case .disk: "disk"
    }
  }
}

extension Timestamp {
  package var inSeconds: Double { Double(seconds) + Double(nanoseconds / 1_000_000) / 1000 }
}

extension Duration {
  fileprivate var inSeconds: Double {
    // Of whole microseconds, so that the sum has no digits that nobody measured.
    Double(components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000) / 1_000_000
  }
}
