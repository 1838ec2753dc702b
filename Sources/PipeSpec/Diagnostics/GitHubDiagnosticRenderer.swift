/// GitHub's workflow commands, which become annotations in a pull request.
package struct GitHubDiagnosticRenderer: DiagnosticRenderer {
  package init() {}

  package func render(_ reports: [DiagnosticReport]) -> String {
    reports.flatMap { report in report.diagnostics.map { command($0, in: report.file) + "\n" } }.joined()
  }

  private func command(_ diagnostic: Diagnostic, in file: SourceFile) -> String {
    var lines = [diagnostic.message]
    if let hint = diagnostic.hint { lines.append(hint) }
    lines += diagnostic.notes.map { "\(file.name):\($0.span.start.line):\($0.span.start.column): note: \($0.message)" }
    return Self.annotation(
      diagnostic.severity, titled: diagnostic.code.rawValue, lines, at: diagnostic.span, in: file)
  }

  /// The command that makes an annotation.
  package static func annotation(
    _ severity: Diagnostic.Severity, titled title: String, _ lines: [String], at span: SourceSpan, in file: SourceFile
  ) -> String {
    let properties = [
      "file=" + escaped(file.name, isProperty: true), "line=\(span.start.line)", "col=\(span.start.column)",
      "endLine=\(span.end.line)", "endColumn=\(span.end.column)", "title=" + escaped(title, isProperty: true),
    ]
    let message = escaped(lines.joined(separator: "\n"), isProperty: false)
    return "::\(severity.rawValue) \(properties.joined(separator: ","))::\(message)"
  }

  /// As the runner's toolkit does it (actions/toolkit, `command.ts`).
  private static func escaped(_ text: String, isProperty: Bool) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "%": result += "%25"
      case "\r": result += "%0D"
      case "\n": result += "%0A"
      case ":" where isProperty: result += "%3A"
      case "," where isProperty: result += "%2C"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }
}
