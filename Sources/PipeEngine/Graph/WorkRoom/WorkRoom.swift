internal import Synchronization

/// The memory that the extract lanes share for trees and values of JSON: the rules of `WorkRoomState` behind a lock, and
/// the lanes that wait.
final class WorkRoom: Sendable {
  let capacity: Int
  private let state: Mutex<WorkRoomState>
  /// Whether each lane that waits has its room.
  private let answers = Answers<Bool>()

  init(capacity: Int) {
    let state = WorkRoomState(capacity: capacity)
    self.capacity = state.capacity
    self.state = Mutex(state)
  }

  /// Bytes that are reserved.
  var used: Int { state.withLock { $0.used } }

  /// Suspends until there is room for so many bytes, or all of the room where they are more.
  ///
  /// - Throws: `CancellationError` if the task is cancelled while it waits; nothing is reserved then.
  func reserve(_ bytes: Int) async throws(CancellationError) {
    guard case .waits(let lane) = state.withLock({ $0.reserve(bytes) }) else { return }
    let isGranted = await answers.answer(to: lane) {
      let (isWithdrawn, granted) = self.state.withLock { $0.withdraw(lane: lane) }
      if isWithdrawn { self.answers.give(false, to: lane) }
      self.grant(granted)
    }
    if !isGranted { throw CancellationError() }
  }

  /// Gives back what was reserved.
  func release(_ bytes: Int) { grant(state.withLock { $0.release(bytes) }) }

  private func grant(_ lanes: [Int]) { for lane in lanes { answers.give(true, to: lane) } }
}
