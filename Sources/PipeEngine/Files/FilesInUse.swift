internal import Synchronization

/// The files that a run reads and writes, so that none is emptied that is in use: the last look, when an output is
/// open and nothing in it is changed yet.
package final class FilesInUse: Sendable {
  private let uses: Mutex<[FileIdentity: String]>

  package init() { uses = Mutex([:]) }

  /// The inputs of a plan as they are now.
  init(_ plan: Plan) {
    var inputs: [FileIdentity: String] = [:]
    for use in plan.files where !use.role.isWriting {
      guard let identity = use.identity(isRunning: true), identity.kind == .content || identity.kind == .pipe else {
        continue
      }
      inputs[identity] = use.role.reader
    }
    uses = Mutex(inputs)
  }

  /// Takes an open file for writing.
  ///
  /// - Throws: `RunError` where the run reads it, or writes it already.
  package func claim(_ descriptor: Int32, as name: String) throws(RunError) {
    guard let identity = FileIdentity(descriptor: descriptor), identity.kind != .null else { return }
    let user = uses.withLock { uses -> String? in
      if let user = uses[identity] { return user }
      // Not its name, which a secret may have given: the message is shown with the name of one output alone.
      uses[identity] = "another sink"
      return nil
    }
    if let user {
      throw RunError(
        name, "is in use by \(user), so nothing was written to it", hint: "give each sink a path of its own")
    }
  }
}
