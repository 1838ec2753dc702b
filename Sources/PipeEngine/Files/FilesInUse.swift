package import PipeStorage
internal import PipeText
internal import Synchronization

/// The files that a run reads and writes, so that none is replaced that is in use: the last look, before anything of
/// an output is changed.
package final class FilesInUse: Sendable {
  private enum User: Hashable {
    /// What reads the file, for a message.
    case reader(String)
    /// The output that it belongs to: the file itself, or one beside it.
    case output(String)
  }

  private let uses: Mutex<[FileIdentity: User]>

  package init() { uses = Mutex([:]) }

  /// The inputs of a plan as they are now.
  init(_ plan: Plan) {
    var inputs: [FileIdentity: User] = [:]
    for use in plan.files where !use.role.isWriting && use.database == nil {
      guard let identity = use.identity(isRunning: true), identity.kind == .content || identity.kind == .pipe else {
        continue
      }
      inputs[identity] = .reader(use.role.reader)
    }
    uses = Mutex(inputs)
  }

  /// Takes an open file for the output of a name.
  ///
  /// - Throws: `RunError` where the run reads it, or writes it already.
  package func claim(_ status: FileStatus, as name: String) throws(RunError) {
    try claim(FileIdentity(status), as: name)
  }

  /// Takes the file that a path stands for, which need not be there yet.
  package func claim(path: String, as name: String) throws(RunError) {
    try claim(FileIdentity(path: path, isRunning: true), as: name)
  }

  /// Looks whether an output may take the file that a path stands for, and does not take it.
  ///
  /// - Throws: `RunError` where the run reads it, or writes it already.
  package func check(path: String, for name: String) throws(RunError) {
    try claim(FileIdentity(path: path, isRunning: true), as: name, isTaken: false)
  }

  private func claim(_ identity: FileIdentity, as name: String, isTaken: Bool = true) throws(RunError) {
    if identity.kind == .null { return }
    let user = uses.withLock { uses -> String? in
      switch uses[identity] {
      case .reader(let reader)?: return reader
      // Not its name, which a secret may have given: the message is shown with the name of one output alone.
      case .output(let other)?: return other.isExactly(name) ? nil : "another sink"
      case nil:
        if isTaken { uses[identity] = .output(name) }
        return nil
      }
    }
    if let user {
      throw RunError(
        name, "is in use by \(user), so nothing was written to it", hint: "give each sink a path of its own")
    }
  }
}
