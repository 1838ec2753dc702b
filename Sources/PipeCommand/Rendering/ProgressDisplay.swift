import ArgumentParser
import PipeEngine
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

  init(style: ProgressStyle, progress: RunProgress, control: RunControl, plan: Plan) {
    self.style = style == .auto ? (StandardError.takesLiveLine ? .bar : .plain) : style
    self.progress = progress
    self.control = control
    self.plan = plan
  }

  /// Shows progress while something is done.
  func show<Result: Sendable>(during work: () async -> Result) async -> Result {
    // Leaving the scope cancels it, and waits until its last word is said.
    async let _: Void = show()
    return await work()
  }

  /// Runs until it is cancelled.
  private func show() async {
    let interval: Duration =
      switch style {
      case .none: .seconds(86_400)
      case .bar: .milliseconds(200)
      case .json: .seconds(1)
      case .plain, .auto: .seconds(5)
      }
    let start = ContinuousClock.now
    var last = (records: 0, time: start)
    var isFailureTold = false
    while (try? await Task.sleep(for: interval)) != nil {
      if style == .none { continue }
      let counts = progress.tally.counts
      let now = ContinuousClock.now
      let rate = Double(counts.records - last.records) / (now - last.time).seconds
      last = (counts.records, now)
      let line = ProgressLine(
        done: counts.records, failed: counts.failed, inFlight: progress.inFlight, rate: rate, elapsed: now - start)
      var stream = StandardError()
      if !isFailureTold, let failure = control.failure {
        isFailureTold = true
        if style == .bar { stream.write("\r\u{1B}[K") }
        stream.write("pipe: \(failure.text(in: plan)); requests read before that are finished first\n")
      }
      switch style {
      case .bar: stream.write("\r\u{1B}[K" + String(line.text.prefix(StandardError.width - 1)))
      case .json: stream.write(line.json + "\n")
      default: stream.write(line.text + "\n")
      }
    }
    if style == .bar {
      var stream = StandardError()
      stream.write("\r\u{1B}[K")
    }
  }
}

/// How far a run is, at one moment.
struct ProgressLine {
  let done: Int
  let failed: Int
  let inFlight: Int
  /// Requests done in a second.
  let rate: Double
  let elapsed: Duration

  var text: String {
    "pipe: \(done.grouped) done, \(failed.grouped) failed, \(inFlight.grouped) in flight, \(Int(rate.rounded()).grouped)/s,"
      + " \(elapsed.short)"
  }

  var json: String {
    #"{"done":\#(done),"failed":\#(failed),"in_flight":\#(inFlight),"rate":\#((rate * 10).rounded() / 10),"#
      + #""elapsed":\#((elapsed.seconds * 1000).rounded() / 1000)}"#
  }
}
