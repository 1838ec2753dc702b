package import PipeSpec

/// From a file's text to a plan: the one path that `validate`, `plan` and `run` share.
package struct Pipeline: Sendable {
  package let file: SourceFile
  package let plan: Plan?
  /// All findings, sorted, each once.
  package let diagnostics: [Diagnostic]

  /// A spec that could not be read at all.
  package init(unreadable name: String, reason: String) {
    file = SourceFile(name: name, bytes: [])
    plan = nil
    diagnostics = [Diagnostic(.unreadableFile, at: .wholeFile, "cannot read the spec: \(reason)")]
  }

  /// - Parameter variables: What `${…}` can name besides the spec's own `vars`.
  package init(
    _ file: SourceFile, catalogue: Catalogue, folder: SourceFolder, variables: Variables, processors: Int
  ) {
    self.init(file, language: Language(catalogue), folder: folder, variables: variables, processors: processors)
  }

  package init(
    _ file: SourceFile, language: Language, folder: SourceFolder, variables: Variables, processors: Int
  ) {
    let document = Document(reading: file)
    guard let root = document.root,
      !document.diagnostics.contains(where: { $0.severity == .error && $0.code == .yamlSyntax })
    else {
      let empty = [
        Diagnostic(
          .missingKey, at: .wholeFile, "the file is empty",
          hint: "'pipe init' writes a pipeline to begin with")
      ]
      self.file = file
      plan = nil
      diagnostics = (document.diagnostics.isEmpty ? empty : document.diagnostics).ordered()
      return
    }
    var context = DecodingContext(file: file, variables: variables)
    let spec = language.shape.decode(root, &context)
    // What is not decoded, because something above it is wrong, uses its variables all the same.
    context.noteReferences(in: root)
    var found = document.diagnostics + context.diagnostics
    for name in context.variables.undeclaredOverrides {
      found.append(
        Diagnostic(.unresolvedVariable, at: .wholeFile, "--set names '\(name)', which vars does not declare"))
    }
    for (name, span) in context.variables.unused {
      found.append(
        Diagnostic(
          .unusedVariable, at: span, "nothing uses the variable '\(name)'", hint: "remove it, or write ${\(name)}"))
    }
    var compiled: Plan?
    if let spec {
      let (plan, diagnostics) = Plan.compile(
        spec, catalogue: language.catalogue, folder: folder, processors: processors, secrets: context.variables.secrets,
        secretFiles: context.variables.secretFiles)
      compiled = plan
      // A condition that could not be read may use any field.
      let isReadable = !found.contains { $0.code == .badExpression || $0.code == .badRegex }
      found += diagnostics.filter { isReadable || $0.code != .unusedField }
    }
    // The file is quoted under its findings.
    self.file = file.masking(context.masked)
    let secrets = context.variables.secrets
    diagnostics = found.ordered().map { $0.redacted(secrets) }
    plan = found.contains { $0.severity == .error } ? nil : compiled
  }
}

extension Diagnostic {
  /// The finding with every secret in its words replaced: a message may quote a value.
  package func redacted(_ secrets: Secrets) -> Diagnostic {
    if secrets.isEmpty { return self }
    return Diagnostic(
      code, at: span, secrets.redact(message), hint: hint.map { secrets.redact($0) },
      notes: notes.map { Note(secrets.redact($0.message), at: $0.span) })
  }
}
