#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// What the system said to an operation on a file.
package struct StorageError: Error, Hashable, Sendable {
  package enum Operation: String, Sendable {
    case open, read, write, truncate, sync, lock, rename, remove, makeFolder, look
  }

  package let operation: Operation
  package let path: String
  /// The system's number for it (errno(3)).
  package let code: Int32

  package init(_ operation: Operation, _ path: String, code: Int32) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  /// The last error of the system, in this thread.
  init(_ operation: Operation, _ path: String) { self.init(operation, path, code: errno) }

  /// Nothing has the name (ENOENT).
  package static let noSuchFile = ENOENT
  /// Something has the name (EEXIST).
  package static let fileExists = EEXIST

  /// Permissions, or a file system that is only read (EACCES, EPERM, EROFS).
  package var isForbidden: Bool { [EACCES, EPERM, EROFS].contains(code) }

  /// Completes "the file …": `cannot be written: No space left on device`.
  package var reason: String { "\(failure): \(reasonAlone)" }

  /// The system's words alone.
  package var reasonAlone: String { String(cString: strerror(code)) }

  private var failure: String {
    switch operation {
    case .open, .write: "cannot be written"
    case .read, .look: "cannot be read"
    case .truncate: "cannot be cut"
    case .sync: "cannot be made durable"
    case .lock: "cannot be locked"
    case .rename: "cannot be renamed"
    case .remove: "cannot be removed"
    case .makeFolder: "the folder cannot be made"
    }
  }
}
