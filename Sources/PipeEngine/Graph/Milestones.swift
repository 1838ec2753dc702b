/// The moments of a run that some of its stages wait for.
struct Milestones: Sendable {
  /// Each source that runs from the start has a request, has ended, or has failed; of those that wait for their input, it
  /// is enough that another one has. Outputs are opened then.
  let begun: Latch
  /// Each output is open. Requests for pages are admitted then; what the sources fetch comes before.
  let opened: Latch
  /// Every stage before the sinks is done, and every output is finished. Outputs are published then, or none is.
  let finished: Latch

  /// The party that stands for all stages before the sinks.
  static let stages = -1

  /// - Parameter sources: The sources that run from the start.
  init(sources: some Sequence<Int>, sinks: Int) {
    begun = Latch(parties: sources)
    opened = Latch(parties: 0..<sinks)
    finished = Latch(parties: [Self.stages] + Array(0..<sinks))
  }
}
