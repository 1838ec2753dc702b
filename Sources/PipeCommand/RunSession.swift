import ArgumentParser
import PipeEngine
import PipeStages
import PipeStorage

/// What stands before a run: its journal, which knows whether it begins, goes on, or stays away.
enum RunSession {
  /// With the journal that it writes; `nil` for none.
  case run(RunJournal?)
  /// There was nothing left to do but to publish, or not even that.
  case done(Ended)

  /// What is known of a run that had ended.
  struct Ended {
    /// How far it was; `nil` where nothing was to be done for it.
    var checkpoint: Checkpoint?
    var expectations: [ExpectationResult] = []
  }

  /// Looks at the journal and locks it. If the run cannot begin, it says why.
  ///
  /// - Parameters:
  ///   - meaning: What the spec means, if its run has a journal.
  ///   - spec: The spec as it was named.
  static func open(
    _ plan: Plan, _ meaning: SpecMeaning?, for request: RunRequest, _ spec: String
  ) throws -> RunSession {
    guard let (journal, meaning) = try journal(of: plan, meaning, for: request, spec) else { return .run(nil) }
    let settings = RunJournal.Settings(journal)
    let opening: RunJournal.Opening
    var expectations: [ExpectationResult] = []
    do throws(RunError) {
      opening = try RunJournal.open(settings, for: request, spec: meaning, at: realPath(spec), shown: spec, of: plan)
      if case .publish(let journal) = opening { expectations = try journal.completePublishing(plan) }
    } catch {
      throw failure(error, in: plan)
    }
    switch opening {
    case .run(let opened):
      if opened.resumed == nil { try checkOthers(plan, request) }
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
      return .done(Ended(checkpoint: journal.resumed, expectations: expectations))
    case .nothingFailed:
      sayNothingFailed(spec)
      return .done(Ended())
    case .readOnly(let error) where canDoWithout(journal, request):
      StandardError.say(
        "pipe: warning: this run cannot go on if it is broken off: \(error.text(in: plan))")
      return .run(nil)
    case .readOnly(let error):
      throw failure(error, in: plan)
    case .refused(let status, let words, let hints):
      throw refusal(status, words, hints)
    }
  }

  /// What is known before a run begins.
  enum Prospect {
    case begins
    /// With how far it is.
    case goesOn(String)
    case retries
    /// It would end without fetching anything.
    case ends
  }

  /// Looks what `open` would come to, and changes nothing.
  ///
  /// - Throws: The exit status with which the run would end before it begins, once the person is told why.
  static func look(
    _ plan: Plan, _ meaning: SpecMeaning?, for request: RunRequest, _ spec: String
  ) throws -> Prospect {
    guard let (journal, meaning) = try journal(of: plan, meaning, for: request, spec) else { return .begins }
    let prospect: JournalProspect
    do throws(RunError) {
      prospect = try JournalProspect(
        RunJournal.Settings(journal), for: request, spec: meaning, at: realPath(spec), shown: spec, of: plan)
    } catch {
      throw failure(error, in: plan)
    }
    switch prospect {
    case .begins:
      try checkOthers(plan, request)
      return .begins
    case .goesOn(let work): return .goesOn(work)
    case .retries: return .retries
    case .publishes:
      StandardError.say("pipe: the run has done everything but publish, which is all that would be done")
      return .ends
    case .nothingFailed:
      sayNothingFailed(spec)
      return .ends
    case .readOnly(let error):
      if canDoWithout(journal, request) { return .begins }
      throw failure(error, in: plan)
    case .refused(let status, let words, let hints): throw refusal(status, words, hints)
    }
  }

  /// The journal that a run has; says so if the request needs one and there is none.
  private static func journal(
    of plan: Plan, _ meaning: SpecMeaning?, for request: RunRequest, _ spec: String
  ) throws -> (JournalPlan, SpecMeaning)? {
    if let journal = plan.journal, let meaning { return (journal, meaning) }
    if request == .retryFailed {
      StandardError.say(
        "pipe: \(spec) keeps no journal, so what failed is not known\n  journal: .pipe keeps one from the next run on")
      throw ExitStatus.failed
    }
    if request == .resume { StandardError.say("pipe: warning: \(spec) keeps no journal, so --resume begins anew") }
    return nil
  }

  /// Whether a run that nothing can be written for goes without.
  private static func canDoWithout(_ journal: JournalPlan, _ request: RunRequest) -> Bool {
    journal.isDefault && [.run, .restart].contains(request)
  }

  /// Looks whether a run that begins would write over the rows of another pipeline's.
  private static func checkOthers(_ plan: Plan, _ request: RunRequest) throws {
    guard request != .restart, let other = RunInTheWay(of: plan) else { return }
    StandardError.say(
      """
      pipe: \(plan.sinks[other.sink].shown): its .part file has rows of an unfinished run: \(other.work)
        pipe run \(other.spec.isEmpty ? "-" : other.spec) --resume goes on with it
        --restart writes them over
      """)
    throw ExitStatus.unfinished
  }

  private static func sayNothingFailed(_ spec: String) {
    StandardError.say("pipe: nothing has failed in the last run of \(spec), so nothing is fetched again")
  }

  /// Says what is in the way.
  private static func refusal(_ status: Int32, _ words: String, _ hints: [String]) -> ExitCode {
    StandardError.say((["pipe: \(words)"] + hints.map { "  \($0)" }).joined(separator: "\n"))
    return ExitCode(status)
  }

  private static func failure(_ error: RunError, in plan: Plan) -> ExitCode {
    StandardError.say("pipe: \(error.text(in: plan))")
    return ExitStatus.failed
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

extension RunJournal.Settings {
  init(_ plan: JournalPlan) {
    self.init(folder: plan.folder)
    isDurable = plan.isDurable
    interval = plan.interval
  }
}
