/// A YAML file as read: nodes with their places, nothing interpreted beyond the YAML 1.2 core schema.
package struct Document: Sendable {
  package let file: SourceFile
  /// `nil` for an empty file, and for one that could not be read whole.
  package let root: Node?
  /// Everything found, in the order of the file: at most one `yaml-syntax` that ended the reading,
  /// every `duplicate-key`, and the faults of tags, aliases and merge keys.
  package let diagnostics: [Diagnostic]

  /// Reads a spec: one document, without tags of its own.
  package init(reading file: SourceFile) {
    let stream = DocumentStream(reading: file, as: .spec)
    self.file = file
    root = stream.roots.first
    diagnostics = stream.diagnostics
  }
}

/// All documents of one file.
package struct DocumentStream: Sendable {
  package enum View: Sendable {
    /// One document, and the tags of the core schema only.
    case spec
    /// Whatever YAML allows; a scalar with a foreign tag is a string.
    case generic
  }

  /// The documents' nodes; empty if one of them could not be read whole.
  package let roots: [Node]
  package let diagnostics: [Diagnostic]

  package init(reading file: SourceFile, as view: View = .generic) {
    if let fault = SourceCheck.fault(of: file) {
      roots = []
      diagnostics = [fault]
      return
    }
    var reader = EventReader(file)
    var composer = Composer(file, view: view)
    do throws(SyntaxError) {
      while try composer.take(reader.next()) {}
    } catch {
      composer.stop(for: SyntaxProblem(error, in: file).diagnostic)
    }
    roots = composer.isBroken ? [] : composer.roots
    diagnostics = composer.diagnostics
  }
}
