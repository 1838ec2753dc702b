internal import Synchronization

/// Tasks wait here until every one of a few parties has arrived. It opens once and stays open.
final class Latch: Sendable {
  private struct Storage: Awaited {
    var missing: Set<Int>
    /// Those of them that may take for ever.
    var paused: Set<Int> = []
    var hasArrival = false
    /// Parties that may take for ever hold up nobody once another one has arrived.
    var isOpen: Bool { missing.isEmpty || (hasArrival && missing.isSubset(of: paused)) }
    var waiters = WaitingList()
  }

  private let storage: Mutex<Storage>

  /// - Parameter parties: Who is waited for, by numbers.
  init(parties: some Sequence<Int>) { storage = Mutex(Storage(missing: Set(parties))) }

  /// A party arrives; again, or one that nobody waits for, changes nothing.
  func arrive(_ party: Int) {
    change { storage in
      if storage.missing.remove(party) != nil { storage.hasArrival = true }
    }
  }

  /// A party waits for somebody itself: it is waited for only until another one arrives.
  func pause(_ party: Int) {
    change { storage in if storage.missing.contains(party) { storage.paused.insert(party) } }
  }

  private func change(_ body: (inout Storage) -> Void) {
    let ready = storage.withLock { storage -> WaitingList.LetGo? in
      body(&storage)
      if !storage.isOpen { return nil }
      // It stays open.
      storage.missing = []
      return storage.waiters.letGo()
    }
    ready?.resume()
  }

  /// Waits until it is open, or the task is cancelled.
  func wait() async { await storage.wait { $0.isOpen } }
}
