/// One JSON array of objects, `[]` when nothing was found.
///
/// Keys, in this order: `file line column end_line end_column severity code message hint`, and `notes`
/// where there are any. Lines count from 1, columns count Unicode scalars from 1, the end is exclusive.
package struct JSONDiagnosticRenderer: DiagnosticRenderer {
  package init() {}

  package func render(_ reports: [DiagnosticReport]) -> String {
    let objects = reports.flatMap { report in report.diagnostics.map { object($0, in: report.file).text } }
    return objects.isEmpty ? "[]\n" : "[\n  " + objects.joined(separator: ",\n  ") + "\n]\n"
  }

  private func object(_ diagnostic: Diagnostic, in file: SourceFile) -> JSONText {
    var entries = [(key: "file", value: JSONText.string(file.name))]
    entries += place(diagnostic.span)
    entries += [
      (key: "severity", value: .string(diagnostic.severity.rawValue)),
      (key: "code", value: .string(diagnostic.code.rawValue)),
      (key: "message", value: .string(diagnostic.message)),
      (key: "hint", value: diagnostic.hint.map { .string($0) } ?? .null),
    ]
    if !diagnostic.notes.isEmpty {
      let notes = diagnostic.notes.map {
        JSONText.object(place($0.span) + [(key: "message", value: .string($0.message))])
      }
      entries.append((key: "notes", value: .array(notes)))
    }
    return .object(entries)
  }

  private func place(_ span: SourceSpan) -> [(key: String, value: JSONText)] {
    [
      (key: "line", value: .int(span.start.line)), (key: "column", value: .int(span.start.column)),
      (key: "end_line", value: .int(span.end.line)), (key: "end_column", value: .int(span.end.column)),
    ]
  }
}
