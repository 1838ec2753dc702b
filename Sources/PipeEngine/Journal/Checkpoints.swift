internal import PipeText
internal import PipeWeb
internal import Synchronization

/// Takes the checkpoints of a run and writes them into its journal.
///
/// What a checkpoint tells was so at the moment at which the ledger was asked. Whatever else is asked for comes after that,
/// so that it tells of every request that is done at the least; what it tells of others does no harm.
final class Checkpoints: Sendable {
  /// What is asked.
  struct Parts: Sendable {
    let ledger: Ledger
    let book: EventBook
    /// Of the spec's sources.
    var memories: [SourceMemory] = []
    /// What a crawl has found since the last call.
    var findings: @Sendable () throws(RunError) -> [[UInt8]] = { () throws(RunError) in [] }
    var hosts: @Sendable () -> [String: HostMemory] = { [:] }
    var expect: ExpectBook?
  }

  private struct State {
    var checkpoint: Checkpoint
    /// When the time was added to it for the last time.
    var clock = Instant.now
  }

  let journal: RunJournal
  private let parts: Parts
  private let state: Mutex<State>

  /// - Parameters:
  ///   - sources: Sources of the ledger.
  init(_ journal: RunJournal, _ parts: Parts, sources: Int, sinks: Int) {
    self.journal = journal
    self.parts = parts
    var checkpoint = journal.resumed ?? Checkpoint()
    checkpoint.sources += Array(repeating: SourceProgress(), count: max(0, sources - checkpoint.sources.count))
    checkpoint.sinks += Array(repeating: SinkProgress(), count: max(0, sinks - checkpoint.sinks.count))
    state = Mutex(State(checkpoint: checkpoint))
  }

  /// Requests that were done before the run went on.
  var earlierCount: Int { journal.resumed?.sources.reduce(0) { $0 + $1.done.count } ?? 0 }

  /// Where a sink is opened; `nil` where it is begun.
  func position(of sink: Int) -> SinkPosition? { journal.resumed?.sinks[sink].position }

  /// The finished output from which a sink makes its own anew.
  func base(of sink: Int) -> SinkBase? { journal.resumed?.sinks[sink].base }

  /// Whether a sink goes on with an output that is there.
  func goesOn(_ sink: Int) -> Bool { position(of: sink) != nil || base(of: sink) != nil }

  /// Whether the run fetches again what failed in one that had finished.
  var isRetry: Bool { journal.resumed?.retry != nil }

  /// Of each source, requests that a sink has rows of and that are made again; empty if there are none.
  func ahead(of sink: Int) -> [DoneSet] {
    let ahead = journal.resumed?.sinks[sink].ahead ?? []
    return ahead.allSatisfy(\.isEmpty) ? [] : ahead
  }

  func begin() throws(RunError) {
    try state.withLock { (state) throws(RunError) in
      // What a crawl opens again has to be known before anything follows from it.
      let findings = try parts.findings().map { (kind: Journal.Kind.findings, payload: $0) }
      try journal.begin(state.checkpoint, frames: findings)
    }
  }

  /// Every input has begun, and every output is open.
  func outputsOpened() throws(RunError) { try journal.beginRetry() }

  /// Takes one, and writes it if there is anything new. Waits for the disk, so it is not for the tasks of the pool.
  func take(_ phase: Checkpoint.Phase = .running) throws(RunError) {
    if !journal.isBegun { return }
    let done = try state.withLock { (state) throws(RunError) -> [DoneSet] in
      let before = state.checkpoint
      let cut = parts.ledger.cut()
      let events = add(cut, to: &state.checkpoint)
      var frames: [(kind: Journal.Kind, payload: [UInt8])] = try parts.findings().map { (.findings, $0) }
      frames += FailedRow.frames(cut.failures).map { (.failures, $0) }
      for memory in parts.memories {
        let step = memory.step(done: state.checkpoint.sources[memory.index].done)
        state.checkpoint.sources[memory.index] = step.progress
        frames += step.frames.map { (.requests, $0) }
      }
      let now = Instant.now
      state.checkpoint.hosts = parts.hosts()
      // What is published does not come back.
      if phase.rawValue > state.checkpoint.phase.rawValue { state.checkpoint.phase = phase }
      let isNew = state.checkpoint != before || !frames.isEmpty
      state.checkpoint.worked += state.clock.duration(to: now).milliseconds
      state.clock = now
      frames += events.frames.map { (.events, $0) }
      if isNew { try journal.write(state.checkpoint, frames: frames) }
      return parts.memories.map { $0.done.isAwaited ? state.checkpoint.sources[$0.index].done : DoneSet() }
    }
    for (memory, done) in zip(parts.memories, done) where !done.isEmpty { memory.done.tell(done) }
  }

  /// The run has ended, complete or not.
  ///
  /// - Returns: What could not be done that nothing depends on.
  func end(_ reason: String, isComplete: Bool) throws(RunError) -> String? {
    try state.withLock { (state) throws(RunError) in
      isComplete
        ? try journal.end(state.checkpoint, outcome: reason)
        : journal.remember(state.checkpoint, outcome: reason)
    }
  }

  /// - Returns: The events of what is newly done.
  private func add(_ cut: LedgerCut, to checkpoint: inout Checkpoint) -> EventBatch {
    var events = EventBatch()
    for (index, source) in cut.sources.enumerated() {
      checkpoint.sources[index].done.insert(all: source.news)
      checkpoint.sources[index].yielded = max(checkpoint.sources[index].yielded, source.yielded)
      parts.book.take(source.news, of: index, into: &events)
    }
    checkpoint.totals.add(events.totals)
    if let expect = parts.expect { checkpoint.expected = expect.take(cut.sources.enumerated().map { ($0, $1.news) }) }
    for (index, stand) in cut.sinks.enumerated() {
      checkpoint.sinks[index].position = stand.position
      checkpoint.sinks[index].rows = stand.rows
      if stand.position != nil { checkpoint.sinks[index].base = nil }
      checkpoint.sinks[index].announced = stand.announced
      if cut.sinks.count == 1, checkpoint.sinks[index].ahead.isEmpty { continue }
      checkpoint.sinks[index].ahead = stand.held.enumerated().map { $1.subtracting(checkpoint.sources[$0].done) }
    }
    return events
  }
}
