/// How a file is opened. None of them waits: a pipe that nobody reads is an error (`ENXIO`).
package enum FileAccess: Hashable, Sendable {
  case read
  /// A file that is there.
  case existing(Placing)
  /// A new file; an error (`EEXIST`) if anything has the name, even a link to nothing.
  case new(permissions: UInt32, Placing)
  /// A file that is there, to be locked and looked at; links are not followed (`ELOOP`).
  case claim

  /// Where writes go.
  package enum Placing: Hashable, Sendable {
    /// Behind the last one.
    case sequential
    /// To the end of the file, wherever that is then (O_APPEND).
    case atEnd
  }
}

/// The one way to files for everything that a run writes: the system's, or one in memory that fails when a test wants
/// it to. Every call may block for as long as a disk wants, so none is made on the cooperative pool.
package protocol FileStorage: Sendable {
  func open(_ path: String, _ access: FileAccess) throws(StorageError) -> any StoredFile

  /// A new and empty file without a name, to be written and read. It goes with its last reference, and with the process,
  /// however that ends.
  func temporaryFile(in folder: String) throws(StorageError) -> any StoredFile

  /// Standard output as it is.
  func standardOutput() -> any StoredFile

  /// A file that this process has open already, as it is: writing goes on where its last writer ended.
  func open(descriptor: Int32, as path: String) throws(StorageError) -> any StoredFile

  /// What is at a path; `nil` if nothing is.
  func status(of path: String, followingLinks: Bool) throws(StorageError) -> FileStatus?

  /// The path without links and dots.
  func realPath(_ path: String) -> RealPath

  /// What keeps a new file from taking the place of the one at a path, or being made beside it; `nil` if nothing does
  /// as far as can be seen without trying.
  func obstacle(toReplacing path: String) -> ReplacingObstacle?

  /// What is in a folder, in no order, without `.` and `..`.
  func names(in folder: String) throws(StorageError) -> [String]

  /// - Returns: Whether it was made; false where it is there.
  func makeFolder(_ path: String) throws(StorageError) -> Bool

  /// Gives a file another name, at once.
  ///
  /// - Parameter replacing: Whether what has that name is replaced; else that is an error (`EEXIST`).
  func rename(_ path: String, to name: String, replacing: Bool) throws(StorageError)

  func remove(_ path: String) throws(StorageError)

  /// Makes the names in a folder durable.
  func sync(folder: String) throws(StorageError)
}

/// Why a file cannot be replaced by a new one.
package enum ReplacingObstacle: Hashable, Sendable {
  /// Its folder takes no new file; the system's number for it.
  case folder(Int32)
  /// It is a mount point, or marked as not to be changed.
  case fixed
  /// It belongs to somebody else, in a folder where only owners replace their files.
  case owner
}

/// An open file; closed with its last reference. One task uses it.
package protocol StoredFile: AnyObject {
  func status() throws(StorageError) -> FileStatus

  /// Writes where the last write ended, as many bytes as the system takes without waiting for anybody.
  ///
  /// - Returns: How many; `nil` if it takes none now (`waitForRoom`).
  func write(_ bytes: UnsafeRawBufferPointer) throws(StorageError) -> Int?

  /// Waits until bytes can be written, or for that many milliseconds.
  func waitForRoom(milliseconds: Int32)

  /// Writes all bytes at a place, wherever the last write ended: a regular file alone takes them.
  func write(_ bytes: UnsafeRawBufferPointer, at place: Int) throws(StorageError)

  /// Reads bytes from a place on into memory, as many as the system has at once.
  ///
  /// - Returns: How many; 0 at the end.
  func read(at place: Int, into buffer: UnsafeMutableRawBufferPointer) throws(StorageError) -> Int

  /// Goes to the end.
  ///
  /// - Returns: Bytes before it; `nil` for what has no places, a pipe or a device.
  func seekToEnd() -> Int?

  /// Cuts a file; the next write goes to its new end.
  func truncate(to size: Int) throws(StorageError)

  /// Waits until what was written is on the disk.
  func sync() throws(StorageError)

  /// Locks the file for this writer, for as long as it is open.
  ///
  /// - Returns: Whether it is locked; false where another writer has it. A file system without locks counts as one
  ///   where nobody else has it.
  func lock() throws(StorageError) -> Bool

  /// Gives the file the permissions and, as far as this process may, the owner of another one.
  func take(permissionsOf other: FileStatus)
}

extension StoredFile {
  /// Bytes from a place on, at most `count`; empty at the end.
  package func read(at place: Int, count: Int) throws(StorageError) -> [UInt8] {
    var failure: StorageError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(StorageError) {
        filled = try read(at: place, into: UnsafeMutableRawBufferPointer(buffer))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }
}
