internal import Synchronization

/// The tasks that wait for a state behind a lock to change; a part of that state, so that none is missed between the
/// look and the wait.
struct WaitingList: Sendable {
  /// Tasks that wait no longer; to be resumed once the lock is given back.
  struct LetGo: Sendable {
    fileprivate var tasks: [CheckedContinuation<Void, Never>] = []

    func resume() { for task in tasks { task.resume() } }
  }

  private var tasks: [Int: CheckedContinuation<Void, Never>] = [:]
  private var next = 0

  var isEmpty: Bool { tasks.isEmpty }

  /// Takes all tasks off the list.
  mutating func letGo() -> LetGo {
    if tasks.isEmpty { return LetGo() }
    defer { tasks = [:] }
    return LetGo(tasks: Array(tasks.values))
  }

  fileprivate mutating func makeNumber() -> Int {
    next += 1
    return next
  }

  fileprivate mutating func add(_ task: CheckedContinuation<Void, Never>, as number: Int) { tasks[number] = task }

  fileprivate mutating func remove(_ number: Int) -> CheckedContinuation<Void, Never>? {
    tasks.removeValue(forKey: number)
  }
}

/// A state that tasks wait for.
protocol Awaited: Sendable {
  var waiters: WaitingList { get set }
}

extension Mutex where Value: Awaited {
  /// Suspends until somebody lets the waiting tasks go, or this task is cancelled; not at all where it is over already.
  ///
  /// A task that was let go looks again, if another one may have been faster.
  func wait(until isOver: @Sendable (Value) -> Bool) async {
    let number = withLock { $0.waiters.makeNumber() }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = withLock { value in
          if Task.isCancelled || isOver(value) { return true }
          value.waiters.add(continuation, as: number)
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      withLock { $0.waiters.remove(number) }?.resume()
    }
  }
}
