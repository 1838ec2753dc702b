package import PipeStorage
internal import PipeText
internal import PipeWeb
internal import Synchronization

/// The journal of one run, from the question whether it may begin to the word that it has finished.
///
///     open ─▶ begin ─▶ write … ─▶ write(publishing) ─▶ end
///
/// It is opened before anything else of the run is, holds the lock of its folder for as long as it lives, and is begun before
/// an output is touched: a crash in between leaves the outputs of an older run with a journal that does not go on with them.
package final class RunJournal: Sendable {
  /// How it is kept.
  package struct Settings: Hashable, Sendable {
    /// The folder of this pipeline's journals, as it is opened.
    package var folder: String
    /// Whether checkpoints survive a loss of power, and not only the end of the process.
    package var isDurable = true
    /// The time from one checkpoint to the next.
    package var interval = Duration.seconds(1)

    package init(folder: String) { self.folder = folder }
  }

  /// What becomes of a run that wants a journal.
  package enum Opening: Sendable {
    case run(RunJournal)
    /// The run before has done everything but give all of its outputs their names.
    case publish(RunJournal)
    /// The system lets nothing be written there: permissions, or a file system that is only read.
    case readOnly(RunError)
    /// There is nothing that could be fetched again.
    case nothingFailed
    /// It does not run: the exit status, what is in the way, and what to do, each on a line.
    case refused(status: Int32, String, hints: [String])
  }

  private struct State: ~Copyable {
    /// The run that is gone on with, as its journal tells it.
    let past: PastRun?
    let lock: RunLock
    var journal: Journal?
    /// What a run that fetches again what failed begins with, until it does.
    var start: (first: Checkpoint, frames: [(kind: Journal.Kind, payload: [UInt8])])?
    /// What ended it: it is not tried again, since what could not be synced may be lost without a word (fsync(2)).
    var failure: StorageError?
  }

  package let settings: Settings
  /// Where the run goes on; `nil` for one that begins.
  package let resumed: Checkpoint?
  /// Whether it begins to fetch again what failed in a run that has finished.
  private let beginsRetry: Bool
  private let folder: JournalFolder
  private let spec: [UInt8]
  private let specPath: String
  private let number: Int
  /// The last run before this one that has finished.
  private let lastFinished: Int?
  /// What the journal tells of the run before, which this one does not go on with.
  private let before: RunRecord?
  private let began: Int
  private let state: Mutex<State>

  /// - Parameters:
  ///   - finished: The run in which what failed is fetched again now; `nil` unless that begins.
  private init(
    _ settings: Settings, in folder: JournalFolder, lock: sending RunLock, past: sending PastRun?, goesOn: Bool,
    toRetry finished: RunRecord? = nil, from resumed: Checkpoint? = nil, spec: SpecMeaning, path: String
  ) {
    self.settings = settings
    self.folder = folder
    beginsRetry = finished != nil
    before = finished ?? (goesOn ? nil : past.map { RunRecord($0) })
    self.spec = spec.bytes
    specPath = path
    self.resumed = goesOn ? resumed ?? past?.checkpoint : nil
    let last = past?.header.segment.run ?? 0
    number = goesOn ? last : last + 1
    lastFinished = past.flatMap { $0.checkpoint.phase == .finished ? last : nil }
    began = goesOn ? past?.header.began ?? 0 : Timestamp.now.milliseconds
    state = Mutex(State(past: goesOn ? past : nil, lock: lock))
  }

  /// Decides about a run.
  ///
  /// - Parameters:
  ///   - path: The real path of the spec; empty for one from standard input.
  ///   - shown: The spec as the person has named it.
  ///   - plan: Its plan.
  package static func open(
    _ settings: Settings, for request: RunRequest, spec: SpecMeaning, at path: String, shown: String, of plan: Plan,
    in storage: any FileStorage = SystemStorage()
  ) throws(RunError) -> Opening {
    let folder = JournalFolder(path: settings.folder, storage: storage)
    let lock: RunLock?
    do throws(StorageError) {
      lock = try folder.lock()
    } catch {
      if error.isForbidden { return .readOnly(.journal(settings.folder, error)) }
      throw .journal(settings.folder, error)
    }
    guard let lock else {
      return opening(refusal: JournalDecision(request, .locked, folder: settings.folder, spec: shown))
    }
    let (past, found) = JournalState.found(in: folder, spec: spec, path: path)
    let decision = JournalDecision(request, found, folder: settings.folder, spec: shown)
    switch decision {
    case .begin:
      return .run(RunJournal(settings, in: folder, lock: lock, past: past, goesOn: false, spec: spec, path: path))
    case .goOn:
      let resumed = try past?.checkpoint.settled(by: plan.sinks)
      let journal = RunJournal(
        settings, in: folder, lock: lock, past: past, goesOn: true, from: resumed, spec: spec, path: path)
      return journal.resumed?.phase == .publishing ? .publish(journal) : .run(journal)
    case .retryFailed:
      guard let past else { return .nothingFailed }
      let failed: FailedRequests
      do throws(LogFault) {
        failed = try FailedRequests(of: past, sinks: plan.sinks, in: folder)
      } catch {
        return opening(
          refusal: JournalDecision(request, .unreadable(error), folder: settings.folder, spec: shown))
      }
      if failed.isEmpty { return .nothingFailed }
      let finished = RunRecord(past)
      let first = try failed.checkpoint(behind: past.checkpoint, of: plan, at: Timestamp.now.milliseconds)
      return .run(
        RunJournal(
          settings, in: folder, lock: lock, past: past.with(first), goesOn: true, toRetry: finished, spec: spec,
          path: path))
    case .refuse: return opening(refusal: decision)
    }
  }

  private static func opening(refusal: JournalDecision) -> Opening {
    guard case .refuse(let status, let words, let hints) = refusal else { return .nothingFailed }
    return .refused(status: status, words, hints: hints)
  }

  /// The last checkpoint that was written; `nil` before the first.
  package var reached: Checkpoint? { state.withLock { $0.journal?.last } }

  /// What a run of a plan begins with.
  struct Start: Sendable {
    var memories: [SourceMemory] = []
    /// What a crawl is recorded with; `nil` without one.
    var crawl: CrawlJournal?
  }

  func start(of plan: Plan) throws(RunError) -> Start {
    try reading { (past) throws(LogFault) in
      let memories = Result { () throws(RunError) in try SourceMemory.all(of: plan, after: past, in: folder) }
      let crawl = plan.crawl == nil ? nil : CrawlJournal(key: try past?.crawlKey(in: folder) ?? nil)
      return memories.map { Start(memories: $0, crawl: crawl) }
    }
  }

  /// Rebuilds what a crawl has found before.
  func goOn(_ crawl: Crawl) throws(RunError) {
    try reading { (past) throws(LogFault) in
      Result { () throws(RunError) in
        if let past { try crawl.goOn(from: past, in: folder, beginsRetry: beginsRetry) }
      }
    }
  }

  /// Tells which pages have led on before, and what is still to come of them.
  func goOn(_ chains: Chains) throws(RunError) {
    try reading { (past) throws(LogFault) -> Result<Void, RunError> in
      let sources = past?.checkpoint.sources ?? []
      if sources.indices.contains(chains.account) { try chains.goOn(done: sources[chains.account].done) }
      return .success(())
    }
  }

  /// - Parameter body: Gets the run that is gone on with; `nil` for one that begins.
  private func reading<Value: Sendable>(
    _ body: (PastRun?) throws(LogFault) -> Result<Value, RunError>
  ) throws(RunError) -> Value {
    let result: Result<Value, RunError>
    do throws(LogFault) {
      result = try state.withLock { (state) throws(LogFault) in try body(state.past) }
    } catch {
      throw RunError("the journal \(error.path)", error.words)
    }
    return try result.get()
  }

  /// Gives the outputs of a run that has died since everything was done their names, and ends its journal.
  ///
  /// - Returns: What came of the expectations of the run.
  package func completePublishing(
    _ plan: Plan, in storage: any FileStorage = SystemStorage()
  ) throws(RunError) -> [ExpectationResult] {
    guard let checkpoint = resumed else { return [] }
    let results = ExpectBook.results(plan.expect, at: checkpoint)
    let isExpected = results.allSatisfy(\.holds)
    var environment = SinkEnvironment(storage: storage, isResumable: { true })
    environment.pipeline = JournalPlan.name(of: plan)
    var failure: RunError?
    for (sink, progress) in zip(plan.sinks, checkpoint.sinks) {
      guard let position = progress.position, isExpected || !sink.sink.awaitsExpectations else { continue }
      do throws(RunError) {
        try sink.sink.completePublishing(at: position, in: environment)
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
    try begin(checkpoint)
    _ = try end(checkpoint, outcome: isExpected ? StopReason.complete.name : RunOutcome.unexpected)
    return results
  }

  /// Begins or goes on with the log. A run that fetches again what failed does so once it is known that it can
  /// (`beginRetry`): one that is refused leaves the run that has finished as it is.
  ///
  /// - Parameter frames: What the first checkpoint needs to be known, where it is written at once.
  func begin(
    _ first: Checkpoint, frames: [(kind: Journal.Kind, payload: [UInt8])] = []
  ) throws(RunError) {
    // It may have been killed before it was in the history. What is wrong with that is said when this run is added.
    if let before { try? RunHistory(in: folder).addIfNewer(before) }
    try change { (state) throws(StorageError) in
      if let past = state.past {
        if beginsRetry {
          state.start = (first, frames)
        } else {
          state.journal = try Journal(goingOnWith: past, in: folder, isDurable: settings.isDurable)
        }
      } else {
        var first = first
        first.moment = began
        let header = JournalHeader(JournalFolder.Segment(run: number, number: 1), began: began, spec: specPath)
        state.journal = try Journal(
          beginning: header, spec, first, frames: [(.failures, FailedRow.encode([]))], in: folder,
          isDurable: settings.isDurable)
        // Older runs cannot be gone on with any more, but for the last one that has finished nobody asks for them.
        try folder.forget(before: number, keeping: lastFinished)
      }
    }
  }

  /// Every input has begun, and every output is open: from here on a run that fetches again what failed is one that has not
  /// finished, whatever becomes of it.
  func beginRetry() throws(RunError) {
    try change { (state) throws(StorageError) in
      guard let past = state.past, let start = state.start else { return }
      state.start = nil
      var journal = try Journal(goingOnWith: past, in: folder, isDurable: settings.isDurable)
      try journal.add(.retry, [1])
      for (kind, payload) in start.frames { try journal.add(kind, payload) }
      try journal.commit(start.first, at: Timestamp.now.milliseconds, isStep: false)
      state.journal = consume journal
    }
  }

  /// Whether the log has been begun, or gone on with. Until then there is nothing to write.
  package var isBegun: Bool { state.withLock { $0.journal != nil } }

  /// Writes a batch and its checkpoint. When it returns, a run that goes on begins there.
  func write(
    _ checkpoint: Checkpoint, frames: [(kind: Journal.Kind, payload: [UInt8])] = []
  ) throws(RunError) {
    let now = Timestamp.now.milliseconds
    try change { (state) throws(StorageError) in
      for (kind, payload) in frames { try state.journal?.add(kind, payload) }
      try state.journal?.commit(checkpoint, at: now)
    }
  }

  /// Writes that nothing is left to do, and forgets the runs before.
  ///
  /// - Returns: What could not be done of the last; nothing depends on it.
  func end(_ checkpoint: Checkpoint, outcome: String) throws(RunError) -> String? {
    var checkpoint = checkpoint
    checkpoint.phase = .finished
    try write(checkpoint)
    do throws(StorageError) {
      try folder.forget(before: number, keeping: nil)
    } catch {
      return "\(error.path) \(error.reason)"
    }
    return remember(checkpoint, outcome: outcome)
  }

  /// Adds the run to the history.
  ///
  /// - Returns: Why it could not be added.
  func remember(_ checkpoint: Checkpoint, outcome: String) -> String? {
    if !isBegun { return nil }
    let record = RunRecord(
      number, began: began, at: checkpoint, ended: Timestamp.now.milliseconds, outcome: outcome)
    do throws(LogFault) {
      try RunHistory(in: folder).add(record)
      return nil
    } catch {
      return "\(error.path) \(error.words)"
    }
  }

  private func change(_ body: (inout State) throws(StorageError) -> Void) throws(RunError) {
    do throws(StorageError) {
      try state.withLock { (state) throws(StorageError) in
        if let failure = state.failure { throw failure }
        do throws(StorageError) {
          try body(&state)
        } catch {
          state.failure = error
          throw error
        }
      }
    } catch {
      throw .journal(settings.folder, error)
    }
  }
}

extension Checkpoint {
  /// The same once every sink with a commit that was announced has been asked what came of it.
  fileprivate func settled(by sinks: [SinkPlan]) throws(RunError) -> Checkpoint {
    var settled = self
    for (index, sink) in sinks.enumerated() where self.sinks.indices.contains(index) {
      guard let announced = self.sinks[index].announced else { continue }
      settled.sinks[index] = self.sinks[index].settled(try sink.sink.outcome(of: announced.position))
    }
    return settled
  }
}

extension RunError {
  /// What the system said of the journal.
  static func journal(_ folder: String, _ error: StorageError) -> RunError {
    RunError(
      "the journal in \(folder)", error.reason,
      hint: "make room or make it writable; journal: {folder: …} names another folder, and journal: off does without")
  }
}
