import PipeTesting
import Testing

@testable import PipeEngine

@Suite("WorkRoomState")
struct WorkRoomStateTests {
  /// What lanes ask for and give back, and which of them work at the end.
  struct Events: Sendable, CustomTestStringConvertible {
    enum Event: Sendable {
      case reserve(Int)
      /// Of the lane that asked as so manieth, from 0.
      case release(Int)
      case withdraw(Int)
    }

    let testDescription: String
    let events: [Event]
    let working: [Int]
    let held: Int

    init(_ testDescription: String, _ events: [Event], working: [Int], held: Int) {
      self.testDescription = testDescription
      self.events = events
      self.working = working
      self.held = held
    }
  }

  static let table = [
    Events("what there is room for works at once", [.reserve(40), .reserve(60)], working: [0, 1], held: 100),
    Events("what there is no room for waits", [.reserve(40), .reserve(61)], working: [0], held: 40),
    Events("nobody overtakes", [.reserve(40), .reserve(70), .reserve(10)], working: [0], held: 40),
    Events(
      "room given back goes to the one that waits longest", [.reserve(80), .reserve(50), .reserve(60), .release(0)],
      working: [1], held: 50),
    Events(
      "room given back goes to as many as it is enough for", [.reserve(100), .reserve(50), .reserve(50), .release(0)],
      working: [1, 2], held: 100),
    Events("more than all of the room is all of it", [.reserve(1_000)], working: [0], held: 100),
    Events(
      "what wants all of the room has it alone", [.reserve(1_000), .reserve(1), .release(0), .reserve(500)],
      working: [1], held: 1),
    Events(
      "all of the room is given back", [.reserve(1_000), .release(0), .reserve(100)], working: [1], held: 100),
    Events(
      "one that gives up lets others pass", [.reserve(50), .reserve(80), .reserve(20), .withdraw(1)], working: [0, 2],
      held: 70),
    Events(
      "one that gives up behind others changes nothing", [.reserve(50), .reserve(80), .reserve(20), .withdraw(2)],
      working: [0], held: 50),
    Events("one that works cannot give up", [.reserve(50), .withdraw(0)], working: [0], held: 50),
    Events("nothing takes nothing", [.reserve(100), .reserve(0)], working: [0, 1], held: 100),
    Events("less than nothing takes nothing", [.reserve(-5)], working: [0], held: 0),
  ]

  @Test("lanes work as there is room", arguments: table)
  func rules(events: Events) {
    var lanes = Lanes(capacity: 100)
    for event in events.events {
      switch event {
      case .reserve(let bytes): lanes.reserve(bytes)
      case .release(let lane): lanes.release(lane)
      case .withdraw(let lane): lanes.withdraw(lane)
      }
    }
    #expect(lanes.working.sorted() == events.working)
    #expect(lanes.state.used == events.held)
    #expect(lanes.faults == [])
  }

  @Test(
    "whatever comes, the bound holds, the order is kept, and everyone is served", arguments: Effort.seeds(40))
  func invariants(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    let capacity = Int.random(in: 1...200, using: &random)
    var lanes = Lanes(capacity: capacity)
    for _ in 0..<400 {
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<5: lanes.reserve(Int.random(in: 0...capacity * 2, using: &random))
      case 5..<9: if let lane = lanes.working.sorted().randomElement(using: &random) { lanes.release(lane) }
      default: if let lane = lanes.waiting.randomElement(using: &random) { lanes.withdraw(lane) }
      }
    }
    while let lane = lanes.working.min() { lanes.release(lane) }
    #expect(lanes.waiting == [])
    #expect(lanes.state.used == 0)
    #expect(lanes.faults == [])
  }

  /// Lanes, numbered as they asked, beside a plain account of them.
  private struct Lanes {
    private(set) var state: WorkRoomState
    private(set) var working: Set<Int> = []
    /// In the order of asking.
    private(set) var waiting: [Int] = []
    private(set) var faults: [String] = []
    private var wishes: [Int] = []
    private var numbers: [Int: Int] = [:]

    init(capacity: Int) { state = WorkRoomState(capacity: capacity) }

    mutating func reserve(_ bytes: Int) {
      let lane = wishes.count
      wishes.append(bytes)
      let mayWork = waiting.isEmpty && held + counted(lane) <= state.capacity
      switch state.reserve(bytes) {
      case .granted:
        if !mayWork { faults.append("\(lane) works without room, or before others") }
        working.insert(lane)
      case .waits(let number):
        if mayWork { faults.append("\(lane) waits though there is room") }
        numbers[number] = lane
        waiting.append(lane)
      }
      check()
    }

    mutating func release(_ lane: Int) {
      working.remove(lane)
      grant(state.release(wishes[lane]))
    }

    mutating func withdraw(_ lane: Int) {
      let number = numbers.first { $0.value == lane }?.key ?? -1
      let (isWithdrawn, granted) = state.withdraw(lane: number)
      if isWithdrawn != waiting.contains(lane) { faults.append("\(lane) gave up what it had, or could not") }
      waiting.removeAll { $0 == lane }
      grant(granted)
    }

    private mutating func grant(_ granted: [Int]) {
      for number in granted {
        guard let lane = numbers[number], lane == waiting.first else {
          faults.append("\(number) is not the one that waits longest")
          continue
        }
        waiting.removeFirst()
        working.insert(lane)
      }
      check()
    }

    private func counted(_ lane: Int) -> Int { min(max(0, wishes[lane]), state.capacity) }
    private var held: Int { working.reduce(0) { $0 + counted($1) } }

    private mutating func check() {
      if state.used != held { faults.append("\(state.used) bytes are counted, \(held) are held") }
      if held > state.capacity { faults.append("the bound does not hold") }
      if let first = waiting.first, held + counted(first) <= state.capacity { faults.append("\(first) is not served") }
    }
  }
}
