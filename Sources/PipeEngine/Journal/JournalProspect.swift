package import PipeStorage

/// What the journal would come to if a run began now. To look at it changes nothing.
package enum JournalProspect: Sendable {
  case begins
  /// With how far the unfinished run is: `12,034 of 50,000 done in 41 min`.
  case goesOn(String)
  /// All that is left of the unfinished run is to give the outputs their names.
  case publishes
  /// What failed would be fetched again.
  case retries
  /// There is nothing that could be fetched again.
  case nothingFailed
  /// Nothing can be written there.
  case readOnly(RunError)
  /// It would not run: the exit status, what is in the way, and what to do, each on a line.
  case refused(status: Int32, String, hints: [String])

  /// - Parameters: As for `RunJournal.open`.
  package init(
    _ settings: RunJournal.Settings, for request: RunRequest, spec: SpecMeaning, at path: String, shown: String,
    of plan: Plan, in storage: any FileStorage = SystemStorage()
  ) throws(RunError) {
    let folder = JournalFolder(path: settings.folder, storage: storage)
    if let obstacle = folder.obstacle {
      self = .readOnly(.journal(settings.folder, obstacle))
      return
    }
    var (past, state) = JournalState.found(in: folder, spec: spec, path: path)
    do throws(StorageError) {
      if try folder.isLocked() { state = .locked }
    } catch {
      self = .readOnly(.journal(settings.folder, error))
      return
    }
    var decision = JournalDecision(request, state, folder: settings.folder, spec: shown)
    if decision == .retryFailed, let past {
      do throws(LogFault) {
        if try FailedRequests(of: past, sinks: plan.sinks, in: folder).isEmpty {
          self = .nothingFailed
          return
        }
      } catch {
        decision = JournalDecision(request, .unreadable(error), folder: settings.folder, spec: shown)
      }
    }
    switch decision {
    case .begin: self = .begins
    case .goOn:
      let checkpoint = past?.checkpoint
      self =
        checkpoint?.phase == .publishing
        ? .publishes : .goesOn(checkpoint.map { JournalState.Work($0).text } ?? "nothing done")
    case .retryFailed: self = .retries
    case .refuse(let status, let words, let hints): self = .refused(status: status, words, hints: hints)
    }
  }
}
