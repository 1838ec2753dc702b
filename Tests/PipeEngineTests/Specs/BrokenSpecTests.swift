import PipeEngine
import PipeSpec
import Testing

@Suite("Broken specs")
struct BrokenSpecTests {
  @Test("there are specs to test with")
  func corpusIsThere() { #expect(BrokenSpec.all.count >= 60) }

  @Test("every finding is at its place, and there is no other", arguments: BrokenSpec.all)
  func findings(spec: BrokenSpec) throws {
    let pipeline = Pipeline(testing: try spec.bytes, name: spec.name)
    let text = TextDiagnosticRenderer(colour: false).render([DiagnosticReport(pipeline.file, pipeline.diagnostics)])
    #expect(pipeline.diagnostics.map(\.note) == (try spec.expected), "\(text)")
    let hasError = pipeline.diagnostics.contains { $0.severity == .error }
    #expect((pipeline.plan == nil) == hasError)
  }

  @Test("the same spec has the same findings every time", arguments: BrokenSpec.all)
  func determinism(spec: BrokenSpec) throws {
    let first = Pipeline(testing: try spec.bytes)
    let second = Pipeline(testing: try spec.bytes)
    #expect(first.diagnostics == second.diagnostics)
  }

  @Test("no message says a key that the person did not write and need not", arguments: BrokenSpec.all)
  func shortForms(spec: BrokenSpec) throws {
    for diagnostic in Pipeline(testing: try spec.bytes).diagnostics {
      #expect(!diagnostic.message.contains("urls.list"))
      #expect(!diagnostic.message.contains("csv.path must"))
    }
  }
}
