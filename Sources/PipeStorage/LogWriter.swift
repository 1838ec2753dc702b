#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Writes a log, batch by batch. One task uses it.
///
///     create ─▶ append … ─▶ commit ─▶ append … ─▶ commit ─▶ …
///
/// The first batch is written to `NAME.new`, which then gets its name: a log that has its name has a whole header and a
/// whole batch. After an error nothing more is written: what a failed sync was about may be lost, and the next one would
/// not tell (fsync(2)).
package struct LogWriter: ~Copyable {
  package let path: String
  /// Bytes that were handed to the system, and those that wait.
  package var size: Int { written + buffer.count }
  private let storage: any FileStorage
  private let file: any StoredFile
  private let salt: UInt64
  private var batch: UInt32
  /// Whether it has its name, and whether that is durable.
  private var isNamed: Bool
  private var isNameDurable: Bool
  private var written: Int
  private var buffer: [UInt8]
  /// The frame that was appended last: only the commit tells whether it ends the batch.
  private var last: (kind: UInt8, payload: [UInt8])?
  private var failure: StorageError?

  package static let newEnding = ".new"
  /// Bytes that are handed on at once.
  private static let piece = 256 << 10

  /// Begins a log. It has its name once the first batch is committed; a log of that name is replaced then.
  ///
  /// - Parameters:
  ///   - identity: What the owner tells the file by; at most `LogFormat.largestIdentity` bytes.
  ///   - salt: Random.
  package init(
    creating path: String, _ format: LogFormat, identity: [UInt8], salt: UInt64 = .random(in: .min ... .max),
    in storage: any FileStorage
  ) throws(StorageError) {
    let name = path + Self.newEnding
    // Left by a process that was killed before the log had its name: nothing counts on it.
    if try storage.status(of: name, followingLinks: false) != nil { try storage.remove(name) }
    let file = try storage.open(name, .new(permissions: 0o666, .sequential))
    self.file = file
    self.path = path
    self.storage = storage
    self.salt = salt
    (batch, written) = (1, 0)
    (isNamed, isNameDurable) = (false, false)
    buffer = format.header(identity: identity, salt: salt)
  }

  /// Goes on with a log behind its last whole batch, which is durable then; what a crash left behind it is cut off.
  package init(goingOnWith log: LogReader, in storage: any FileStorage) throws(StorageError) {
    let file = try storage.open(log.path, .existing(.sequential))
    // Before anything is written there: else a part of the tail could be found behind it.
    if log.tail > 0 { try file.truncate(to: log.length) }
    // A process that was killed may have left its last batch to the system alone. Whoever goes on relies on it.
    try file.sync()
    try storage.sync(folder: log.path.folderOfPath)
    self.file = file
    path = log.path
    self.storage = storage
    salt = log.salt
    (batch, written) = (log.batchCount + 1, log.length)
    (isNamed, isNameDurable) = (true, true)
    buffer = []
  }

  /// Adds a frame to the batch.
  ///
  /// - Parameter payload: At most `LogFormat.largestPayload` bytes.
  package mutating func append(_ kind: UInt8, _ payload: [UInt8]) throws(StorageError) {
    if let failure { throw failure }
    guard payload.count <= LogFormat.largestPayload else { throw StorageError(.write, path, code: EFBIG) }
    encodeLast(endsBatch: false)
    last = (kind, payload)
    if buffer.count >= Self.piece { try handOn() }
  }

  /// Ends the batch. When it returns, all of it counts.
  ///
  /// - Parameter isDurable: Whether it also survives a loss of power.
  package mutating func commit(isDurable: Bool = true) throws(StorageError) {
    if let failure { throw failure }
    guard last != nil else { return }
    encodeLast(endsBatch: true)
    try handOn()
    do throws(StorageError) {
      if isDurable { try file.sync() }
      if !isNamed {
        try storage.rename(path + Self.newEnding, to: path, replacing: true)
        isNamed = true
      }
      if isDurable, !isNameDurable {
        try storage.sync(folder: path.folderOfPath)
        isNameDurable = true
      }
    } catch {
      failure = error
      throw error
    }
    batch += 1
  }

  private mutating func encodeLast(endsBatch: Bool) {
    guard let (kind, payload) = last else { return }
    buffer += LogFrameHeader(kind, payload, batch: batch, endsBatch: endsBatch, salt: salt).bytes(salt: salt)
    buffer += payload
    last = nil
  }

  private mutating func handOn() throws(StorageError) {
    var failed: StorageError?
    buffer.withUnsafeBytes { bytes in
      do throws(StorageError) { try file.write(bytes, at: written) } catch { failed = error }
    }
    if let failed {
      failure = failed
      throw failed
    }
    written += buffer.count
    buffer.removeAll(keepingCapacity: buffer.capacity <= 2 * Self.piece)
  }
}
