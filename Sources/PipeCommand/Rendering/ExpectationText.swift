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

  /// One case of a test suite.
  private struct TestCase {
    enum Fault: String { case failure, error }

    let name: String
    let line: Int
    /// What is wrong with it, in one line and in several.
    var fault: (kind: Fault, message: String, details: [String])?
  }

  /// A test suite with a case for each expectation, as JUnit's readers take it.
  static func junit(_ results: [ExpectationResult], of file: SourceFile) -> String {
    junit(
      results.map { result in
        let fault = (TestCase.Fault.failure, words(of: result), result.offenders.map { line(on: $0) })
        return TestCase(
          name: result.text, line: result.span.start.line, fault: result.holds ? nil : fault)
      }, of: file)
  }

  /// The same of a run that is not complete, so that nothing is known: an empty file would not be a report.
  static func junit(unchecked entries: [ExpectPlan.Entry], of file: SourceFile) -> String {
    junit(
      entries.map { entry in
        TestCase(
          name: entry.expectation.text, line: entry.span.start.line,
          fault: (.error, "not checked: the run is not complete", []))
      }, of: file)
  }

  /// The attributes are those that Jenkins's schema has (xUnit plugin, junit-10.xsd), which refuses others: a case has neither
  /// `file` nor `line`.
  private static func junit(_ cases: [TestCase], of file: SourceFile) -> String {
    let counts =
      "tests=\"\(cases.count)\" failures=\"\(cases.count { $0.fault?.kind == .failure })\" "
      + "errors=\"\(cases.count { $0.fault?.kind == .error })\""
    let name = escaped(file.name)
    var lines = [
      #"<?xml version="1.0" encoding="UTF-8"?>"#, "<testsuites \(counts)>",
      #"  <testsuite name="\#(name)" \#(counts) file="\#(name)">"#,
    ]
    for one in cases {
      let head = #"    <testcase classname="\#(name)" name="\#(escaped(one.name))""#
      guard let fault = one.fault else {
        lines.append(head + "/>")
        continue
      }
      let details = escaped((["\(file.name):\(one.line)"] + fault.details).joined(separator: "\n"))
      let kind = fault.kind.rawValue
      lines.append(head + ">")
      lines.append(#"      <\#(kind) type="expect" message="\#(escaped(fault.message))">\#(details)</\#(kind)>"#)
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
