internal import PipeStorage
internal import Synchronization

/// What the journal keeps of one source, and what the source begins with in a run that goes on. It is used by one run of a
/// graph:
///
/// 1. At its start, `SourceMemory.all(of: plan, after: past, in: folder)` makes one for each source of the plan; without a
///    past run they begin. Each is given to its `sourceStage(…, memory:)`, which reads the source on where it was and sends
///    only what is not done, with the ordinals that the requests had.
/// 2. At each checkpoint, once the ledger has told which requests are done, `step(done:)` of each: its frames go into the
///    journal as `.requests`, and its progress into `Checkpoint.sources`, in the same batch. So the frame of a request that
///    is done is in that batch or in an earlier one.
/// 3. `passedOver` says how many requests were done before this run and are not made again.
///
/// An input that does not begin with what was read of it makes the source throw a `RunError`: the run fails at its end, as
/// with any source that cannot be read further, and can be gone on with.
package final class SourceMemory: Sendable {
  /// Its place among the sources of the spec.
  let index: Int
  let rereading: SourceRereading
  /// How far it was; `nil` if this is its first run.
  let past: SourceProgress?
  /// The only requests that it yields, if those are fetched again that failed.
  let retried: DoneSet?
  /// Where it marks places; `nil` if it is read on in another way.
  let marks: SourceMarks?
  /// Tells the source what is done.
  let done = DoneRequests()
  private let journal: PastJournal?
  private let storage: Mutex<Storage>

  private struct Storage {
    var yielded: Int
    var isDry: Bool
    var frames: RequestFrames
    var passedOver = 0
  }

  /// Where the journal of the past run is, and where it ends.
  struct PastJournal: Sendable {
    let folder: JournalFolder
    let last: JournalFolder.Segment
    /// The number of its last checkpoint.
    let checkpoint: Int
  }

  /// What a checkpoint has of a source.
  struct Step: Sendable {
    let progress: SourceProgress
    /// Payloads of frames (`Journal.Kind.requests`).
    let frames: [[UInt8]]
  }

  /// The memories of a plan's sources, and behind them that of the next pages, where sources follow these (`Chains`).
  ///
  /// - Parameters:
  ///   - past: The run that this one goes on with; `nil` to begin.
  ///   - folder: Where its journal is.
  static func all(of plan: Plan, after past: PastRun? = nil, in folder: JournalFolder) throws(RunError)
    -> [SourceMemory]
  {
    let journal = past.map { PastJournal(folder: folder, last: $0.header.segment, checkpoint: $0.checkpoint.number) }
    var memories: [SourceMemory] = []
    for (index, source) in plan.sources.enumerated() {
      let sources = past?.checkpoint.sources ?? []
      memories.append(
        try SourceMemory(
          index, source.source.rereading(in: plan.folder),
          after: sources.indices.contains(index) ? sources[index] : nil,
          retrying: past?.checkpoint.retry.map { $0.requests.indices.contains(index) ? $0.requests[index] : DoneSet() },
          journal: journal))
    }
    if plan.followsPages {
      // What leads on is known of pages that come once more, also if nothing else is read again.
      let index = plan.sources.count
      memories.append(
        try SourceMemory(
          index, .once,
          after: past.flatMap { $0.checkpoint.sources.indices.contains(index) ? $0.checkpoint.sources[index] : nil },
          journal: journal))
    }
    return memories
  }

  /// - Parameters:
  ///   - rereading: How the source can be read now.
  ///   - past: How far it was; `nil` if it begins.
  ///   - retried: The only requests that it yields; `nil` for all that are not done.
  ///   - journal: Where its requests are, if it was not read for the first time.
  init(
    _ index: Int, _ rereading: SourceRereading, after past: SourceProgress? = nil, retrying retried: DoneSet? = nil,
    journal: PastJournal? = nil, distance: SourceMarks.Distance = SourceMarks.Distance()
  ) throws(RunError) {
    self.index = index
    self.past = past
    self.retried = retried
    self.journal = journal
    // What was a pipe then may be a file now: what counts is what the journal has.
    let wasMarked = past?.bookmark != nil
    let wasJournaled = rereading == .fromMark && !wasMarked && past?.yielded ?? 0 > 0
    self.rereading = wasMarked ? .fromMark : wasJournaled ? .once : rereading
    if let bookmark = past?.bookmark {
      marks = SourceMarks(bookmark, distance: distance)
      if marks == nil {
        throw RunError("the journal", "has a place in source \(index + 1) that cannot be read", hint: Self.restart)
      }
    } else {
      marks = self.rereading == .fromMark ? SourceMarks(distance: distance) : nil
    }
    storage = Mutex(
      Storage(
        yielded: past?.yielded ?? 0, isDry: past?.isDry ?? false, frames: RequestFrames(source: index)))
  }

  /// Completes "or".
  static let restart = "begin anew with --restart"

  /// How many requests were done before and are not made again.
  package var passedOver: Int { storage.withLock { $0.passedOver } }

  /// What the next checkpoint has of the source.
  ///
  /// - Parameter done: All of its requests that are done, in all sessions of the run.
  func step(done: DoneSet) -> Step {
    let bookmark = marks?.bookmark(for: done)
    return storage.withLock { storage in
      Step(
        progress: SourceProgress(
          done: done, isDry: storage.isDry, yielded: storage.yielded, bookmark: bookmark),
        frames: storage.frames.take())
    }
  }

  // MARK: What the source does

  /// The source has yielded requests, which are about to be sent.
  ///
  /// - Parameters:
  ///   - end: The ordinal behind the last one.
  ///   - passedOver: All requests so far that are not sent, since they are done.
  func yields(_ requests: [Request], upTo end: Int, passedOver: Int) {
    storage.withLock { storage in
      storage.passedOver = passedOver
      // What is new in it is not this run's.
      if retried != nil { return }
      if rereading.isJournaled {
        // Those that the journal has already come first.
        let known = storage.yielded
        if let first = requests.first?.id.ordinal {
          storage.frames.add(requests.dropFirst(max(0, min(known - first, requests.count))))
        }
      }
      storage.yielded = max(storage.yielded, end)
    }
  }

  /// The source has ended, and all of it was sent.
  func ends() { storage.withLock { $0.isDry = true } }

  /// The requests that the journal has.
  func pastRequests() -> PastRequests? {
    journal.map { journal in
      PastRequests(
        of: index,
        in: PastFrames([.requests], upTo: journal.last, checkpoint: journal.checkpoint, in: journal.folder),
        path: journal.folder.path)
    }
  }
}
