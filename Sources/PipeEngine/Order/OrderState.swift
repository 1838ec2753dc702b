internal import DequeModule

/// Puts what comes of requests back into the order in which they were admitted, without threads.
///
/// A request is admitted, then settled with something or with nothing. What is settled is held until everything
/// admitted before it is settled. What memory should not hold goes away in runs (`OrderRuns`), the latest turns first,
/// into a store that it knows nothing of but the blocks, and is asked back when its turn has come.
///
/// A turn takes one byte, so that the window can be long: what there is of a request besides is here, or away.
struct OrderState<Element: Sendable>: Sendable {
  /// What came of a request, and the turn that it waits for.
  struct Held: Sendable {
    let turn: Int
    let element: Element
    /// Bytes that it holds.
    let bytes: Int
  }

  struct Release {
    /// What waits for nothing any more, in the order.
    var elements: [Element] = []
    /// The block that has to be read first (`loaded`), if nothing else can be released.
    var wanted: OrderRuns<Element>.Block?
  }

  private enum Turn: UInt8, Sendable {
    case open
    /// Settled with nothing, or released by `giveUp`.
    case nothing
    case here, away
  }

  /// Requests of one source whose turns and ordinals go up together.
  private struct Span: Sendable {
    let source: Int
    let firstOrdinal: Int
    let firstTurn: Int
    var count: Int
  }

  /// What holding one takes up besides its bytes.
  static var slotBytes: Int { 96 }

  private static var longestGap: Int { 4096 }

  private let capacity: Int
  private let disk: Int
  /// Each turn from `firstTurn` on.
  private var turns: Deque<Turn> = []
  private var firstTurn = 0
  /// The first turn whose request is not settled; past the last one if all are.
  private var oldestTurn = 0
  /// A few: sources are read one after the other.
  private var spans: Deque<Span> = []
  /// Turns that are settled and not released.
  private var settledCount = 0
  private var here: [Int: Held] = [:]
  private var hereBytes = 0
  private var runs = OrderRuns<Element>()
  /// Whether the store refused a block, and none was read back since.
  private var isRefused = false

  /// - Parameters:
  ///   - capacity: How many bytes may be held in memory.
  ///   - disk: How many bytes may be away; 0 if none may.
  init(capacity: Int, disk: Int = 0) {
    self.capacity = max(1, capacity)
    self.disk = disk
  }

  /// Bytes in memory of what is settled and not released.
  var heldBytes: Int { hereBytes + tableBytes }

  /// Bytes that cannot go away: of the turns, and of the table of what is away.
  private var tableBytes: Int { settledCount + runs.indexBytes }

  /// Bytes that are away.
  var awayBytes: Int { runs.bytes }

  private var spills: Bool { disk > 0 && !isRefused }

  /// Whether any request may begin. If not, the oldest one alone may: what is in flight then is held beside the bound.
  ///
  /// So the disk is not filled to the brim: a quarter of it is for what is in flight when it comes to that.
  var hasRoom: Bool {
    spills ? tableBytes < max(1, capacity / 2) && !isDiskFull : heldBytes < capacity
  }

  var isDiskFull: Bool { disk > 0 && runs.bytes >= disk - disk / 4 }

  /// The request that all the others wait for: the one that alone may begin while there is no room.
  var oldest: RequestID? {
    guard oldestTurn - firstTurn < turns.count else { return nil }
    // Settled turns before it may have spans of their own.
    guard let span = spans.first(where: { oldestTurn - $0.firstTurn < $0.count }), oldestTurn >= span.firstTurn else {
      return nil
    }
    return RequestID(source: span.source, ordinal: span.firstOrdinal + oldestTurn - span.firstTurn)
  }

  /// The next requests in the order.
  mutating func admit(_ ids: some Sequence<RequestID>) {
    for id in ids {
      let turn = firstTurn + turns.count
      turns.append(.open)
      let end = spans.endIndex - 1
      if let last = spans.last, last.source == id.source, last.firstOrdinal + last.count == id.ordinal,
        last.firstTurn + last.count == turn
      {
        spans[end].count += 1
      } else if let last = spans.last, last.source == id.source, last.firstTurn + last.count == turn,
        case let gap = id.ordinal - last.firstOrdinal - last.count, (1...Self.longestGap).contains(gap)
      {
        // A run that goes on passes over what is done. Each of these has a turn, so that they do not make a span each.
        for _ in 0..<gap { turns.insert(.nothing, at: turns.count - 1) }
        settledCount += gap
        spans[end].count += gap + 1
        advance()
      } else {
        spans.append(Span(source: id.source, firstOrdinal: id.ordinal, firstTurn: turn, count: 1))
      }
    }
  }

  /// What came of a request; `nil` for nothing that is wanted. One that was never admitted comes after all that were.
  mutating func settle(_ id: RequestID, _ element: Element?, bytes: Int) {
    let turn: Int
    if let open = openTurn(of: id) {
      turn = open
    } else {
      turn = firstTurn + turns.count
      turns.append(.open)
    }
    settledCount += 1
    if let element {
      keep(Held(turn: turn, element: element, bytes: bytes))
    } else {
      turns[turn - firstTurn] = .nothing
    }
    advance()
  }

  /// Finds the oldest turn that is open.
  private mutating func advance() {
    while oldestTurn - firstTurn < turns.count, turns[oldestTurn - firstTurn] != .open { oldestTurn += 1 }
  }

  private mutating func keep(_ held: Held) {
    turns[held.turn - firstTurn] = .here
    here[held.turn] = held
    hereBytes += held.bytes + Self.slotBytes
  }

  /// The turn of a request that is open.
  private func openTurn(of id: RequestID) -> Int? {
    let span = spans.last {
      $0.source == id.source && $0.firstOrdinal <= id.ordinal && id.ordinal - $0.firstOrdinal < $0.count
    }
    guard let span, case let turn = span.firstTurn + id.ordinal - span.firstOrdinal, turn >= oldestTurn,
      turns[turn - firstTurn] == .open
    else { return nil }
    return turn
  }

  /// What is to go away now, in the order; it counts as away from now on. Each of these is then stored, or returned.
  ///
  /// Half of the bound is for what is here: once it is full, the half of that with the latest turns goes.
  mutating func takeSpill() -> [Held] {
    guard spills, hereBytes > capacity / 2 else { return [] }
    // The others are released next.
    let waiting = here.values.filter { $0.turn >= oldestTurn }
    var bytes = waiting.reduce(0) { $0 + $1.bytes + Self.slotBytes }
    guard bytes > capacity / 2 else { return [] }
    var spilled: [Held] = []
    for held in waiting.sorted(by: { $0.turn > $1.turn }) {
      if bytes <= capacity / 4 { break }
      bytes -= held.bytes + Self.slotBytes
      hereBytes -= held.bytes + Self.slotBytes
      here[held.turn] = nil
      turns[held.turn - firstTurn] = .away
      spilled.append(held)
    }
    return spilled.reversed()
  }

  /// Where what went away is now: blocks in the order.
  mutating func stored(_ blocks: [OrderRuns<Element>.Block]) { runs.add(blocks) }

  /// The store takes no more for now: these are here again.
  mutating func refused(_ rest: some Sequence<Held>) {
    isRefused = true
    for held in rest { keep(held) }
  }

  /// A block that was wanted.
  mutating func loaded(_ elements: [Held]) {
    isRefused = false
    runs.loaded(elements)
  }

  /// The next of what is held and waits for nothing, in the order: no more than so many, and no more bytes than an eighth
  /// of the bound, or one.
  mutating func release(upTo limit: Int) -> Release {
    var release = Release()
    var bytes = 0
    while release.elements.count < limit, bytes < max(1, capacity / 8), let turn = turns.first, turn != .open {
      switch turn {
      case .open, .nothing: break
      case .here:
        if let held = here.removeValue(forKey: firstTurn) {
          hereBytes -= held.bytes + Self.slotBytes
          bytes += held.bytes
          release.elements.append(held.element)
        }
      case .away:
        switch runs.next(firstTurn) {
        case .held(let held):
          bytes += held.bytes
          release.elements.append(held.element)
        case .block(let block):
          if release.elements.isEmpty { release.wanted = block }
          return release
        case .missing: break
        }
      }
      turns.removeFirst()
      firstTurn += 1
      settledCount -= 1
      while let span = spans.first, span.firstTurn + span.count <= firstTurn { spans.removeFirst() }
    }
    return release
  }

  /// No request will be settled any more: those that are not are passed over.
  mutating func giveUp() {
    for place in turns.indices where turns[place] == .open { turns[place] = .nothing }
    settledCount = turns.count
    oldestTurn = firstTurn + turns.count
  }
}
