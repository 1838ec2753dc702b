internal import Synchronization

/// The memory that the extract lanes share for trees and values of JSON: the rules of `WorkRoomState` behind a lock, and
/// the lanes that wait.
final class WorkRoom: Sendable {
  private struct Storage: Sendable {
    var state: WorkRoomState
    var suspended: [Int: CheckedContinuation<Bool, Never>] = [:]
    /// Lanes that were answered between the decision to wait and the suspension.
    var early: [Int: Bool] = [:]
  }

  let capacity: Int
  private let storage: Mutex<Storage>

  init(capacity: Int) {
    let state = WorkRoomState(capacity: capacity)
    self.capacity = state.capacity
    storage = Mutex(Storage(state: state))
  }

  /// Bytes that are reserved.
  var used: Int { storage.withLock { $0.state.used } }

  /// Suspends until there is room for so many bytes, or all of the room where they are more.
  ///
  /// - Throws: `CancellationError` if the task is cancelled while it waits; nothing is reserved then.
  func reserve(_ bytes: Int) async throws(CancellationError) {
    guard case .waits(let lane) = storage.withLock({ $0.state.reserve(bytes) }) else { return }
    let isGranted = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer: Bool? = storage.withLock { storage in
          if let answer = storage.early.removeValue(forKey: lane) { return answer }
          storage.suspended[lane] = continuation
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      let granted = storage.withLock { storage -> [Int]? in
        let (isWithdrawn, granted) = storage.state.withdraw(lane: lane)
        return isWithdrawn ? granted : nil
      }
      if let granted {
        answer([lane], false)
        answer(granted, true)
      }
    }
    if !isGranted { throw CancellationError() }
  }

  /// Gives back what was reserved.
  func release(_ bytes: Int) { answer(storage.withLock { $0.state.release(bytes) }, true) }

  private func answer(_ lanes: [Int], _ isGranted: Bool) {
    if lanes.isEmpty { return }
    let resumed = storage.withLock { storage in
      lanes.compactMap { lane in
        let continuation = storage.suspended.removeValue(forKey: lane)
        if continuation == nil { storage.early[lane] = isGranted }
        return continuation
      }
    }
    for continuation in resumed { continuation.resume(returning: isGranted) }
  }
}
