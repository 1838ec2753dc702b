internal import PipeSpec

/// What a sink guarantees of each record where a run is broken off and begun again.
package enum Delivery: String, Sendable {
  /// Written, and perhaps written again.
  case atLeastOnce = "at-least-once"

  init(of sink: SinkPlan) { self = .atLeastOnce }

  package var text: String {
    switch self {
    case .atLeastOnce: "at least once: restarting the run writes every record again"
    }
  }
}
