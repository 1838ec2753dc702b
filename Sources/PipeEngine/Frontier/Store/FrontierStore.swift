internal import PipeSpec
internal import PipeStorage
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Where the frontier puts requests that memory should not hold: blocks in temporary files (`Segments`), which are
/// reclaimed once they were read back.
final class FrontierStore: Sendable {
  /// Requests of one host, in their order.
  struct Block: Hashable, Sendable {
    let id: Int
    let count: Int
  }

  /// Why it takes no more.
  enum Refusal: Error, Hashable, Sendable {
    case full(folder: String, limit: Int)
    case failed(folder: String, reason: String)
    /// No folder takes a temporary file; what each of them said.
    case noFolder([String])

    var words: String {
      switch self {
      case .full(let folder, let limit):
        "\(folder) holds \(ByteCount(limit).description) of requests that wait, and takes no more"
      case .failed(let folder, let reason): "\(folder) takes no more of the requests that wait (\(reason))"
      case .noFolder(let reasons): "no temporary file can be made (\(reasons.joined(separator: "; ")))"
      }
    }

    /// The run's failure, where requests must not be held up.
    var error: RunError {
      switch self {
      case .full(let folder, let limit):
        RunError(
          "frontier",
          "the requests that wait take more than \(ByteCount(limit).description) in \(folder), which is the limit")
      case .failed, .noFolder: RunError("frontier", words, hint: "TMPDIR can name another folder")
      }
    }
  }

  private struct Storage {
    /// `nil` before anything is stored.
    var segments: Segments?
    var folder = ""
  }

  private let files: any FileStorage
  private let folders: [String]
  private let limit: Int
  private let tell: @Sendable (String) -> Void
  private let storage = Mutex(Storage())

  /// - Parameters:
  ///   - folders: The first one that takes a file is used.
  ///   - limit: The most bytes on disk.
  ///   - tell: Told what the person should know.
  init(
    files: any FileStorage = SystemStorage(), folders: [String] = FrontierStore.folders, limit: Int = 1 << 30,
    tell: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.files = files
    self.folders = folders
    self.limit = limit
    self.tell = tell
  }

  /// The folder that TMPDIR names, those for temporary files (hier(7)), and the working folder.
  static var folders: [String] {
    let named = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    return (named.isEmpty ? [] : [named]) + ["/tmp", "/var/tmp", "."]
  }

  /// Bytes on disk.
  var size: Int { storage.withLock { $0.segments?.size ?? 0 } }

  /// The folder that it uses; `nil` before anything is stored.
  var folder: String? { storage.withLock { $0.segments == nil ? nil : $0.folder } }

  /// Writes requests of one host.
  func append(_ requests: [Request]) throws(Refusal) -> Block {
    var bytes: [UInt8] = []
    for request in requests { RequestCodec.encode(request, into: &bytes) }
    let result = storage.withLock { storage -> Result<Int, Refusal> in
      do throws(Refusal) {
        if storage.segments == nil { try open(&storage) }
        return .success(try append(bytes, to: &storage))
      } catch {
        return .failure(error)
      }
    }
    return Block(id: try result.get(), count: requests.count)
  }

  private func append(_ bytes: [UInt8], to storage: inout Storage) throws(Refusal) -> Int {
    do throws(Segments.Refusal) {
      guard let id = try storage.segments?.append(bytes) else { throw .full(limit: 0) }
      return id
    } catch {
      switch error {
      case .full(let limit): throw .full(folder: storage.folder, limit: limit)
      case .failed(let error): throw .failed(folder: storage.folder, reason: error.reasonAlone)
      }
    }
  }

  /// Finds the folder. The first file is made with the first block.
  private func open(_ storage: inout Storage) throws(Refusal) {
    var refusals: [String] = []
    for folder in folders {
      do throws(StorageError) {
        _ = try files.temporaryFile(in: folder)
      } catch {
        refusals.append("\(folder): \(error.reasonAlone)")
        continue
      }
      if let refusal = refusals.first {
        tell("no temporary file can be made in \(refusal); requests that wait are kept in \(folder) instead")
      }
      storage.folder = folder
      storage.segments = Segments(limit: limit) { [files] () throws(StorageError) in
        try files.temporaryFile(in: folder)
      }
      return
    }
    throw .noFolder(refusals)
  }

  /// Reads a block, which is gone then.
  ///
  /// - Throws: `RunError` where it is not what was written: requests would be lost.
  func take(_ block: Block) throws(RunError) -> [Request] {
    let bytes = storage.withLock { try? $0.segments?.take(block.id) }
    guard let bytes, let requests = RequestCodec.decode(bytes), requests.count == block.count else {
      throw RunError("frontier", "the requests stored in the temporary folder cannot be read back")
    }
    return requests
  }
}
