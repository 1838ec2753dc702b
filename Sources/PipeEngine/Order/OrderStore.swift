internal import PipeStorage
internal import PipeText

/// Where an order puts what memory should not hold: blocks of elements with their turns.
///
/// A block has a version first, as nothing else tells what its bytes mean.
struct OrderStore<Element: Spilled>: Sendable {
  typealias Held = OrderState<Element>.Held
  typealias Block = OrderRuns<Element>.Block

  private static var version: UInt8 { 1 }

  let store: SpillStore
  /// Bytes that a block comes to; what is larger has one alone.
  let blockSize: Int

  /// - Parameter capacity: Bytes that the order may hold in memory.
  init(_ store: SpillStore, capacity: Int) {
    self.store = store
    // Of each run one block may be in memory, and there are four runs for each capacity on disk: together half of it.
    let perRun = Double(capacity) * Double(capacity) / 8 / Double(max(1, store.limit))
    blockSize = Int(min(64 * 1024, max(4096, perRun)))
  }

  /// Writes what goes away.
  ///
  /// - Parameter elements: In the order of their turns.
  /// - Returns: The blocks, the elements that are in none of them, and why.
  func write(_ elements: [Held]) -> (blocks: [Block], rest: ArraySlice<Held>, refusal: SpillStore.Refusal?) {
    var blocks: [Block] = []
    var start = 0
    var bytes: [UInt8] = []
    for (index, held) in elements.enumerated() {
      if bytes.isEmpty { bytes.append(Self.version) }
      bytes.append(varint: held.turn)
      bytes.append(varint: held.bytes)
      held.element.encode(into: &bytes)
      let isLast = index + 1 == elements.count
      guard isLast || bytes.count >= blockSize || elements[index + 1].bytes >= blockSize else { continue }
      do throws(SpillStore.Refusal) {
        let id = try store.append(bytes)
        blocks.append(Block(id: id, firstTurn: elements[start].turn, count: index + 1 - start, bytes: bytes.count))
      } catch {
        return (blocks, elements[start...], error)
      }
      start = index + 1
      bytes.removeAll(keepingCapacity: bytes.count <= 2 * blockSize)
    }
    return (blocks, [], nil)
  }

  /// Reads a block, which is gone then.
  ///
  /// - Throws: `RunError` where it is not what was written: rows would be lost.
  func read(_ block: Block) throws(RunError) -> [Held] {
    try store.take(block.id) { bytes in
      guard let elements = Self.decode(bytes), elements.count == block.count,
        elements.first?.turn == block.firstTurn
      else { return nil }
      return elements
    }
  }

  /// - Returns: `nil` where the bytes are not those of a block.
  static func decode(_ bytes: [UInt8]) -> [Held]? {
    var reader = ByteReader(bytes)
    guard reader.byte() == version else { return nil }
    var elements: [Held] = []
    while !reader.isAtEnd {
      guard let turn = reader.count(), let cost = reader.count(), let element = Element.decode(&reader),
        elements.last.map({ $0.turn < turn }) ?? true
      else { return nil }
      elements.append(Held(turn: turn, element: element, bytes: cost))
    }
    return elements
  }
}
