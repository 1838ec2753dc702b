internal import PipeSpec
internal import PipeStorage
internal import PipeText

/// What of a run a file belongs to, so that nothing else may be written to it.
package enum FileOwner: Hashable, Sendable {
  case spec
  /// What reads it: `a source`.
  case reader(String)
  case sink
  case messages
  case journal

  /// Completes "this file".
  package var words: String {
    switch self {
    case .spec: "is the spec"
    case .reader(let reader): "is read by \(reader)"
    case .sink: "is an output of the spec, or its .part file"
    case .messages: "gets what is said on standard error"
    case .journal: "is in the folder of the journal"
    }
  }
}

extension Plan {
  /// What of the run has the file at a path, as things are now; `nil` if nothing has.
  package func owner(ofFileAt path: String) -> FileOwner? {
    let identity = FileIdentity(path: path, isRunning: true)
    if identity.kind == .null || identity.kind == .stream { return nil }
    for use in files {
      let part = use.part.map { FileIdentity(path: $0, isRunning: true) }
      guard use.identity(isRunning: true) == identity || part == identity else { continue }
      return use.role.isWriting ? .sink : use.role == .spec ? .spec : .reader(use.role.reader)
    }
    // What is said there stands before it, and would be gone; a pipe takes both.
    if identity.kind == .content, FileIdentity(descriptor: 2) == identity { return .messages }
    guard let journal, case .path(let file) = RealPath(path), case .path(let folder) = RealPath(journal.folder) else {
      return nil
    }
    return file == folder || file.hasPrefix(folder + "/") ? .journal : nil
  }
}
