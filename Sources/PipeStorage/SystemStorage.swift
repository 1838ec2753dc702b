internal import CLinux
internal import PipeText

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// The system's files.
package struct SystemStorage: FileStorage {
  package init() {}

  package func open(_ path: String, _ access: FileAccess) throws(StorageError) -> any StoredFile {
    // A pipe without a reader must not hold the thread, and no terminal becomes the process's own.
    let common = O_CLOEXEC | O_NOCTTY | O_NONBLOCK
    let (flags, permissions): (Int32, UInt32) =
      switch access {
      case .read: (O_RDONLY, 0)
      // Without O_CREAT: in a folder like /tmp the kernel refuses it for what belongs to others (fs.protected_regular).
      case .existing(let placing): (O_WRONLY | placing.flag, 0)
      case .new(let permissions, let placing): (O_WRONLY | O_CREAT | O_EXCL | placing.flag, permissions)
      case .claim: (O_WRONLY | O_NOFOLLOW, 0)
      }
    while true {
      let descriptor = path.withPath { Glibc.open($0, flags | common, mode_t(permissions)) }
      if descriptor >= 0 { return SystemFile(descriptor, path: path, isOwned: true) }
      if errno != EINTR { throw StorageError(access == .read ? .read : .open, path) }
    }
  }

  package func temporaryFile(in folder: String) throws(StorageError) -> any StoredFile {
    var path = Array("\(folder)/pipe-XXXXXX".utf8CString)
    let descriptor = mkstemp(&path)
    if descriptor < 0 { throw StorageError(.open, folder) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(path)
    return SystemFile(descriptor, path: folder, isOwned: true)
  }

  package func standardOutput() -> any StoredFile {
    SystemFile(1, path: "standard output", isOwned: false, isShared: true)
  }

  package func open(descriptor: Int32, as path: String) throws(StorageError) -> any StoredFile {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    if copy < 0 { throw StorageError(.open, path) }
    return SystemFile(copy, path: path, isOwned: true, isShared: true)
  }

  package func status(of path: String, followingLinks: Bool) throws(StorageError) -> FileStatus? {
    var status = stat()
    let code = path.withPath { followingLinks ? stat($0, &status) : lstat($0, &status) }
    if code == 0 { return FileStatus(status) }
    if errno == ENOENT { return nil }
    throw StorageError(.look, path)
  }

  package func realPath(_ path: String) -> RealPath { RealPath(path) }

  package func obstacle(toReplacing path: String) -> ReplacingObstacle? {
    let folder = Self.folder(of: path)
    var status = stat()
    if folder.withPath({ stat($0, &status) }) != 0 { return nil }
    if folder.withPath({ access($0, W_OK | X_OK) }) != 0 { return .folder(errno) }
    var file = stat()
    if path.withPath({ stat($0, &file) }) != 0 { return nil }
    // unlink(2): only the owner of a file, or of its folder, removes it from a folder like /tmp.
    let user = geteuid()
    if status.st_mode & S_ISVTX != 0, user != 0, file.st_uid != user, status.st_uid != user { return .owner }
    return Self.isFixed(path) ? .fixed : nil
  }

  /// Whether a file is a mount point, or marked as immutable or append-only (statx(2)).
  static func isFixed(_ path: String) -> Bool { path.withPath { pipe_is_fixed($0) } != 0 }

  package func names(in folder: String) throws(StorageError) -> [String] {
    guard let stream = folder.withPath({ opendir($0) }) else { throw StorageError(.read, folder) }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { throw StorageError(.read, folder) }
        return names
      }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { PathText.text(of: $0.prefix { $0 != 0 }) }
      if name != ".", name != ".." { names.append(name) }
    }
  }

  package func makeFolder(_ path: String) throws(StorageError) -> Bool {
    if path.withPath({ mkdir($0, 0o777) }) == 0 { return true }
    if errno == EEXIST { return false }
    throw StorageError(.makeFolder, path)
  }

  package func rename(_ path: String, to name: String, replacing: Bool) throws(StorageError) {
    if replacing {
      if path.withPath({ from in name.withPath { Glibc.rename(from, $0) } }) != 0 { throw StorageError(.rename, path) }
      return
    }
    if path.withPath({ from in name.withPath { pipe_rename_new(from, $0) } }) == 0 { return }
    // A file system, or a kernel, that does not have it: a second name is refused where there is one.
    guard errno == EINVAL || errno == ENOSYS else { throw StorageError(.rename, path) }
    if path.withPath({ from in name.withPath { link(from, $0) } }) != 0 { throw StorageError(.rename, path) }
    try remove(path)
  }

  package func remove(_ path: String) throws(StorageError) {
    if path.withPath({ unlink($0) }) != 0 { throw StorageError(.remove, path) }
  }

  package func sync(folder: String) throws(StorageError) {
    let descriptor = folder.withPath { Glibc.open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    if descriptor < 0 {
      // One that may be written and not read.
      if errno == EACCES { return }
      throw StorageError(.sync, folder)
    }
    defer { close(descriptor) }
    // Some file systems have nothing to sync in a folder.
    if fsync(descriptor) != 0, errno != EINVAL, errno != ENOTSUP { throw StorageError(.sync, folder) }
  }

  static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

extension FileAccess.Placing {
  fileprivate var flag: Int32 { self == .atEnd ? O_APPEND : 0 }
}

extension String {
  /// The folder that a path is in: `.` for a name alone.
  package var folderOfPath: String { SystemStorage.folder(of: self) }
}
