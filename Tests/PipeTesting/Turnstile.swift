import Synchronization

/// Lets tests wait for what other tasks do, without sleeping: `pass` counts up, `wait` waits for a count.
package final class Turnstile: Sendable {
  private struct Storage: Sendable {
    var count = 0
    var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let storage = Mutex(Storage())

  package init() {}

  package var count: Int { storage.withLock { $0.count } }

  package func pass() {
    let ready = storage.withLock { storage in
      storage.count += 1
      let count = storage.count
      let ready = storage.waiters.filter { $0.count <= count }
      storage.waiters.removeAll { $0.count <= count }
      return ready.map(\.continuation)
    }
    for continuation in ready { continuation.resume() }
  }

  /// Waits until it was passed so many times altogether.
  package func wait(for count: Int = 1) async {
    await withCheckedContinuation { continuation in
      let isThere = storage.withLock { storage in
        if storage.count >= count { return true }
        storage.waiters.append((count, continuation))
        return false
      }
      if isThere { continuation.resume() }
    }
  }
}
