import ArgumentParser
import Glibc
import PipeEngine
import PipeReport
import PipeSpec
import PipeStages
import PipeStorage
import PipeWeb

/// Keeps the report of a run while that goes on, so that one that is killed has one.
struct ReportKeeper: Sendable {
  /// What the report calls things.
  struct Naming: Sendable {
    /// The spec as it was named.
    let spec: String
    let settings: [String]
    let secrets: Secrets
    let hash: String?

    init(_ command: RunCommand, _ pipeline: Pipeline) {
      spec = command.spec
      settings = command.options.settings
      secrets = pipeline.secrets
      hash = FileDigest.sha256(of: pipeline.file.bytes)
    }

    var veil: ReportVeil { ReportVeil(secrets) }
  }

  /// From one page to the next.
  private static let interval = Duration.seconds(5)

  private let file: PageFile
  private let progress: RunProgress
  private let plan: Plan
  private let naming: Naming
  private let began: Timestamp
  private let start = ContinuousClock.now

  /// Writes the first page, so that whatever keeps it from being written is told before anything is fetched.
  init(_ file: PageFile, of progress: RunProgress, _ plan: Plan, _ naming: Naming, began: Timestamp) throws {
    self.file = file
    self.progress = progress
    self.plan = plan
    self.naming = naming
    self.began = began
    guard file.takesCheckpoints else { return }
    do throws(TextFile.Refusal) {
      try file.write(page)
    } catch {
      StandardError.say("pipe: \(file.path) cannot be written: \(error.words)")
      throw ExitStatus.failed
    }
  }

  func keep<Result: Sendable>(during work: () async -> Result) async -> Result {
    // Leaving the scope cancels it, and waits until its last page is written.
    async let _: Void = keep()
    return await work()
  }

  private func keep() async {
    var (last, isFaultTold) = (-1, false)
    while (try? await Task.sleep(for: Self.interval)) != nil {
      let done = progress.tally.counts.requests
      guard file.takesCheckpoints, done != last else { continue }
      last = done
      do throws(TextFile.Refusal) {
        try file.write(page)
      } catch {
        // Once: perhaps there is room in the end.
        if !isFaultTold { StandardError.say("pipe: warning: \(file.path) cannot be written: \(error.words)") }
        isFaultTold = true
      }
    }
  }

  /// How far the run is.
  private var page: String {
    var facts = ReportFacts(
      plan, progress, standing: .unfinished, outcome: "not finished", began: began, ended: .now,
      elapsed: .now - start, veil: naming.veil)
    facts.spec = naming.spec
    facts.specHash = naming.hash
    facts.files = plan.sinks.enumerated().map { index, sink in
      RunReport.File(
        sink: sink.name, path: sink.shown, rows: progress.count(of: .sink(index)).sent, isPublished: false)
    }
    if plan.journal != nil {
      facts.next = [
        (RunSession.command(naming.spec, "--resume", naming.settings), "goes on with it, if it was broken off")
      ]
    }
    return HTMLReport.render(facts)
  }

  /// Writes the last page.
  func end(with report: RunReport) throws {
    var facts = report.facts(veil: naming.veil)
    facts.spec = naming.spec
    facts.next = next(after: report)
    if let journal = plan.journal, !(report.outcome.failure != nil && report.standing == nil) {
      facts.comparison = ReportFacts.Comparison(
        RunList(of: journal.name, in: journal.parent, SystemStorage()).runs)
    }
    do throws(TextFile.Refusal) {
      try file.write(HTMLReport.render(facts))
    } catch {
      StandardError.say("pipe: \(file.path) cannot be written: \(error.words)")
      throw ExitStatus.failed
    }
  }

  /// What one may want to run next.
  private func next(after report: RunReport) -> [(command: String, words: String)] {
    if let goingOn = report.goingOn {
      return [(goingOn, "goes on with the run" + (report.standing.map { ": \($0.text)" } ?? ""))]
    }
    guard plan.journal != nil, report.outcome.reason.isComplete else { return [] }
    var next: [(command: String, words: String)] = []
    let failed = progress.tally.counts.failed
    if failed > 0 {
      next.append(
        (
          RunSession.command(naming.spec, "--retry-failed", naming.settings),
          "fetches again what has an error: \(failed.grouped) record\(failed == 1 ? "" : "s")"
        ))
    }
    let url = progress.measures.pages.counts.broken.min { $0.id < $1.id }?.url
    if let url, naming.veil.url(url) == url, url.utf8.allSatisfy({ Self.plain.contains($0) }) {
      next.append(("pipe why '\(url)' \(naming.spec)", "tells the whole story of a request: attempts, redirects, rows"))
    }
    return next
  }

  /// Bytes that mean nothing to a shell between quotes.
  private static let plain = Set(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/?&=._~%+,;@-".utf8)
}

extension ReportFacts.Comparison {
  /// The newest of the runs beside the one before it that has come to its end; `nil` without one.
  init?(_ runs: [ListedRun]) {
    guard let now = runs.first, now.unfinished == nil,
      let before = runs.dropFirst().first(where: { $0.unfinished == nil })
    else { return nil }
    self.init(of: now, beside: before)
  }

  init(of now: ListedRun, beside before: ListedRun) {
    typealias Change = ReportFacts.Change
    var changes = [
      Change("requests", before.requests, now.requests), Change("with an error", before.failed, now.failed),
      Change("attempts more", before.retries, now.retries), Change("content", before.bytes, now.bytes, .bytes),
      Change("time at work", before.worked, now.worked, .milliseconds),
    ]
    if let rows = before.rows, let new = now.rows { changes.insert(Change("rows", rows, new), at: 1) }
    for status in Set(before.statuses.keys).union(now.statuses.keys).sorted() {
      changes.append(Change("status \(status)", before.statuses[status] ?? 0, now.statuses[status] ?? 0))
    }
    for code in Set(before.errors.keys).union(now.errors.keys).sorted() {
      changes.append(Change("error \(code)", before.errors[code] ?? 0, now.errors[code] ?? 0))
    }
    self.init(
      run: before.run, began: Moment.exact(before.began), outcome: before.outcome ?? "complete", changes: changes)
  }
}
