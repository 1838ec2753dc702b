internal import DequeModule
internal import HeapModule

/// What an order has away: runs of blocks, each run in the order of the turns, merged as it is taken back.
///
/// Of a run that is taken back, one block at a time is in memory.
struct OrderRuns<Element: Sendable>: Sendable {
  /// What a store has.
  struct Block: Hashable, Sendable {
    let id: UInt32
    let firstTurn: Int
    let count: Int
    /// Bytes on disk.
    let bytes: Int
  }

  enum Next {
    case held(OrderState<Element>.Held)
    /// The block has to be loaded.
    case block(Block)
    case missing
  }

  private struct Run: Comparable, Sendable {
    var loaded: Deque<OrderState<Element>.Held> = []
    var blocks: Deque<Block>

    /// `nil` for one that is read to its end.
    var next: Int? { loaded.first?.turn ?? blocks.first?.firstTurn }

    static func < (left: Self, right: Self) -> Bool { (left.next ?? .max) < (right.next ?? .max) }
    static func == (left: Self, right: Self) -> Bool { left.next == right.next }
  }

  private var runs = Heap<Run>()
  /// The run whose block is being loaded.
  private var loading: Run?
  /// Bytes of the blocks on disk.
  private(set) var bytes = 0
  private var blockCount = 0

  /// What the blocks take in memory, with what the store keeps of each.
  var indexBytes: Int { 160 * blockCount }

  /// - Parameter blocks: In the order of their turns.
  mutating func add(_ blocks: [Block]) {
    if blocks.isEmpty { return }
    bytes += blocks.reduce(0) { $0 + $1.bytes }
    blockCount += blocks.count
    runs.insert(Run(blocks: Deque(blocks)))
  }

  /// What is away for a turn; no other turn before it is.
  mutating func next(_ turn: Int) -> Next {
    if let block = loading?.blocks.first { return .block(block) }
    // A copy of the first would make the run copy what it has loaded.
    guard runs.min?.next == turn, var run = runs.popMin() else { return .missing }
    guard let held = run.loaded.popFirst() else {
      loading = run
      return run.blocks.first.map { .block($0) } ?? .missing
    }
    if run.next != nil { runs.insert(run) }
    return .held(held)
  }

  /// The block that `next` asked for.
  mutating func loaded(_ elements: [OrderState<Element>.Held]) {
    guard var run = loading else { return }
    loading = nil
    if let block = run.blocks.popFirst() {
      bytes -= block.bytes
      blockCount -= 1
    }
    run.loaded = Deque(elements)
    if run.next != nil { runs.insert(run) }
  }
}
