import ArgumentParser
import PipeEngine
import PipeSpec

/// How what came of the expectations is told besides the summary.
enum ExpectFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
  case text, github, junit
}

/// What came of the expectations of a run, for people, GitHub's runners and programs that read JUnit's files.
enum ExpectationText {
  /// Offenders that a person is shown at once.
  private static let mostShown = 3

  static func lines(_ results: [ExpectationResult]) -> [String] {
    // What does not hold is what the person looks for.
    let sorted = results.filter { !$0.holds } + results.filter(\.holds)
    return sorted.flatMap { result -> [String] in
      var lines = ["  expect     \(result.holds ? "✓" : "✗") \(words(of: result))"]
      if result.holds { return lines }
      let shown = result.offenders.prefix(mostShown)
      lines += shown.map { "               \(line(on: $0))" }
      if let count = result.offenceCount, count > shown.count, !shown.isEmpty {
        lines.append("               and \((count - shown.count).grouped) more")
      }
      return lines
    }
  }

  private static func words(of result: ExpectationResult) -> String {
    (result.text + ": " + result.words.joined(separator: ", ")).withoutControls
  }

  private static func line(on offender: Offender) -> String {
    let item = offender.item > 0 ? " (item \(offender.item + 1))" : ""
    return "\(offender.url)\(item): \(offender.words)".withoutControls
  }

  /// An annotation for each expectation that does not hold, where it is written.
  static func github(_ results: [ExpectationResult], in file: SourceFile) -> String {
    results.filter { !$0.holds }.map { result in
      let lines = [words(of: result)] + result.offenders.map { line(on: $0) }
      return GitHubDiagnosticRenderer.annotation(.error, titled: "expect", lines, at: result.span, in: file) + "\n"
    }.joined()
  }

  /// A test suite with a case for each expectation, as JUnit's readers take it.
  static func junit(_ results: [ExpectationResult], of file: SourceFile) -> String {
    let failures = results.count { !$0.holds }
    var lines = [
      #"<?xml version="1.0" encoding="UTF-8"?>"#,
      #"<testsuites tests="\#(results.count)" failures="\#(failures)" errors="0">"#,
      #"  <testsuite name="\#(escaped(file.name))" tests="\#(results.count)" failures="\#(failures)" errors="0">"#,
    ]
    for result in results {
      let name = escaped(result.text)
      let place = "\(file.name):\(result.span.start.line)"
      let head = #"    <testcase classname="\#(escaped(file.name))" name="\#(name)" file="\#(escaped(file.name))""#
      if result.holds {
        lines.append(head + #" line="\#(result.span.start.line)"/>"#)
        continue
      }
      let details = ([place] + result.offenders.map { line(on: $0) }).joined(separator: "\n")
      lines.append(head + #" line="\#(result.span.start.line)">"#)
      lines.append(
        #"      <failure type="expect" message="\#(escaped(words(of: result)))">\#(escaped(details))</failure>"#)
      lines.append("    </testcase>")
    }
    return (lines + ["  </testsuite>", "</testsuites>"]).joined(separator: "\n") + "\n"
  }

  /// For XML 1.0, of which some characters cannot be a part.
  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n": result += "&#10;"
      case "\t", " "..."\u{D7FF}", "\u{E000}"..."\u{FFFD}", "\u{10000}"...: result.unicodeScalars.append(scalar)
      default: result += "\u{FFFD}"
      }
    }
  }
}
