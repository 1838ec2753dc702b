internal import DequeModule

/// Puts what comes of requests back into the order in which they were admitted, without threads.
///
/// A request is admitted, then settled with something or with nothing. What is settled is held until everything
/// admitted before it is settled. Bytes are counted for all that is held, so that a great many small ones count, too.
struct OrderState<Element: Sendable>: Sendable {
  private enum Slot: Sendable {
    case open(RequestID)
    case settled(Element?, bytes: Int)
  }

  /// What a slot takes up besides what is in it.
  static var slotBytes: Int { 64 }

  private let capacity: Int
  /// A slot for each turn from `firstTurn` on.
  private var slots: Deque<Slot> = []
  private var firstTurn = 0
  /// The turn of the oldest request that is not settled; past the last one where all are.
  private var oldestTurn = 0
  /// The turn that each source's request of ordinal 0 has or would have: sources are read one after the other.
  private var starts: [Int: Int] = [:]
  /// Bytes of what is settled and not released.
  private(set) var heldBytes = 0

  /// - Parameter capacity: How many bytes may be held before everything but the oldest request has to wait.
  init(capacity: Int) { self.capacity = capacity }

  var hasRoom: Bool { heldBytes < capacity }

  /// The request that all the others wait for: the one that alone may begin while there is no room.
  var oldest: RequestID? {
    guard oldestTurn - firstTurn < slots.count, case .open(let id) = slots[oldestTurn - firstTurn] else { return nil }
    return id
  }

  /// The next requests in the order: those of a source follow each other without a gap.
  mutating func admit(_ ids: some Sequence<RequestID>) {
    for id in ids {
      if starts[id.source] == nil { starts[id.source] = firstTurn + slots.count - id.ordinal }
      slots.append(.open(id))
    }
  }

  /// What came of a request; `nil` for nothing that is wanted. One that was never admitted comes after all that were.
  mutating func settle(_ id: RequestID, _ element: Element?, bytes: Int) {
    let bytes = bytes + Self.slotBytes
    let slot = Slot.settled(element, bytes: bytes)
    heldBytes += bytes
    if let place = place(of: id) { slots[place] = slot } else { slots.append(slot) }
    while oldestTurn - firstTurn < slots.count, case .settled = slots[oldestTurn - firstTurn] { oldestTurn += 1 }
  }

  /// The slot of a request that is open.
  private func place(of id: RequestID) -> Int? {
    guard let start = starts[id.source], case let place = start + id.ordinal - firstTurn,
      slots.indices.contains(place), case .open(id) = slots[place]
    else { return nil }
    return place
  }

  /// The next of what is held and waits for nothing, in the order.
  mutating func release(upTo limit: Int) -> [Element] {
    var released: [Element] = []
    while released.count < limit, case .settled(let element, let bytes)? = slots.first {
      slots.removeFirst()
      firstTurn += 1
      heldBytes -= bytes
      if let element { released.append(element) }
    }
    return released
  }

  /// No request will be settled any more: those that are not are passed over.
  mutating func giveUp() {
    slots = slots.filter { if case .settled = $0 { true } else { false } }
    starts = [:]
    oldestTurn = firstTurn + slots.count
  }
}
