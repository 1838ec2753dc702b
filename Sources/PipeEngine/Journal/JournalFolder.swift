package import PipeStorage
internal import PipeText

/// The folder of a pipeline's journals: `.pipe/<name>/`.
///
///     run.lock                 locked by the run that goes on, and empty
///     000017-0001.journal      run 17, the first segment of its log
///     000017-0002.journal      …
///     runs.log                 the last runs (`RunHistory`)
///
/// A run has a log of frames (`LogFormat`) in segments of a few MiB, since what is read to go on with it must not grow with
/// the run: each segment begins with all of the state. The identity of a segment says whose it is (`JournalHeader`).
package struct JournalFolder: Sendable {
  package static let format = LogFormat("pipejrnl", version: 1)

  let path: String
  let storage: any FileStorage

  package init(path: String, storage: any FileStorage) {
    self.path = path
    self.storage = storage
  }

  struct Segment: Hashable, Comparable, Sendable {
    let run: Int
    /// From 1.
    let number: Int

    static func < (left: Self, right: Self) -> Bool { (left.run, left.number) < (right.run, right.number) }

    var name: String { run.padded(to: 6) + "-" + number.padded(to: 4) + ".journal" }

    init(run: Int, number: Int) {
      self.run = run
      self.number = number
    }

    /// - Returns: `nil` for the name of anything else.
    init?(name: String) {
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 2, parts[1] == "journal",
        case let numbers = parts[0].split(separator: "-", omittingEmptySubsequences: false), numbers.count == 2,
        let run = Int(numbers[0]), let number = Int(numbers[1])
      else { return nil }
      self.init(run: run, number: number)
      guard run > 0, number > 0, self.name == name else { return nil }
    }
  }

  /// Locks the folder for one run; it is made if it is not there. The lock is the kernel's (flock(2)) and goes with the
  /// process, however that ends.
  ///
  /// - Returns: `nil` if another run has it.
  func lock() throws(StorageError) -> RunLock? {
    try makeFolders()
    let name = path + "/run.lock"
    for _ in 0..<16 {
      let file: any StoredFile
      do throws(StorageError) {
        file = try storage.open(name, .claim)
      } catch {
        if error.code != StorageError.noSuchFile { throw error }
        do throws(StorageError) {
          file = try storage.open(name, .new(permissions: 0o666, .sequential))
        } catch {
          // Another run was quicker.
          if error.code == StorageError.fileExists { continue }
          throw error
        }
      }
      return try file.lock() ? RunLock(file: file) : nil
    }
    return nil
  }

  /// Whether a run has it now. Who asks has the lock for that moment, if nobody else has; nothing is made.
  func isLocked() throws(StorageError) -> Bool {
    do throws(StorageError) {
      return try !storage.open(path + "/run.lock", .read).lock()
    } catch {
      if error.code == StorageError.noSuchFile { return false }
      throw error
    }
  }

  /// Why a run could not write there; `nil` if nothing is seen that keeps it from it.
  var obstacle: StorageError? {
    var folder = path
    while !folder.isEmpty, (try? storage.status(of: folder, followingLinks: true)) == nil {
      folder = folder.split(separator: "/").dropLast().reduce(folder.hasPrefix("/") ? "/" : "") { result, part in
        result.isEmpty || result == "/" ? result + part : result + "/" + part
      }
      if folder == "/" { break }
    }
    let name = folder.isEmpty ? "run.lock" : folder + "/run.lock"
    guard case .folder(let code)? = storage.obstacle(toReplacing: name) else { return nil }
    return StorageError(.makeFolder, path, code: code)
  }

  private func makeFolders() throws(StorageError) {
    var folder = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      let parent = folder.isEmpty ? "." : folder
      folder += (folder.isEmpty || folder == "/" ? "" : "/") + part
      if try storage.makeFolder(folder) { try storage.sync(folder: parent) }
    }
  }

  /// The segments of all runs that are kept, in their order. Without a folder there is none.
  func segments() throws(StorageError) -> [Segment] {
    do throws(StorageError) {
      return try storage.names(in: path).compactMap { Segment(name: $0) }.sorted()
    } catch {
      if error.code == StorageError.noSuchFile { return [] }
      throw error
    }
  }

  func path(of segment: Segment) -> String { path + "/" + segment.name }

  /// Opens a segment and looks through it.
  func open(_ segment: Segment) throws(LogFault) -> (header: JournalHeader, log: LogReader) {
    let log = try LogReader(path(of: segment), Self.format, in: storage)
    guard let header = JournalHeader(log.identity), header.segment == segment else {
      throw LogFault(log.path, .broken(at: 0))
    }
    // What has its name had a whole batch.
    if log.batchCount == 0 { throw LogFault(log.path, .broken(at: log.length)) }
    return (header, log)
  }

  /// Removes the journals of runs before this one, but for the last one that has finished, which `why` reads.
  ///
  /// - Parameter finished: That run; `nil` to keep none.
  func forget(before run: Int, keeping finished: Int?) throws(StorageError) {
    for name in try storage.names(in: path) {
      // Also what a run has left that died before a segment had its name.
      let isNew = name.hasSuffix(LogWriter.newEnding)
      let segment = Segment(name: isNew ? String(name.dropLast(LogWriter.newEnding.count)) : name)
      guard let segment, segment.run < run, isNew || segment.run != finished else { continue }
      try storage.remove(path + "/" + name)
    }
  }
}

/// Held for as long as a run uses its folder.
struct RunLock {
  fileprivate let file: any StoredFile
}

/// What a segment says of itself, as the identity of its log: 1 (version), the numbers of the run and of the segment, when the
/// run began (milliseconds since 1970), and the real path of the spec, empty for one from standard input. Numbers are
/// LEB128.
struct JournalHeader: Hashable, Sendable {
  private static let version: UInt8 = 1

  let segment: JournalFolder.Segment
  let began: Int
  let spec: String

  init(_ segment: JournalFolder.Segment, began: Int, spec: String) {
    self.segment = segment
    self.began = began
    self.spec = spec
  }

  init?(_ bytes: [UInt8]) {
    var reader = ByteReader(bytes)
    guard reader.byte() == Self.version, let run = reader.count(), let number = reader.count(),
      let began = reader.signed(), let spec = reader.text(), reader.isAtEnd
    else { return nil }
    self.init(JournalFolder.Segment(run: run, number: number), began: began, spec: spec)
  }

  var bytes: [UInt8] {
    var bytes = [Self.version]
    bytes.append(varint: segment.run)
    bytes.append(varint: segment.number)
    bytes.append(signed: began)
    bytes.append(text: spec)
    return bytes
  }

  /// The header of the next segment of the run.
  var next: JournalHeader {
    JournalHeader(JournalFolder.Segment(run: segment.run, number: segment.number + 1), began: began, spec: spec)
  }
}

extension Int {
  fileprivate func padded(to width: Int) -> String {
    let digits = String(self)
    return String(repeating: "0", count: Swift.max(0, width - digits.utf8.count)) + digits
  }
}
