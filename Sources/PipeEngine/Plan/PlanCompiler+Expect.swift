internal import PipeSpec
internal import PipeText

extension PlanCompiler {
  /// What is expected of the run. What it says of a record that is at odds with it are fields too.
  mutating func expectPlan() -> ExpectPlan {
    guard !spec.expect.isEmpty, spec.fields != nil else { return ExpectPlan([]) }
    for name in spec.expect.flatMap(\.value.fieldNames) {
      namedFields.insert(ExactText(name))
      _ = index(of: name)
    }
    let standing = ["url", "error", "status"].map { index(of: $0) }
    let resolved = spec.expect.compactMap { written -> (expectation: Expectation, span: SourceSpan)? in
      switch written.value.resolve(fields.map(\.declaration), faulty: faultyFields, others: standingNames) {
      case .success(let expectation): return (expectation, written.span)
      case .failure(let faults):
        diagnostics += faults.diagnostics
        return nil
      }
    }
    let plan = ExpectPlan(resolved, url: standing[0], error: standing[1], status: standing[2])
    if let entry = plan.aboutLinks, !spec.sinks.contains(where: { $0.common.rows == .links }) {
      diagnostics.append(
        Diagnostic(
          .missingKey, at: entry.span, "links are counted where there is a sink with rows: links",
          hint: "add one, for example: csv: {path: out/broken-links.csv, rows: links, when: not ok}"))
    }
    return plan
  }
}
