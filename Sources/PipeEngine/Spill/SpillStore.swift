internal import PipeSpec
internal import PipeStorage
internal import Synchronization

/// What memory should not hold, as blocks of bytes in temporary files (`Segments`), which are reclaimed once they were
/// read back.
final class SpillStore: Sendable {
  /// Whose blocks they are, for messages.
  struct Content: Hashable, Sendable {
    /// The part of the run: `frontier`.
    let subject: String
    /// What is stored: `requests that wait`.
    let words: String
  }

  /// Why it takes no more.
  struct Refusal: Error, Hashable, Sendable {
    enum Cause: Hashable, Sendable {
      case full(folder: String, limit: Int)
      case failed(folder: String, reason: String)
      /// No folder takes a temporary file; what each of them said.
      case noFolder([String])
    }

    let cause: Cause
    let content: Content

    var words: String {
      switch cause {
      case .full(let folder, let limit):
        "\(folder) holds \(ByteCount(limit).description) of \(content.words), and takes no more"
      case .failed(let folder, let reason): "\(folder) takes no more of the \(content.words) (\(reason))"
      case .noFolder(let reasons): "no temporary file can be made (\(reasons.joined(separator: "; ")))"
      }
    }

    /// The run's failure, where the content must not be held up.
    var error: RunError {
      switch cause {
      case .full(let folder, let limit):
        RunError(
          diskLimit: content.subject,
          "the \(content.words) take more than \(ByteCount(limit).description) in \(folder)")
      case .failed, .noFolder: RunError(content.subject, words, hint: "TMPDIR can name another folder")
      }
    }
  }

  private struct Storage {
    /// `nil` before anything is stored.
    var segments: Segments?
    var folder = ""
  }

  /// The most bytes on disk.
  let limit: Int
  private let content: Content
  private let files: any FileStorage
  private let folders: [String]
  private let tell: @Sendable (String) -> Void
  private let storage = Mutex(Storage())

  /// - Parameters:
  ///   - folders: The first one that takes a file is used.
  ///   - limit: The most bytes on disk.
  ///   - tell: Told what the person should know.
  init(
    _ content: Content, files: any FileStorage = SystemStorage(), folders: [String] = SpillStore.folders, limit: Int,
    tell: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.content = content
    self.files = files
    self.folders = folders
    self.limit = limit
    self.tell = tell
  }

  /// The folder that TMPDIR names, those for temporary files (hier(7)), and the working folder.
  static var folders: [String] { TemporaryDisk.folders }

  /// Bytes on disk.
  var size: Int { storage.withLock { $0.segments?.size ?? 0 } }

  /// The folder that it uses; `nil` before anything is stored.
  var folder: String? { storage.withLock { $0.segments == nil ? nil : $0.folder } }

  /// Says that there is nearly as much on disk as may be.
  var fullness: String { "\(folder ?? "") holds nearly \(ByteCount(limit).description) of \(content.words)" }

  /// Writes a block.
  ///
  /// - Returns: What `take` knows it by.
  func append(_ bytes: [UInt8]) throws(Refusal) -> UInt32 {
    let block = try newBlock()
    try append(bytes, as: block)
    return block
  }

  /// What a block will be known by that is written later. A folder is found for it.
  func newBlock() throws(Refusal) -> UInt32 {
    try opened { storage in storage.segments?.newBlock() ?? 0 }
  }

  /// Writes a block.
  func append(_ bytes: [UInt8], as block: UInt32) throws(Refusal) {
    try opened { storage throws(Refusal) -> Void in try append(bytes, as: block, to: &storage) }
  }

  private func opened<Answer: Sendable>(
    _ body: (inout sending Storage) throws(Refusal) -> Answer
  ) throws(Refusal) -> Answer {
    let result = storage.withLock { storage -> Result<Answer, Refusal> in
      do throws(Refusal) {
        if storage.segments == nil { try open(&storage) }
        return .success(try body(&storage))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private func append(_ bytes: [UInt8], as block: UInt32, to storage: inout Storage) throws(Refusal) {
    do throws(Segments.Refusal) {
      try storage.segments?.append(bytes, as: block)
    } catch {
      switch error {
      case .full(let limit): throw refusal(.full(folder: storage.folder, limit: limit))
      case .failed(let error): throw refusal(.failed(folder: storage.folder, reason: error.reasonAlone))
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
        tell("no temporary file can be made in \(refusal); \(content.words) are kept in \(folder) instead")
      }
      storage.folder = folder
      storage.segments = Segments(limit: limit) { [files] () throws(StorageError) in
        try files.temporaryFile(in: folder)
      }
      return
    }
    throw refusal(.noFolder(refusals))
  }

  private func refusal(_ cause: Refusal.Cause) -> Refusal { Refusal(cause: cause, content: content) }

  /// Reads a block, which is gone then.
  ///
  /// - Parameter decode: Makes of the bytes what was written; `nil` where they are not that.
  /// - Throws: `RunError` where the block cannot be read: what is in it would be lost.
  func take<Decoded>(_ block: UInt32, _ decode: ([UInt8]) -> Decoded?) throws(RunError) -> Decoded {
    let result = storage.withLock { storage -> Result<[UInt8]?, StorageError> in
      do throws(StorageError) {
        return .success(try storage.segments?.take(block))
      } catch {
        return .failure(error)
      }
    }
    var reason = "they are not what was written"
    switch result {
    case .success(let bytes): if let bytes, let decoded = decode(bytes) { return decoded }
    case .failure(let error): reason = error.reasonAlone
    }
    throw RunError(
      content.subject, "the \(content.words) and are stored in a temporary file cannot be read back (\(reason))")
  }
}
