internal import PipeStorage

/// How a person asks for a run.
package enum RunRequest: String, CaseIterable, Sendable {
  /// `pipe run SPEC` alone.
  case run
  /// `--resume`: go on where there is something to go on with, else begin.
  case resume
  /// `--restart`: begin anew, whatever there is.
  case restart
  /// `--retry-failed`: fetch again what failed in the run that has finished.
  case retryFailed
}

/// What the folder of a pipeline's journals holds.
enum JournalState: Hashable, Sendable {
  /// How far a run has come.
  struct Work: Hashable, Sendable {
    /// Requests that are done.
    var done = 0
    /// Requests there are; `nil` while sources have more.
    var total: Int?
    /// Milliseconds that it was at work.
    var worked = 0
    var failed = 0
  }

  case none
  /// - Parameter changes: In what the spec means another thing than when the run began, if that keeps it from going on.
  case unfinished(Work, changes: [SpecChange])
  case finished(Work, changes: [SpecChange])
  /// Another run has the lock.
  case locked
  /// The journals are those of another spec of the same name.
  case foreign(spec: String)
  /// They cannot be read: they are damaged, a newer program's, or the system refuses.
  case unreadable(LogFault)

  /// Reads what there is, without changing it.
  ///
  /// - Parameters:
  ///   - spec: What the spec means now.
  ///   - path: Its real path.
  static func found(
    in folder: JournalFolder, spec: SpecMeaning, path: String
  ) -> sending (past: PastRun?, state: JournalState) {
    do throws(LogFault) {
      guard let past = try PastRun(lastIn: folder) else { return (nil, .none) }
      // The spec of a journal may have got another name.
      let isThere = try? folder.storage.status(of: past.header.spec, followingLinks: true) != nil
      return (past, JournalState(past, spec: spec, path: path, isItsSpecThere: isThere ?? true))
    } catch {
      return (nil, .unreadable(error))
    }
  }

  /// What a run and the spec as it is now come to.
  ///
  /// - Parameters:
  ///   - path: The real path of the spec, as the journal has it.
  ///   - isItsSpecThere: Whether there is a file at the path that the journal has.
  init(_ past: PastRun, spec: SpecMeaning, path: String, isItsSpecThere: Bool = true) {
    if past.header.spec != path, isItsSpecThere || past.header.spec.isEmpty || path.isEmpty {
      self = .foreign(spec: past.header.spec)
      return
    }
    guard let meaning = SpecMeaning(past.spec) else {
      self = .unreadable(LogFault(past.log.path, .broken(at: 0)))
      return
    }
    let checkpoint = past.checkpoint
    let work = Work(checkpoint)
    let changes = spec.changes(since: meaning)
    self = checkpoint.phase == .finished ? .finished(work, changes: changes) : .unfinished(work, changes: changes)
  }
}

/// What a run does about the journal of the one before.
enum JournalDecision: Hashable, Sendable {
  /// Begin a run. What an unfinished one has written is written over.
  case begin
  /// Go on with the run.
  case goOn
  /// Fetch again what failed.
  case retryFailed
  /// Do not run: exit status, what is in the way, and what to do, each on a line.
  case refuse(status: Int32, String, hints: [String])

  /// Work that is not worth asking for: a run that holds less is begun anew.
  static let smallWork = 60_000

  /// - Parameters:
  ///   - folder: The folder, as it may be shown.
  ///   - spec: The spec, as the person has named it.
  init(_ request: RunRequest, _ state: JournalState, folder: String, spec: String) {
    switch state {
    case .none:
      self = request == .retryFailed ? .refuse(status: 1, "no run of \(spec) has finished", hints: []) : .begin
    case .locked:
      self = .refuse(
        status: 1, "another run of \(spec) is going on", hints: ["wait until it has ended, or stop it"])
    case .foreign(let other):
      let owner = other.isEmpty ? "a spec from standard input" : other
      self = .refuse(
        status: 1, "the journal in \(folder) is that of \(owner)",
        hints: ["give each spec a name of its own (name: …), or move the folder away"])
    case .unreadable(let fault):
      self = .refuse(status: 1, "the journal \(fault.path) \(fault.words)", hints: [Self.hint(for: fault, folder)])
    case .finished(_, let changes):
      if request != .retryFailed {
        self = .begin
      } else if changes.isEmpty {
        self = .retryFailed
      } else {
        self = .refuse(
          status: 1, "the spec has changed since the run: \(Self.text(of: changes))", hints: [Self.restart(spec)])
      }
    case .unfinished(let work, let changes):
      self = Self.unfinished(request, work, changes, spec)
    }
  }

  private static func unfinished(
    _ request: RunRequest, _ work: JournalState.Work, _ changes: [SpecChange], _ spec: String
  ) -> JournalDecision {
    switch request {
    case .restart: return .begin
    case .run where work.worked < smallWork: return .begin
    case .resume where changes.isEmpty: return .goOn
    case .resume:
      return .refuse(
        status: 4, "the unfinished run (\(work.text)) cannot go on, since the spec has changed: \(text(of: changes))",
        hints: ["undo the change and use --resume", restart(spec)])
    case .run, .retryFailed:
      return .refuse(
        status: 4, "an unfinished run stands in the way: \(work.text)",
        hints: ["pipe run \(spec) --resume goes on with it", restart(spec)])
    }
  }

  private static func restart(_ spec: String) -> String { "pipe run \(spec) --restart begins anew" }

  private static func text(of changes: [SpecChange]) -> String { changes.map(\.text).joined(separator: "; ") }

  private static func hint(for fault: LogFault, _ folder: String) -> String {
    switch fault.reason {
    case .newer: "use the newer pipe to go on with the run, or move \(folder) away to begin anew"
    case .broken, .foreign: "nothing of it was changed; move \(folder) away to begin anew"
    case .storage: "make \(folder) readable, or move it away to begin anew"
    }
  }
}

extension JournalState.Work {
  init(_ checkpoint: Checkpoint) {
    self.init(worked: checkpoint.worked, failed: checkpoint.totals.failed)
    done = checkpoint.sources.reduce(0) { $0 + $1.done.count }
    let isDry = !checkpoint.sources.isEmpty && checkpoint.sources.allSatisfy(\.isDry)
    total = isDry ? checkpoint.sources.reduce(0) { $0 + $1.yielded } : nil
  }

  /// `12,034 of 50,000 done in 41 min`.
  var text: String {
    let seconds = worked / 1000
    let time =
      seconds < 60 ? "\(seconds) s" : seconds < 7200 ? "\(seconds / 60) min" : "\(seconds / 3600) h"
    return "\(done.grouped)\(total.map { " of \($0.grouped)" } ?? "") done in \(time)"
  }
}
