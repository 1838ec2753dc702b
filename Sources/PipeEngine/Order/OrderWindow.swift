internal import Synchronization

/// The order as the stages share it: the rules of `OrderState` behind a lock, what is on disk, and who waits.
///
/// What memory should not hold goes to disk, so fetch goes on however slow the oldest request is. When the disk takes no
/// more, admit waits, and fetch begins nothing but the oldest request: then what is held grows by no more than what was
/// in flight.
///
/// One task settles and releases, and so reads and writes files; the lock is never held meanwhile.
final class OrderWindow<Element: Spilled>: Sendable {
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
  /// `nil` where nothing goes to disk.
  private let store: OrderStore<Element>?
  private let tell: @Sendable (String) -> Void

  /// - Parameters:
  ///   - capacity: Bytes that may be held in memory.
  ///   - store: Where the rest goes.
  ///   - tell: Told what the person should know.
  init(capacity: Int, store: SpillStore? = nil, tell: @escaping @Sendable (String) -> Void = { _ in }) {
    storage = Mutex(Storage(state: OrderState(capacity: capacity, disk: store?.limit ?? 0)))
    self.store = store.map { OrderStore($0, capacity: capacity) }
    self.tell = tell
  }

  /// The request that alone may begin; `nil` where any may.
  var only: RequestID? { storage.withLock { $0.only } }

  /// Bytes that are held in memory, and on disk.
  var held: (bytes: Int, away: Int) { storage.withLock { ($0.state.heldBytes, $0.state.awayBytes) } }

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
    let spilled = change { storage in
      for outcome in outcomes { storage.state.settle(outcome.id, outcome.element, bytes: outcome.bytes) }
      return storage.state.takeSpill()
    }
    guard let store, !spilled.isEmpty else { return }
    let (blocks, rest, refusal) = store.write(spilled)
    let isFull = change { storage in
      storage.state.stored(blocks)
      if refusal != nil { storage.state.refused(rest) }
      return storage.state.isDiskFull
    }
    if let words = refusal?.words ?? (isFull ? store.store.fullness : nil) {
      tell("\(words), so a page that takes long holds up all after it; TMPDIR can name another folder")
    }
  }

  /// The next of what waits for nothing any more, in the order; empty if there is nothing.
  ///
  /// - Throws: `RunError` if what is on disk cannot be read back.
  func release(upTo limit: Int) throws(RunError) -> [Element] {
    while true {
      let release = change { $0.state.release(upTo: limit) }
      guard let store, let block = release.wanted else { return release.elements }
      let elements = try store.read(block)
      change { $0.state.loaded(elements) }
    }
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

extension OrderWindow where Element == Routed {
  convenience init(_ bounds: Bounds, tell: @escaping @Sendable (String) -> Void) {
    let content = SpillStore.Content(subject: "order", words: "rows that wait for an earlier one")
    self.init(
      capacity: bounds.orderBytes, store: SpillStore(content, limit: bounds.disk, tell: tell), tell: tell)
  }
}
