import ArgumentParser
import Glibc
import PipeEngine
import PipeSpec
import PipeStages

/// `pipe run`: runs a spec to its end.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a spec: fetch its URLs, extract its fields, write its rows.",
    discussion: """
      Ctrl-C admits nothing new and lets what is in flight finish within 10 seconds; a second one ends it now, with \
      every row written that there is; a third one leaves at once.
      """)

  @Argument(
    help: ArgumentHelp("The spec; - is standard input.", valueName: "spec"),
    completion: .file(extensions: ["yaml", "yml"]))
  var spec: String

  @Flag(help: "Show the plan and what would happen to the outputs, then stop: no network access, no file is changed.")
  var dryRun = false

  @Option(help: ArgumentHelp("Stop after this many requests.", valueName: "n"))
  var limit: Int?

  @Option(help: "How progress is shown: auto, bar, plain, json or none.")
  var progress = ProgressStyle.auto

  @OptionGroup var options: SpecOptions

  mutating func validate() throws {
    if let limit, !(1...1_000_000_000_000_000).contains(limit) {
      throw ValidationError("--limit takes a number from 1 to 1000000000000000, not \(limit).")
    }
  }

  func run() async throws {
    let pipeline = options.loader(reading: dryRun ? .regularFiles : .everything).load(spec, limit: limit)
    // Not a word into a list that is read.
    if let plan = pipeline.plan, plan.readsItsMessages {
      let report = DiagnosticReport(pipeline.file, plan.conflicts)
      try StandardOutput.write(TextDiagnosticRenderer(colour: false).render([report]), terminator: "")
      throw ExitStatus.invalidSpec
    }
    pipeline.show()
    guard let plan = pipeline.plan else { throw ExitStatus.invalidSpec }
    if dryRun {
      try StandardOutput.write(PlanText.render(plan) + "\n\n" + OutputProspects.render(plan))
      return
    }
    let conflicts = plan.conflicts
    if !conflicts.isEmpty {
      DiagnosticReport(pipeline.file, conflicts).show()
      throw ExitStatus.invalidSpec
    }
    // A reader that goes away is an error of the sink, told in words, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    // So is a file that may not grow further.
    signal(SIGXFSZ, SIG_IGN)
    MemoryTuning.apply()
    try MachineCheck.checkFiles(plan.openFiles)
    let graph = Graph(plan, fetcher: HTTPFetcher(plan))
    try SignalWatch.start(graph.control)
    let display = ProgressDisplay(
      style: progress, progress: graph.progress, control: graph.control, plan: plan)
    graph.control.onNotice { [plan] notice in
      StandardError.say((StandardError.isTerminal ? "\r\u{1B}[K" : "") + "pipe: warning: " + plan.shown(notice: notice))
    }
    let start = ContinuousClock.now
    let failure = await withTaskGroup(of: Outcome.self) { group in
      group.addTask { await display.show() }
      group.addTask {
        do {
          try await graph.run()
          return .finished(nil)
        } catch {
          return .finished(error)
        }
      }
      for await outcome in group {
        guard case .finished(let error) = outcome else { continue }
        group.cancelAll()
        return error
      }
      return nil
    }
    let summary = RunSummary(
      plan: plan, progress: graph.progress, elapsed: .now - start, failure: failure, isStopped: graph.control.isStopping
    )
    let hasFailed = failure != nil || !summary.isConserved
    // Without progress a good run is silent; one that failed never is.
    if progress != .none || hasFailed { StandardError.say(summary.text) }
    if progress == .none, !hasFailed { for notice in summary.notices { StandardError.say(notice) } }
    if let caught = SignalWatch.caught, (failure as? RunError)?.comesOfStop ?? false { throw caught }
    if hasFailed { throw ExitStatus.failed }
    if let caught = SignalWatch.caught { throw caught }
  }

  enum Outcome: Sendable {
    case watched
    case finished((any Error)?)
  }
}
