internal import Synchronization

/// The order as the stages share it: the rules of `OrderState` behind a lock, and who waits for it.
///
/// While no more may be held, admit waits, and fetch begins nothing but the oldest request. So what is held grows by
/// no more than what was in flight, however slow the oldest request is.
final class OrderWindow<Element: Sendable>: Sendable {
  private struct Storage: Awaited {
    var state: OrderState<Element>
    /// Who waits for room.
    var waiters = WaitingList()
    var onChange: (@Sendable () -> Void)?
    var isLetGo = false

    /// The request that alone may begin; `nil` where any may.
    var only: RequestID? { state.hasRoom ? nil : state.oldest }
  }

  private let storage: Mutex<Storage>

  init(capacity: Int) { storage = Mutex(Storage(state: OrderState(capacity: capacity))) }

  /// The request that alone may begin; `nil` where any may.
  var only: RequestID? { storage.withLock { $0.only } }

  /// Called when `only` has changed.
  func onChange(_ tell: @escaping @Sendable () -> Void) { storage.withLock { $0.onChange = tell } }

  /// Suspends until there is room, or the task is cancelled.
  func waitForRoom() async { await storage.wait { $0.isLetGo || $0.state.hasRoom } }

  /// Lets go whoever waits, now and later: the run stops, and the oldest request may never be settled.
  func letGo() {
    change { $0.isLetGo = true }
  }

  func admit(_ ids: some Sequence<RequestID>) { storage.withLock { $0.state.admit(ids) } }

  func settle(_ outcomes: [(id: RequestID, element: Element?, bytes: Int)]) {
    change { storage in
      for outcome in outcomes { storage.state.settle(outcome.id, outcome.element, bytes: outcome.bytes) }
    }
  }

  func release(upTo limit: Int) -> [Element] {
    change { $0.state.release(upTo: limit) }
  }

  func giveUp() {
    change { $0.state.giveUp() }
  }

  private func change<Result: Sendable>(_ body: (inout Storage) -> Result) -> Result {
    let (result, ready, tell) = storage.withLock { storage in
      let before = storage.only
      let result = body(&storage)
      let tell = storage.only == before ? nil : storage.onChange
      let hasRoom = storage.isLetGo || storage.state.hasRoom
      return (result, hasRoom ? storage.waiters.letGo() : nil, tell)
    }
    ready?.resume()
    tell?()
    return result
  }
}
