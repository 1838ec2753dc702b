package import PipeSpec

/// From a file's text to a plan: the one path that `validate`, `plan` and `run` share.
package struct Pipeline: Sendable {
  package let file: SourceFile
  package let plan: Plan?
  /// All findings, sorted, each once.
  package let diagnostics: [Diagnostic]
  /// What it must not tell.
  package private(set) var secrets = Secrets()

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

  /// - Parameters:
  ///   - limit: The most requests admitted, whatever the spec says.
  ///   - adapting: What is compiled in the place of the spec.
  package init(
    _ file: SourceFile, language: Language, folder: SourceFolder, variables: Variables, processors: Int,
    limit: Int? = nil, adapting: (Spec) -> Spec = { $0 }
  ) {
    if let list = file.urlList {
      self.file = file
      plan = nil
      diagnostics = [
        Diagnostic(
          .wrongType, at: list, "this is a list of URLs, not a spec",
          hint: "a spec names the list: sources: [{file: \(file.name)}]; 'pipe init' writes one to begin with")
      ]
      return
    }
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
    if let finding = ForeignSpec.finding(about: root, in: file) {
      self.file = file
      plan = nil
      diagnostics = (document.diagnostics + [finding]).ordered()
      return
    }
    var context = DecodingContext(file: file, variables: variables)
    let spec = language.shape.decode(root, &context).map(adapting)
    let secrets = context.variables.secrets
    self.secrets = secrets
    // The spec as it may be shown, and what is found in it.
    var shownContext = DecodingContext(file: file, variables: variables.masked)
    let shownSpec = secrets.isEmpty ? nil : language.shape.decode(root, &shownContext).map(adapting)
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
        spec, masked: shownSpec, catalogue: language.catalogue, folder: folder, processors: processors, limit: limit,
        secretFiles: context.variables.secretFiles, file: file.name)
      compiled = plan
      // A condition that could not be read may use any field.
      let isReadable = !found.contains { $0.code == .badExpression || $0.code == .badRegex }
      found += diagnostics.filter { isReadable || $0.code != .unusedField }
    }
    // The file is quoted under its findings.
    self.file = file.masking(context.masked)
    if !secrets.isEmpty {
      var shown = shownContext.diagnostics
      if let shownSpec {
        shown +=
          Plan.compile(
            shownSpec, catalogue: language.catalogue, folder: folder, processors: processors
          ).diagnostics
      }
      let known = Set(shown)
      found = found.map { known.contains($0) ? $0 : $0.told(by: shown, secrets) }
    }
    diagnostics = found.ordered()
    let mask = SecretMask(secrets)
    compiled?.mask = mask
    compiled?.fetch.mask = mask
    plan = found.contains { $0.severity == .error } ? nil : compiled
  }
}

extension Diagnostic {
  /// The finding in words that tell no secret: those of the same finding about the spec as it may be shown, where
  /// there is one.
  fileprivate func told(by shown: [Diagnostic], _ secrets: Secrets) -> Diagnostic {
    let words = [message, hint ?? ""] + notes.map(\.message)
    // A conflict is of two places and quotes neither.
    let isOfSecret = secrets.stand(at: span) && code != .conflict
    if !isOfSecret, !words.contains(where: secrets.occur) { return self }
    // What is wrong with the syntax of a secret is not what is wrong with its mask.
    let isSyntax = [.badRegex, .badSelector, .badExpression].contains(code)
    if !isSyntax, let same = shown.first(where: { $0.code == code && $0.span == span }) { return same }
    if code == .badRegex {
      return Diagnostic(code, at: span, "the value that a secret gives here is not a regular expression")
    }
    return Diagnostic(code, at: span, "the value that a secret gives here cannot be used")
  }
}

extension SourceFile {
  /// The first line, if that is a URL and nothing else.
  fileprivate var urlList: SourceSpan? {
    for number in 1...min(lineCount, 100) {
      guard let line = line(number), let word = line.split(whereSeparator: \.isWhitespace).first else { continue }
      if word.hasPrefix("#") { continue }
      guard word.hasPrefix("http://") || word.hasPrefix("https://"), !word.hasSuffix(":") else { return nil }
      guard case let length = line.utf8.count, let start = offset(ofLine: number) else { return nil }
      return span(start..<start + length)
    }
    return nil
  }
}
