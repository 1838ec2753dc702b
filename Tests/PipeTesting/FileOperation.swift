/// One change of files, as a value: what a storage in memory records, so that a test can make the disk of any moment.
///
/// A file is known by its inode, since it may change its name while it is open.
package enum FileOperation: Hashable, Sendable {
  /// A new and empty file.
  case create(path: String, inode: UInt64)
  /// A new and empty file without a name, which goes with the process.
  case createTemporary(inode: UInt64)
  case write(inode: UInt64, at: Int, bytes: [UInt8])
  case truncate(inode: UInt64, to: Int)
  /// Everything written so far survives a loss of power.
  case sync(inode: UInt64)
  case makeFolder(path: String)
  case rename(path: String, to: String)
  case remove(path: String)
  /// The names in a folder survive a loss of power.
  case syncFolder(path: String)
}
