import ArgumentParser
import PipeEngine
import PipeStages
import PipeStorage

/// What stands before a run: its journal, which knows whether it begins, goes on, or stays away.
enum RunSession {
  /// With the journal that it writes; `nil` for none.
  case run(RunJournal?)
  /// There was nothing left to do but to publish; with what came of the expectations of the run.
  case done([ExpectationResult])

  /// Looks at the journal and locks it. If the run cannot begin, it says why.
  ///
  /// - Parameters:
  ///   - meaning: What the spec means, if its run has a journal.
  ///   - spec: The spec as it was named.
  static func open(
    _ plan: Plan, _ meaning: SpecMeaning?, for request: RunRequest, _ spec: String
  ) throws -> RunSession {
    guard let journal = plan.journal, let meaning else {
      if request == .retryFailed {
        StandardError.say(
          "pipe: \(spec) keeps no journal, so what failed is not known\n  journal: .pipe keeps one from the next run on"
        )
        throw ExitStatus.failed
      }
      if request == .resume {
        StandardError.say("pipe: warning: \(spec) keeps no journal, so --resume begins anew")
      }
      return .run(nil)
    }
    var settings = RunJournal.Settings(folder: journal.folder)
    settings.isDurable = journal.isDurable
    settings.interval = journal.interval
    let opening: RunJournal.Opening
    var expectations: [ExpectationResult] = []
    do throws(RunError) {
      opening = try RunJournal.open(settings, for: request, spec: meaning, at: realPath(spec), shown: spec, of: plan)
      if case .publish(let journal) = opening { expectations = try journal.completePublishing(plan) }
    } catch {
      StandardError.say("pipe: \(error.text(in: plan))")
      throw ExitStatus.failed
    }
    switch opening {
    case .run(let opened):
      if opened.resumed == nil, request != .restart, let other = RunInTheWay(of: plan) {
        StandardError.say(
          """
          pipe: \(plan.sinks[other.sink].shown): its .part file has rows of an unfinished run: \(other.work)
            pipe run \(other.spec.isEmpty ? "-" : other.spec) --resume goes on with it
            --restart writes them over
          """)
        throw ExitCode(4)
      }
      if let kind = NetworkFileSystem.name(of: journal.folder) {
        StandardError.say(
          "pipe: warning: the journal in \(journal.folder) is on \(kind): it may not keep runs on several machines apart,"
            + " nor outlast a loss of power; journal: {folder: …} names another folder")
      }
      return .run(opened)
    case .publish(let journal):
      let isRetry = journal.resumed?.retriedCount != nil
      let isExpected = expectations.allSatisfy(\.holds)
      let names = plan.sinks.filter { sink in
        (isRetry || sink.sink.publication().isWhole) && (isExpected || !sink.sink.awaitsExpectations)
      }.map(\.shown).joined(separator: ", ")
      let words =
        names.isEmpty
        ? "all that was left was to publish, which waits for expect"
        : "the run had done everything but publish \(names), which is done now"
      StandardError.say("pipe: complete\(isExpected ? "" : ", not as expected"): \(words)")
      return .done(expectations)
    case .nothingFailed:
      StandardError.say("pipe: nothing has failed in the last run of \(spec), so nothing is fetched again")
      return .done([])
    case .readOnly(let error) where journal.isDefault && [.run, .restart].contains(request):
      StandardError.say(
        "pipe: warning: this run cannot go on if it is broken off: \(error.text(in: plan))")
      return .run(nil)
    case .readOnly(let error):
      StandardError.say("pipe: \(error.text(in: plan))")
      throw ExitStatus.failed
    case .refused(let status, let words, let hints):
      StandardError.say((["pipe: \(words)"] + hints.map { "  \($0)" }).joined(separator: "\n"))
      throw ExitCode(status)
    }
  }

  /// What goes on with a run, or begins it anew, as a person would type it.
  static func command(_ spec: String, _ flag: String, _ settings: [String]) -> String {
    (["pipe run", spec, flag] + settings.map { "--set \($0)" }).joined(separator: " ")
  }

  private static func realPath(_ spec: String) -> String {
    if spec == "-" { return "" }
    return if case .path(let path) = RealPath(spec) { path } else { spec }
  }
}
