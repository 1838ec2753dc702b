/// What a receiver gets from an edge.
package enum Received<Element: Sendable>: Sendable {
  case batch([Element])
  /// Nothing came for a while: time for work that is done at leisure.
  case idle
  /// All senders have closed, and everything they sent was received.
  case end
  /// The run broke off. What was received is a part of what was meant.
  case cancelled
}

extension Received: Equatable where Element: Equatable {}

/// The sending end of an edge, for a stage that has several.
package protocol SendingEnd: Sendable {
  func close()
  func abort()
}

extension Edge: SendingEnd {}

/// Runs a stage and then ends its edges: closed if it sent everything, aborted if it failed or was cancelled.
package func ending(_ ends: [any SendingEnd], _ stage: () async throws -> Void) async throws {
  do {
    try await stage()
    try Task.checkCancellation()
  } catch {
    for end in ends { end.abort() }
    throw error
  }
  for end in ends { end.close() }
}
