/// What a sink guarantees of each record if a run is broken off and goes on.
package enum Delivery: String, Sendable {
  /// Written, and perhaps written again.
  case atLeastOnce = "at-least-once"
  /// Written once: the output is opened at the position of the last commit.
  case exactlyOnce = "exactly-once"

  /// What a run guarantees. Without a journal it cannot go on, and begins again.
  init(of sink: SinkPlan, in plan: Plan) { self = plan.journal == nil ? .atLeastOnce : sink.sink.delivery }

  package var text: String {
    switch self {
    case .atLeastOnce: "at least once: restarting the run writes every record again"
    case .exactlyOnce: "exactly once: resuming the run goes on behind the last row that is durable"
    }
  }
}
