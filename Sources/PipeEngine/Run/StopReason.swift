/// What asked a run to stop before its sources were dry.
package enum StopCause: Hashable, Sendable {
  /// Ctrl-C (SIGINT).
  case interrupted
  /// SIGTERM.
  case terminated
  /// The terminal is gone (SIGHUP).
  case hungUp
  /// A limit of the spec.
  case limit(ReachedLimit)
}

/// Why a run ended.
package enum StopReason: Hashable, Sendable {
  /// Every request is accounted for, and every row is written.
  case complete
  /// Complete as planned: it has had as many requests as it may take.
  case limit
  /// It was asked to stop, and has left requests undone.
  case stopped(by: StopCause)
  /// The reader of standard output has had enough (`| head`). What it read is whole; other outputs are not.
  case readerGone
  case failed(by: RunError)

  /// What the run's record calls it.
  package var name: String {
    switch self {
    case .complete: "complete"
    case .limit: "limit"
    case .stopped(.interrupted): "interrupted"
    case .stopped(.terminated): "terminated"
    case .stopped(.hungUp): "hung-up"
    case .stopped(.limit): "limit-reached"
    case .readerGone: "reader-gone"
    case .failed: "failed"
    }
  }

  /// Whether its outputs are whole.
  package var isComplete: Bool { self == .complete || self == .limit }
}
