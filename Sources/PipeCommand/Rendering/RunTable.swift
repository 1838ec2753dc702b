import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// Runs as a table for a person, or as JSON.
enum RunTable {
  static func text(_ runs: [ListedRun]) -> String {
    let header = ["pipeline", "run", "began", "took", "requests", "failed", "rows", "outcome"]
    let lines =
      [header]
      + runs.map { run in
        [
          PathText.shown(run.pipeline), String(run.run), Moment.text(run.began),
          Duration.milliseconds(run.worked).short, run.requests.grouped, run.failed.grouped,
          run.rows?.grouped ?? "-", PathText.shown(outcome(of: run)),
        ]
      }
    let widths = header.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    // Numbers end in one column.
    let numbers: Set = [1, 4, 5, 6]
    return lines.map { line in
      line.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        if numbers.contains(column) { return space + cell }
        return column == line.count - 1 ? cell : cell + space
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  private static func outcome(of run: ListedRun) -> String {
    // What failed was fetched again, in the same run.
    let prefix = run.retry > 0 ? "--retry-failed: " : ""
    guard let unfinished = run.unfinished else { return prefix + (run.outcome ?? "complete") }
    // A run that was stopped said so, and can go on.
    let reason = run.outcome.map { "\($0), " } ?? ""
    return "\(prefix)\(reason)unfinished: \(unfinished.text)"
  }

  static func json(_ runs: [ListedRun]) -> JSONText {
    .array(
      runs.map { run in
        [
          "pipeline": .string(run.pipeline), "run": .int(run.run), "retry": .int(run.retry),
          "began": .string(Moment.exact(run.began)), "ended": .string(Moment.exact(run.ended)),
          "worked_ms": .int(run.worked),
          "outcome": run.outcome.map { .string($0) } ?? .null, "requests": .int(run.requests),
          "failed": .int(run.failed), "bytes": .int(run.bytes), "rows": run.rows.map { .int($0) } ?? .null,
          "unfinished": run.unfinished.map { .unfinished($0) } ?? .null,
        ]
      })
  }
}

extension JSONText {
  /// How far a run is that is not finished.
  static func unfinished(_ progress: ListedRun.Progress) -> JSONText {
    ["done": .int(progress.done), "total": progress.total.map { .int($0) } ?? .null]
  }
}

/// Moments in milliseconds since 1970, in UTC.
enum Moment {
  /// To the second: `2026-11-30 04:00:12Z`.
  static func text(_ moment: Int) -> String {
    let exact = timestamp(moment - (moment % 1000 + 1000) % 1000).description
    return exact.split(separator: "T").joined(separator: " ")
  }

  /// RFC 3339, to the millisecond.
  static func exact(_ moment: Int) -> String { timestamp(moment).inMilliseconds }

  private static func timestamp(_ moment: Int) -> Timestamp {
    let rest = (moment % 1000 + 1000) % 1000
    return Timestamp(ofClock: (seconds: (moment - rest) / 1000, nanoseconds: rest * 1_000_000))
  }
}
