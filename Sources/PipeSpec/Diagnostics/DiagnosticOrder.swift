extension Sequence<Diagnostic> {
  /// Sorted by place, then errors before warnings, then by code; each once.
  ///
  /// A finding at an alias whose cause stands in the anchored node, and is found there as well, is left out.
  package func ordered() -> [Diagnostic] {
    var seen: Set<Diagnostic> = []
    let unique = filter { seen.insert($0).inserted }
    let found = Set(unique.map { Finding(code: $0.code, message: $0.message, span: $0.span) })
    return unique.filter { diagnostic in
      !diagnostic.notes.contains { note in
        note.message == Diagnostic.Note.writtenHere
          && found.contains(Finding(code: diagnostic.code, message: diagnostic.message, span: note.span))
      }
    }.sorted(by: precedes)
  }
}

/// What two findings share if one is the other seen through an alias.
private struct Finding: Hashable {
  let code: Diagnostic.Code
  let message: String
  let span: SourceSpan
}

/// A total order, so that the output never depends on the order of discovery.
private func precedes(_ left: Diagnostic, _ right: Diagnostic) -> Bool {
  if left.span.start != right.span.start { return left.span.start < right.span.start }
  if left.severity != right.severity { return left.severity == .error }
  if left.code != right.code { return left.code.rawValue < right.code.rawValue }
  if left.span.end != right.span.end { return left.span.end < right.span.end }
  if left.message != right.message { return left.message < right.message }
  if left.hint != right.hint { return (left.hint ?? "") < (right.hint ?? "") }
  return left.notes.lexicographicallyPrecedes(right.notes) { ($0.span.start, $0.message) < ($1.span.start, $1.message) }
}
