internal import PipeStorage
internal import PipeText

/// A source that cannot be read again, in a run that goes on: first comes what the journal has of it, then, if it had not
/// ended, what is behind.
struct JournaledSource {
  let source: any Source
  let memory: SourceMemory
  let past: SourceProgress

  /// - Returns: `nil` if the source is read as ever.
  init?(_ source: any Source, _ memory: SourceMemory) {
    guard memory.rereading.isJournaled, let past = memory.past, past.yielded > 0 else { return nil }
    self.source = source
    self.memory = memory
    self.past = past
  }

  func run(_ output: inout RequestOutput, in environment: SourceEnvironment) async throws {
    let isDone = past.done.firstMissing >= past.yielded
    let ends = past.isDry && !source.isQueue || memory.retried != nil
    if ends, isDone || memory.retried?.isEmpty ?? false { return output.goOn(at: past.yielded) }
    var (digest, known) = (RequestDigest(), KnownURLs())
    guard var requests = memory.pastRequests() else { return }
    do {
      while let next = try requests.next() {
        for request in next {
          if !ends {
            if memory.rereading == .once {
              digest.add(request)
            } else if !known.add(request.written) {
              throw RunError(
                source.summary, "has more than \(KnownURLs.limit.grouped) pages, too many to tell new ones from those",
                hint: SourceMemory.restart)
            }
          }
          try await output.yield(request)
        }
      }
    } catch let fault as LogFault {
      throw RunError(fault.path, fault.words, hint: SourceMemory.restart)
    }
    guard output.nextID.ordinal == past.yielded else {
      throw RunError(
        "the journal",
        "has \(output.nextID.ordinal.grouped) of the \(past.yielded.grouped) requests of \(source.summary)",
        hint: SourceMemory.restart)
    }
    if ends { return }
    try await output.flush()
    if memory.rereading == .once {
      try await readOn(behind: digest, &output, in: environment)
    } else {
      output.leaveOut(known)
      known = KnownURLs()
      try await source.run(&output, in: environment)
    }
  }

  /// Reads the source from its start and yields what comes behind the requests that the journal has.
  private func readOn(
    behind digest: RequestDigest, _ output: inout RequestOutput, in environment: SourceEnvironment
  ) async throws {
    output.compare(with: digest)
    do {
      try await source.run(&output, in: environment)
    } catch is ReadingOn.Difference {
      throw failure("does not begin with what was read of it before")
    }
    // Else it has nothing, or less than before: the rest is not lost unseen.
    if output.isComparing { throw failure("ends before the place up to which it was read") }
  }

  private func failure(_ reason: String) -> RunError {
    RunError(
      source.summary, "\(reason) (\(past.yielded.grouped) request\(past.yielded == 1 ? "" : "s"))",
      hint: "give it the same input again, from its start; or \(SourceMemory.restart)")
  }
}
