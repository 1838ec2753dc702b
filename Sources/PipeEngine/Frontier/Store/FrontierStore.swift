internal import DequeModule
internal import PipeStorage
internal import Synchronization

/// Where the frontier puts requests that memory should not hold.
///
/// Pages bring few requests each. So the last blocks wait here, encoded, until they have as many as a block may, or until
/// others need the room: what is written are long blocks.
final class FrontierStore: Sendable {
  /// Requests, in their order. There can be many blocks.
  struct Block: Hashable, Sendable {
    let id: UInt32
    private let length: UInt32
    /// Whether all of them are pages that were never asked for.
    let isOfPages: Bool

    var count: Int { Int(length) }

    init(id: UInt32, count: Int, isOfPages: Bool = false) {
      self.id = id
      length = UInt32(count)
      self.isOfPages = isOfPages
    }
  }

  typealias Refusal = SpillStore.Refusal

  /// Blocks that are not written yet.
  private struct Shelf {
    var blocks: [UInt32: [UInt8]] = [:]
    /// Those of them, and of others that are gone, from the oldest on.
    var ages: Deque<UInt32> = []
    var size = 0
  }

  /// The most requests in a block.
  static let full = 64

  private let store: SpillStore
  private let shelf = Mutex(Shelf())
  /// The most bytes that wait to be written.
  private let memory: Int

  /// - Parameters:
  ///   - folders: The first one that takes a file is used.
  ///   - limit: The most bytes on disk.
  ///   - memory: The most bytes that wait to be written.
  ///   - tell: Told what the person should know.
  init(
    files: any FileStorage = SystemStorage(), folders: [String] = SpillStore.folders, limit: Int = 1 << 30,
    memory: Int = 0, tell: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.memory = memory
    store = SpillStore(
      SpillStore.Content(subject: "frontier", words: "requests that wait"), files: files, folders: folders,
      limit: limit, tell: tell)
  }

  /// Bytes on disk.
  var size: Int { store.size }

  /// The folder that it uses; `nil` before anything is stored.
  var folder: String? { store.folder }

  /// Stores requests.
  ///
  /// - Parameter last: The block before them, which takes them as well where there is room. It must not be taken
  ///   meanwhile.
  /// - Returns: Their block: the last one, longer, or a new one.
  func append(_ requests: [Request], behind last: Block? = nil) throws(Refusal) -> Block {
    var bytes: [UInt8] = []
    for request in requests { RequestCodec.encode(request, into: &bytes) }
    let isOfPages = requests.allSatisfy(\.isNewPage)
    let result = shelf.withLock { shelf -> Result<Block, Refusal> in
      do throws(Refusal) {
        if let last, last.isOfPages == isOfPages, last.count + requests.count <= Self.full,
          try add(bytes, to: last.id, &shelf)
        {
          return .success(Block(id: last.id, count: last.count + requests.count, isOfPages: isOfPages))
        }
        let id = try store.newBlock()
        if requests.count >= Self.full || bytes.count > memory / 4 {
          try store.append(bytes, as: id)
        } else {
          try makeRoom(for: bytes.count, in: &shelf)
          shelf.blocks[id] = bytes
          shelf.ages.append(id)
          shelf.size += bytes.count
        }
        return .success(Block(id: id, count: requests.count, isOfPages: isOfPages))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// - Returns: Whether the block is here and takes them.
  private func add(_ bytes: [UInt8], to block: UInt32, _ shelf: inout Shelf) throws(Refusal) -> Bool {
    guard let length = shelf.blocks[block]?.count, length + bytes.count <= memory / 4 else { return false }
    try makeRoom(for: bytes.count, in: &shelf)
    // It may have been the oldest one.
    guard shelf.blocks[block] != nil else { return false }
    shelf.blocks[block]?.append(contentsOf: bytes)
    shelf.size += bytes.count
    return true
  }

  /// Writes the oldest blocks. One that cannot be written stays.
  private func makeRoom(for count: Int, in shelf: inout Shelf) throws(Refusal) {
    while shelf.size + count > memory, let oldest = shelf.ages.first {
      if let bytes = shelf.blocks[oldest] {
        try store.append(bytes, as: oldest)
        shelf.blocks[oldest] = nil
        shelf.size -= bytes.count
      }
      shelf.ages.removeFirst()
    }
  }

  /// Reads a block, which is gone then.
  ///
  /// - Throws: `RunError` where it is not what was written: requests would be lost.
  func take(_ block: Block) throws(RunError) -> [Request] {
    let here = shelf.withLock { shelf in
      let bytes = shelf.blocks.removeValue(forKey: block.id)
      shelf.size -= bytes?.count ?? 0
      // What is gone is not to pile up here.
      if shelf.ages.count > 2 * shelf.blocks.count + 64 { shelf.ages.removeAll { shelf.blocks[$0] == nil } }
      return bytes
    }
    func decode(_ bytes: [UInt8]) -> [Request]? {
      RequestCodec.decode(bytes).flatMap { $0.count == block.count ? $0 : nil }
    }
    if let here, let requests = decode(here) { return requests }
    return try store.take(block.id, decode)
  }
}
