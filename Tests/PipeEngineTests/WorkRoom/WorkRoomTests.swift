import PipeTesting
import Testing

@testable import PipeEngine

@Suite("WorkRoom", .timeLimit(.minutes(20)))
struct WorkRoomTests {
  @Test("tasks side by side never hold more than the room, and all of them end")
  func sharing() async throws {
    let room = WorkRoom(capacity: 100)
    let seen = Recorder<Int>()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<64 {
        group.addTask {
          for round in 0..<50 {
            let bytes = (task * 31 + round * 17) % 150
            try await room.reserve(bytes)
            seen.append(room.used)
            await Task.yield()
            room.release(bytes)
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(room.used == 0)
    #expect(seen.all.count == 64 * 50)
    #expect(seen.all.allSatisfy { $0 <= 100 })
  }

  @Test("a task that waits and is cancelled ends, and what it waited for goes to others", arguments: 0..<20)
  func cancelling(round: Int) async throws {
    let room = WorkRoom(capacity: 100)
    try await room.reserve(60)
    let blocked = Task { try await room.reserve(90) }
    let behind = Task { try await room.reserve(30) }
    for _ in 0..<round { await Task.yield() }
    blocked.cancel()
    await #expect(throws: CancellationError.self) { try await blocked.value }
    try await behind.value
    #expect(room.used == 90)
  }

  @Test("a task that was cancelled before takes nothing where it would have to wait")
  func cancelledBefore() async throws {
    let room = WorkRoom(capacity: 10)
    try await room.reserve(10)
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      try await room.reserve(1)
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    room.release(10)
    #expect(room.used == 0)
  }
}
