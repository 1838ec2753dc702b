import ArgumentParser
import PipeEngine
import PipeReport
import PipeStorage

/// `pipe report`: the report of a run that has ended, from what is kept of it.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write the report of a run that pipe runs lists, as an HTML page.",
    discussion: """
      Reads the folders under .pipe in the working folder, and changes nothing there. Of the last twenty runs of a pipeline \
      the counts are kept, and of the last one its journal, from which the page has when answers came and how long they \
      took. Hosts, single failures and outputs are in the page that pipe run --report FILE writes.
      """)

  @Argument(
    help: ArgumentHelp(
      "The run: NAME for the last one of a pipeline, NAME/NUMBER for another one; without it, the last one of all.",
      valueName: "run"))
  var named: String?

  @OptionGroup var journals: JournalOptions

  @Option(
    name: .customLong("out"),
    help: ArgumentHelp("Write the page to this file rather than to standard output.", valueName: "file"),
    completion: .file(extensions: ["html"]))
  var out: String?

  func run() throws {
    let page = HTMLReport.render(try facts())
    guard let out else { return try StandardOutput.write(page, terminator: "") }
    guard PageFile.isReplaceable(out, by: page) else {
      StandardError.say("pipe: --out \(out) is there, and is not a report; \(TextFile.anotherFile)")
      throw ExitStatus.failed
    }
    do throws(TextFile.Refusal) {
      try PageFile(out).write(page)
    } catch {
      StandardError.say("pipe: \(out.isEmpty ? "--out" : out) cannot be written: \(error.words)")
      throw ExitStatus.failed
    }
  }

  private func facts() throws -> ReportFacts {
    let parts = named?.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init) ?? []
    let number = parts.count > 1 ? Int(parts[1]) : nil
    if let name = parts.first, name.isEmpty || name.hasPrefix(".") || parts.count > 1 && number == nil {
      throw ValidationError("'\(named ?? "")' is not a run; name one as pipe runs lists it: NAME or NAME/NUMBER.")
    }
    let list = RunList(of: parts.first, in: journals.folder, SystemStorage())
    for fault in list.faults { StandardError.say("pipe: warning: \(fault.path): \(fault.words)") }
    let meant = number.map { number in list.runs.filter { $0.run == number } } ?? list.runs
    guard let chosen = meant.max(by: { ($0.began, $0.run, $0.retry) < ($1.began, $1.run, $1.retry) }) else {
      let name = named.map { " \($0)" } ?? ""
      StandardError.say("pipe: there is no run\(name) in \(journals.folder); 'pipe runs' lists those that are kept")
      throw ExitStatus.failed
    }
    let runs = list.runs.filter { $0.pipeline == chosen.pipeline }
    return facts(of: chosen, among: runs)
  }

  /// - Parameter runs: Those of its pipeline, the newest first.
  private func facts(of run: ListedRun, among runs: [ListedRun]) -> ReportFacts {
    var facts = ReportFacts(run)
    var recall: RunRecall?
    do throws(LogFault) {
      recall = try RunRecall.read(run.run, of: run.pipeline, in: journals.folder, SystemStorage())
    } catch {
      StandardError.say("pipe: warning: \(error.path): \(error.words)")
    }
    facts.series = recall?.series
    facts.latency = recall?.latency
    facts.spec = recall.flatMap { $0.spec.isEmpty ? nil : $0.spec }
    if run.unfinished != nil, let spec = facts.spec {
      facts.next = [(RunSession.command(spec, "--resume", []), "goes on with the run")]
    }
    let before = runs.first { $0.unfinished == nil && ($0.run, $0.retry) < (run.run, run.retry) }
    facts.comparison = before.map { ReportFacts.Comparison(of: run, beside: $0) }
    facts.gaps.append(
      recall == nil
        ? "This page was made of the counts that are kept of the run."
        : "This page was made of the counts and the journal that are kept of the run.")
    return facts
  }
}

extension ReportFacts {
  /// What is listed of a run.
  init(_ run: ListedRun) {
    let standing: Standing =
      switch run.outcome {
      case _ where run.unfinished != nil: .stopped
      case nil, "complete", "limit": .complete
      case "unexpected": .unexpected
      case "failed", "killed", "reader-gone": .failed
      default: .stopped
      }
    let words =
      switch (run.unfinished, run.outcome) {
      case (let progress?, let outcome): "\(outcome.map { "\($0), " } ?? "")not finished: \(progress.text)"
      case (nil, "unexpected"): "complete, but not as expected"
      case (nil, let outcome): outcome ?? "complete"
      }
    self.init(
      standing: standing, outcome: words, began: Moment.exact(run.began), ended: Moment.exact(run.ended),
      elapsed: .milliseconds(run.worked))
    name = "\(run.pipeline), run \(run.run)"
    requests = run.requests
    failed = run.failed
    retries = run.retries
    bytes = run.bytes
    rows = run.rows
    statuses = run.statuses
    errors = run.errors
  }
}
