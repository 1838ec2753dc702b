import PipeEngine
import PipeReport
import PipeSpec
import PipeWeb

/// What is said at the end of a run.
struct RunSummary {
  private let plan: Plan
  private let progress: RunProgress
  private let run: RunOutcome
  /// Where the run went on; `nil` for one that began.
  private let resumed: Checkpoint?
  /// How far its requests are; `nil` without a journal.
  private let standing: RunStanding?
  /// The command that goes on with the run; `nil` if it cannot go on.
  private let goingOn: String?

  init(
    plan: Plan, progress: RunProgress, outcome: RunOutcome, resumed: Checkpoint? = nil,
    standing: RunStanding? = nil, goingOn: String? = nil
  ) {
    self.plan = plan
    self.progress = progress
    self.resumed = resumed
    self.standing = standing
    self.goingOn = goingOn
    run = outcome
  }

  var text: String {
    let counts = progress.tally.counts
    var lines: [String] = []
    lines.append(
      "pipe: \(outcome) in \(run.elapsed.short): \(counts.records.grouped) record\(counts.records == 1 ? "" : "s"), \(counts.failed.grouped) failed"
    )
    lines += ExpectationText.lines(run.expectations)
    if case .stopped(.limit(let limit)) = run.reason { lines.append("  limit      \(limit.words)") }
    if let resumed {
      lines.append(
        "  resumed    \(resumed.doneCount.grouped) request\(resumed.doneCount == 1 ? " was" : "s were") done before")
    }
    if let count = resumed?.retriedCount {
      lines.append("  retried    \(count.grouped) request\(count == 1 ? "" : "s") that had failed")
    }
    if let failure = run.failure { lines.append("  failure    \(failure.text(in: plan))") }
    lines += counts.notices.map { "  warning    \(plan.shown(notice: $0))" }
    if !counts.statuses.isEmpty {
      lines.append(
        "  status     "
          + counts.statuses.sorted { $0.key < $1.key }.map { "\($0.key) × \($0.value.grouped)" }.joined(
            separator: "   "))
    }
    if !counts.errors.isEmpty {
      let errors = counts.errors.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
      lines.append("  error      " + errors.map { "\($0.key.rawValue) × \($0.value.grouped)" }.joined(separator: "   "))
    }
    if counts.retries > 0 {
      lines.append(
        "  retries    \(counts.retries.grouped) attempt\(counts.retries == 1 ? "" : "s") more than the first ones")
    }
    if let (seen, counts) = progress.crawlCounts { lines += crawlLines(on: counts, seen: seen) + trapLines }
    if run.elapsed > .zero, counts.records > 0 {
      lines.append("  rate       \(Int((Double(counts.records) / run.elapsed.seconds).rounded()).grouped)/s")
    }
    for (index, sink) in plan.sinks.enumerated() {
      let count = rowCount(of: index)
      let rows = "\(count.grouped) row\(count == 1 ? "" : "s")"
      let unpublished = progress.unpublished[index]
      lines.append(
        "  \(sink.name.padded(to: 9))  \(place(of: sink, unpublished)): \(rows)"
          + (unpublished?.isLost ?? false ? ", lost" : run.isUnexpected && unpublished != nil ? ", not published" : ""))
    }
    lines.append("  accounted  " + balance)
    if let goingOn, !run.reason.isComplete {
      if let standing { lines.append("  progress   \(standing.text)") }
      lines.append("  to go on   \(goingOn)")
    }
    return lines.joined(separator: "\n")
  }

  /// What is said of a good run even where nothing else is.
  var notices: [String] { progress.tally.counts.notices.map { "pipe: warning: \(plan.shown(notice: $0))" } }

  /// What a crawl saw and left alone.
  private func crawlLines(on counts: CrawlCounts, seen: Int) -> [String] {
    let beyondLimit = progress.stages.reduce(0) { $0 + $1.beyondLimit }
    let dropped = counts.dropped + beyondLimit
    var lines = ["  crawl      \(seen.grouped) URL\(seen == 1 ? "" : "s") seen, \(dropped.grouped) not followed"]
    var reasons = [
      (beyondLimit, "beyond the limit of pages"),
      (counts.outOfScope, "out of scope"), (counts.beyondDepth, "beyond the depth"), (counts.nofollow, "nofollow"),
      (counts.notIncluded, "not included"), (counts.traps, "in traps"),
      (counts.endless, "without an end"),
      (counts.beyondRedirects, "beyond the redirects"),
    ]
    reasons += counts.excluded.sorted { $0.key < $1.key }.map {
      ($0.value, "by \(plan.crawl?.name(ofExclude: $0.key) ?? "exclude")")
    }
    let told = reasons.filter { $0.0 > 0 }.map { "\($0.0.grouped) \($0.1)" }
    if !told.isEmpty { lines.append("  left       " + told.joined(separator: ", ")) }
    if counts.checks.asked > 0 {
      let checks = counts.checks
      let parts = [
        (checks.well, "well"), (checks.broken, "broken"), (checks.unknown, "not known"), (checks.redirects, "redirect"),
        (checks.undone, "left undone"),
      ].filter { $0.0 > 0 }.map { "\($0.0.grouped) \($0.1)" }
      lines.append(
        "  checked    \(checks.asked.grouped) URL\(checks.asked == 1 ? "" : "s") besides the pages: "
          + parts.joined(separator: ", "))
    }
    if counts.cutPages > 0 {
      lines.append(
        "  warning    \(counts.cutPages.grouped) page\(counts.cutPages == 1 ? " has" : "s have") more links than max_links_per_page"
      )
    }
    return lines
  }

  /// The groups of URLs that were found to be traps, those with the most URLs that were left out first.
  private var trapLines: [String] {
    let (groups, forgotten) = progress.trapGroups
    let told = groups.filter { $0.dropped > 0 }
    var lines = told.prefix(Self.mostTraps).map { group in
      "  trap       \(group.shape): \(group.pages.grouped) pages fetched, which said nothing new in the end;"
        + " \(group.dropped.grouped) more URL\(group.dropped == 1 ? "" : "s") left"
    }
    let others = max(0, told.count - Self.mostTraps) + forgotten
    if others > 0 { lines.append("  trap       \(others.grouped) more") }
    return lines
  }

  private static let mostTraps = 10

  /// The rows of a sink, in all sessions of the run.
  private func rowCount(of index: Int) -> Int {
    (resumed?.rows(of: index) ?? 0) + progress.count(of: .sink(index)).sent
  }

  /// The facts for programs.
  ///
  /// - Parameter started: When the process began to run it.
  func report(exitStatus: Int, started: Timestamp) -> RunReport {
    let files = plan.sinks.enumerated().map { index, sink in
      let unpublished = progress.unpublished[index]
      let path = place(of: sink, unpublished)
      return RunReport.File(
        sink: sink.name, path: path, rows: unpublished?.isLost ?? false ? 0 : rowCount(of: index),
        isPublished: path == sink.shown && (run.reason.isComplete || !sink.sink.publication().isWhole))
    }
    var report = RunReport(
      plan: plan, progress: progress, outcome: run, exitStatus: exitStatus, files: files, started: started, ended: .now)
    report.doneBefore = resumed?.doneCount
    report.retried = resumed?.retriedCount
    report.standing = standing
    report.goingOn = run.reason.isComplete ? nil : goingOn
    return report
  }

  /// Where the rows of a sink are.
  private func place(of sink: SinkPlan, _ unpublished: UnpublishedRows?) -> String {
    if unpublished == nil, resumed != nil, !run.reason.isComplete, case .whole(let part) = sink.sink.publication() {
      return sink.shown == sink.sink.summary ? part : sink.shown + ".part"
    }
    guard let unpublished, !unpublished.isLost else { return sink.shown }
    // A secret may have given the path.
    return sink.shown == sink.sink.summary ? unpublished.path : sink.shown + ".part"
  }

  private var outcome: String {
    switch run.reason {
    case .complete, .limit: run.isUnexpected ? "complete, not as expected," : "complete"
    case .stopped(.limit(let limit)): "stopped by \(limit.name)"
    case .stopped: "stopped"
    case .readerGone, .failed: "failed"
    }
  }

  private var balance: String {
    if run.failure != nil { return "not checked: the run broke off" }
    if !run.discrepancies.isEmpty { return "NOT CONSERVED: " + run.discrepancies.joined(separator: "; ") }
    let stages = progress.stages
    let read = stages.prefix(plan.sources.count).reduce(0) { $0 + $1.generated }
    let filtered = stages.reduce(0) { $0 + $1.filtered }
    var parts = ["\(read.grouped) read"]
    if plan.crawl != nil {
      let found = progress.count(of: .admit).generated + progress.count(of: .extract).generated
      let duplicates = stages.reduce(0) { $0 + $1.deduplicated }
      parts.append("\(found.grouped) found")
      if duplicates > 0 { parts.append("\(duplicates.grouped) read twice") }
    }
    parts.append("\(progress.tally.counts.records.grouped) recorded")
    let checked = stages.reduce(0) { $0 + $1.checked }
    if checked > 0 { parts.append("\(checked.grouped) checked") }
    let beyondLimit = stages.reduce(0) { $0 + $1.beyondLimit }
    let leftOut = stages.reduce(0) { $0 + $1.leftOut }
    if leftOut > 0 { parts.append("\(leftOut.grouped) left as traps after they were found") }
    if beyondLimit > 0 {
      parts.append("\(beyondLimit.grouped) beyond \(plan.crawl == nil ? "the limit of records" : "the limit of pages")")
    }
    let empty = stages.reduce(0) { $0 + $1.empty }
    if empty > 0 { parts.append("\(empty.grouped) without an item") }
    if filtered > 0 { parts.append("\(filtered.grouped) filtered") }
    if progress.unfinished > 0 { parts.append("\(progress.unfinished.grouped) left undone") }
    return parts.joined(separator: ", ") + ", none lost"
  }
}
