import ArgumentParser
import PipeEngine
import PipeReport
import PipeSpec

extension LogEntry.Level: ExpressibleByArgument {}
extension LogStyle: ExpressibleByArgument {}

/// What `--log-level` and `--log-format` ask for, and what of it goes with how progress is shown.
struct LogOptions: ParsableArguments {
  @Option(
    name: .customLong("log-level"),
    help: ArgumentHelp(
      "Write a line for each event of this level or above on standard error: trace, debug, info, notice, warning or error.",
      valueName: "level"))
  var level: LogEntry.Level?

  @Option(
    name: .customLong("log-format"),
    help: ArgumentHelp(
      "How these lines are written: text, or json, with which all of standard error is JSON, a line each.",
      valueName: "format"))
  var format: LogStyle?

  /// Why both cannot be on one stream; `nil` if they can.
  func fault(with progress: ProgressStyle) -> String? {
    switch (progress, format) {
    case (.json, .text):
      "--progress json makes every line of standard error JSON: write --log-format json, or leave it away."
    case (.bar, .json), (.plain, .json):
      "--log-format json makes every line of standard error JSON: write --progress json or none, or leave it away."
    default: nil
    }
  }

  /// How progress is shown beside the log.
  func style(_ progress: ProgressStyle) -> ProgressStyle { progress == .auto && format == .json ? .json : progress }

  /// Whether all of standard error is JSON.
  func speaksJSON(_ progress: ProgressStyle) -> Bool { progress == .json || format == .json }

  /// - Returns: `nil` if nobody wants one: the run makes no events then.
  func log(of plan: Plan, with progress: ProgressStyle) throws(RunError) -> RunLog? {
    if level == nil && format == nil { return nil }
    return try RunLog(level ?? .info, format ?? (progress == .json ? .json : .text), of: plan)
  }
}
