internal import PipeSpec
internal import PipeText
internal import Synchronization

/// How a person stops a run: first gently, then at once. One control belongs to one run.
package final class RunControl: Sendable {
  package enum Phase: Hashable, Sendable {
    case running
    /// Nothing new is admitted; what is in flight may end until that moment.
    case draining(until: ContinuousClock.Instant)
  }

  private struct Storage: Sendable {
    var phase = Phase.running
    var cause: StopCause?
    /// Whether the run is complete, once that is settled.
    var conclusion: Bool?
    var areSourcesClosed = false
    var failure: RunError?
    var onStop: [@Sendable () -> Void] = []
    var notices: [String] = []
    var onNotice: (@Sendable (String) -> Void)?
    var rows = 0
    /// The columns that fields read and no row has; `nil` before a source has told.
    var missingColumns: Set<ExactText>?
    var knownColumns: Set<String> = []
  }

  /// The most notices of a run.
  private static let noticeLimit = 100

  private let storage = Mutex(Storage())

  package init() {}

  package var phase: Phase { storage.withLock { $0.phase } }

  package var isStopping: Bool { phase != .running }

  /// Whether the run ends before it is done: it was stopped, or a source could not be read further.
  var isCutShort: Bool { storage.withLock { $0.phase != .running || $0.failure != nil } }

  /// Whether the sources are to yield no more: the run stops, or has had all that it may take.
  var areSourcesClosed: Bool { storage.withLock { $0.areSourcesClosed || $0.phase != .running } }

  /// Why a source could not be read further. The run fails with it once everything is done that was read before.
  package var failure: RunError? { storage.withLock { $0.failure } }

  /// Tells the person something that is not a failure; the same words once.
  func tell(_ notice: String) {
    let tell = storage.withLock { storage -> (@Sendable (String) -> Void)? in
      if storage.notices.contains(notice) || storage.notices.count >= Self.noticeLimit { return nil }
      storage.notices.append(notice)
      return storage.onNotice
    }
    tell?(notice)
  }

  /// Calls a function with each notice, from whatever thread it comes.
  package func onNotice(_ call: @escaping @Sendable (String) -> Void) {
    let earlier = storage.withLock { storage in
      storage.onNotice = call
      return storage.notices
    }
    for notice in earlier { call(notice) }
  }

  /// A source has ended: how many rows it had, and which columns that fields read none of them has.
  func note(rows: Int, without missing: Set<ExactText>, among known: [String]) {
    storage.withLock { storage in
      storage.rows += rows
      storage.missingColumns = storage.missingColumns?.intersection(missing) ?? missing
      storage.knownColumns.formUnion(known)
    }
  }

  /// What to say of fields that read a column which no row had.
  func missingColumns(of plan: Plan) -> [String] {
    let (hasRows, missing, known) = storage.withLock {
      ($0.rows > 0, $0.missingColumns ?? [], $0.knownColumns.sorted())
    }
    if !hasRows || missing.isEmpty { return [] }
    return plan.fields.compactMap { field in
      guard let column = field.extractor.inputColumn?.value, missing.contains(ExactText(column)) else { return nil }
      let near = nearestName(to: column, among: known)
      return
        "no row has a column '\(field.shownColumn ?? column)', which the field '\(field.shown)' reads"
        + (near.map { "; did you mean '\($0)'?" } ?? "")
    }
  }

  /// Remembers why a source cannot be read further, before what was read of it has gone its way.
  func fail(because failure: RunError) { storage.withLock { $0.failure = $0.failure ?? failure } }

  /// Ends the sources where they are; what they have yielded goes its way.
  func closeSources(because failure: RunError? = nil) {
    let tell = storage.withLock { storage in
      storage.areSourcesClosed = true
      storage.failure = storage.failure ?? failure
      return storage.onStop
    }
    for call in tell { call() }
  }

  /// Admits nothing new and lets what is in flight finish until a moment; a later call can only shorten it.
  ///
  /// Once the run is concluded, nothing is left to stop.
  package func stop(_ cause: StopCause = .interrupted, by moment: ContinuousClock.Instant) {
    let tell = storage.withLock { storage -> [@Sendable () -> Void] in
      if storage.conclusion != nil { return [] }
      storage.cause = storage.cause ?? cause
      if case .draining(let until) = storage.phase {
        storage.phase = .draining(until: min(until, moment))
      } else {
        storage.phase = .draining(until: moment)
      }
      return storage.onStop
    }
    for call in tell { call() }
  }

  /// Why the run was stopped; the first cause, and `nil` where it ran to its end.
  package var cause: StopCause? { storage.withLock { $0.cause } }

  /// Settles whether the run is complete, once every stage is done: it was not stopped, no source failed, and nothing was
  /// lost. Whoever asks later gets the same answer, so that its outputs are published together or not at all.
  func conclude(_ isConserved: () -> Bool) -> Bool {
    storage.withLock { storage in
      if let conclusion = storage.conclusion { return conclusion }
      let conclusion = storage.phase == .running && storage.failure == nil && isConserved()
      storage.conclusion = conclusion
      return conclusion
    }
  }

  /// The run has ended: nobody is told any more, and nothing of the run is held on to.
  func end() {
    // Let go of outside the lock: it may be the last that holds the run's parts.
    _ = storage.withLock { storage in
      let calls = (storage.onStop, storage.onNotice)
      storage.onStop = []
      storage.onNotice = nil
      return calls
    }
  }

  /// Calls a function whenever the run or its sources are stopped; at once where they were already.
  func onStop(_ call: @escaping @Sendable () -> Void) {
    let isStopping = storage.withLock { storage in
      storage.onStop.append(call)
      return storage.areSourcesClosed || storage.phase != .running
    }
    if isStopping { call() }
  }
}
