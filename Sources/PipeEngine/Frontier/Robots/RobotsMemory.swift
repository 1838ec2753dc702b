internal import DequeModule
internal import PipeWeb

/// What is known of robots.txt files: as much as there is room for. What nobody has asked about for the longest time goes,
/// about: each gets a second chance if it was asked about since its last turn.
struct RobotsMemory: Sendable {
  private struct Entry {
    let knowledge: RobotsKnowledge
    var isUsed = false
  }

  private let capacity: Int
  private var entries: [WebURL.OriginKey: Entry] = [:]
  /// Each of them once, the next to go first.
  private var turns: Deque<WebURL.OriginKey> = []
  private(set) var bytes = 0
  /// Those that a run which goes on is to know of.
  private var special: Set<WebURL.OriginKey> = []

  /// - Parameter capacity: The most bytes. One file alone may hold more, or requests would wait for it for ever.
  init(capacity: Int) { self.capacity = capacity }

  var count: Int { entries.count }

  /// What is known of an authority; `nil` if that is nothing, or too old.
  mutating func knowledge(of origin: WebURL.OriginKey, now: Instant) -> RobotsKnowledge? {
    guard let index = entries.index(forKey: origin) else { return nil }
    let knowledge = entries.values[index].knowledge
    guard now < knowledge.until else { return nil }
    if !entries.values[index].isUsed { entries.values[index].isUsed = true }
    return knowledge
  }

  /// What a run that goes on is to know: delays, and files that cannot be had.
  func specialKnowledge(now: Instant) -> [(origin: WebURL.OriginKey, knowledge: RobotsKnowledge)] {
    special.compactMap { origin in
      entries[origin].flatMap { now < $0.knowledge.until ? (origin, $0.knowledge) : nil }
    }
  }

  mutating func remember(_ knowledge: RobotsKnowledge, of origin: WebURL.OriginKey) {
    let origin = origin.detached
    bytes += knowledge.cost
    if knowledge.isSpecial {
      special.insert(origin)
    } else if !special.isEmpty {
      special.remove(origin)
    }
    if let old = entries.updateValue(Entry(knowledge: knowledge), forKey: origin) {
      bytes -= old.knowledge.cost
    } else {
      turns.append(origin)
    }
    while bytes > capacity, entries.count > 1, let next = turns.popFirst() {
      guard let entry = entries[next] else { continue }
      if entry.isUsed || next == origin {
        // It is unused from now on, so that the turns come to an end.
        if next != origin { entries[next]?.isUsed = false }
        turns.append(next)
      } else {
        entries[next] = nil
        if !special.isEmpty { special.remove(next) }
        bytes -= entry.knowledge.cost
      }
    }
  }
}
