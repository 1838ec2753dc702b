import ArgumentParser
import PipeEngine
import PipeSpec

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
  /// What must not be shown.
  private let secrets: Secrets

  init(style: ProgressStyle, progress: RunProgress, control: RunControl, secrets: Secrets) {
    self.style = style == .auto ? (StandardError.isTerminal ? .bar : .plain) : style
    self.progress = progress
    self.control = control
    self.secrets = secrets
  }

  /// Runs until it is cancelled.
  func show() async -> RunCommand.Outcome {
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
      let rate = Double(counts.records - last.records) / (now - last.time).inSeconds
      last = (counts.records, now)
      let line = ProgressLine(
        done: counts.records, failed: counts.failed, inFlight: progress.inFlight, rate: rate, elapsed: now - start)
      var stream = StandardError()
      if !isFailureTold, let failure = control.failure {
        isFailureTold = true
        if style == .bar { stream.write("\r\u{1B}[K") }
        let message = "pipe: \(failure.subject): \(failure.reason); what was read before is finished first\n"
        stream.write(secrets.redact(message))
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
    return .watched
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
      + #""elapsed":\#((elapsed.inSeconds * 1000).rounded() / 1000)}"#
  }
}

extension Int {
  /// With a comma between thousands.
  var grouped: String {
    let digits = String(magnitude)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return (self < 0 ? "-" : "") + text
  }
}

extension Duration {
  var inSeconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) / 1e18
  }

  /// `3.2 s`, `4 min 12 s`, `2 h 5 min`.
  var short: String {
    let seconds = inSeconds
    if seconds < 60 { return "\((seconds * 10).rounded() / 10) s" }
    let whole = Int(seconds.rounded())
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}
