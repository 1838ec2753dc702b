/// What was found about one file, ready to be shown.
package struct DiagnosticReport: Sendable {
  package let file: SourceFile
  /// By place; each once, and none that merely follows from another.
  package let diagnostics: [Diagnostic]

  package init(_ file: SourceFile, _ diagnostics: some Sequence<Diagnostic>) {
    self.file = file
    self.diagnostics = diagnostics.ordered()
  }

  /// Whether the file can be used: warnings do not hinder.
  package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
}

/// A way of showing reports: to a person, to a program.
package protocol DiagnosticRenderer: Sendable {
  /// The whole output, line break at the end included; files in the order given.
  func render(_ reports: [DiagnosticReport]) -> String
}
