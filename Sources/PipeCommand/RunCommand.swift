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
    let page = try reportFile.map { try PageFile($0, beside: plan, summary: summaryFile) }
    // A file that may not grow further is an error of the sink, told in words, not the end of the process.
    signal(SIGXFSZ, SIG_IGN)
    MemoryTuning.apply()
    let outlet = try telling(plan) { () throws(RunError) in
      metrics.areWanted ? try MetricsOutlet(metrics, of: plan) : nil
    }
    let progress = logs.style(progress)
    var telling = RunTelling(
      plan: plan, file: pipeline.file, started: .now, progress: progress, speaksJSON: logs.speaksJSON(progress),
      expectFormat: expectFormat, summaryFile: summaryFile.map { ReportFile(option: "--summary", path: $0) },
      outlet: outlet)
    if telling.speaksJSON { StandardError.speakEvents() }
    switch try RunSession.open(plan, loaded.meaning, for: request, spec) {
    case .run(let journal): try await perform(plan, pipeline, journal, page, &telling)
    case .done(let ended):
      let run = Run(plan, fetcher: HTTPFetcher(plan))
      var outcome = RunOutcome(reason: .complete, elapsed: .zero)
      outcome.expectations = ended.expectations
      let keeper = try page.map { page in
        try ReportKeeper(page, of: run.progress, plan, ReportKeeper.Naming(self, pipeline), began: telling.started)
      }
      try telling.end(
        RunSummary(plan: plan, progress: run.progress, outcome: outcome, resumed: ended.checkpoint), outcome,
        with: outcome.isUnexpected ? ExitStatus.unexpected : .success, isTold: nil, keeper)
    }
  }

  /// Runs a plan and tells what came of it.
  private func perform(
    _ plan: Plan, _ pipeline: Pipeline, _ journal: RunJournal?, _ page: PageFile?, _ telling: inout RunTelling
  ) async throws {
    let log = try self.telling(plan) { () throws(RunError) in
      try logs.log(of: plan, with: telling.progress)
    }
    let run = Run(plan, fetcher: HTTPFetcher(plan), listeners: log.map { [$0.listener] } ?? [], journal: journal)
    try SignalWatch.start { run.stop($0, because: $1) }
    run.control.onNotice { [plan] notice in
      StandardError.say("pipe: warning: " + plan.shown(notice: notice))
    }
    let doneBefore = journal?.resumed?.doneCount ?? 0
    let display = ProgressDisplay(
      style: telling.progress, progress: run.progress, control: run.control, plan: plan, before: doneBefore)
    let identity = RunMetrics.Identity(
      pipeline: JournalPlan.name(of: plan), specHash: FileDigest.sha256(of: pipeline.file.bytes) ?? "",
      started: telling.started, doneBefore: doneBefore)
    for line in telling.outlet?.notices(isQuiet: telling.progress == .none, asked: metrics.address) ?? [] {
      StandardError.say(line)
    }
    try self.telling(plan) { () throws(RunError) in
      try telling.outlet?.begin(RunMetrics(run.progress, of: plan, identity))
    }
    log?.begin(identity)
    async let logged: Void? = log?.follow()
    let keeper = try page.map { page in
      try ReportKeeper(page, of: run.progress, plan, ReportKeeper.Naming(self, pipeline), began: telling.started)
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
    let ending = ending(of: outcome, sinks: plan.sinks.count)
    try telling.end(summary, outcome, with: ending.status, isTold: ending.isTold, keeper)
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

  private var request: RunRequest {
    resume ? .resume : restart ? .restart : retryFailed ? .retryFailed : .run
  }
}
