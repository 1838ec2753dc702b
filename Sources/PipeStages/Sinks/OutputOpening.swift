import Glibc
import PipeEngine
import PipeStorage

/// How an output is opened: as a part beside its place, where it is, or as a stream.
struct OutputOpening {
  let path: String
  let mode: OutputMode
  let isLive: Bool
  let environment: SinkEnvironment

  private var storage: any FileStorage { environment.storage }

  /// Standard output.
  static func standardOutput(in environment: SinkEnvironment) throws(RunError) -> OutputHandle {
    let name = "standard output"
    let file = environment.storage.standardOutput()
    let status = try storing(name) { () throws(StorageError) in try file.status() }
    try environment.files.claim(status, as: name)
    return OutputHandle(name, .standardOutput, file, in: environment)
  }

  /// A pipe for writing; `nil` as long as nobody reads it.
  static func pipe(_ path: String, named name: String, in storage: any FileStorage) throws(RunError)
    -> (any StoredFile)?
  {
    do throws(StorageError) {
      return try storage.open(path, .existing(.sequential))
    } catch {
      if error.code == ENXIO { return nil }
      throw RunError(name, error)
    }
  }

  /// Opens the output; its folders are made, and what is there stays until the run is complete, or with a live output
  /// until it is sure that nothing else uses it.
  func open() throws(RunError) -> OutputHandle {
    try checkName()
    try environment.files.claim(path: path, as: path)
    let there = try status(followingLinks: true)
    if there != nil, mode == .fail { throw .outputIsThere(path) }
    switch there?.kind {
    case .folder?: throw RunError(path, StorageError(.open, path, code: EISDIR))
    case .some where mode != .append:
      // An open file of the process is not opened anew: it would be emptied, and written from its start.
      if case .descriptor(let number) = storage.realPath(path) { return try descriptor(number) }
    default: break
    }
    switch there?.kind {
    case .pipe?:
      let file = try Self.pipe(path, named: path, in: storage)
      return OutputHandle(path, .stream(path), file, in: environment)
    case .other?, .link?:
      return OutputHandle(path, .stream(nil), try device(), in: environment)
    case .regular?, .folder?, nil: break
    }
    // Beside a name of an open file nothing can be made.
    guard case .path = storage.realPath(path) else { return try live(there, []) }
    let folders = try makeFolders()
    return isLive || mode == .append ? try live(there, folders) : try part(there, folders)
  }

  /// A device; a socket cannot be opened by its name.
  private func device() throws(RunError) -> any StoredFile {
    do throws(StorageError) {
      return try storage.open(path, .existing(.sequential))
    } catch {
      if error.code != ENXIO { throw RunError(path, error) }
      throw RunError(
        path, "is a socket, or a device that is not there, and cannot be written like a file",
        hint: "write to - and let a program like socat send it on")
    }
  }

  /// An open file of this process: /dev/stdout, /dev/fd/3.
  private func descriptor(_ number: Int32) throws(RunError) -> OutputHandle {
    let file = try storing(path) { () throws(StorageError) in try storage.open(descriptor: number, as: path) }
    let status = try storing(path) { () throws(StorageError) in try file.status() }
    try environment.files.claim(status, as: path)
    return OutputHandle(path, number == STDOUT_FILENO ? .standardOutput : .stream(nil), file, in: environment)
  }

  /// A file beside the output, which is renamed when the run is complete.
  private func part(_ there: FileStatus?, _ folders: [String]) throws(RunError) -> OutputHandle {
    let output = try storing(path) { () throws(StorageError) in try PartFile.output(at: path, in: storage) }
    guard let target = output else { return try live(there, folders) }
    let part = target + PartFile.ending
    if let obstacle = storage.obstacle(toReplacing: target) { throw RunError(path, obstacle) }
    // One that a dead run has left is removed, and the next file may get its inode.
    try environment.files.check(path: part, for: path)
    let old = there == nil ? nil : try held(target)
    let file = try PartFile.make(
      part, permissions: (there?.permissions ?? 0o666) & 0o777, of: path, in: storage)
    let status = try storing(path) { () throws(StorageError) in try file.status() }
    try environment.files.claim(status, as: path)
    if let there { file.take(permissionsOf: there) }
    return OutputHandle(
      path, .part(part, of: target, replaces: mode == .replace), file, replacing: old,
      folders: [target.folderOfPath] + folders, in: environment)
  }

  /// The file that a part will replace, locked: no other run writes it, nor begins to.
  private func held(_ target: String) throws(RunError) -> any StoredFile {
    let file = try storing(path) { () throws(StorageError) in try storage.open(target, .existing(.sequential)) }
    let isHeld = try storing(path) { () throws(StorageError) in
      guard try file.lock() else { return false }
      return try PartFile.hasName(target, file, in: storage)
    }
    if !isHeld { throw .isBeingWritten(path) }
    return file
  }

  /// The output itself, locked; emptied unless rows are added to it.
  private func live(_ there: FileStatus?, _ folders: [String]) throws(RunError) -> OutputHandle {
    // The name of a file that was there is as durable as it was.
    let folders = there == nil ? [(realPath ?? path).folderOfPath] + folders : []
    for _ in 0..<16 {
      guard let file = try there == nil ? new(placing) : existing(placing) else {
        // Another run was quicker; its file is there now.
        guard let file = try? existing(placing) else { continue }
        return try locked(file, [])
      }
      return try locked(file, folders)
    }
    throw .isBeingWritten(path)
  }

  private func locked(_ file: any StoredFile, _ folders: [String]) throws(RunError) -> OutputHandle {
    let status = try lock(file, at: path)
    if mode == .replace, status.kind == .regular {
      try storing(path) { () throws(StorageError) in try file.truncate(to: 0) }
    }
    return OutputHandle(path, .live(path, adds: mode == .append), file, folders: folders, in: environment)
  }

  /// Claims and locks an open file.
  ///
  /// - Parameter name: The path that it was opened by.
  private func lock(_ file: any StoredFile, at name: String) throws(RunError) -> FileStatus {
    let status = try storing(path) { () throws(StorageError) in try file.status() }
    try environment.files.claim(status, as: path)
    let isLocked = try storing(path) { () throws(StorageError) in
      guard try file.lock() else { return false }
      // Another run may have put its own file there since it was opened.
      let now = try storage.status(of: name, followingLinks: true)
      return now?.isSameFile(as: status) ?? false
    }
    if !isLocked { throw .isBeingWritten(path) }
    return status
  }

  /// Opens an output where an earlier run has left it, and takes back what that run wrote behind the place. An output that
  /// is not the one of the position is left as it is.
  func reopen(at start: FilePosition) throws(RunError) -> OutputHandle {
    try checkName()
    try environment.files.claim(path: path, as: path)
    let isPart = !isLive && mode != .append || start.isRemade
    if isPart, mode == .fail, !start.isRemade, try status(followingLinks: true) != nil { throw .outputIsThere(path) }
    let target = try storing(path) { () throws(StorageError) in try PartFile.output(at: path, in: storage) } ?? path
    let name = isPart ? target + PartFile.ending : path
    try environment.files.claim(path: name, as: path)
    let subject = isPart ? "its .part file " : ""
    let file: any StoredFile
    do throws(StorageError) {
      file = try storage.open(name, isPart ? .claim : .existing(placing))
    } catch {
      let reason = error.code == ENOENT ? "is not there any more" : error.reason
      throw RunError(path, "cannot be gone on with: \(subject)\(reason)", hint: Self.restartHint)
    }
    let own = try lock(file, at: name)
    let tail = try storing(path) { () throws(StorageError) in
      own.kind == .regular ? try FilePosition.tail(of: name, before: start.bytes, in: storage) : nil
    }
    if let fault = start.fault(own, tail: tail) {
      throw RunError(path, "cannot be gone on with: \(subject)\(fault)", hint: Self.restartHint)
    }
    if own.size > start.bytes {
      if !isPart { try keep(from: start.bytes, to: own.size, of: name) }
      try storing(path) { () throws(StorageError) in try file.truncate(to: start.bytes) }
    }
    guard isPart else {
      return OutputHandle(
        path, .live(path, adds: mode == .append), file, folders: [name.folderOfPath], in: environment)
    }
    let there = try status(followingLinks: true)
    return OutputHandle(
      path, start.isRemade ? .remade(name, of: target) : .part(name, of: target, replaces: mode == .replace), file,
      replacing: there == nil ? nil : try held(target),
      folders: [name.folderOfPath], in: environment)
  }

  /// Keeps what is about to be cut off a file that others may have added to since the run died.
  private func keep(from start: Int, to end: Int, of name: String) throws(RunError) {
    let kept = name + ".cut"
    try storing(kept) { () throws(StorageError) in
      let source = try storage.open(name, .read)
      let isNew = try storage.status(of: kept, followingLinks: true) == nil
      let file = try storage.open(
        kept, isNew ? .new(permissions: 0o666, .sequential) : .existing(.sequential))
      var (place, keptSize) = (start, try file.status().size)
      while place < end, case let piece = try source.read(at: place, count: min(1 << 20, end - place)), !piece.isEmpty {
        let target = keptSize
        try piece.withUnsafeBytes { bytes in
          Result { () throws(StorageError) in try file.write(bytes, at: target) }
        }.get()
        place += piece.count
        keptSize += piece.count
      }
      try file.sync()
      if isNew { try storage.sync(folder: kept.folderOfPath) }
    }
    let count = end - start
    environment.tell(
      "\(path): \(count) byte\(count == 1 ? "" : "s") behind the last checkpoint \(count == 1 ? "is" : "are") taken back,"
        + " and kept in \(kept) in case others have written them")
  }

  /// Opens a part that takes the place of the output that a run has finished.
  ///
  /// - Parameter end: Where that is finished. If it is another file by now, or was changed, it is refused and left as it is.
  func remake(from end: FilePosition) throws(RunError) -> OutputHandle {
    func refusal(_ reason: String) -> RunError {
      if let part = unpublished(end) {
        return RunError(
          path, "was not published, since its run was not as expected: the rows are in \(part)",
          hint: "rename that file to \(path) to go on from it, or begin anew with --restart")
      }
      return RunError(path, "cannot be made anew: it \(reason)", hint: Self.restartHint)
    }
    try checkName()
    try environment.files.claim(path: path, as: path)
    guard let there = try status(followingLinks: true) else { throw refusal("is not there any more") }
    guard let target = try storing(path, { () throws(StorageError) in try PartFile.output(at: path, in: storage) })
    else { throw refusal("has no name beside which another file could be made") }
    let old = try held(target)
    let (status, tail) = try storing(path) { () throws(StorageError) in
      let status = try old.status()
      return (
        status, status.kind == .regular ? try FilePosition.tail(of: target, before: end.bytes, in: storage) : nil
      )
    }
    if let fault = end.fault(status, tail: tail) { throw refusal(fault) }
    if status.size > end.bytes { throw refusal("has been added to since the run has written it") }
    if let obstacle = storage.obstacle(toReplacing: target) { throw RunError(path, obstacle) }
    let part = target + PartFile.ending
    try environment.files.check(path: part, for: path)
    let file = try PartFile.make(part, permissions: there.permissions & 0o777, of: path, in: storage)
    let own = try storing(path) { () throws(StorageError) in try file.status() }
    try environment.files.claim(own, as: path)
    file.take(permissionsOf: there)
    return OutputHandle(
      path, .remade(part, of: target), file, replacing: old, folders: [target.folderOfPath], in: environment)
  }

  /// The part file that a run has finished and not published, if it is there.
  private func unpublished(_ end: FilePosition) -> String? {
    guard let target = try? PartFile.output(at: path, in: storage) else { return nil }
    let part = target + PartFile.ending
    guard let status = try? storage.status(of: part, followingLinks: false), end.isOf(status) else { return nil }
    return path + PartFile.ending
  }

  /// The output that is there, for reading.
  func finished() throws(RunError) -> any StoredFile {
    try storing(path) { () throws(StorageError) in try storage.open(path, .read) }
  }

  /// Gives the finished output of a run its name, if the run has died before it had it or before that was durable.
  ///
  /// - Parameter end: Where the run has finished it.
  func completePublishing(at end: FilePosition) throws(RunError) {
    if isLive || mode == .append, !end.isRemade { return }
    try storing(path) { () throws(StorageError) in
      let target = try PartFile.output(at: path, in: storage) ?? path
      let part = try storage.status(of: target + PartFile.ending, followingLinks: false)
      if let part, end.isOf(part) {
        try storage.rename(target + PartFile.ending, to: target, replacing: mode == .replace || end.isRemade)
      }
      try storage.sync(folder: target.folderOfPath)
    }
    let there = try status(followingLinks: true)
    if let there, end.isOf(there) { return }
    throw RunError(
      path, "cannot be published: the file that the run has finished is neither there nor in its .part file",
      hint: "if somebody has taken it, all is well with it; --restart begins anew")
  }

  private static let restartHint = "put it back as it was, or begin anew with --restart"

  private var realPath: String? { if case .path(let real) = storage.realPath(path) { real } else { nil } }

  /// Where writes go to a file that is there.
  private var placing: FileAccess.Placing { mode == .append ? .atEnd : .sequential }

  /// A new file; `nil` if one is there by now.
  private func new(_ placing: FileAccess.Placing) throws(RunError) -> (any StoredFile)? {
    do throws(StorageError) {
      // Behind a link that leads nowhere.
      let target = if case .path(let real) = storage.realPath(path) { real } else { path }
      return try storage.open(target, .new(permissions: 0o666, placing))
    } catch {
      if error.code != EEXIST { throw RunError(path, error) }
      if mode == .fail { throw .outputIsThere(path) }
      return nil
    }
  }

  private func existing(_ placing: FileAccess.Placing) throws(RunError) -> any StoredFile {
    try storing(path) { () throws(StorageError) in try storage.open(path, .existing(placing)) }
  }

  private func status(followingLinks: Bool) throws(RunError) -> FileStatus? {
    do throws(StorageError) {
      return try storage.status(of: path, followingLinks: followingLinks)
    } catch {
      throw RunError(path, StorageError(.open, path, code: error.code))
    }
  }

  private func checkName() throws(RunError) {
    let last = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    if ["", ".", ".."].contains(last) { throw RunError(path, StorageError(.open, path, code: EISDIR)) }
  }

  /// Makes the folders of the path.
  ///
  /// - Returns: Those that hold a new one.
  private func makeFolders() throws(RunError) -> [String] { try Self.makeFolders(of: path, in: storage) }

  /// - Returns: The folders that have got a new one in them.
  @discardableResult
  static func makeFolders(of path: String, in storage: any FileStorage) throws(RunError) -> [String] {
    var folder = path.hasPrefix("/") ? "/" : ""
    var parents: [String] = []
    for part in path.split(separator: "/").dropLast() {
      let parent = folder.isEmpty ? "." : folder
      folder += part + "/"
      if try storing(folder, { () throws(StorageError) in try storage.makeFolder(folder) }) { parents.append(parent) }
    }
    return parents
  }
}

extension RunError {
  /// Why a file cannot be replaced as a whole.
  init(_ path: String, _ obstacle: ReplacingObstacle) {
    let reason =
      switch obstacle {
      case .folder(let code): "its folder takes no new file: \(String(cString: strerror(code)))"
      case .fixed: "it is a mount point or marked as unchangeable"
      case .owner: "it belongs to another user, and its folder lets only owners replace their files"
      }
    self.init(path, "cannot be replaced as a whole: \(reason)", hint: OutputHandle.liveHint)
  }
}
