import ArgumentParser
import Glibc
import PipeEngine
import PipeReport
import PipeSpec
import PipeStages
import PipeWeb

/// `pipe run`: runs a spec to its end.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a spec: fetch its URLs, extract its fields, write its rows.",
    discussion: """
      Ctrl-C admits nothing new and lets what is in flight finish within 10 seconds; a second one ends it now, with \
      every row written that there is; a third one leaves at once.

      A run that was broken off, by whatever, can go on where it was: --resume begins one, or goes on with the one that is \
      not finished, so that a timer needs no other command.

      --retry-failed fetches again what failed in the last run, once it has finished: each request whose record has an \
      error. Its new row takes the place of the old one, and all outputs are replaced at once when it is complete.
      """)

  @Argument(
    help: ArgumentHelp("The spec; - is standard input.", valueName: "spec"),
    completion: .file(extensions: ["yaml", "yml"]))
  var spec: String

  @Flag(
    help: """
      Show the plan and what would happen to the outputs, then stop: no network access, no file is changed. The exit status \
      tells whether the run would begin.
      """)
  var dryRun = false

  @Flag(help: "Go on with the run that was broken off, if there is one; else begin one.")
  var resume = false

  @Flag(help: "Begin anew, also if a run was broken off.")
  var restart = false

  @Flag(help: "Fetch again what failed in the run that has finished, and replace its rows.")
  var retryFailed = false

  @Option(help: ArgumentHelp("Stop after this many requests.", valueName: "n"))
  var limit: Int?

  @Option(help: "How progress is shown: auto, bar, plain, json or none.")
  var progress = ProgressStyle.auto

  @Option(
    name: .customLong("summary"),
    help: ArgumentHelp(
      "Write what came of the run to this file, as JSON (pipe schema summary); - is standard output.", valueName: "file"
    ),
    completion: .file())
  var summaryFile: String?

  @Option(
    name: .customLong("report"),
    help: ArgumentHelp(
      "Write what came of the run to this file as an HTML page, and how far it is while it goes on.", valueName: "file"),
    completion: .file(extensions: ["html"]))
  var reportFile: String?

  @Option(
    help: ArgumentHelp(
      "What came of the expectations, on standard output as well: text (only what the summary says), github or junit.",
      valueName: "format"))
  var expectFormat = ExpectFormat.text

  @OptionGroup var metrics: MetricsOptions
  @OptionGroup var logs: LogOptions
  @OptionGroup var options: SpecOptions

  mutating func validate() throws {
    let flags = [(resume, "--resume"), (restart, "--restart"), (retryFailed, "--retry-failed")].filter(\.0).map(\.1)
    if flags.count > 1 { throw ValidationError("\(flags[0]) and \(flags[1]) exclude each other.") }
    if retryFailed, limit != nil {
      throw ValidationError("--retry-failed fetches all that failed: leave --limit away.")
    }
    if let limit, !(1...1_000_000_000_000_000).contains(limit) {
      throw ValidationError("--limit takes a number from 1 to 1000000000000000, not \(limit).")
    }
    if let fault = logs.fault(with: progress) { throw ValidationError(fault) }
  }

  func run() async throws {
    let loader = options.loader(reading: dryRun ? .regularFiles : .everything)
    let loaded = loader.loadWhole(spec, limit: limit)
    let pipeline = loaded.pipeline
    // Not a word into a list that is read.
    if let plan = pipeline.plan, plan.readsItsMessages {
      let report = DiagnosticReport(pipeline.file, plan.conflicts)
      try StandardOutput.write(TextDiagnosticRenderer(colour: false).render([report]), terminator: "")
      throw ExitStatus.invalidSpec
    }
    pipeline.show()
    guard let plan = pipeline.plan else { throw ExitStatus.invalidSpec }
    if dryRun {
      try perform(dryRunOf: plan, loaded)
      return
    }
    try check(plan, of: pipeline.file)
    let summaryFile = summaryFile.map { ReportFile(option: "--summary", path: $0) }
    let page = try reportFile.map { try PageFile($0, beside: plan, summary: summaryFile?.path) }
    // A file that may not grow further is an error of the sink, told in words, not the end of the process.
    signal(SIGXFSZ, SIG_IGN)
    MemoryTuning.apply()
    var outlet = try telling(plan) { () throws(RunError) in
      metrics.areWanted ? try MetricsOutlet(metrics, of: plan) : nil
    }
    let journal: RunJournal?
    switch try RunSession.open(plan, loaded.meaning, for: request, spec) {
    case .run(let opened): journal = opened
    case .done(let expectations):
      let isExpected = expectations.allSatisfy(\.holds)
      try telling(plan) { () throws(RunError) in
        try outlet?.end(
          LastRun.Ending(
            time: Timestamp.now.inSeconds, exitStatus: isExpected ? 0 : 5, duration: 0,
            outcome: isExpected ? "complete" : "unexpected"))
      }
      try end(with: expectations, of: pipeline.file)
      return
    }
    let progress = logs.style(progress)
    if logs.speaksJSON(progress) { StandardError.speakEvents() }
    let started = Timestamp.now
    let log = try telling(plan) { () throws(RunError) in
      try logs.log(of: plan, with: progress)
    }
    let run = Run(plan, fetcher: HTTPFetcher(plan), listeners: log.map { [$0.listener] } ?? [], journal: journal)
    try SignalWatch.start { run.stop($0, because: $1) }
    run.control.onNotice { [plan] notice in
      StandardError.say("pipe: warning: " + plan.shown(notice: notice))
    }
    let display = ProgressDisplay(
      style: progress, progress: run.progress, control: run.control, plan: plan,
      before: journal?.resumed?.doneCount ?? 0)
    let identity = RunMetrics.Identity(
      pipeline: JournalPlan.name(of: plan), specHash: FileDigest.sha256(of: pipeline.file.bytes) ?? "",
      started: started, doneBefore: journal?.resumed?.doneCount ?? 0)
    for line in outlet?.notices(isQuiet: progress == .none, asked: metrics.address) ?? [] { StandardError.say(line) }
    try telling(plan) { () throws(RunError) in
      try outlet?.begin(RunMetrics(run.progress, of: plan, identity))
    }
    log?.begin(identity)
    async let logged: Void? = log?.follow()
    let keeper = try page.map { page in
      try ReportKeeper(page, of: run.progress, plan, ReportKeeper.Naming(self, pipeline), began: started)
    }
    let work = { await display.show { await run.perform() } }
    let outcome = if let keeper { await keeper.keep(during: work) } else { await work() }
    log?.runEnded()
    await logged
    // One that was to fetch again what failed, and could not, has left everything as it is.
    let hasBegun = journal?.isBegun ?? false
    let flag = hasBegun || !retryFailed ? "--resume" : "--retry-failed"
    let summary = RunSummary(
      plan: plan, progress: run.progress, outcome: outcome, resumed: hasBegun ? journal?.resumed : nil,
      standing: journal?.reached.map { RunStanding(of: plan, at: $0) },
      goingOn: journal == nil ? nil : RunSession.command(spec, flag, options.settings))
    var ending = ending(of: outcome, sinks: plan.sinks.count)
    func lastRun() -> LastRun.Ending {
      let report = summary.report(exitStatus: Int(ending.status.rawValue), started: started)
      return LastRun.Ending(
        time: report.ended.inSeconds, exitStatus: report.exitStatus, duration: outcome.elapsed.seconds,
        outcome: report.outcomeName)
    }
    do {
      try telling(plan) { () throws(RunError) in try outlet?.end(lastRun()) }
    } catch {
      // What was asked for and cannot be had must not look like success.
      if ending.status == .success { ending.status = ExitStatus.failed }
    }
    if progress == .json || ending.isTold && logs.speaksJSON(progress) {
      let report = summary.report(exitStatus: Int(ending.status.rawValue), started: started)
      LiveTerminal.say(report.event.text + "\n")
    } else if ending.isTold {
      StandardError.say(summary.text(width: StandardError.isTerminal ? StandardError.width : nil))
    } else {
      sayNotices(of: summary)
    }
    do {
      try tellMachines(
        summary, outcome, of: pipeline.file, status: ending.status, since: started, expected: plan.expect.entries,
        in: summaryFile, keeper)
    } catch {
      if ending.status == .success { ending.status = ExitStatus.failed }
      try? outlet?.end(lastRun())
      throw error
    }
    if ending.status != .success { throw ending.status }
  }

  /// Looks for what keeps a run from beginning, besides its journal and its outputs.
  private func check(_ plan: Plan, of file: SourceFile) throws {
    let conflicts = plan.conflicts
    if !conflicts.isEmpty {
      DiagnosticReport(file, conflicts).show()
      throw ExitStatus.invalidSpec
    }
    if expectFormat != .text, let sink = plan.sinks.first(where: { $0.sink.target.value == .standardOutput }) {
      throw ValidationError(
        "--expect-format \(expectFormat.rawValue) writes to standard output, which has the rows of \(sink.name).")
    }
    try summaryFile.map { ReportFile(option: "--summary", path: $0) }?
      .check(beside: plan, isOutputTaken: expectFormat != .text)
    try MachineCheck.checkFiles(plan.openFiles + metrics.openFiles)
  }

  /// Shows what a run would do, and ends as it would if it could not begin.
  private func perform(dryRunOf plan: Plan, _ loaded: LoadedSpec) throws {
    try StandardOutput.write(PlanText.render(plan, loaded.options))
    try check(plan, of: loaded.pipeline.file)
    let outputs = OutputProspects(plan, try RunSession.look(plan, loaded.meaning, for: request, spec))
    try StandardOutput.write("\n" + outputs.text)
    if outputs.isRefused { throw ExitStatus.failed }
  }

  /// Does something before the run begins or behind its end. What fails is told, and ends the command.
  private func telling<Result>(_ plan: Plan, _ body: () throws(RunError) -> Result) throws -> Result {
    do throws(RunError) { return try body() } catch {
      StandardError.say("pipe: \(error.text(in: plan))")
      throw ExitStatus.failed
    }
  }

  /// With which status a run ends, and whether the person is told how it went.
  private func ending(of outcome: RunOutcome, sinks: Int) -> (status: ExitCode, isTold: Bool) {
    let isQuiet = progress == .none
    switch outcome.reason {
    // A run that failed is never silent.
    case .failed: return (ExitStatus.failed, true)
    // It had what it wanted. Another sink's output is not whole.
    case .readerGone: return sinks == 1 ? (.success, false) : (ExitStatus.failed, true)
    case .stopped(let cause):
      // Without progress a run that did what it was asked for is.
      let isLimit = if case .limit = cause { true } else { false }
      return (ExitCode(cause), !isQuiet || isLimit || outcome.failure != nil)
    case .complete, .limit:
      return outcome.isUnexpected ? (ExitStatus.unexpected, true) : (.success, !isQuiet)
    }
  }

  /// Writes what programs are told: the file of `--summary`, GitHub's page of the job, and what came of the expectations; and
  /// the report.
  private func tellMachines(
    _ summary: RunSummary, _ outcome: RunOutcome, of file: SourceFile, status: ExitCode, since started: Timestamp,
    expected: [ExpectPlan.Entry], in summaryFile: ReportFile?, _ keeper: ReportKeeper?
  ) throws {
    if expectFormat == .junit, outcome.expectations.isEmpty, !expected.isEmpty {
      try StandardOutput.write(ExpectationText.junit(unchecked: expected, of: file), terminator: "")
    }
    try write(outcome.expectations, of: file)
    let page = getenv("GITHUB_STEP_SUMMARY").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    if summaryFile == nil && page == nil && keeper == nil { return }
    var report = summary.report(exitStatus: Int(status.rawValue), started: started)
    if summaryFile != nil || keeper != nil {
      report.specHash = FileDigest.sha256(of: file.bytes)
      report.addDigests()
    }
    try keeper?.end(with: report)
    if let summaryFile {
      try summaryFile.write(report.json.indented + "\n")
    }
    // Others write to it as well; a run is no failure for want of it.
    if let page { TextFile.append(report.markdown, to: page) }
  }

  private var request: RunRequest {
    resume ? .resume : restart ? .restart : retryFailed ? .retryFailed : .run
  }

  /// Says what came of the expectations of a run that had ended before, and ends with 5 where one does not hold.
  private func end(with expectations: [ExpectationResult], of file: SourceFile) throws {
    if expectations.isEmpty { return }
    StandardError.say(ExpectationText.lines(expectations).joined(separator: "\n"))
    try write(expectations, of: file)
    if !expectations.allSatisfy(\.holds) { throw ExitStatus.unexpected }
  }

  private func write(_ expectations: [ExpectationResult], of file: SourceFile) throws {
    if expectations.isEmpty { return }
    switch expectFormat {
    case .text: break
    case .github: try StandardOutput.write(ExpectationText.github(expectations, in: file), terminator: "")
    case .junit: try StandardOutput.write(ExpectationText.junit(expectations, of: file), terminator: "")
    }
  }

  private func sayNotices(of summary: RunSummary) { for notice in summary.notices { StandardError.say(notice) } }
}
