import PipeTesting
import Testing

@testable import PipeEngine

@Suite("OrderState")
struct OrderStateTests {
  private typealias State = OrderState<Int>

  private func id(_ ordinal: Int) -> RequestID { RequestID(source: 0, ordinal: ordinal) }

  private func state(_ count: Int, capacity: Int = 1000, disk: Int = 0) -> OrderState<Int> {
    var state = OrderState<Int>(capacity: capacity, disk: disk)
    state.admit((0..<count).map(id))
    return state
  }

  @Test("what is settled is held until all before it is settled")
  func holding() {
    var state = state(4)
    state.settle(id(2), 2, bytes: 0)
    state.settle(id(1), 1, bytes: 0)
    #expect(state.release(upTo: 10).elements == [])
    #expect(state.oldest == id(0))
    state.settle(id(0), 0, bytes: 0)
    #expect(state.oldest == id(3))
    #expect(state.release(upTo: 2).elements == [0, 1])
    #expect(state.release(upTo: 2).elements == [2])
    state.settle(id(3), 3, bytes: 0)
    #expect(state.oldest == nil)
    #expect(state.release(upTo: 10).elements == [3])
    #expect(state.release(upTo: 10).elements == [])
  }

  @Test("what came to nothing holds nothing up")
  func nothing() {
    var state = state(3)
    state.settle(id(1), 1, bytes: 0)
    state.settle(id(0), nil, bytes: 0)
    #expect(state.release(upTo: 10).elements == [1])
    state.settle(id(2), nil, bytes: 0)
    #expect(state.release(upTo: 10).elements == [])
    #expect(state.heldBytes == 0)
  }

  @Test("without a disk there is room until the bytes held reach the bound; each turn counts")
  func room() {
    var state = state(2000, capacity: 1000)
    for ordinal in 1..<900 {
      state.settle(id(ordinal), nil, bytes: 0)
      #expect(state.hasRoom)
    }
    #expect(state.takeSpill().isEmpty)
    state.settle(id(900), 900, bytes: 10)
    #expect(!state.hasRoom)
    #expect(state.heldBytes == 900 + 10 + State.slotBytes)
    state.settle(id(0), 0, bytes: 5000)
    #expect(state.release(upTo: 10).elements == [0])
    #expect(state.release(upTo: 10).elements == [900])
    #expect(state.heldBytes == 0)
    #expect(state.hasRoom)
  }

  @Test("no more bytes are released at once than an eighth of the bound, or one")
  func share() {
    var state = state(6, capacity: 8000)
    for ordinal in (0..<6).reversed() { state.settle(id(ordinal), ordinal, bytes: ordinal == 3 ? 5000 : 600) }
    #expect(state.release(upTo: 10).elements == [0, 1])
    #expect(state.release(upTo: 10).elements == [2, 3])
    #expect(state.release(upTo: 10).elements == [4, 5])
  }

  @Test("what was never admitted comes after all that was")
  func strangers() {
    var state = state(2)
    state.settle(id(7), 7, bytes: 0)
    state.settle(id(1), 1, bytes: 0)
    state.settle(id(0), 0, bytes: 0)
    #expect(state.release(upTo: 10).elements == [0, 1, 7])
  }

  @Test("given up, it passes over what is not settled")
  func givingUp() {
    var state = state(5)
    state.settle(id(1), 1, bytes: 0)
    state.settle(id(4), 4, bytes: 0)
    state.giveUp()
    #expect(state.oldest == nil)
    #expect(state.release(upTo: 1).elements == [1])
    #expect(state.release(upTo: 1).elements == [4])
    #expect(state.heldBytes == 0)
  }

  @Test("within its share of memory nothing goes away; beyond it, the latest turns do")
  func spilling() {
    var state = state(20, capacity: 8000, disk: 1 << 20)
    let bytes = 1000 - State.slotBytes
    for ordinal in [9, 3, 5, 7] { state.settle(id(ordinal), ordinal, bytes: bytes) }
    #expect(state.takeSpill().isEmpty)
    state.settle(id(1), 1, bytes: bytes)
    #expect(state.takeSpill().map(\.element) == [5, 7, 9])
    #expect(state.hasRoom)
    #expect(state.takeSpill().isEmpty)
  }

  @Test("what can go at once is not written first")
  func ready() {
    var state = state(20, capacity: 8000, disk: 1 << 20)
    for ordinal in 0..<20 where ordinal != 10 { state.settle(id(ordinal), ordinal, bytes: 200) }
    #expect(state.takeSpill().isEmpty)
    #expect(state.release(upTo: 99).elements == [0, 1, 2, 3, 4])
    for ordinal in 20..<30 { state.settle(id(ordinal), ordinal, bytes: 200) }
    #expect(state.takeSpill().allSatisfy { $0.turn > 10 })
  }

  @Test("as long as the disk takes it, any request may begin; then the oldest alone")
  func disk() {
    var state = state(20, capacity: 2000, disk: 1000)
    state.settle(id(3), 3, bytes: 5000)
    #expect(state.takeSpill().map(\.turn) == [3])
    state.stored([.init(id: 1, firstTurn: 3, count: 1, bytes: 700)])
    #expect(state.hasRoom)
    #expect(!state.isDiskFull)
    state.settle(id(4), 4, bytes: 5000)
    #expect(state.takeSpill().map(\.turn) == [4])
    state.stored([.init(id: 2, firstTurn: 4, count: 1, bytes: 100)])
    #expect(!state.hasRoom)
    #expect(state.isDiskFull)
    #expect(state.oldest == id(0))
    for ordinal in 0..<3 { state.settle(id(ordinal), nil, bytes: 0) }
    #expect(state.release(upTo: 9).wanted?.id == 1)
    state.loaded([.init(turn: 3, element: 3, bytes: 5000)])
    #expect(state.hasRoom)
    #expect(state.awayBytes == 100)
  }

  @Test("what the disk refuses stays here, and nothing more is tried until something was read back")
  func refusal() {
    var state = state(20, capacity: 2000, disk: 10_000)
    state.settle(id(3), 3, bytes: 1500)
    _ = state.takeSpill()
    state.stored([.init(id: 1, firstTurn: 3, count: 1, bytes: 1500)])
    state.settle(id(5), 5, bytes: 3000)
    state.refused(state.takeSpill())
    #expect(!state.hasRoom)
    state.settle(id(4), 4, bytes: 3000)
    #expect(state.takeSpill().isEmpty)
    for ordinal in 0..<3 { state.settle(id(ordinal), nil, bytes: 0) }
    #expect(state.release(upTo: 9).wanted?.id == 1)
    state.loaded([.init(turn: 3, element: 3, bytes: 1500)])
    #expect(state.release(upTo: 9).elements == [3])
    #expect(state.release(upTo: 9).elements == [4])
    #expect(state.release(upTo: 9).elements == [5])
    #expect(state.heldBytes == 0)
  }

  @Test("a turn takes a byte, so that a long window is held")
  func longWindow() {
    var state = state(100_000, capacity: 1 << 20, disk: 1 << 30)
    for ordinal in 1..<100_000 { state.settle(id(ordinal), nil, bytes: 0) }
    #expect(state.heldBytes == 99_999)
    #expect(state.hasRoom)
  }

  @Test(
    "whatever the order of the answers, everything comes out once, in its turn", arguments: Effort.seeds(40))
  func anyOrder(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    let capacity = Int.random(in: 1...4000, using: &random)
    var shelf = OrderShelf(capacity: capacity, disk: random.oneIn(4) ? 0 : Int.random(in: 1...20_000, using: &random))
    var admitted: [RequestID] = []
    var open: [RequestID] = []
    var wanted: Set<RequestID> = []
    var settled: Set<RequestID> = []
    var released: [RequestID] = []
    let total = Int.random(in: 0...300, using: &random)
    while admitted.count < total || !open.isEmpty {
      if admitted.count < total, open.isEmpty || random.oneIn(3) {
        let ids = (0..<min(total - admitted.count, Int.random(in: 1...20, using: &random))).map { step in
          RequestID(source: (admitted.count + step) / 100, ordinal: (admitted.count + step) % 100)
        }
        shelf.state.admit(ids)
        admitted += ids
        open += ids
      } else {
        let id = open.remove(at: Int.random(in: 0..<open.count, using: &random))
        if !random.oneIn(4) { wanted.insert(id) }
        settled.insert(id)
        shelf.state.settle(id, wanted.contains(id) ? id : nil, bytes: Int.random(in: 0...300, using: &random))
        // Several are settled together.
        if random.oneIn(2) { shelf.spill(&random) }
      }
      if random.oneIn(3) { released += shelf.release(upTo: Int.random(in: 1...8, using: &random)) }
      let oldest = admitted.firstIndex { !settled.contains($0) }
      #expect(shelf.state.oldest == oldest.map { admitted[$0] })
      #expect(admitted.filter { wanted.contains($0) }.starts(with: released))
      // Nothing came out that waits for another.
      if let oldest, let last = released.last { #expect(admitted[..<oldest].contains(last)) }
      if random.oneIn(100) {
        shelf.state.giveUp()
        open = []
        break
      }
    }
    while case let more = shelf.release(upTo: 7), !more.isEmpty { released += more }
    #expect(released == admitted.filter { wanted.contains($0) })
    #expect(shelf.state.heldBytes == 0)
    #expect(shelf.state.awayBytes == 0)
    #expect(shelf.isEmpty)
  }
}

/// An order with its blocks in memory, as its state sees them.
private struct OrderShelf {
  typealias State = OrderState<RequestID>

  var state: State
  private let capacity: Int
  private let disk: Int
  private var blocks: [UInt32: [State.Held]] = [:]
  private var next: UInt32 = 0

  init(capacity: Int, disk: Int) {
    state = State(capacity: capacity, disk: disk)
    self.capacity = capacity
    self.disk = disk
  }

  var isEmpty: Bool { blocks.isEmpty }

  /// Stores what is to go away, in blocks of any size, or a part of it.
  mutating func spill(_ random: inout RepeatableRandom) {
    let before = state.heldBytes
    var rest = state.takeSpill()[...]
    if rest.isEmpty { return }
    #expect(before > capacity / 2)
    #expect(rest.map(\.turn) == rest.map(\.turn).sorted())
    var stored: [OrderRuns<RequestID>.Block] = []
    var away = state.awayBytes
    while !rest.isEmpty {
      let block = Array(rest.prefix(Int.random(in: 1...5, using: &random)))
      let bytes = block.reduce(1) { $0 + $1.bytes }
      if random.oneIn(20) || away + bytes > disk { break }
      rest.removeFirst(block.count)
      next += 1
      blocks[next] = block
      away += bytes
      stored.append(.init(id: next, firstTurn: block[0].turn, count: block.count, bytes: bytes))
    }
    state.stored(stored)
    if !rest.isEmpty { state.refused(rest) }
  }

  mutating func release(upTo limit: Int) -> [RequestID] {
    while true {
      let release = state.release(upTo: limit)
      guard let block = release.wanted else { return release.elements }
      #expect(release.elements.isEmpty)
      state.loaded(blocks.removeValue(forKey: block.id) ?? [])
    }
  }
}
