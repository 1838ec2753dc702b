import ArgumentParser
import Glibc
import PipeEngine
import PipeReport
import PipeSpec
import PipeStages
import PipeWeb

/// Tells what came of a run: monitors, the person, and programs.
struct RunTelling {
  let plan: Plan
  let file: SourceFile
  /// When the process began to run it.
  let started: Timestamp
  let progress: ProgressStyle
  let speaksJSON: Bool
  let expectFormat: ExpectFormat
  let summaryFile: ReportFile?
  var outlet: MetricsOutlet?

  /// - Parameter isTold: Whether the person is told in words; `nil` where that was done.
  /// - Throws: The exit status of a run that did not end well, or of one that did and could not be told of.
  mutating func end(
    _ summary: RunSummary, _ outcome: RunOutcome, with status: ExitCode, isTold: Bool?, _ keeper: ReportKeeper?
  ) throws {
    var status = status
    func report() -> RunReport { summary.report(exitStatus: Int(status.rawValue), started: started) }
    do throws(RunError) {
      try outlet?.end(LastRun.Ending(report()))
    } catch {
      StandardError.say("pipe: \(error.text(in: plan))")
      // What was asked for and cannot be had must not look like success.
      if status == .success { status = ExitStatus.failed }
    }
    if progress == .json || isTold ?? true && speaksJSON {
      LiveTerminal.say(report().event.text + "\n")
    } else if let isTold {
      if isTold {
        StandardError.say(summary.text(width: StandardError.isTerminal ? StandardError.width : nil))
      } else {
        for notice in summary.notices { StandardError.say(notice) }
      }
    } else if !outcome.expectations.isEmpty {
      StandardError.say(ExpectationText.lines(outcome.expectations).joined(separator: "\n"))
    }
    do {
      try tellMachines(report(), outcome.expectations, keeper)
    } catch {
      if status == .success { status = ExitStatus.failed }
      try? outlet?.end(LastRun.Ending(report()))
      throw error
    }
    if status != .success { throw status }
  }

  /// Writes what programs are told: the file of `--summary`, GitHub's page of the job, and what came of the expectations; and
  /// the report.
  private func tellMachines(
    _ report: RunReport, _ expectations: [ExpectationResult], _ keeper: ReportKeeper?
  ) throws {
    try write(expectations)
    let page = getenv("GITHUB_STEP_SUMMARY").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    if summaryFile == nil && page == nil && keeper == nil { return }
    var report = report
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

  private func write(_ expectations: [ExpectationResult]) throws {
    switch expectFormat {
    case .text: break
    case .github where expectations.isEmpty: break
    case .github: try StandardOutput.write(ExpectationText.github(expectations, in: file), terminator: "")
    case .junit where expectations.isEmpty:
      if plan.expect.entries.isEmpty { break }
      try StandardOutput.write(ExpectationText.junit(unchecked: plan.expect.entries, of: file), terminator: "")
    case .junit: try StandardOutput.write(ExpectationText.junit(expectations, of: file), terminator: "")
    }
  }
}

extension LastRun.Ending {
  /// What the next run, and a monitor, are told of this one.
  init(_ report: RunReport) {
    self.init(
      time: report.ended.inSeconds, exitStatus: report.exitStatus, duration: report.outcome.elapsed.seconds,
      outcome: report.outcomeName)
  }
}
