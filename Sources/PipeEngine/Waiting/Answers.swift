internal import Synchronization

/// Tasks that wait for an answer each, known by numbers.
///
/// A number is answered once: before its task has suspended, while it waits, or because the task was cancelled. Who is
/// to answer then is for the owner to decide under its own lock (`onCancel`), so that no number is answered twice.
final class Answers<Answer: Sendable>: Sendable {
  private struct Storage: Sendable {
    var waiting: [Int: CheckedContinuation<Answer, Never>] = [:]
    /// Answers to tasks that have not suspended yet.
    var early: [Int: Answer] = [:]
  }

  private let storage = Mutex(Storage())

  /// How many tasks wait, and how many answers nobody has fetched.
  var counts: (waiting: Int, early: Int) { storage.withLock { ($0.waiting.count, $0.early.count) } }

  /// Waits for the answer to a number.
  ///
  /// - Parameter onCancel: Called if the task is cancelled. It answers the number, unless that is done or under way.
  func answer(to number: Int, onCancel: @escaping @Sendable () -> Void) async -> Answer {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let early = storage.withLock { storage -> Answer? in
          if let answer = storage.early.removeValue(forKey: number) { return answer }
          storage.waiting[number] = continuation
          return nil
        }
        if let early { continuation.resume(returning: early) }
      }
    } onCancel: {
      onCancel()
    }
  }

  /// Answers a number.
  func give(_ answer: Answer, to number: Int) {
    let continuation = storage.withLock { storage in
      let continuation = storage.waiting.removeValue(forKey: number)
      if continuation == nil { storage.early[number] = answer }
      return continuation
    }
    continuation?.resume(returning: answer)
  }
}
