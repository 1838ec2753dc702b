/// The stage of one sink: does what `SinkState` says, with the sink's writer.
struct SinkStage {
  /// What it shares with the rest of the run.
  struct Context: Sendable {
    let environment: SinkEnvironment
    let control: RunControl
    let milestones: Milestones
    let ledger: Ledger
    let progress: RunProgress
    let events: RunEvents?
    /// When rows are made durable while the run goes on; `nil` for at its end only.
    let commits: CommitClock?
    /// Of a run with a journal.
    var checkpoints: Checkpoints?
    var expect: ExpectBook?
    var limits: LimitWatch?
  }

  private let plan: SinkPlan
  private let index: Int
  private let context: Context
  private var account: RowAccount
  private var lastTick = 0

  /// - Parameter index: The sink's place in the plan.
  init(_ plan: SinkPlan, index: Int, of context: Context) {
    self.plan = plan
    self.index = index
    self.context = context
    account = RowAccount(of: index, counter: context.progress.counter(.sink(index)), ledger: context.ledger)
  }

  /// Writes the rows that come, to the end of the run.
  mutating func run(_ input: Inlet<Record>) async throws {
    let milestones = context.milestones
    await milestones.begun.wait()
    let isInTrouble = context.control.failure != nil || context.control.isStopping
    if isInTrouble { milestones.opened.arrive(index) }
    var state = SinkState(waitsForRows: isInTrouble)
    var batches = input.batches()
    var rows: [Record] = []
    var writer: (any SinkWriter)?
    var failure: (any Error)?
    while state.step != .end {
      let (step, start) = (state.step, Instant.now)
      defer { if step.isWork { context.progress.measures.times.add(sink: index, start.duration(to: .now)) } }
      do {
        switch step {
        case .open:
          try Task.checkCancellation()
          writer = try await open()
          try await noteStart(of: &writer)
          milestones.opened.arrive(index)
          state.done()
        case .receive:
          switch await batches.receive() {
          case .batch(let batch):
            rows = batch
            state.receivedRows()
          case .idle: state.receivedNothing()
          case .end: state.receivedAll()
          case .cancelled: throw CancellationError()
          }
        case .write:
          account.add(rows)
          try await writer?.write(rows)
          rows = []
          try await settle(&writer)
          state.done()
        case .idle:
          try await writer?.idle()
          try await settle(&writer)
          state.done()
        case .finish:
          try await commit(&writer, ifAnnounced: true)
          if let commit = try await writer?.finish() { note(commit, of: writer) }
          // What a run that was stopped cannot leave at its place, the one that goes on writes.
          settle(writer)
          account.withdraw()
          milestones.finished.arrive(index)
          state.done()
        case .conclude:
          await milestones.finished.wait()
          try Task.checkCancellation()
          let isComplete = context.control.conclude { context.progress.discrepancies.isEmpty }
          // A run that dies while its outputs get their names gives them to the others when it goes on.
          if isComplete { try context.checkpoints?.take(.publishing) }
          let mayPublish = isComplete && (!plan.sink.awaitsExpectations || context.expect?.holds ?? true)
          state.concluded(mayPublish: mayPublish)
        case .publish:
          try await writer?.publish()
          state.done()
        case .abandon:
          context.progress.unpublished.add(await writer?.abandon(), of: index)
          // Rows that are still in a buffer when writing fails are not written.
          settle(writer)
          state.done()
        case .end: break
        }
      } catch {
        failure = failure ?? error
        state.failed()
      }
    }
    if let failure { throw failure }
    milestones.finished.arrive(index)
  }

  private func open() async throws(RunError) -> any SinkWriter {
    let (checkpoints, environment) = (context.checkpoints, context.environment)
    if let base = checkpoints?.base(of: index) {
      return try await plan.sink.open(plan.columns, onto: base, in: environment)
    }
    return try await plan.sink.open(plan.columns, at: checkpoints?.position(of: index), in: environment)
  }

  /// Puts into the journal where the output begins, before it gets a row: behind a crash all rows are taken back.
  private mutating func noteStart(of writer: inout (any SinkWriter)?) async throws {
    guard let checkpoints = context.checkpoints, plan.sink.delivery == .exactlyOnce else { return }
    if let commit = try await writer?.commit() { note(commit, of: writer) }
    try checkpoints.take()
  }

  /// Notes what is written, and makes it durable if it is time for that.
  private mutating func settle(_ writer: inout (any SinkWriter)?) async throws {
    settle(writer)
    let tick = context.commits?.tick(at: .now) ?? lastTick
    guard tick > lastTick || writer?.wantsCommit ?? false else { return }
    lastTick = tick
    try await commit(&writer)
  }

  /// Makes rows durable. Where the store decides, the journal knows their requests before.
  ///
  /// - Parameter ifAnnounced: Whether there is nothing to do otherwise.
  private mutating func commit(_ writer: inout (any SinkWriter)?, ifAnnounced: Bool = false) async throws {
    let announced = try await writer?.announce()
    if let announced, let checkpoints = context.checkpoints {
      account.announce(announced)
      try checkpoints.take()
    }
    if ifAnnounced, announced == nil { return }
    if let commit = try await writer?.commit() { note(commit, of: writer) }
  }

  private mutating func settle(_ writer: (any SinkWriter)?) {
    let refused = account.settle(upTo: writer?.rowsWritten ?? 0, leftOut: writer?.rowsLeftOut ?? RowsLeftOut())
    if refused > 0 { context.limits?.note(refused: refused) }
  }

  private mutating func note(_ commit: SinkCommit, of writer: (any SinkWriter)?) {
    settle(writer)
    account.settle(upTo: commit.rows, leftOut: writer?.rowsLeftOut ?? RowsLeftOut())
    account.commit(upTo: commit.rows, at: commit.position)
    context.events?.post(.committed(sink: index, rows: commit.rows))
  }
}

/// When the rows of a run are made durable: all sinks at about the same moments, and the checkpoint shortly behind them, so that
/// it tells of what was written just before.
struct CommitClock: Sendable {
  let interval: Duration
  private let start = Instant.now

  init(every interval: Duration) { self.interval = interval }

  /// How many of these moments have passed.
  func tick(at now: Instant) -> Int {
    Int(start.duration(to: now) / max(interval, .nanoseconds(1)))
  }

  /// When the checkpoint behind a moment is taken.
  func checkpoint(_ number: Int) -> ContinuousClock.Instant {
    let lag = min(interval / 5, .milliseconds(100))
    return (start + interval * number + lag).onContinuousClock
  }
}
