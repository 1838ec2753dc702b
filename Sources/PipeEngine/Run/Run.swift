package import PipeStorage

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
  ///   - journal: What the run goes on from, and what is kept of it; it makes rows durable as often as that is told there.
  ///   - storage: Where sinks write.
  package init(
    _ plan: Plan, fetcher: any Fetcher, control: RunControl = RunControl(), listeners: [RunListener] = [],
    journal: RunJournal? = nil, storage: any FileStorage = SystemStorage()
  ) {
    events = RunEvents(listeners)
    graph = Graph(
      plan, fetcher: fetcher, control: control, events: events, journal: journal, storage: storage)
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
    var outcome = outcome(failure, since: start)
    if outcome.reason.isComplete { outcome.expectations = graph.expect?.results() ?? [] }
    let name = outcome.isUnexpected ? RunOutcome.unexpected : outcome.reason.name
    do throws(RunError) {
      try graph.endJournal(name, isComplete: outcome.reason.isComplete)
    } catch {
      // A run that was complete has published its outputs; nothing is left for it to go on with.
      if failure == nil { outcome = self.outcome(error, since: start) }
    }
    events?.end(.stopped(outcome.reason))
    return outcome
  }

  private func outcome(_ failure: RunError?, since start: ContinuousClock.Instant) -> RunOutcome {
    RunOutcome(
      failure: failure, cause: control.cause, discrepancies: failure == nil ? progress.discrepancies : [],
      isLimited: progress.stages.contains { $0.beyondLimit > 0 }, elapsed: .now - start)
  }
}
