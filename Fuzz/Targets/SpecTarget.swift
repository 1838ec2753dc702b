internal import PipeEngine
internal import PipeSpec
internal import PipeStages

extension FuzzTarget {
  /// A spec is read and compiled, its findings and its plan are shown: that ends, and every finding is inside the file.
  static let spec = FuzzTarget(name: "spec", summary: "everything that reads a spec") { input in
    let bytes = Array(input)
    let pipeline = Pipeline(
      SourceFile(name: "spec.yaml", bytes: bytes), language: language, folder: SourceFolder("/nowhere"),
      variables: Variables(environment: ["HOST": "example.com", "TOKEN": "secret-value"]), processors: 2)
    for diagnostic in pipeline.diagnostics {
      for span in [diagnostic.span] + diagnostic.notes.map(\.span) {
        require(span.start <= span.end && span.end.offset <= bytes.count, "a span is inside the file")
        if span == .wholeFile { continue }
        require(pipeline.file.position(at: span.start.offset) == span.start, "a span's start is where it says")
        require(pipeline.file.position(at: span.end.offset) == span.end, "a span's end is where it says")
      }
    }
    let hasErrors = pipeline.diagnostics.contains { $0.severity == .error }
    require((pipeline.plan == nil) == hasErrors, "a spec has a plan or an error")
    let reports = [DiagnosticReport(pipeline.file, pipeline.diagnostics)]
    _ = TextDiagnosticRenderer(colour: true).render(reports)
    _ = SARIFDiagnosticRenderer(version: "0").render(reports)
    if let plan = pipeline.plan {
      let outline = PlanOutline(plan)
      _ = [PlanText.render(outline), PlanJSON.render(outline), PlanDiagram.mermaid(outline), PlanDiagram.dot(outline)]
    }
  }

  private static let language = Language(.standard)
}
