import PipeSpec
import Testing

/// What programs read: JSON, GitHub's commands, SARIF.
struct DiagnosticFormatTests {
  let reports: [DiagnosticReport]

  init() {
    let file = SourceFile(name: "a b,c:d%.yaml", text: "a: 1\né: \"\n")
    reports = [
      DiagnosticReport(
        file,
        [
          Diagnostic(
            .duplicateKey, at: file.span(5..<7), "duplicate \"é\"\t\u{1}\u{2028}/", hint: "100 %\nnow: a, b",
            notes: [.init("here", at: file.span(0..<1))]),
          Diagnostic(.insecure, at: file.span(3..<4), "weak"),
        ])
    ]
  }

  @Test func jsonIsOneArrayOfObjects() {
    let expected = """
      [
        {"file": "a b,c:d%.yaml", "line": 1, "column": 4, "end_line": 1, "end_column": 5, "severity": "warning", \
      "code": "insecure", "message": "weak", "hint": null},
        {"file": "a b,c:d%.yaml", "line": 2, "column": 1, "end_line": 2, "end_column": 2, "severity": "error", \
      "code": "duplicate-key", "message": "duplicate \\"é\\"\\t\\u0001\u{2028}/", "hint": "100 %\\nnow: a, b", \
      "notes": [{"line": 1, "column": 1, "end_line": 1, "end_column": 2, "message": "here"}]}
      ]

      """
    #expect(JSONDiagnosticRenderer().render(reports) == expected)
  }

  @Test func jsonIsEmptyWhenAllIsWell() {
    #expect(JSONDiagnosticRenderer().render([]) == "[]\n")
    #expect(JSONDiagnosticRenderer().render([DiagnosticReport(SourceFile(name: "x", text: ""), [])]) == "[]\n")
  }

  @Test func gitHubCommandsEscapeWhatWouldEndThem() {
    let expected = """
      ::warning file=a b%2Cc%3Ad%25.yaml,line=1,col=4,endLine=1,endColumn=5,title=insecure::weak
      ::error file=a b%2Cc%3Ad%25.yaml,line=2,col=1,endLine=2,endColumn=2,title=duplicate-key::\
      duplicate "é"\t\u{1}\u{2028}/%0A100 %25%0Anow: a, b%0Aa b,c:d%25.yaml:1:1: note: here

      """
    #expect(GitHubDiagnosticRenderer().render(reports) == expected)
  }

  @Test func sarifNamesToolRulesAndPlaces() throws {
    let text = SARIFDiagnosticRenderer(version: "1.2").render(reports)
    guard case .object(let log)? = JSONValue.all(in: text)?.first, case .array(let runs)? = log["runs"],
      case .object(let run)? = runs.first, case .array(let results)? = run["results"]
    else {
      Issue.record("no SARIF: \(text)")
      return
    }
    #expect(log["version"] == .string("2.1.0"))
    #expect(run["columnKind"] == .string("unicodeCodePoints"))
    func place(_ line: Double, _ column: Double) -> JSONValue {
      .object([
        "artifactLocation": .object(["uri": .string("a%20b%2Cc%3Ad%25.yaml")]),
        "region": .object([
          "startLine": .number(line), "startColumn": .number(column), "endLine": .number(line),
          "endColumn": .number(column + 1),
        ]),
      ])
    }
    #expect(
      results.last
        == .object([
          "ruleId": .string("duplicate-key"), "level": .string("error"),
          "message": .object(["text": .string("duplicate \"é\"\t\u{1}\u{2028}/\n100 %\nnow: a, b")]),
          "locations": .array([.object(["physicalLocation": place(2, 1)])]),
          "relatedLocations": .array([
            .object(["physicalLocation": place(1, 1), "message": .object(["text": .string("here")])])
          ]),
        ]))
    #expect(text.hasPrefix(#"{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "#))
    #expect(text.contains(#"{"id": "duplicate-key", "defaultConfiguration": {"level": "error"}}"#))
  }

  @Test func sarifOfNothingIsStillALog() {
    let text = SARIFDiagnosticRenderer(version: "1.2").render([])
    #expect(text.hasSuffix(#""results": []}]}"# + "\n"))
  }
}
