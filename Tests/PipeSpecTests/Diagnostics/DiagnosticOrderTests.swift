import PipeSpec
import Testing

struct DiagnosticOrderTests {
  let file = SourceFile(name: "x.yaml", text: "abc\ndef\n")

  @Test func findingsAreSortedByPlaceThenSeverityThenCodeEachOnce() {
    let findings = [
      Diagnostic(.unknownKey, at: file.span(4..<5), "late"), Diagnostic(.insecure, at: file.span(0..<1), "warning"),
      Diagnostic(.unknownKey, at: file.span(0..<1), "second"), Diagnostic(.badValue, at: file.span(0..<1), "first"),
      Diagnostic(.unknownKey, at: file.span(4..<5), "late"), Diagnostic(.badValue, at: file.span(0..<2), "longer"),
    ]
    let expected = ["first", "longer", "second", "warning", "late"]
    #expect(findings.ordered().map(\.message) == expected)
    #expect(findings.reversed().ordered().map(\.message) == expected)
  }

  @Test func whatIsFoundInAnAnchoredNodeIsNotRepeatedAtItsAliases() {
    let written = Diagnostic(.badValue, at: file.span(0..<1), "wrong")
    let alias = Diagnostic(
      .badValue, at: file.span(4..<5), "wrong", notes: [.init(Diagnostic.Note.writtenHere, at: file.span(0..<1))])
    let other = Diagnostic(
      .badValue, at: file.span(4..<5), "other", notes: [.init(Diagnostic.Note.writtenHere, at: file.span(0..<1))])
    #expect([alias, written, other].ordered() == [written, other])
    #expect([alias].ordered() == [alias])
  }

  @Test func aReportWithWarningsAloneHasNoErrors() {
    #expect(!DiagnosticReport(file, [Diagnostic(.insecure, at: .wholeFile, "x")]).hasErrors)
    #expect(DiagnosticReport(file, [Diagnostic(.badValue, at: .wholeFile, "x")]).hasErrors)
  }
}
