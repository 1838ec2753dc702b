package import PipeStorage

/// What a sink has of its run: the files, and how long it may wait for whoever reads them.
package struct SinkEnvironment: Sendable {
  package let storage: any FileStorage
  /// What else the run has open; nothing of an output is changed before it is claimed there.
  package let files: FilesInUse
  /// Whether the sink may go on waiting for the reader of a pipe. False once the run has failed, or was stopped and
  /// the time to finish is over. Called on the sink's thread, in its task.
  package let mayWait: @Sendable () -> Bool
  /// Whether the run can go on if it ends early: what it leaves of an output is kept, if it has no rows, too.
  package let isResumable: @Sendable () -> Bool
  /// Whether the run ends before it is done, so that there are rows to come which it does not bring.
  package let isCutShort: @Sendable () -> Bool
  /// The name that the pipeline has in the stores of its sinks; `nil` for a run that keeps nothing in order to go on.
  package var pipeline: String?
  /// Tells the person something that is not a failure.
  package let tell: @Sendable (String) -> Void

  package init(
    storage: any FileStorage = SystemStorage(), files: FilesInUse = FilesInUse(),
    isResumable: @escaping @Sendable () -> Bool = { false },
    mayWait: @escaping @Sendable () -> Bool = { true }, tell: @escaping @Sendable (String) -> Void = { _ in },
    isCutShort: @escaping @Sendable () -> Bool = { false }
  ) {
    self.tell = tell
    self.isResumable = isResumable
    self.isCutShort = isCutShort
    self.storage = storage
    self.files = files
    self.mayWait = mayWait
  }

  init(
    storage: any FileStorage = SystemStorage(), files: FilesInUse, control: RunControl,
    isResumable: @escaping @Sendable () -> Bool = { false }
  ) {
    let mayWait: @Sendable () -> Bool = {
      if case .draining(let until) = control.phase, until <= .now { return false }
      return !Task.isCancelled
    }
    self.init(
      storage: storage, files: files, isResumable: isResumable, mayWait: mayWait, tell: { control.tell($0) },
      isCutShort: { control.isCutShort })
  }
}
