import Glibc
import PipeStorage
import PipeTesting
import PipeText
import Testing

@testable import PipeEngine

/// A row that is a number.
private struct Row: Spilled, Hashable {
  let number: Int

  func encode(into bytes: inout [UInt8]) { bytes.append(word: UInt64(number)) }

  static func decode(_ reader: inout ByteReader) -> Row? {
    reader.word().flatMap { Int(exactly: $0) }.map { Row(number: $0) }
  }
}

@Suite("OrderWindow", .timeLimit(.minutes(20)))
struct OrderWindowTests {
  private static let content = SpillStore.Content(subject: "order", words: "rows that wait for an earlier one")

  private let window = OrderWindow<Row>(capacity: 2 * OrderState<Row>.slotBytes)

  private func id(_ ordinal: Int) -> RequestID { RequestID(source: 0, ordinal: ordinal) }

  private func settle(_ ordinals: Int...) { settle(ordinals, in: window) }

  private func settle(_ ordinals: some Sequence<Int>, in window: OrderWindow<Row>, bytes: Int = 0) {
    window.settle(ordinals.map { (id($0), Row(number: $0), bytes) })
  }

  private func releaseAll(_ window: OrderWindow<Row>) throws -> [Int] {
    var released: [Int] = []
    while case let more = try window.release(upTo: 10), !more.isEmpty { released += more.map(\.number) }
    return released
  }

  @Test("while there is no room only the oldest may begin, and each change is told")
  func only() throws {
    let changes = Recorder<RequestID?>()
    // The window holds on to this.
    window.onChange { [weak window] in changes.append(window?.only) }
    window.admit((0..<6).map(id))
    #expect(window.only == nil)
    settle(1)
    #expect(changes.count == 0)
    settle(2)
    #expect(window.only == id(0))
    settle(0)
    #expect(window.only == id(3), "what is not released counts")
    #expect(try window.release(upTo: 10).map(\.number) == [0, 1, 2])
    #expect(window.only == nil)
    #expect(changes.all == [id(0), id(3), nil])
  }

  @Test("admit waits for room, and goes on when rows are released")
  func waiting() async throws {
    await window.waitForRoom()
    window.admit((0..<3).map(id))
    settle(1, 2)
    let passed = Turnstile()
    let wait = Task { [window] in
      await window.waitForRoom()
      passed.pass()
    }
    settle(0)
    #expect(passed.count == 0)
    #expect(try window.release(upTo: 2).map(\.number) == [0, 1])
    await wait.value
    #expect(passed.count == 1)
  }

  @Test("whoever waits is let go when the run stops, and when it fails", arguments: [false, true])
  func lettingGo(isCancelled: Bool) async {
    window.admit((0..<3).map(id))
    settle(1, 2)
    let wait = Task { [window] in await window.waitForRoom() }
    if isCancelled { wait.cancel() } else { window.letGo() }
    await wait.value
    // A stop is for all that wait later, too; a run that fails cancels each task.
    if !isCancelled { await window.waitForRoom() }
  }

  @Test("as long as what waits is within its share of memory, nothing is written")
  func cheap() throws {
    let files = MemoryStorage()
    let window = OrderWindow<Row>(capacity: 100_000, store: SpillStore(Self.content, files: files, limit: 1 << 20))
    window.admit((0..<1000).map(id))
    for start in stride(from: 0, to: 1000, by: 100) {
      settle((start..<start + 100).reversed(), in: window, bytes: 300)
      #expect(try releaseAll(window) == Array(start..<start + 100))
    }
    #expect(files.attempts == 0)
  }

  @Test("memory holds no more than the bound, the disk the rest, and all of it comes back in order")
  func spills() throws {
    let files = MemoryStorage()
    let window = OrderWindow<Row>(capacity: 100_000, store: SpillStore(Self.content, files: files, limit: 1 << 20))
    window.admit((0..<5000).map(id))
    for start in stride(from: 1, to: 5000, by: 50) {
      settle(start..<min(5000, start + 50), in: window, bytes: 300)
      #expect(window.held.bytes <= 100_000)
      #expect(window.only == nil)
      #expect(try window.release(upTo: 10).isEmpty)
    }
    #expect(files.size > 4000 * 9)
    settle([0], in: window)
    #expect(try releaseAll(window) == Array(0..<5000))
    #expect(window.held == (0, 0))
  }

  @Test("stopped in the middle, what is in memory and on disk comes in order")
  func givingUp() throws {
    let window = OrderWindow<Row>(capacity: 10_000, store: SpillStore(Self.content, limit: 1 << 20))
    window.admit((0..<1000).map(id))
    let settled = (0..<1000).filter { $0 % 7 != 0 }
    var random = RepeatableRandom(seed: 4)
    for ordinal in settled.shuffled(using: &random) { settle([ordinal], in: window, bytes: 100) }
    #expect(window.held.away > 0)
    window.giveUp()
    #expect(try releaseAll(window) == settled)
  }

  /// What is wrong with a disk.
  private enum Trouble: CaseIterable {
    case noFolder, fullFromTheStart, soonFull, fullDisk, soonFullDisk, faulty

    func makeStore(_ content: SpillStore.Content) -> SpillStore {
      switch self {
      case .noFolder: SpillStore(content, folders: ["/nowhere/at/all"], limit: 1 << 20)
      case .fullFromTheStart: SpillStore(content, limit: 10)
      case .soonFull: SpillStore(content, limit: 3000)
      case .fullDisk: SpillStore(content, files: failing(code: ENOSPC, from: 0), limit: 1 << 20)
      case .soonFullDisk: SpillStore(content, files: failing(code: ENOSPC, from: 1000), limit: 1 << 20)
      case .faulty: SpillStore(content, files: failing(code: EIO, from: 500), limit: 1 << 20)
      }
    }

    private func failing(code: Int32, from start: Int) -> MemoryStorage {
      MemoryStorage(
        failing: .init(code: code, taken: 7) { _, operation in
          if case .write(_, let place, _) = operation { place >= start } else { false }
        })
    }
  }

  @Test(
    "a disk that takes no more makes the others wait for the oldest, and nothing is lost", arguments: Trouble.allCases)
  private func trouble(_ trouble: Trouble) throws {
    let told = Recorder<String>()
    let window = OrderWindow<Row>(capacity: 10_000, store: trouble.makeStore(Self.content)) { told.append($0) }
    window.admit((0..<1000).map(id))
    // It may begin whatever it wants as long as there is room.
    var next = 1
    while window.only == nil, next < 1000 {
      settle([next], in: window, bytes: 200)
      next += 1
    }
    #expect(window.only == id(0))
    #expect(next < 1000, "it took all of them")
    #expect(told.all.last?.contains("holds up all after it; TMPDIR can name another folder") == true)
    #expect(told.all.last?.contains("rows that wait for an earlier one") == true || trouble == .noFolder)
    settle(0..<1, in: window)
    var released = try releaseAll(window)
    for ordinal in next..<1000 {
      settle([ordinal], in: window, bytes: 200)
      released += try releaseAll(window)
    }
    #expect(released == Array(0..<1000))
  }

  @Test("what cannot be read back ends the run")
  func unreadable() throws {
    let files = MemoryStorage()
    let store = SpillStore(Self.content, files: files, limit: 1 << 20)
    let window = OrderWindow<Row>(capacity: 100, store: store)
    window.admit((0..<3).map(id))
    settle([1, 2], in: window, bytes: 500)
    #expect(window.held.away > 0)
    // Somebody else takes it.
    _ = try store.take(1) { $0 }
    settle([0], in: window)
    #expect(throws: RunError.self) { try releaseAll(window) }
  }

  @Test("blocks that are cut off or changed are no rows", arguments: 0..<40 as Range<UInt64>)
  func hostile(seed: UInt64) throws {
    let files = MemoryStorage()
    let store = SpillStore(Self.content, files: files, limit: 1 << 20)
    let order = OrderStore<Row>(store, capacity: 1000)
    let held = (0..<20).map { OrderState<Row>.Held(turn: $0 * 3, element: Row(number: $0), bytes: 200) }
    let (blocks, rest, refusal) = order.write(held)
    #expect(rest.isEmpty && refusal == nil)
    let bytes = try store.take(blocks[0].id) { $0 }
    #expect(OrderStore<Row>.decode(bytes)?.map(\.element) == held.map(\.element))
    var random = RepeatableRandom(seed: seed)
    #expect(OrderStore<Row>.decode([2] + bytes.dropFirst()) == nil, "another version")
    #expect(OrderStore<Row>.decode([]) == nil)
    let cut = Array(bytes.prefix(Int.random(in: 1..<bytes.count, using: &random)))
    #expect((OrderStore<Row>.decode(cut)?.count ?? 0) < 20)
    for _ in 0..<200 {
      var changed = bytes
      changed[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      _ = OrderStore<Row>.decode(changed)
    }
  }

  @Test("large rows have blocks of their own, so that small ones do not bring them along")
  func blocks() {
    let order = OrderStore<Row>(SpillStore(Self.content, files: MemoryStorage(), limit: 1 << 20), capacity: 1000)
    let sizes = [10, 10, 1 << 20, 10, 10, 1 << 20, 1 << 20, 10]
    let (blocks, _, _) = order.write(
      sizes.enumerated().map { OrderState<Row>.Held(turn: $0, element: Row(number: $0), bytes: $1) })
    // A row's bytes here are few whatever it says of itself, so what follows a large one joins it.
    #expect(blocks.map(\.firstTurn).contains(2) && blocks.map(\.firstTurn).contains(5))
    #expect(blocks.map(\.count).reduce(0, +) == sizes.count)
  }
}
