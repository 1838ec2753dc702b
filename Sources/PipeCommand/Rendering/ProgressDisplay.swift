import ArgumentParser
import PipeEngine
import PipeReport
import PipeSpec
import PipeWeb

/// How progress is shown.
enum ProgressStyle: String, ExpressibleByArgument, CaseIterable, Sendable {
  /// A live line on a terminal, a line now and then elsewhere.
  case auto
  case bar, plain, json, none
}

/// Says on standard error how far a run is.
struct ProgressDisplay: Sendable {
  private let style: ProgressStyle
  private let progress: RunProgress
  private let control: RunControl
  private let plan: Plan
  private let known = KnownTotals()
  /// Requests that were done before the run went on.
  private let before: Int

  init(style: ProgressStyle, progress: RunProgress, control: RunControl, plan: Plan, before: Int = 0) {
    self.style = style == .auto ? (StandardError.takesLiveLine ? .bar : .plain) : style
    self.progress = progress
    self.control = control
    self.plan = plan
    self.before = before
  }

  /// Shows progress while something is done.
  func show<Result: Sendable>(during work: () async -> Result) async -> Result {
    // Leaving the scope cancels it, and waits until its last word is said.
    async let _: Void = show()
    return await work()
  }

  /// How often it looks at the run.
  private var interval: Duration { style == .bar ? .milliseconds(250) : .seconds(1) }

  /// Seconds after which what the sources have is counted: a run that is over before has no use for it.
  private static let countDelay = 1.0

  /// Runs until it is cancelled.
  private func show() async {
    try? ViewSignals.start(isLive: style == .bar) { [progress, plan] in
      StallReport.lines(progress, of: plan).joined(separator: "\n")
    }
    var sampler = RunSampler(progress, plan: plan, known: known, at: .now)
    var (schedule, stall) = (PlainSchedule(), StallWatch())
    let block = LiveBlock(isUnicode: StandardError.isUnicode)
    var last = ContinuousClock.now
    var (isFailureTold, isCounted) = (false, false)
    while (try? await Task.sleep(for: interval)) != nil {
      if style == .none { continue }
      let now = ContinuousClock.now
      // The process was stopped meanwhile, and the shell has written to its terminal.
      if now - last > interval + .seconds(2) { LiveTerminal.forget() }
      last = now
      let sample = sampler.sample(at: now)
      if !isCounted, sample.elapsed >= Self.countDelay {
        isCounted = true
        try? RunThread.start("that counts what there is") { [known, plan, before] in known.count(plan, before: before) }
      }
      if !isFailureTold, let failure = control.failure {
        isFailureTold = true
        StandardError.say("pipe: \(failure.text(in: plan)); requests read before that are finished first")
      }
      let rows = plan.sinks.indices.reduce(0) { $0 + progress.count(of: .sink($1)).sent }
      let mark = [sample.done, progress.measures.latencies.count, rows]
      if let seconds = stall.note(mark, isBusy: sample.inFlight + sample.waiting > 0, at: sample.elapsed) {
        say(stalled: .seconds(seconds))
      }
      switch style {
      case .bar:
        // Not over what another job writes.
        if StandardError.isInForeground {
          LiveTerminal.draw(block.lines(sample, width: StandardError.width, height: StandardError.height))
        }
      case .json: LiveTerminal.say(sample.event.text + "\n")
      default: if schedule.isDue(at: sample.elapsed) { StandardError.say(sample.text) }
      }
    }
    LiveTerminal.erase()
  }

  private func say(stalled: Duration) {
    let lines = StallReport.lines(progress, of: plan, stalled: stalled)
    guard style == .json else { return StandardError.say(lines.joined(separator: "\n")) }
    let event: JSONText = [
      "event": "stall", "seconds": .int(Int(stalled.seconds)), "lines": .array(lines.map { .string($0) }),
    ]
    LiveTerminal.say(event.text + "\n")
  }
}
