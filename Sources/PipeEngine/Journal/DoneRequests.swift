internal import Synchronization

/// Tells a source which of its requests are done: whatever happens now, a run that goes on does not make them again, and their
/// rows are durable in every sink. A source that takes its requests from a queue gives them back then.
package final class DoneRequests: Sendable {
  /// What is done at one moment.
  package struct Moment: Sendable {
    let done: DoneSet

    package func contains(_ ordinal: Int) -> Bool { done.contains(ordinal) }

    /// Every ordinal below it is done.
    package var firstMissing: Int { done.firstMissing }
  }

  /// In a struct of its own: a function that a lock holds as such is wrapped once more whenever it is looked at.
  private struct Storage {
    var call: (@Sendable (Moment) -> Void)?
  }

  private let storage = Mutex(Storage())

  /// Calls a function behind each checkpoint from now on, on a thread that may wait for a server, though not for long.
  package func onCheckpoint(_ call: @escaping @Sendable (Moment) -> Void) { storage.withLock { $0.call = call } }

  var isAwaited: Bool { storage.withLock { $0.call != nil } }

  func tell(_ done: DoneSet) { storage.withLock { $0.call }?(Moment(done: done)) }
}
