internal import DequeModule

/// The rules by which lanes share the memory for trees and values of JSON, without threads.
///
/// Served in the order of asking, so that a large page waits no longer than those before it take. What is larger than all
/// of the room has it alone; so every lane that waits is served once those before it have given back what they have.
struct WorkRoomState: Sendable {
  enum Answer: Hashable, Sendable {
    case granted
    case waits(lane: Int)
  }

  let capacity: Int
  private(set) var used = 0
  private var waiting: Deque<(lane: Int, bytes: Int)> = []
  private var nextLane = 0

  init(capacity: Int) { self.capacity = max(1, capacity) }

  /// Bytes that a wish counts: never more than there are.
  private func counted(_ bytes: Int) -> Int { min(max(0, bytes), capacity) }

  mutating func reserve(_ bytes: Int) -> Answer {
    let bytes = counted(bytes)
    guard waiting.isEmpty, used + bytes <= capacity else {
      nextLane += 1
      waiting.append((nextLane, bytes))
      return .waits(lane: nextLane)
    }
    used += bytes
    return .granted
  }

  /// Gives back what was reserved.
  ///
  /// - Returns: Those who have their room now.
  mutating func release(_ bytes: Int) -> [Int] {
    used -= counted(bytes)
    return grant()
  }

  /// One who waits gives up.
  ///
  /// - Returns: Whether it waited, and those who have their room now: the one who is gone may have been in their way.
  mutating func withdraw(lane: Int) -> (isWithdrawn: Bool, granted: [Int]) {
    guard let place = waiting.firstIndex(where: { $0.lane == lane }) else { return (false, []) }
    waiting.remove(at: place)
    return (true, grant())
  }

  private mutating func grant() -> [Int] {
    var granted: [Int] = []
    while let next = waiting.first, used + next.bytes <= capacity {
      waiting.removeFirst()
      used += next.bytes
      granted.append(next.lane)
    }
    return granted
  }
}
