package import PipeStorage

/// An unfinished run of another pipeline, whose rows a run that begins would write over.
package struct RunInTheWay: Sendable {
  /// The real path of its spec; empty for one from standard input.
  package let spec: String
  /// The folder of its journals.
  package let folder: String
  /// How far it is: `12,034 of 50,000 done in 41 min`.
  package let work: String
  /// The place of the output among the sinks of the plan.
  package let sink: Int

  /// Looks among the journals beside a plan's own. Those that cannot be read stand in nobody's way, nor does work that is
  /// begun anew without asking.
  package init?(of plan: Plan, in storage: any FileStorage = SystemStorage()) {
    guard let journal = plan.journal, let names = try? storage.names(in: journal.parent) else { return nil }
    for name in names where name != journal.name {
      let path = journal.parent + "/" + name
      guard let past = try? PastRun(lastIn: JournalFolder(path: path, storage: storage)) else { continue }
      let work = JournalState.Work(past.checkpoint)
      if past.checkpoint.phase == .finished || work.worked < JournalDecision.smallWork { continue }
      for position in past.checkpoint.sinks.compactMap(\.position) {
        guard let sink = plan.sinks.firstIndex(where: { $0.sink.wouldReplace(position) }) else { continue }
        (spec, folder, self.work, self.sink) = (past.header.spec, path, work.text, sink)
        return
      }
    }
    return nil
  }
}
