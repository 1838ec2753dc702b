import Testing

@testable import PipeEngine

@Suite("EdgeState")
struct EdgeStateTests {
  fileprivate static func state(
    elements: Int = 4, bytes: Int = .max, batch: Int = 64, senders: Int = 1, lanes: Int = 1
  ) -> EdgeState<Int> {
    EdgeState(elements: elements, bytes: bytes, batch: batch, senders: senders, lanes: lanes)
  }

  @Test("an idle receiver is given a batch at once")
  func immediateDelivery() {
    var state = Self.state()
    #expect(state.receive(lane: 0).deliveries.isEmpty)
    let actions = state.send([1, 2], bytes: 20).actions
    #expect(actions?.deliveries.map(\.batch.elements) == [[1, 2]])
    #expect(state.usedElements == 2)
    #expect(state.usedBytes == 20)
  }

  @Test("what is sent while the receiver is busy comes as one batch, in order")
  func coalescing() {
    var state = Self.state(elements: 10)
    #expect(state.send([1], bytes: 1).actions?.deliveries.isEmpty == true)
    #expect(state.send([2, 3], bytes: 2).actions?.deliveries.isEmpty == true)
    #expect(state.send([4], bytes: 3).actions?.deliveries.isEmpty == true)
    let actions = state.receive(lane: 0)
    #expect(actions.deliveries.map(\.batch.elements) == [[1, 2, 3, 4]])
    #expect(actions.deliveries.map(\.batch.bytes) == [6])
  }

  @Test("credits come back when the receiver asks for the next batch, not when it is given one")
  func creditsReturn() {
    var state = Self.state(elements: 2)
    _ = state.receive(lane: 0)
    _ = state.send([1, 2], bytes: 0)
    #expect(!state.hasRoom)
    #expect(state.send([3], bytes: 0).sender != nil)
    let actions = state.receive(lane: 0)
    #expect(actions.accepted == [1])
    #expect(actions.deliveries.map(\.batch.elements) == [[3]])
    #expect(state.usedElements == 1)
  }

  @Test("a batch may overshoot the elements once, and the next sender suspends")
  func overshootInElements() {
    var state = Self.state(elements: 3)
    #expect(state.send([1, 2], bytes: 0).sender == nil)
    #expect(state.send(Array(3...12), bytes: 0).sender == nil)
    #expect(state.usedElements == 12)
    #expect(state.send([13], bytes: 0).sender != nil)
  }

  @Test("a batch may overshoot the bytes once, and the next sender suspends")
  func overshootInBytes() {
    var state = Self.state(elements: 100, bytes: 1000)
    #expect(state.send([1], bytes: 999).sender == nil)
    #expect(state.send([2], bytes: 1_000_000).sender == nil)
    #expect(!state.hasRoom)
    #expect(state.send([3], bytes: 1).sender != nil)
  }

  @Test("suspended senders are accepted in the order they came")
  func suspensionOrder() {
    var state = Self.state(elements: 2, batch: 1)
    _ = state.receive(lane: 0)
    _ = state.send([0, 0], bytes: 0)
    let senders = (1...5).compactMap { state.send([$0], bytes: 0).sender }
    #expect(senders.count == 5)
    var accepted: [Int] = []
    var received: [Int] = []
    for _ in 0..<6 {
      let actions = state.receive(lane: 0)
      accepted += actions.accepted
      received += actions.deliveries.flatMap(\.batch.elements)
    }
    #expect(accepted == senders)
    #expect(received == [1, 2, 3, 4, 5])
  }

  @Test("nobody overtakes a suspended sender, though there is room for a small batch")
  func noOvertaking() {
    var state = Self.state(elements: 10, bytes: 10)
    _ = state.send([1], bytes: 10)
    #expect(state.send([2], bytes: 10).sender == 1)
    #expect(state.send([3], bytes: 0).sender == 2)
    let first = state.receive(lane: 0)
    #expect(first.deliveries.map(\.batch.elements) == [[1]])
    #expect(first.accepted == [])
    let second = state.receive(lane: 0)
    #expect(second.accepted == [1])
    #expect(second.deliveries.map(\.batch.elements) == [[2]])
  }

  @Test("a withdrawn sender's batch is never delivered, and the others keep their order")
  func withdrawal() {
    var state = Self.state(elements: 1)
    _ = state.receive(lane: 0)
    _ = state.send([0], bytes: 0)
    let senders = [1, 2, 3].compactMap { state.send([$0], bytes: 0).sender }
    _ = state.withdraw(sender: senders[1])
    var received: [Int] = []
    for _ in 0..<4 { received += state.receive(lane: 0).deliveries.flatMap(\.batch.elements) }
    #expect(received == [1, 3])
  }

  @Test("a sender that was accepted already can no longer withdraw")
  func lateWithdrawal() throws {
    var state = Self.state(elements: 1)
    _ = state.receive(lane: 0)
    _ = state.send([0], bytes: 0)
    let sender = try #require(state.send([1], bytes: 0).sender)
    #expect(state.receive(lane: 0).accepted == [sender])
    #expect(state.withdraw(sender: sender) == false, "its batch is on its way")
    let another = try #require(state.send([2], bytes: 0).sender)
    #expect(state.withdraw(sender: another) == true)
    #expect(state.withdraw(sender: another) == false)
  }

  @Test("a long batch is divided among the idle lanes")
  func division() {
    var state = Self.state(elements: 100, batch: 4, lanes: 3)
    for lane in 0..<3 { _ = state.receive(lane: lane) }
    let actions = state.send(Array(0..<10), bytes: 100).actions
    let deliveries = actions?.deliveries ?? []
    #expect(deliveries.map(\.batch.elements) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]])
    #expect(Set(deliveries.map(\.lane)) == [0, 1, 2])
    #expect(deliveries.reduce(0) { $0 + $1.batch.bytes } == 100)
  }

  @Test("the rest of a divided batch waits for the next lane that asks")
  func divisionWithOneIdleLane() {
    var state = Self.state(elements: 100, batch: 4, lanes: 2)
    _ = state.receive(lane: 1)
    let first = state.send(Array(0..<10), bytes: 10).actions
    #expect(first?.deliveries.map(\.lane) == [1])
    #expect(first?.deliveries.map(\.batch.elements) == [[0, 1, 2, 3]])
    #expect(state.receive(lane: 0).deliveries.map(\.batch.elements) == [[4, 5, 6, 7]])
    #expect(state.receive(lane: 1).deliveries.map(\.batch.elements) == [[8, 9]])
    #expect(state.usedElements == 6)
  }

  @Test("one lane alone gets a long batch whole")
  func noDivisionForOneLane() {
    var state = Self.state(elements: 100, batch: 4)
    _ = state.receive(lane: 0)
    #expect(state.send(Array(0..<10), bytes: 0).actions?.deliveries.map(\.batch.elements.count) == [10])
  }

  @Test("a nudge wakes an idle lane with an empty batch, and does nothing where work waits")
  func nudge() {
    var state = Self.state()
    #expect(state.nudge().deliveries.isEmpty, "the lane is busy")
    _ = state.receive(lane: 0)
    #expect(state.nudge().deliveries.map(\.batch.elements) == [[]])
    #expect(state.nudge().deliveries.isEmpty, "the lane is awake already")
    _ = state.send([1], bytes: 0)
    #expect(state.nudge().deliveries.isEmpty, "the lane has work waiting")
    #expect(state.receive(lane: 0).deliveries.map(\.batch.elements) == [[1]])
    #expect(state.usedElements == 1)
  }

  @Test("who cannot suspend asks for room, and is told when there is some again")
  func askForRoom() {
    var state = Self.state(elements: 2)
    _ = state.receive(lane: 0)
    #expect(state.askForRoom() == true)
    #expect(state.offer([1], bytes: 0).deliveries.map(\.batch.elements) == [[1]])
    #expect(state.askForRoom() == true)
    #expect(state.offer([2, 3], bytes: 0).deliveries.isEmpty)
    #expect(state.askForRoom() == false)
    let first = state.receive(lane: 0)
    #expect(!first.hasRoom, "two are still in use")
    #expect(first.deliveries.map(\.batch.elements) == [[2, 3]])
    let second = state.receive(lane: 0)
    #expect(second.hasRoom)
    #expect(!state.receive(lane: 0).hasRoom, "it is told once")
  }

  @Test("an offer of nothing delivers nothing")
  func emptyOffer() {
    var state = Self.state()
    _ = state.receive(lane: 0)
    let actions = state.offer([], bytes: 0)
    #expect(actions.deliveries.isEmpty)
    #expect(actions.ended.isEmpty)
    #expect(state.usedElements == 0)
  }

  @Test("the lanes end after the last sender has closed and all is delivered")
  func ending() {
    var state = Self.state(senders: 2, lanes: 2)
    _ = state.receive(lane: 0)
    _ = state.receive(lane: 1)
    #expect(state.close().ended.isEmpty)
    #expect(Set(state.close().ended) == [0, 1])
  }

  @Test("a lane ends when it asks in vain, never while a batch may still be on its way to it")
  func endingOfABusyLane() {
    var state = Self.state(lanes: 2)
    _ = state.receive(lane: 0)
    _ = state.send([1], bytes: 0)
    _ = state.receive(lane: 1)
    // Lane 0 was given a batch that it may not have seen yet: ending it now could overtake the batch.
    #expect(state.close().ended == [1])
    #expect(state.receive(lane: 0).ended == [0])
  }
}

extension EdgeStateTests {
  @Test("after an abort nothing is delivered, suspended senders are refused, and every lane ends")
  func abort() throws {
    var state = Self.state(elements: 2, lanes: 2)
    _ = state.receive(lane: 0)
    _ = state.send([1], bytes: 10)
    _ = state.send([2], bytes: 10)
    let sender = try #require(state.send([3], bytes: 10).sender)
    #expect(state.askForRoom() == false)
    let actions = state.abort()
    #expect(actions.deliveries.isEmpty)
    #expect(actions.refused == [sender])
    #expect(actions.hasRoom, "nobody waits for room that never comes")
    #expect(state.isAborted)
    #expect(state.receive(lane: 1).ended == [1])
    let last = state.receive(lane: 0)
    #expect(last.deliveries.isEmpty)
    #expect(last.ended == [0])
    #expect(state.usedElements == 0)
    #expect(state.usedBytes == 0)
    let late = state.send([4], bytes: 1)
    #expect(late.actions == nil)
    #expect(state.offer([5], bytes: 1).deliveries.isEmpty)
    #expect(state.nudge().deliveries.isEmpty)
    #expect(state.close().ended.isEmpty)
    #expect(state.usedElements == 0)
  }
}

extension EdgeState.Sent {
  var actions: EdgeState<Element>.Actions? {
    if case .accepted(let actions) = self { actions } else { nil }
  }

  var sender: Int? {
    if case .suspended(let sender) = self { sender } else { nil }
  }
}
