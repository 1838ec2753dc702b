/// Diagnostics for a person: place, message, the line, a caret under what to change.
package struct TextDiagnosticRenderer: DiagnosticRenderer {
  /// The most findings of a file that are shown: nobody reads more.
  private static let most = 200

  private let hasColour: Bool

  /// - Parameter colour: Whether the output may hold ANSI escape sequences.
  package init(colour: Bool) { hasColour = colour }

  package func render(_ reports: [DiagnosticReport]) -> String {
    reports.map { report in
      let shown = report.diagnostics.prefix(Self.most).map { text(of: $0, in: report.file) }.joined()
      let rest = report.diagnostics.count - Self.most
      return rest > 0 ? shown + "\(TerminalCell.shown(report.file.name)): \(rest) more are not shown\n" : shown
    }.joined()
  }

  private func text(of diagnostic: Diagnostic, in file: SourceFile) -> String {
    let style: Style = diagnostic.severity == .error ? .error : .warning
    let kind = "\(diagnostic.severity.rawValue)[\(diagnostic.code.rawValue)]:"
    var result = heading(diagnostic.span, kind, style, diagnostic.message, in: file)
    result += snippet(diagnostic.span, style, hint: diagnostic.hint, in: file)
    for note in diagnostic.notes {
      result += heading(note.span, "note:", .note, note.message, in: file)
      result += snippet(note.span, .note, hint: nil, in: file)
    }
    return result
  }

  private func heading(
    _ span: SourceSpan, _ kind: String, _ style: Style, _ message: String, in file: SourceFile
  ) -> String {
    let place = "\(TerminalCell.shown(file.name)):\(span.start.line):\(span.start.column):"
    return "\(paint(place, .place)) \(paint(kind, style)) \(TerminalCell.shown(message))\n"
  }

  private func snippet(_ span: SourceSpan, _ style: Style, hint: String?, in file: SourceFile) -> String {
    let hint = hint.map { " " + TerminalCell.shown($0) } ?? ""
    guard let snippet = SourceSnippet(span, in: file) else { return hint.isEmpty ? "" : "      |\(hint)\n" }
    let number = String(span.start.line)
    let gutter = String(repeating: " ", count: max(0, 5 - number.count)) + number
    let margin = String(repeating: " ", count: gutter.count)
    return "\(gutter) | \(snippet.line)\n\(margin) | \(snippet.padding)\(paint(snippet.carets + hint, style))\n"
  }

  private enum Style: String {
    case place = "1"
    case error = "1;31"
    case warning = "1;33"
    case note = "1;36"
  }

  private func paint(_ text: String, _ style: Style) -> String {
    hasColour ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }
}
