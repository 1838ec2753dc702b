package import PipeSpec

extension Diagnostic {
  /// A file that the spec names for reading cannot be read.
  package static func unreadable(_ path: Located<String>, in folder: SourceFolder, _ reason: String) -> Diagnostic {
    Diagnostic(
      .unreadableFile, at: path.span, "cannot read '\(path.value)': \(reason)",
      hint: path.value.contains("*") || path.value.contains("?")
        ? "patterns are not expanded: name each file as a source"
        : path.value.hasPrefix("/")
          ? nil : "a relative path starts at the spec's folder: \(folder.resolve(path.value))")
  }
}
