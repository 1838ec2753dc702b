import Glibc
import PipeEngine
package import PipeStorage

/// `NAME.part`: a file beside its place, in which the rows of a run are until the run is complete.
package enum PartFile {
  static let ending = ".part"

  /// The file that a part takes the name of: a symbolic link stays one, and what it leads to is replaced.
  ///
  /// - Returns: `nil` where nothing can be made beside it: the path is a name of an open file.
  package static func output(at path: String, in storage: any FileStorage) throws(StorageError) -> String? {
    guard case .path(let real) = storage.realPath(path) else { return nil }
    return try storage.status(of: path, followingLinks: false)?.kind == .link ? real : path
  }

  /// Makes the file and locks it. One that a dead run left is replaced; one that a living run writes is refused.
  ///
  /// A lock is on a file, not on its name: whoever has locked one looks whether it still has the name, since its
  /// writer may have renamed it in between.
  ///
  /// - Parameters:
  ///   - path: Its path, with the ending.
  ///   - name: The output as the spec names it.
  static func make(
    _ path: String, permissions: UInt32, of name: String, in storage: any FileStorage
  ) throws(RunError) -> any StoredFile {
    do throws(StorageError) {
      if let file = try make(path, permissions: permissions, in: storage) { return file }
    } catch {
      throw RunError(
        name, "its .part file \(error.reason)",
        hint: error.code == EEXIST || error.code == ELOOP
          ? "what has that name is not a file of a run: remove it" : OutputHandle.liveHint)
    }
    throw .isBeingWritten(name)
  }

  /// The same, for any file.
  ///
  /// - Returns: `nil` if a living run writes it.
  package static func make(
    _ path: String, permissions: UInt32, in storage: any FileStorage
  ) throws(StorageError) -> (any StoredFile)? {
    // Each turn ends with a file, an error, or because another run was quicker.
    for _ in 0..<16 {
      if let file = try create(path, permissions: permissions, in: storage) {
        if try file.lock(), try hasName(path, file, in: storage) { return file }
        continue
      }
      guard let stale = try claim(path, in: storage) else { continue }
      let status = try stale.status()
      if status.kind != .regular { throw StorageError(.open, path, code: EEXIST) }
      guard try stale.lock() else { return nil }
      if try hasName(path, stale, in: storage) { try storage.remove(path) }
    }
    return nil
  }

  /// Whether a path still stands for an open file.
  package static func hasName(
    _ path: String, _ file: any StoredFile, in storage: any FileStorage
  ) throws(StorageError) -> Bool {
    guard let there = try storage.status(of: path, followingLinks: false) else { return false }
    return try there.isSameFile(as: file.status())
  }

  private static func create(
    _ path: String, permissions: UInt32, in storage: any FileStorage
  ) throws(StorageError) -> (any StoredFile)? {
    do throws(StorageError) {
      return try storage.open(path, .new(permissions: permissions, .sequential))
    } catch {
      if error.code == EEXIST { return nil }
      throw error
    }
  }

  /// A file that is there, to be locked and looked at; `nil` if nothing is.
  package static func claim(_ path: String, in storage: any FileStorage) throws(StorageError) -> (any StoredFile)? {
    do throws(StorageError) {
      return try storage.open(path, .claim)
    } catch {
      if error.code == ENOENT { return nil }
      // A pipe that nobody reads.
      throw error.code == ENXIO ? StorageError(.open, path, code: EEXIST) : error
    }
  }
}

extension RunError {
  static func isBeingWritten(_ name: String) -> RunError {
    RunError(
      name, "is being written by another run, so this one does not begin",
      hint: "wait until that run has ended, or give each run an output of its own")
  }

  static func outputIsThere(_ path: String) -> RunError {
    RunError(path, "is there already, and mode is fail", hint: "remove it, or write mode: replace")
  }
}
