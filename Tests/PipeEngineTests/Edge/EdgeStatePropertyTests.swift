import PipeTesting
import Testing

@testable import PipeEngine

/// Random events, and what must hold after each of them whatever their order.
@Suite("EdgeState, by random events")
struct EdgeStatePropertyTests {
  @Test("nothing is lost, doubled, reordered or held back, and the bounds hold", arguments: Effort.seeds(40))
  func invariants(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    var run = RandomEvents(
      elements: Int.random(in: 1...40, using: &random), bytes: Int.random(in: 1...400, using: &random),
      batch: Int.random(in: 1...8, using: &random), senders: Int.random(in: 1...3, using: &random),
      lanes: Int.random(in: 1...4, using: &random))
    for _ in 0..<300 { run.step(&random) }
    run.finish()
    #expect(run.faults == [])
  }
}

/// An edge's state, driven by random events, beside a plain account of what was sent.
private struct RandomEvents {
  private(set) var faults: [String] = []
  private var state: EdgeState<Int>
  private let elements: Int
  private let bytes: Int
  private let lanes: Int
  private var openSenders: Int
  private var next = 0
  private var largest = (elements: 0, bytes: 0)
  /// Elements accepted, and elements of suspended senders by sender.
  private var accepted: [Int] = []
  private var suspended: [Int: [Int]] = [:]
  private var received: [[Int]]
  private var isIdle: [Bool]
  private var hasEnded: [Int]
  private var wantsRoom = false

  init(elements: Int, bytes: Int, batch: Int, senders: Int, lanes: Int) {
    state = EdgeState(elements: elements, bytes: bytes, batch: batch, senders: senders, lanes: lanes)
    self.elements = elements
    self.bytes = bytes
    self.lanes = lanes
    openSenders = senders
    received = Array(repeating: [], count: lanes)
    isIdle = Array(repeating: false, count: lanes)
    hasEnded = Array(repeating: 0, count: lanes)
  }

  mutating func step(_ random: inout RepeatableRandom) {
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<4: send(count: Int.random(in: 1...12, using: &random), bytes: Int.random(in: 0...60, using: &random))
    case 4..<8: receive(lane: Int.random(in: 0..<lanes, using: &random))
    case 8 where random.oneIn(2): withdraw(&random)
    case 8: perform(state.nudge(), isNudge: true)
    default: offer(count: Int.random(in: 0...12, using: &random))
    }
  }

  mutating func finish() {
    while openSenders > 0 {
      openSenders -= 1
      perform(state.close())
    }
    var rounds = 0
    while hasEnded.contains(0), rounds < 10_000 {
      for lane in 0..<lanes where hasEnded[lane] == 0 { receive(lane: lane) }
      rounds += 1
    }
    if hasEnded.contains(where: { $0 != 1 }) { faults.append("a lane ended \(hasEnded) times") }
    if state.usedElements != 0 || state.usedBytes != 0 { faults.append("credits were lost") }
    if received.joined().sorted() != accepted.sorted() { faults.append("elements were lost or doubled") }
    if lanes == 1, received[0] != accepted { faults.append("the order of one lane was lost") }
    // Elements are numbered as they are sent, and nobody overtakes.
    for elements in received + [accepted] where elements != elements.sorted() {
      faults.append("elements out of order")
    }
  }

  private mutating func make(_ count: Int) -> [Int] {
    defer { next += count }
    return Array(next..<next + count)
  }

  private mutating func send(count: Int, bytes: Int) {
    let batch = make(count)
    largest = (max(largest.elements, count), max(largest.bytes, bytes))
    let hadRoom = state.hasRoom && suspended.isEmpty
    switch state.send(batch, bytes: bytes) {
    case .accepted(let actions):
      if !hadRoom { faults.append("accepted without room") }
      accepted += batch
      perform(actions)
    case .suspended(let sender):
      if hadRoom { faults.append("suspended though there was room") }
      suspended[sender] = batch
    case .refused: faults.append("refused without an abort")
    }
    check()
  }

  private mutating func offer(count: Int) {
    guard state.askForRoom() else { return wantsRoom = true }
    wantsRoom = false
    let batch = make(count)
    largest.elements = max(largest.elements, count)
    accepted += batch
    perform(state.offer(batch, bytes: 0))
    check()
  }

  private mutating func receive(lane: Int) {
    // A lane asks only when it has what it asked for before.
    if isIdle[lane] { return }
    isIdle[lane] = true
    let actions = state.receive(lane: lane)
    for sender in actions.accepted {
      guard let batch = suspended.removeValue(forKey: sender) else { return faults.append("an unknown sender") }
      accepted += batch
    }
    perform(actions)
    check()
  }

  private mutating func withdraw(_ random: inout RepeatableRandom) {
    guard let sender = suspended.keys.sorted().randomElement(using: &random) else { return }
    if !state.withdraw(sender: sender) { faults.append("a suspended sender could not withdraw") }
    suspended[sender] = nil
  }

  private mutating func perform(_ actions: EdgeState<Int>.Actions, isNudge: Bool = false) {
    for (lane, batch) in actions.deliveries {
      if !isIdle[lane] { faults.append("a busy lane was given a batch") }
      if batch.elements.isEmpty != isNudge { faults.append("an empty batch that is no nudge, or a full one that is") }
      isIdle[lane] = false
      received[lane] += batch.elements
    }
    for lane in actions.ended {
      if !isIdle[lane] { faults.append("a busy lane was ended") }
      hasEnded[lane] += 1
    }
    if actions.hasRoom {
      if !wantsRoom || !state.hasRoom { faults.append("room was announced to nobody, or falsely") }
      wantsRoom = false
    }
  }

  private mutating func check() {
    if state.usedElements < 0 || state.usedBytes < 0 { faults.append("negative credits") }
    if state.usedElements >= elements + largest.elements { faults.append("more than one overshoot in elements") }
    if state.usedBytes >= bytes + largest.bytes, state.usedBytes > 0 {
      faults.append("more than one overshoot in bytes")
    }
    let isWaiting = received.reduce(0) { $0 + $1.count } < accepted.count
    if isWaiting, isIdle.contains(true) { faults.append("a batch is held back while a lane is idle") }
  }
}
