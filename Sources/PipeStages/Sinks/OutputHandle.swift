import Glibc
import PipeEngine
import PipeStorage

/// An open output: which file it is, how far it is written, and what becomes of it at the end.
struct OutputHandle: ~Copyable {
  enum Place {
    case standardOutput
    /// A device; a pipe, which is opened once somebody reads it.
    case stream(String?)
    /// A file that is written where it is; with `adds`, behind what it and others have in it.
    case live(String, adds: Bool)
    /// A file that takes the place of another one, or of none, when the run is complete.
    case part(String, of: String, replaces: Bool)
    /// The same, in place of one that the same run has finished.
    case remade(String, of: String)

    /// Where a file is that takes the place of another one.
    fileprivate var part: (path: String, output: String, replaces: Bool)? {
      switch self {
      case .part(let path, let output, let replaces): (path, output, replaces)
      case .remade(let path, let output): (path, output, true)
      case .standardOutput, .stream, .live: nil
      }
    }
  }

  static let liveHint = "publish: live writes the file in place"

  let name: String
  private let environment: SinkEnvironment
  private let place: Place
  private var file: (any StoredFile)?
  /// The file that a part will replace, locked until then: another run must not write into what is to be gone.
  private var old: (any StoredFile)?
  private var isPublished = false
  /// Folders in which names of the output are not durable until they are synced, at the first commit.
  private let folders: [String]
  private var areNamesDurable: Bool
  /// Bytes in the file; `nil` for what has no places (a pipe).
  private(set) var position: Int?

  init(
    _ name: String, _ place: Place, _ file: (any StoredFile)?, replacing old: (any StoredFile)? = nil,
    folders: [String] = [], in environment: SinkEnvironment
  ) {
    self.name = name
    self.place = place
    self.file = file
    self.old = old
    self.folders = folders
    areNamesDurable = folders.isEmpty
    self.environment = environment
    position = file?.seekToEnd()
  }

  private var storage: any FileStorage { environment.storage }
  private var isStandardOutput: Bool { if case .standardOutput = place { true } else { false } }

  /// Writes bytes.
  ///
  /// - Parameter taken: Gets how many of them the system took, also where it did not take all.
  mutating func write(_ bytes: [UInt8], taken: inout Int) throws(RunError) {
    taken = 0
    if case .live(_, let adds) = place { try checkSize(adds: adds) }
    if place.part != nil { try checkSize(adds: false) }
    while taken < bytes.count {
      let file = try opened()
      let start = taken
      let count = try storing(name, toStandardOutput: isStandardOutput) { () throws(StorageError) in
        var result = Result<Int?, StorageError>.success(nil)
        bytes.withUnsafeBytes { bytes in
          let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
          result = Result { () throws(StorageError) in try file.write(rest) }
        }
        return try result.get()
      }
      if let count, count > 0 {
        taken += count
        position = position.map { $0 + count }
      } else {
        if !environment.mayWait() {
          throw RunError(
            name, "takes no more rows: nobody reads them", hint: "its reader stands still", comesOfStop: true)
        }
        // Between two looks at whether the run goes on.
        file.waitForRoom(milliseconds: 100)
      }
    }
  }

  /// The open file. A pipe without a reader is waited for as long as the run goes on.
  private mutating func opened() throws(RunError) -> any StoredFile {
    if let file { return file }
    guard case .stream(let path?) = place else { throw RunError(name, "is not open") }
    while true {
      if let file = try OutputOpening.pipe(path, named: name, in: storage) {
        self.file = file
        return file
      }
      if !environment.mayWait() {
        throw RunError(
          name, "is a pipe that nobody has opened for reading, so its rows are not written",
          hint: "start its reader, too", comesOfStop: true)
      }
      _ = poll(nil, 0, 50)
    }
  }

  /// Takes the last bytes back, where this is a file.
  mutating func cutBack(by count: Int) {
    guard count > 0, let position, let file else { return }
    // Bytes that somebody else has added since are not ours to cut.
    guard let size = try? file.status().size, size == position else { return }
    guard (try? file.truncate(to: position - count)) != nil else { return }
    self.position = position - count
  }

  /// Opens a pipe that has had no rows: its reader waits for the end.
  mutating func begin() throws(RunError) { _ = try opened() }

  /// Makes durable what was written, and makes sure that it is in the file that was opened. After the last one nothing more
  /// can go wrong than a rename.
  ///
  /// - Parameter isEnd: Whether nothing more will be written.
  /// - Returns: Where that is; `nil` for an output that cannot be cut back.
  mutating func commit(isEnd: Bool) throws(RunError) -> FilePosition? {
    let path: String
    var adds = false
    switch place {
    case .standardOutput, .stream: return nil
    case .live(let own, let isShared): (path, adds) = (own, isShared)
    case .part(let part, _, _), .remade(let part, _): path = part
    }
    let file = try opened()
    let (files, newNames) = (storage, areNamesDurable ? [] : folders)
    try storing(name) { () throws(StorageError) in
      // Never tried again: what a failed sync was about may be gone, and the next one would not tell (fsync(2)).
      try file.sync()
      for folder in newNames { try files.sync(folder: folder) }
    }
    areNamesDurable = true
    try check(path, adds: adds)
    guard let position else { return nil }
    let status = try storing(name) { () throws(StorageError) in try file.status() }
    if status.kind != .regular { return nil }
    do throws(StorageError) {
      let tail = try FilePosition.tail(of: path, before: position, in: storage)
      guard let tail else { return nil }
      var end = FilePosition(bytes: position, of: status, tail: tail, isEnd: isEnd)
      if case .remade = place { end.isRemade = true }
      return end
    } catch {
      // One that may be written and not read.
      if error.code == EACCES { return nil }
      throw RunError(name, error)
    }
  }

  /// Gives a part the name of the output.
  mutating func publish() throws(RunError) {
    guard let (part, path, replaces) = place.part else { return }
    try checkPlace(path, replaces: replaces)
    do throws(StorageError) {
      try storage.rename(part, to: path, replacing: replaces)
      isPublished = true
      // The next run may have both.
      file = nil
      old = nil
      for folder in folders { try storage.sync(folder: folder) }
    } catch {
      if error.code == EEXIST, !replaces { throw .outputIsThere(name) }
      throw RunError(
        name, error.operation == .rename ? "cannot be replaced: \(error.reasonAlone)" : error.reason,
        hint: error.operation == .rename ? "the rows are in its .part file; \(OutputHandle.liveHint)" : nil)
    }
  }

  /// Leaves the output of a run that is not complete.
  ///
  /// - Parameter hasRows: Whether there is anything in it that somebody could want.
  func abandon(hasRows: Bool) -> UnpublishedRows? {
    let path: String
    switch place {
    case .standardOutput, .stream: return nil
    case .live(let own, _): path = own
    case .part(let part, _, _), .remade(let part, _): path = part
    }
    guard let file, !isPublished else { return nil }
    let isLive = if case .live = place { true } else { false }
    // One that is gone, or that another run has made since, is not this run's.
    let there = try? storage.status(of: path, followingLinks: isLive)
    guard let there, let own = try? file.status(), there.isSameFile(as: own) else {
      return hasRows ? UnpublishedRows(path: name, isLost: true) : nil
    }
    if isLive { return nil }
    let isResumable = environment.isResumable()
    // Without a run that goes on with it, what is remade has nothing that the finished output lacks.
    let isRemade = if case .remade = place { true } else { false }
    if hasRows, isResumable || !isRemade { return UnpublishedRows(path: path) }
    if !isResumable { try? storage.remove(path) }
    return nil
  }

  /// Checks, before any output of the run gets its name, that this one can have its own.
  func checkPlace() throws(RunError) {
    if let (_, path, replaces) = place.part { try checkPlace(path, replaces: replaces) }
  }

  /// Checks that the place of a part is as it was when the run began.
  private func checkPlace(_ path: String, replaces: Bool) throws(RunError) {
    let (there, before) = try storing(name) { () throws(StorageError) in
      (try storage.status(of: path, followingLinks: false), try old?.status())
    }
    // One that was removed is missed by nobody.
    guard let there else { return }
    if there.kind == .folder {
      throw RunError(name, "cannot be replaced: it is a folder by now", hint: "the rows are in its .part file")
    }
    if let before, there.isSameFile(as: before) { return }
    if !replaces { throw .outputIsThere(name) }
    throw RunError(
      name,
      "was \(before == nil ? "made" : "replaced") by another program while this run went on, so it stays as it is",
      hint: "the rows are in its .part file")
  }

  /// Checks that the output is still the file that was opened, and that nobody else has written what is in it.
  private func check(_ path: String, adds: Bool) throws(RunError) {
    guard let file else { return }
    let (there, own) = try storing(name) { () throws(StorageError) in
      (try storage.status(of: path, followingLinks: true), try file.status())
    }
    guard let there else {
      throw RunError(
        name, "was removed while it was written, so its rows are lost", hint: "run it again, and leave it in place")
    }
    if !there.isSameFile(as: own) {
      throw RunError(
        name, "was replaced by another file while it was written, so its rows are lost",
        hint: "give each program that writes a file of its own")
    }
    try checkSize(adds: adds)
  }

  /// Checks that nobody else has cut the file or written into it: rows behind that would not be found.
  ///
  /// - Parameter adds: Whether others may add to it as well.
  private func checkSize(adds: Bool) throws(RunError) {
    guard let file, let position else { return }
    let own = try storing(name) { () throws(StorageError) in try file.status() }
    guard own.kind == .regular, adds ? own.size < position : own.size != position else { return }
    throw RunError(
      name, "was changed by another program while it was written, so its rows are not whole",
      hint: "give each program that writes a file of its own")
  }
}

/// Calls the storage; what it says is told of an output.
///
/// - Parameter toStandardOutput: Whether a reader may end the run by going away.
func storing<Value>(
  _ name: String, toStandardOutput: Bool = false, _ body: () throws(StorageError) -> Value
) throws(RunError) -> Value {
  do throws(StorageError) {
    return try body()
  } catch {
    if toStandardOutput, error.code == EPIPE || error.code == ECONNRESET {
      throw RunError(name, "has no reader any more", isReaderGone: true)
    }
    throw RunError(name, error)
  }
}

extension RunError {
  /// What the system said of an output.
  init(_ name: String, _ error: StorageError) {
    let hint: String? =
      switch error.code {
      case ENOSPC, EDQUOT: "make room on the disk and run it again"
      case EFBIG: "files may not grow larger here: see 'ulimit -f', or name another disk"
      default: nil
      }
    self.init(name, error.reason, hint: hint)
  }
}
