internal import PipeStorage

/// Where the frontier puts requests that memory should not hold.
final class FrontierStore: Sendable {
  /// Requests, in their order.
  struct Block: Hashable, Sendable {
    let id: Int
    let count: Int
    /// Whether all of them are pages that were never asked for.
    var isOfPages = false
  }

  typealias Refusal = SpillStore.Refusal

  private let store: SpillStore

  /// - Parameters:
  ///   - folders: The first one that takes a file is used.
  ///   - limit: The most bytes on disk.
  ///   - tell: Told what the person should know.
  init(
    files: any FileStorage = SystemStorage(), folders: [String] = SpillStore.folders, limit: Int = 1 << 30,
    tell: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    store = SpillStore(
      SpillStore.Content(subject: "frontier", words: "requests that wait"), files: files, folders: folders,
      limit: limit, tell: tell)
  }

  /// Bytes on disk.
  var size: Int { store.size }

  /// The folder that it uses; `nil` before anything is stored.
  var folder: String? { store.folder }

  /// Writes requests.
  func append(_ requests: [Request]) throws(Refusal) -> Block {
    var bytes: [UInt8] = []
    for request in requests { RequestCodec.encode(request, into: &bytes) }
    return Block(
      id: try store.append(bytes), count: requests.count, isOfPages: requests.allSatisfy(\.isNewPage))
  }

  /// Reads a block, which is gone then.
  ///
  /// - Throws: `RunError` where it is not what was written: requests would be lost.
  func take(_ block: Block) throws(RunError) -> [Request] {
    try store.take(block.id) { bytes in
      RequestCodec.decode(bytes).flatMap { $0.count == block.count ? $0 : nil }
    }
  }
}
