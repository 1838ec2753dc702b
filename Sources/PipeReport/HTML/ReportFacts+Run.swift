package import PipeEngine
package import PipeSpec
package import PipeWeb

/// Hides what is secret in texts that a run has to do with: URLs, and words about them.
package struct ReportVeil: Sendable {
  private let secrets: Secrets

  package init(_ secrets: Secrets = Secrets()) { self.secrets = secrets }

  package func text(_ text: String) -> String {
    let shown = text.withoutUserinfo
    return secrets.occur(in: shown) || secrets.occur(in: Self.decoded(shown)) ? Secrets.mask : shown
  }

  /// A URL; of one with a secret no more than its origin.
  package func url(_ url: String) -> String {
    let shown = text(url)
    guard shown == Secrets.mask, case .success(let whole) = WebURL.forFetching(url) else { return shown }
    let origin = "\(whole.originKey)/\(Secrets.mask)"
    return secrets.occur(in: origin) ? Secrets.mask : origin
  }

  /// With the percent signs undone, as a secret may be written with them.
  private static func decoded(_ text: String) -> String {
    String(decoding: PercentEncoding.decode(Array(text.utf8).span), as: UTF8.self)
  }
}

extension ReportFacts {
  /// What a run has measured up to now.
  ///
  /// - Parameters:
  ///   - standing: How it stands with it, and in words.
  ///   - began: When this session did.
  package init(
    _ plan: Plan, _ progress: RunProgress, standing: Standing, outcome: String, began: Timestamp, ended: Timestamp,
    elapsed: Duration, veil: ReportVeil
  ) {
    self.init(
      standing: standing, outcome: outcome, began: began.inMilliseconds, ended: ended.inMilliseconds, elapsed: elapsed)
    name = plan.name
    let counts = progress.tally.counts
    let measures = progress.measures.counts
    requests = counts.requests
    records = counts.records
    failed = counts.failed
    broken = counts.broken
    retries = counts.retries
    bytes = measures.bytes
    statuses = counts.statuses
    errors = Dictionary(uniqueKeysWithValues: counts.errors.map { ($0.key.rawValue, $0.value) })
    latency = measures.latency
    series = measures.series
    times = progress.measures.times.counts
    hosts = Dictionary(measures.hosts.map { (veil.text($0.key), $0.value) }) { first, _ in first }
    otherRequests = measures.otherRequests
    let pages = progress.measures.pages.counts
    slowest = pages.slowest.map { Page($0, of: plan, veil) }
    brokenPages = pages.broken.sorted { $0.id < $1.id }.map { Page($0, of: plan, veil) }
    brokenCounts = pages.brokenCounts
    stages = progress.stages
    graph = PlanGraph(plan, progress)
    lanes = plan.bounds.extractors
    warnings = counts.notices.map { plan.shown(notice: $0) }
  }
}

extension ReportFacts.Page {
  fileprivate init(_ page: SampledPage, of plan: Plan, _ veil: ReportVeil) {
    let error = page.error.map { code in
      let message = veil.text(page.message ?? "")
      return message.isEmpty ? code.rawValue : "\(code.rawValue): \(message)"
    }
    self.init(
      url: veil.url(page.url), outcome: error ?? page.status.map { "\($0)" } ?? "no answer", elapsed: page.elapsed,
      bytes: page.bytes)
    if error != nil, let status = page.status { story.append("answered with \(status)") }
    switch page.attempts {
    case ...0: story.append("never sent")
    case 1: break
    default: story.append("tried \(page.attempts.grouped) times")
    }
    if !page.redirects.isEmpty {
      story.append("redirected to " + page.redirects.map { veil.url($0) }.joined(separator: ", then "))
    }
    if let referrer = page.referrer { story.append("linked from \(veil.url(referrer))") }
    if plan.sources.count > 1, plan.sources.indices.contains(page.id.source) {
      story.append("from \(plan.sources[page.id.source].shown)")
    }
  }
}

extension RunReport {
  /// The same for the HTML report.
  package func facts(veil: ReportVeil) -> ReportFacts {
    let standing: ReportFacts.Standing =
      switch outcomeName {
      case "complete": .complete
      case "unexpected": .unexpected
      case "stopped": .stopped
      default: .failed
      }
    var facts = ReportFacts(
      plan, progress, standing: standing, outcome: outcomeWords, began: started, ended: ended,
      elapsed: outcome.elapsed, veil: veil)
    facts.specHash = specHash
    facts.exitStatus = exitStatus
    facts.failure = outcome.failure?.text(in: plan)
    facts.doneBefore = doneBefore
    facts.expectations = outcome.expectations
    facts.discrepancies = outcome.failure == nil ? outcome.discrepancies : nil
    facts.files = files
    return facts
  }

  private var outcomeWords: String {
    switch outcome.reason {
    case .complete: outcome.isUnexpected ? "complete, but not as expected" : "complete"
    case .limit: outcome.isUnexpected ? "complete up to its limit, but not as expected" : "complete up to its limit"
    case .stopped(.limit(let limit)): "stopped by \(limit.name): \(limit.words)"
    case .stopped(.interrupted): "interrupted"
    case .stopped(.terminated): "terminated"
    case .stopped(.hungUp): "stopped, since its terminal was closed"
    case .readerGone: "ended early, since the reader of its output went away"
    case .failed: "failed"
    }
  }
}
