/// How the last run of a pipeline ended, for a file of metrics that outlives it.
package struct LastRun: Hashable, Sendable {
  /// How a run ended.
  package struct Ending: Hashable, Sendable {
    /// When, in seconds since 1970.
    package var time: Double
    package var exitStatus: Int
    /// In seconds.
    package var duration: Double
    /// `RunReport.outcomeName`
    package var outcome: String

    package init(time: Double, exitStatus: Int, duration: Double, outcome: String) {
      self.time = time
      self.exitStatus = exitStatus
      self.duration = duration
      self.outcome = outcome
    }
  }

  package let pipeline: String
  /// `nil` if none has ended.
  package private(set) var ending: Ending?
  /// When a run ended last with status 0, in seconds since 1970; 0 if none has.
  package private(set) var success: Double = 0

  private enum Name {
    static let time = "pipe_last_run_timestamp_seconds"
    static let success = "pipe_last_success_timestamp_seconds"
    static let status = "pipe_last_run_exit_code"
    static let duration = "pipe_last_run_duration_seconds"
    static let outcome = "pipe_last_run_outcome"
  }

  private static let outcomes = ["complete", "unexpected", "stopped", "failed"]

  /// What a file says that a run of this pipeline has written. What is not there is not known.
  ///
  /// - Parameter text: What the file has; empty for a file that there is not.
  package init(of pipeline: String, in text: String = "") {
    self.pipeline = pipeline
    let format = MetricsText(common: [("pipeline", pipeline)])
    var values: [String: Double] = [:]
    var outcome: String?
    for line in text.split(separator: "\n") where line.hasPrefix("pipe_last_") {
      for name in [Name.time, Name.success, Name.status, Name.duration] {
        let start = format.start(of: name)
        if line.hasPrefix(start), let value = Double(line.dropFirst(start.count)), value.isFinite, value >= 0 {
          values[name] = value
        }
      }
      if line.hasPrefix(format.start(of: Name.outcome).dropLast(2)), line.hasSuffix(" 1") {
        outcome = Self.outcomes.first { line.contains("outcome=\"\($0)\"} ") }
      }
    }
    success = values[Name.success] ?? 0
    if let time = values[Name.time], let outcome {
      ending = Ending(
        time: time, exitStatus: values[Name.status].flatMap { Int(exactly: $0) } ?? 1,
        duration: values[Name.duration] ?? 0, outcome: outcome)
    }
  }

  /// A run has ended.
  package mutating func end(_ ending: Ending) {
    self.ending = ending
    if ending.exitStatus == 0 { success = ending.time }
  }

  package var text: String {
    var text = MetricsText(common: [("pipeline", pipeline)])
    if let ending {
      text.add(
        Name.time, .gauge, "When the last run ended that has ended, in seconds since 1970.", .real(ending.time))
      text.add(Name.status, .gauge, "The exit status of that run.", .count(ending.exitStatus))
      text.add(
        Name.duration, .gauge, "How long that run took.", .real((ending.duration * 1000).rounded() / 1000))
      text.add(
        Name.outcome, .gauge, "1 at what came of that run, 0 elsewhere.",
        Self.outcomes.map { ([("outcome", $0)], .count($0 == ending.outcome ? 1 : 0)) })
    }
    text.add(
      Name.success, .gauge, "When a run ended last with status 0, in seconds since 1970; 0 if none has.",
      .real(success))
    return text.text
  }

  /// The pipelines of which a text has a last success.
  package static func pipelines(in text: String) -> Set<String> {
    let start = "\(Name.success){pipeline=\""
    return Set(
      text.split(separator: "\n").filter { $0.hasPrefix(start) }.map { line in
        String(line.dropFirst(start.count).prefix { $0 != "\"" })
      })
  }

  /// What every file begins with that was written here.
  package static let firstWords = "# HELP pipe_"
}
