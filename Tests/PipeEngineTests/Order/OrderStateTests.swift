import PipeTesting
import Testing

@testable import PipeEngine

@Suite("OrderState")
struct OrderStateTests {
  private func id(_ ordinal: Int) -> RequestID { RequestID(source: 0, ordinal: ordinal) }

  private func state(_ count: Int, capacity: Int = 1000) -> OrderState<Int> {
    var state = OrderState<Int>(capacity: capacity)
    state.admit((0..<count).map(id))
    return state
  }

  @Test("what is settled is held until all before it is settled")
  func holding() {
    var state = state(4)
    state.settle(id(2), 2, bytes: 0)
    state.settle(id(1), 1, bytes: 0)
    #expect(state.release(upTo: 10) == [])
    #expect(state.oldest == id(0))
    state.settle(id(0), 0, bytes: 0)
    #expect(state.oldest == id(3))
    #expect(state.release(upTo: 2) == [0, 1])
    #expect(state.release(upTo: 2) == [2])
    state.settle(id(3), 3, bytes: 0)
    #expect(state.oldest == nil)
    #expect(state.release(upTo: 10) == [3])
    #expect(state.release(upTo: 10) == [])
  }

  @Test("what came to nothing holds nothing up")
  func nothing() {
    var state = state(3)
    state.settle(id(1), 1, bytes: 0)
    state.settle(id(0), nil, bytes: 0)
    #expect(state.release(upTo: 10) == [1])
    state.settle(id(2), nil, bytes: 0)
    #expect(state.release(upTo: 10) == [])
    #expect(state.heldBytes == 0)
  }

  @Test("there is room until the bytes held reach the bound; each thing held counts, if only for its place")
  func room() {
    var state = state(20, capacity: 10 * OrderState<Int>.slotBytes)
    for ordinal in 1..<10 {
      state.settle(id(ordinal), nil, bytes: 0)
      #expect(state.hasRoom)
    }
    state.settle(id(10), 10, bytes: 0)
    #expect(!state.hasRoom)
    #expect(state.heldBytes == 10 * OrderState<Int>.slotBytes)
    state.settle(id(0), 0, bytes: 5000)
    #expect(state.release(upTo: 10) == [0, 10])
    #expect(state.heldBytes == 0)
    #expect(state.hasRoom)
  }

  @Test("what was never admitted comes after all that was")
  func strangers() {
    var state = state(2)
    state.settle(id(7), 7, bytes: 0)
    state.settle(id(1), 1, bytes: 0)
    state.settle(id(0), 0, bytes: 0)
    #expect(state.release(upTo: 10) == [0, 1, 7])
  }

  @Test("given up, it passes over what is not settled")
  func givingUp() {
    var state = state(5)
    state.settle(id(1), 1, bytes: 0)
    state.settle(id(4), 4, bytes: 0)
    state.giveUp()
    #expect(state.oldest == nil)
    #expect(state.release(upTo: 1) == [1])
    #expect(state.release(upTo: 1) == [4])
    #expect(state.heldBytes == 0)
  }

  @Test(
    "whatever the order of the answers, everything comes out once, in its turn", arguments: 0..<200 as Range<UInt64>)
  func anyOrder(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    var state = OrderState<RequestID>(capacity: Int.random(in: 1...4000, using: &random))
    var admitted: [RequestID] = []
    var open: [RequestID] = []
    var wanted: Set<RequestID> = []
    var bytes: [RequestID: Int] = [:]
    var released: [RequestID] = []
    func expected() -> [RequestID] { admitted.filter { wanted.contains($0) } }
    let total = Int.random(in: 0...300, using: &random)
    while admitted.count < total || !open.isEmpty {
      if admitted.count < total, open.isEmpty || random.oneIn(3) {
        let ids = (0..<min(total - admitted.count, Int.random(in: 1...20, using: &random))).map { step in
          RequestID(source: (admitted.count + step) / 100, ordinal: (admitted.count + step) % 100)
        }
        state.admit(ids)
        admitted += ids
        open += ids
      } else {
        let id = open.remove(at: Int.random(in: 0..<open.count, using: &random))
        if !random.oneIn(4) { wanted.insert(id) }
        bytes[id] = Int.random(in: 0...100, using: &random)
        state.settle(id, wanted.contains(id) ? id : nil, bytes: bytes[id] ?? 0)
      }
      if random.oneIn(3) { released += state.release(upTo: Int.random(in: 0...8, using: &random)) }
      let oldest = admitted.firstIndex { bytes[$0] == nil }
      #expect(state.oldest == oldest.map { admitted[$0] })
      #expect(expected().starts(with: released))
      // Nothing came out that waits for another.
      #expect(released.allSatisfy { id in (oldest.map { admitted[..<$0].contains(id) }) ?? true })
      if random.oneIn(100) {
        state.giveUp()
        open = []
        break
      }
    }
    while case let more = state.release(upTo: 7), !more.isEmpty { released += more }
    #expect(released == expected())
    #expect(state.heldBytes == 0)
  }
}
