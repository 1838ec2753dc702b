internal import Synchronization

/// Where the rows are of sinks whose outputs were not published.
package final class UnpublishedOutputs: Sendable {
  private let rows = Mutex<[Int: UnpublishedRows]>([:])

  /// The rows of a sink, by its place in the plan; `nil` if they are in the output itself.
  package subscript(sink: Int) -> UnpublishedRows? { rows.withLock { $0[sink] } }

  func add(_ unpublished: UnpublishedRows?, of sink: Int) { rows.withLock { $0[sink] = unpublished } }
}
