/// One execution of a plan.
///
///     let run = Run(plan, fetcher: fetcher)
///     let outcome = await run.perform()
///
/// Whoever shows it reads `progress`, listens to its events, and stops it by `stop`; all of that from any thread.
package struct Run: Sendable {
  private let graph: Graph
  private let events: RunEvents?

  /// - Parameters:
  ///   - listeners: Those who are told what happens. Without any, the run makes no events.
  ///   - commitInterval: How often sinks make their rows durable while the run goes on; `nil` for at its end only.
  package init(
    _ plan: Plan, fetcher: any Fetcher, control: RunControl = RunControl(), listeners: [RunListener] = [],
    commitInterval: Duration? = nil
  ) {
    events = RunEvents(listeners)
    graph = Graph(plan, fetcher: fetcher, control: control, events: events, commitInterval: commitInterval)
  }

  package var progress: RunProgress { graph.progress }
  package var control: RunControl { graph.control }

  /// How long requests in flight have to finish once the run is asked to stop.
  package static let drainTime = Duration.seconds(10)

  /// Asks the run to stop: gently, or at once.
  package func stop(_ step: StopStep, because cause: StopCause) {
    control.stop(cause, by: step == .drain ? .now + Self.drainTime : .now)
  }

  /// Runs to the end, whatever that is. Called once.
  package func perform() async -> RunOutcome {
    let start = ContinuousClock.now
    var failure: RunError?
    do {
      try await graph.run()
    } catch {
      failure = error as? RunError ?? RunError("the run", "broke off: \(error)")
    }
    let outcome = RunOutcome(
      failure: failure, cause: control.cause, discrepancies: failure == nil ? progress.discrepancies : [],
      isLimited: progress.stages.contains { $0.beyondLimit > 0 }, elapsed: .now - start)
    events?.end(.stopped(outcome.reason))
    return outcome
  }
}
