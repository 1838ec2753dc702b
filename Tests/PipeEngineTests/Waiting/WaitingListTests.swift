import PipeTesting
import Synchronization
import Testing

@testable import PipeEngine

@Suite("WaitingList", .timeLimit(.minutes(20)))
struct WaitingListTests {
  /// A number that tasks wait for.
  private final class Level: Sendable {
    private struct Storage: Awaited {
      var level = 0
      var waiters = WaitingList()
    }

    private let storage = Mutex(Storage())

    var hasWaiters: Bool { storage.withLock { !$0.waiters.isEmpty } }

    func reach(_ level: Int) async { await storage.wait { $0.level >= level } }

    func rise(to level: Int) {
      let ready = storage.withLock { storage in
        storage.level = level
        return storage.waiters.letGo()
      }
      ready.resume()
    }
  }

  private let level = Level()

  @Test("where it is over already, nobody waits")
  func already() async {
    level.rise(to: 3)
    await level.reach(3)
  }

  @Test("all tasks that wait are let go")
  func all() async {
    let tasks = (0..<20).map { _ in Task { await level.reach(1) } }
    while !level.hasWaiters { await Task.yield() }
    level.rise(to: 1)
    for task in tasks { await task.value }
    #expect(!level.hasWaiters)
  }

  @Test("a change between the look and the wait is not missed")
  func races() async {
    for round in 1...300 {
      let task = Task { await level.reach(round) }
      if round.isMultiple(of: 2) { await Task.yield() }
      level.rise(to: round)
      await task.value
    }
  }

  @Test("a cancelled task is let go alone, before it waits or while it does", arguments: [true, false])
  func cancelled(isBefore: Bool) async {
    let other = Task { await level.reach(1) }
    while !level.hasWaiters { await Task.yield() }
    let mayWait = Gate()
    let task = Task {
      if isBefore { mayWait.wait() }
      await level.reach(1)
    }
    if !isBefore { for _ in 0..<20 { await Task.yield() } }
    task.cancel()
    mayWait.open()
    await task.value
    #expect(level.hasWaiters)
    level.rise(to: 1)
    await other.value
  }
}
