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

  var text: String { text(width: nil) }

  /// - Parameter width: Columns of the terminal, to which lines are broken; `nil` for lines as long as they are.
  func text(width: Int?) -> String {
    let counts = progress.tally.counts
    let numbers = SummaryCounts(
      counts: counts, measures: progress.measures.counts, elapsed: run.elapsed, mask: plan.mask)
    var lines = ["pipe: \(outcome) in \(run.elapsed.short): \(numbers.head)"]
    func add(_ label: String, _ text: String) { lines.append("  \(label.padded(to: 9))  \(text)") }
    lines += ExpectationText.lines(run.expectations)
    if case .stopped(.limit(let limit)) = run.reason { add("limit", limit.words) }
    if let failure = run.failure { add("failure", failure.text(in: plan)) }
    for notice in counts.notices { add("warning", plan.shown(notice: notice)) }
    if let resumed {
      add("resumed", "\(resumed.doneCount.grouped) request\(resumed.doneCount == 1 ? " was" : "s were") done before")
    }
    if let count = resumed?.retriedCount {
      add("retried", "\(count.grouped) request\(count == 1 ? "" : "s") that had failed")
    }
    for line in numbers.lines { add(line.label, line.text) }
    if let (seen, counts) = progress.crawlCounts { lines += crawlLines(on: counts, seen: seen) + trapLines }
    add("accounted", balance)
    for (index, sink) in plan.sinks.enumerated() {
      let count = rowCount(of: index)
      let rows = "\(count.grouped) row\(count == 1 ? "" : "s")"
      let unpublished = progress.unpublished[index]
      let remark =
        unpublished?.isLost ?? false ? ", lost" : run.isUnexpected && unpublished != nil ? ", not published" : ""
      add(sink.name, "\(place(of: sink, unpublished)): \(rows)\(remark)")
    }
    if let goingOn, !run.reason.isComplete {
      if let standing { add("progress", standing.text) }
      add("to go on", goingOn)
    }
    guard let width else { return lines.joined(separator: "\n") }
    let indent = String(repeating: " ", count: min(13, max(0, width / 3)))
    return lines.flatMap { line in
      // A command is copied as one line.
      line.hasPrefix("  to go on") ? [line] : line.wrapped(to: max(20, width - 1), indent: indent)
    }.joined(separator: "\n")
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
      ($0.value, "by \(plan.mask.words(plan.crawl?.name(ofExclude: $0.key) ?? "exclude"))")
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
      "  trap       \(plan.mask.value(group.shape)): \(group.pages.grouped) pages fetched, which said nothing new in the end;"
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
    let isUnpublished = !run.reason.isComplete || run.isUnexpected && sink.sink.awaitsExpectations
    if unpublished == nil, resumed != nil, isUnpublished, case .whole(let part) = sink.sink.publication() {
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

  /// The requests that are done, and what was made of them where that is not a record of each.
  private var done: String {
    let counts = progress.tally.counts
    let empty = progress.stages.reduce(0) { $0 + $1.empty }
    let filtered = progress.count(of: .route).filtered
    var made: [String] = []
    if counts.records != counts.requests {
      made.append("\(counts.records.grouped) record\(counts.records == 1 ? "" : "s")")
    }
    if empty > 0 { made.append("\(empty.grouped) without an item") }
    if filtered > 0 { made.append("where kept \((counts.records - filtered).grouped)") }
    let word = counts.records == counts.requests ? "recorded" : "done"
    return "\(counts.requests.grouped) \(word)" + (made.isEmpty ? "" : " (\(made.joined(separator: "; ")))")
  }

  private var balance: String {
    if run.failure != nil { return "not checked: the run broke off" }
    if !run.discrepancies.isEmpty { return "NOT CONSERVED: " + run.discrepancies.joined(separator: "; ") }
    let stages = progress.stages
    let read = stages.prefix(plan.sources.count).reduce(0) { $0 + $1.generated }
    var parts = ["\(read.grouped) read"]
    if plan.crawl != nil || plan.followsPages {
      let found = progress.count(of: .admit).generated + progress.count(of: .extract).generated
      let duplicates = stages.dropLast(plan.sinks.count).reduce(0) { $0 + $1.deduplicated }
      parts.append("\(found.grouped) found")
      if duplicates > 0 { parts.append("\(duplicates.grouped) read twice") }
    }
    parts.append(done)
    let checked = stages.reduce(0) { $0 + $1.checked }
    if checked > 0 { parts.append("\(checked.grouped) checked") }
    let beyondLimit = stages.reduce(0) { $0 + $1.beyondLimit }
    let leftOut = stages.reduce(0) { $0 + $1.leftOut }
    if leftOut > 0 { parts.append("\(leftOut.grouped) left as traps after they were found") }
    if beyondLimit > 0 {
      parts.append("\(beyondLimit.grouped) beyond \(plan.crawl == nil ? "the limit of records" : "the limit of pages")")
    }
    let dropped = stages.reduce(0) { $0 + $1.filtered } - progress.count(of: .route).filtered
    if dropped > 0 { parts.append("\(dropped.grouped) filtered") }
    let rejected = stages.reduce(0) { $0 + $1.rejected }
    if rejected > 0 { parts.append("\(rejected.grouped) rejected by a database") }
    let sameKeys = stages.suffix(plan.sinks.count).reduce(0) { $0 + $1.deduplicated }
    if sameKeys > 0 { parts.append("\(sameKeys.grouped) with the key of another row") }
    if progress.unfinished > 0 { parts.append("\(progress.unfinished.grouped) left undone") }
    return parts.joined(separator: ", ") + ", none lost"
  }
}
