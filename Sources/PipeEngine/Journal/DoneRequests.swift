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

  private let call = Mutex<(@Sendable (Moment) -> Void)?>(nil)

  /// Calls a function behind each checkpoint from now on, on a thread that may wait for a server, though not for long.
  package func onCheckpoint(_ call: @escaping @Sendable (Moment) -> Void) { self.call.withLock { $0 = call } }

  var isAwaited: Bool { call.withLock { $0 != nil } }

  func tell(_ done: DoneSet) { call.withLock { $0 }?(Moment(done: done)) }
}
