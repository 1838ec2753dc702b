package import PipeWeb
internal import Synchronization

/// Something that has happened in a run.
package enum RunEvent: Hashable, Sendable {
  case admitted(RequestID)
  /// An attempt was handed to the fetcher.
  case begun(RequestID, WebURL?, attempt: Int)
  /// An attempt came to an answer or to an error.
  case landed(RequestID, WebURL?, status: Int?, error: RequestError.Code?, elapsed: Duration)
  case redirected(RequestID, to: WebURL?)
  /// It will be tried again, after a wait.
  case retried(RequestID, attempt: Int, after: Duration)
  /// A host has asked for fewer requests (429, 503).
  case hostSlowed(String)
  /// A request was not tried, because its host was given up for a while.
  case hostGivenUp(String, RequestID)
  /// Its record is on its way to the sinks.
  case recorded(RequestID, error: RequestError.Code?)
  /// So many rows of a sink are durable, by its place in the plan.
  case committed(sink: Int, rows: Int)
  /// The run has ended. Always the last event, and never lost.
  case stopped(StopReason)
}

/// Gets the events of one run.
///
/// Lossy by rule: the buffer is bounded, and where the listener does not keep up the oldest events make room for the
/// newest. They are counted. So nobody who listens can hold up a run, or make it hold more memory.
package final class RunListener: Sendable {
  /// What happens, until the run has ended. One task reads it.
  package let events: AsyncStream<RunEvent>
  private let continuation: AsyncStream<RunEvent>.Continuation
  private let dropped = Atomic(0)

  /// - Parameter capacity: The most events that wait for the listener.
  package init(capacity: Int = 4096) {
    (events, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(max(1, capacity)))
  }

  /// How many events were lost.
  package var droppedCount: Int { dropped.load(ordering: .relaxed) }

  fileprivate func tell(_ event: RunEvent) {
    if case .dropped = continuation.yield(event) { dropped.add(1, ordering: .relaxed) }
  }

  fileprivate func end() { continuation.finish() }
}

/// The way from a run's stages to those who listen. A run that nobody listens to has none.
struct RunEvents: Sendable {
  private let listeners: [RunListener]

  init?(_ listeners: [RunListener]) {
    if listeners.isEmpty { return nil }
    self.listeners = listeners
  }

  func post(_ event: RunEvent) { for listener in listeners { listener.tell(event) } }

  func post(_ events: some Sequence<RunEvent>) { for event in events { post(event) } }

  /// The last event.
  func end(_ event: RunEvent) {
    post(event)
    for listener in listeners { listener.end() }
  }
}
