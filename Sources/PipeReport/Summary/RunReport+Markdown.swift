internal import PipeEngine
internal import PipeSpec
internal import PipeWeb

extension RunReport {
  /// Rows of a table at the most.
  private static let mostRows = 20

  /// For a page that shows Markdown, as GitHub does of a job.
  package var markdown: String {
    let counts = progress.tally.counts
    let mark = outcomeName == "complete" ? "✅" : outcomeName == "stopped" ? "⚠️" : "❌"
    let name = plan.name.map { " \(Self.text($0))" } ?? ""
    var lines = [
      "## \(mark) pipe\(name): \(words)", "",
      "\(counts.records.grouped) records, \(counts.broken.grouped) not ok, \(counts.failed.grouped) with an error,"
        + " in \(outcome.elapsed.short)", "",
    ]
    if let failure = outcome.failure { lines += [Self.text(failure.text(in: plan)), ""] }
    if !outcome.expectations.isEmpty {
      lines += ["| | expected | is |", "|---|---|---|"]
      for result in outcome.expectations.prefix(Self.mostRows) {
        let cells = [result.holds ? "✅" : "❌", Self.code(result.text), Self.text(result.words.joined(separator: ", "))]
        lines.append("| \(cells.joined(separator: " | ")) |")
      }
      lines.append("")
    }
    let offenders = outcome.expectations.flatMap(\.offenders)
    if !offenders.isEmpty {
      lines += ["| URL | |", "|---|---|"]
      for one in offenders.prefix(Self.mostRows) { lines.append("| \(Self.code(one.url)) | \(Self.text(one.words)) |") }
      lines.append("")
    }
    let answers =
      counts.statuses.sorted { $0.key < $1.key }.map { ("\($0.key)", $0.value) }
      + counts.errors.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key.rawValue, $0.value) }
    if !answers.isEmpty {
      lines += ["| status or error | records |", "|---|---:|"]
      lines += answers.prefix(Self.mostRows).map { "| \($0.0) | \($0.1.grouped) |" } + [""]
    }
    lines += ["| file | rows |", "|---|---:|"]
    lines += files.map { "| \(Self.code($0.path))\($0.isPublished ? "" : " (not published)") | \($0.rows.grouped) |" }
    if let goingOn { lines += ["", "To go on: \(Self.code(goingOn))"] }
    return lines.joined(separator: "\n") + "\n\n"
  }

  private var words: String {
    switch outcomeName {
    case "unexpected": "complete, not as expected"
    case "stopped": "stopped (\(stopReason))"
    default: outcomeName
    }
  }

  /// A text of anybody's that is nothing but text: signs of Markdown and of HTML stand for themselves.
  static func text(_ text: String) -> String {
    TerminalCell.shown(text).unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\\", "`", "*", "_", "{", "}", "[", "]", "(", ")", "#", "+", "!", "|", "~", "@", ":":
        result += "&#\(scalar.value);"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }

  /// The same as code.
  static func code(_ text: String) -> String {
    // Within an element, since a span of backticks cannot hold what cells of tables cannot.
    "<code>\(Self.text(text))</code>"
  }
}
