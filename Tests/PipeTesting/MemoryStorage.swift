import Glibc
package import PipeStorage
import Synchronization

/// Files in memory. It records every change, and fails the ones that a test wants to fail.
///
/// There are no links, and every folder is there, unless it begins with a disk that says which ones are.
package final class MemoryStorage: FileStorage {
  /// What fails.
  package struct Fault: Sendable {
    /// Whether an operation fails, by its number from 0 and what it is.
    let isMet: @Sendable (Int, FileOperation) -> Bool
    let code: Int32
    /// How many bytes a write takes before it fails.
    let taken: Int

    package init(code: Int32 = ENOSPC, taken: Int = 0, when isMet: @escaping @Sendable (Int, FileOperation) -> Bool) {
      self.isMet = isMet
      self.code = code
      self.taken = taken
    }
  }

  fileprivate struct State {
    var disk = MemoryDisk()
    var locked: Set<UInt64> = []
    var nextInode: UInt64 = 1
    var operations: [FileOperation] = []
    var attempts = 0
    var readings = 0
    var fault: Fault?
    var readingFault: (@Sendable (Int) -> Bool)?
    var isForgotten: (@Sendable (FileOperation) -> Bool)?
    /// Whether a part of a write was taken, so that the next one fails.
    var isDraining = false
  }

  fileprivate let state = Mutex(State())

  package init(failing fault: Fault? = nil) { state.withLock { $0.fault = fault } }

  /// Files as they are found on a disk.
  ///
  /// - Parameters:
  ///   - inode: The first number of a new file; without it, the one behind those that are there.
  ///   - isForgotten: Changes that are said to be made and are not: so a test sees what a sync is for.
  package init(
    _ disk: MemoryDisk, from inode: UInt64? = nil, forgetting isForgotten: (@Sendable (FileOperation) -> Bool)? = nil
  ) {
    state.withLock { state in
      state.disk = disk
      state.nextInode = inode ?? (disk.files.keys.max() ?? 0) + 1
      state.isForgotten = isForgotten
    }
  }

  /// All files as they are now.
  package var disk: MemoryDisk { state.withLock { $0.disk } }

  /// Lets readings fail (`EIO`), by their number from 0.
  package func failReading(when isMet: @escaping @Sendable (Int) -> Bool) {
    state.withLock { state in
      state.readings = 0
      state.readingFault = isMet
    }
  }

  /// The changes that were made, in their order.
  package var operations: [FileOperation] { state.withLock { $0.operations } }

  /// How many changes were tried.
  package var attempts: Int { state.withLock { $0.attempts } }

  /// The bytes of a file; `nil` if nothing has the name.
  package func bytes(_ path: String) -> [UInt8]? {
    state.withLock { $0.disk[path] }
  }

  package func permissions(_ path: String) -> UInt32? {
    state.withLock { state in state.disk.names[path].flatMap { state.disk.files[$0]?.permissions } }
  }

  package var names: Set<String> { state.withLock { Set($0.disk.names.keys) } }

  /// Makes a file, as somebody else would.
  package func put(_ path: String, _ bytes: some Sequence<UInt8>, permissions: UInt32 = 0o644) {
    state.withLock { state in
      state.disk.files[state.nextInode] = MemoryDisk.File(bytes: Array(bytes), permissions: permissions)
      state.disk.names[path] = state.nextInode
      state.nextInode += 1
    }
  }

  /// Adds to a file, as somebody else would.
  package func add(to path: String, _ bytes: [UInt8]) {
    state.withLock { state in if let inode = state.disk.names[path] { state.disk.files[inode]?.bytes += bytes } }
  }

  /// Changes the bytes of a file, as somebody else would.
  package func replace(_ path: String, _ change: (inout [UInt8]) -> Void) {
    state.withLock { state in
      guard let inode = state.disk.names[path], var bytes = state.disk.files[inode]?.bytes else { return }
      change(&bytes)
      state.disk.files[inode]?.bytes = bytes
    }
  }

  /// Removes a name, as somebody else would.
  package func take(_ path: String) { _ = state.withLock { $0.disk.names.removeValue(forKey: path) } }

  package func open(_ path: String, _ access: FileAccess) throws(StorageError) -> any StoredFile {
    let operation: StorageError.Operation = access == .read ? .read : .open
    let result: Result<UInt64, StorageError> = state.withLock { state in
      let inode = state.disk.names[path]
      guard case .new(let permissions, _) = access else {
        return inode.map { .success($0) } ?? .failure(StorageError(operation, path, code: ENOENT))
      }
      if inode != nil { return .failure(StorageError(operation, path, code: EEXIST)) }
      if !state.disk.hasFolder(path.folderOfPath) { return .failure(StorageError(operation, path, code: ENOENT)) }
      if let code = state.attempt(.create(path: path, inode: state.nextInode)) {
        return .failure(StorageError(operation, path, code: code))
      }
      state.disk.files[state.nextInode] = MemoryDisk.File(permissions: permissions)
      state.disk.names[path] = state.nextInode
      state.nextInode += 1
      return .success(state.nextInode - 1)
    }
    return MemoryFile(try result.get(), path: path, access, in: self)
  }

  package func temporaryFile(in folder: String) throws(StorageError) -> any StoredFile {
    let result: Result<UInt64, StorageError> = state.withLock { state in
      let inode = state.nextInode
      if let code = state.attempt(.createTemporary(inode: inode)) {
        return .failure(StorageError(.open, folder, code: code))
      }
      state.disk.files[inode] = MemoryDisk.File(permissions: 0o600)
      state.nextInode += 1
      return .success(inode)
    }
    return MemoryFile(try result.get(), path: folder, .existing(.sequential), in: self, isTemporary: true)
  }

  /// Bytes of all files, those without names included.
  package var size: Int { state.withLock { $0.disk.files.values.reduce(0) { $0 + $1.bytes.count } } }

  package func standardOutput() -> any StoredFile { MemoryFile(0, path: "standard output", .read, in: self) }

  package func open(descriptor: Int32, as path: String) throws(StorageError) -> any StoredFile {
    throw StorageError(.open, path, code: EBADF)
  }

  package func status(of path: String, followingLinks: Bool) throws(StorageError) -> FileStatus? {
    state.withLock { state in state.disk.names[path].flatMap { state.status(of: $0) } }
  }

  package func realPath(_ path: String) -> RealPath { .path(path) }

  package func obstacle(toReplacing path: String) -> ReplacingObstacle? { nil }

  package func makeFolder(_ path: String) throws(StorageError) -> Bool {
    let path = path.hasSuffix("/") ? String(path.dropLast()) : path
    if state.withLock({ $0.disk.hasFolder(path) }) { return false }
    try change(.makeFolder(path: path), .makeFolder, path) { state in
      guard state.disk.hasFolder(path.folderOfPath) else { return ENOENT }
      state.disk.folders?.insert(path)
      return nil
    }
    return true
  }

  package func names(in folder: String) throws(StorageError) -> [String] {
    let names = state.withLock { $0.disk.hasFolder(folder) ? $0.disk.names(in: folder) : nil }
    guard let names else { throw StorageError(.read, folder, code: ENOENT) }
    return names
  }

  package func rename(_ path: String, to name: String, replacing: Bool) throws(StorageError) {
    try change(.rename(path: path, to: name), .rename, path) { state in
      guard let inode = state.disk.names[path] else { return ENOENT }
      if !replacing, state.disk.names[name] != nil { return EEXIST }
      state.disk.names[path] = nil
      state.disk.names[name] = inode
      return nil
    }
  }

  package func remove(_ path: String) throws(StorageError) {
    try change(.remove(path: path), .remove, path) { state in
      state.disk.names.removeValue(forKey: path) == nil ? ENOENT : nil
    }
  }

  package func sync(folder: String) throws(StorageError) {
    try change(.syncFolder(path: folder), .sync, folder) { _ in nil }
  }

  fileprivate func change(
    _ operation: FileOperation, _ kind: StorageError.Operation, _ path: String, _ body: (inout State) -> Int32?
  ) throws(StorageError) {
    let code = state.withLock { state in state.attempt(operation) ?? body(&state) }
    if let code { throw StorageError(kind, path, code: code) }
  }
}

extension MemoryStorage.State {
  /// Counts an operation and records it, unless it fails.
  mutating func attempt(_ operation: FileOperation) -> Int32? {
    defer { attempts += 1 }
    if let fault, fault.isMet(attempts, operation) { return fault.code }
    if isForgotten?(operation) != true { operations.append(operation) }
    return nil
  }

  /// Counts a reading; the error that it meets.
  mutating func attemptReading() -> Int32? {
    defer { readings += 1 }
    return readingFault?(readings) == true ? EIO : nil
  }

  func status(of inode: UInt64) -> FileStatus? {
    disk.files[inode].map {
      FileStatus(
        device: .max, inode: inode, kind: .regular, size: $0.bytes.count, permissions: $0.permissions)
    }
  }
}

private final class MemoryFile: StoredFile {
  private let inode: UInt64
  private let path: String
  private let storage: MemoryStorage
  private let isAtEnd: Bool
  private let isTemporary: Bool
  private var place = 0
  private var isLocked = false

  init(_ inode: UInt64, path: String, _ access: FileAccess, in storage: MemoryStorage, isTemporary: Bool = false) {
    self.isTemporary = isTemporary
    self.inode = inode
    self.path = path
    self.storage = storage
    switch access {
    case .existing(.atEnd), .new(_, .atEnd): isAtEnd = true
    default: isAtEnd = false
    }
  }

  deinit {
    if isLocked { _ = storage.state.withLock { $0.locked.remove(inode) } }
    if isTemporary { storage.state.withLock { $0.disk.files[inode] = nil } }
  }

  func status() throws(StorageError) -> FileStatus {
    guard let status = storage.state.withLock({ $0.status(of: inode) }) else {
      throw StorageError(.look, path, code: EBADF)
    }
    return status
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(StorageError) -> Int? {
    let start = isAtEnd ? try status().size : place
    let count = try put(bytes, at: start)
    place = start + count
    return count
  }

  func write(_ bytes: UnsafeRawBufferPointer, at place: Int) throws(StorageError) {
    var written = 0
    while written < bytes.count {
      written += try put(UnsafeRawBufferPointer(rebasing: bytes[written...]), at: place + written)
    }
  }

  /// - Returns: How many bytes were taken.
  private func put(_ bytes: UnsafeRawBufferPointer, at start: Int) throws(StorageError) -> Int {
    let result: Result<Int, StorageError> = storage.state.withLock { state in
      var count = bytes.count
      if state.isDraining {
        state.isDraining = false
        state.attempts += 1
        return .failure(StorageError(.write, path, code: state.fault?.code ?? ENOSPC))
      }
      if let code = state.attempt(.write(inode: inode, at: start, bytes: Array(bytes))) {
        // As a disk does that is nearly full: what fits is taken, and the next write fails.
        let taken = min(state.fault?.taken ?? 0, bytes.count - 1)
        if taken == 0 { return .failure(StorageError(.write, path, code: code)) }
        state.isDraining = true
        count = taken
        state.operations.append(.write(inode: inode, at: start, bytes: Array(bytes[..<count])))
      }
      state.disk.write(bytes[..<count], to: inode, at: start)
      return .success(count)
    }
    return try result.get()
  }

  func waitForRoom(milliseconds: Int32) {}

  func read(at place: Int, into buffer: UnsafeMutableRawBufferPointer) throws(StorageError) -> Int {
    let (bytes, code) = storage.state.withLock { state in
      let bytes = state.disk.files[inode]?.bytes ?? []
      let part = Array(bytes[min(place, bytes.count)..<min(place + buffer.count, bytes.count)])
      return (part, state.attemptReading())
    }
    if let code { throw StorageError(.read, path, code: code) }
    buffer.copyBytes(from: bytes)
    return bytes.count
  }

  func seekToEnd() -> Int? {
    place = (try? status().size) ?? 0
    return place
  }

  func truncate(to size: Int) throws(StorageError) {
    try storage.change(.truncate(inode: inode, to: size), .truncate, path) { state in
      state.disk.apply(.truncate(inode: inode, to: size))
      return nil
    }
    place = size
  }

  func sync() throws(StorageError) { try storage.change(.sync(inode: inode), .sync, path) { _ in nil } }

  func lock() throws(StorageError) -> Bool {
    isLocked = storage.state.withLock { state in
      state.disk.files[inode] != nil && state.locked.insert(inode).inserted
    }
    return isLocked
  }

  func take(permissionsOf other: FileStatus) {
    storage.state.withLock { $0.disk.files[inode]?.permissions = other.permissions }
  }
}
