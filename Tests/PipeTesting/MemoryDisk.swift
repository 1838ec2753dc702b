/// The files of a disk at one moment, as a value.
package struct MemoryDisk: Hashable, Sendable {
  package struct File: Hashable, Sendable {
    package var bytes: [UInt8]
    package var permissions: UInt32

    package init(bytes: [UInt8] = [], permissions: UInt32 = 0o644) {
      self.bytes = bytes
      self.permissions = permissions
    }
  }

  /// The inode of each name.
  package var names: [String: UInt64] = [:]
  package var files: [UInt64: File] = [:]
  /// The folders that were made; `nil` on a disk where every folder is there.
  package var folders: Set<String>?

  package init(folders: Set<String>? = nil) { self.folders = folders }

  /// The bytes of a file; `nil` if nothing has the name.
  package subscript(path: String) -> [UInt8]? { names[path].flatMap { files[$0]?.bytes } }

  /// The names in a folder, without its path.
  package func names(in folder: String) -> [String] {
    let prefix = folder == "." ? "" : folder + "/"
    return names.keys.filter { $0.hasPrefix(prefix) && !$0.dropFirst(prefix.count).contains("/") }
      .map { String($0.dropFirst(prefix.count)) }.sorted()
  }

  /// Whether a new name can be made in a folder.
  package func hasFolder(_ folder: String) -> Bool {
    guard let folders, folder != ".", folder != "/" else { return true }
    return folders.contains(folder)
  }

  /// Makes a change that is known to be possible. Changes of files that are gone change nothing.
  package mutating func apply(_ operation: FileOperation) {
    switch operation {
    case .create(let path, let inode):
      names[path] = inode
      files[inode] = files[inode] ?? File()
    case .createTemporary(let inode): files[inode] = File()
    case .write(let inode, let start, let bytes): write(bytes, to: inode, at: start)
    case .truncate(let inode, let size):
      guard let count = files[inode]?.bytes.count else { return }
      if size < count {
        files[inode]?.bytes.removeLast(count - size)
      } else {
        files[inode]?.bytes.append(contentsOf: repeatElement(0, count: size - count))
      }
    case .makeFolder(let path): folders?.insert(path)
    case .rename(let path, let name):
      guard let inode = names.removeValue(forKey: path) else { return }
      names[name] = inode
    case .remove(let path): names[path] = nil
    case .sync, .syncFolder: break
    }
  }

  /// What lies between the end of the file and the place reads as zeros.
  package mutating func write(_ bytes: some Collection<UInt8>, to inode: UInt64, at start: Int) {
    guard let count = files[inode]?.bytes.count else { return }
    if start + bytes.count > count {
      files[inode]?.bytes.append(contentsOf: repeatElement(0, count: start + bytes.count - count))
    }
    // At once: an unoptimised build replaces a subrange byte by byte.
    files[inode]?.bytes.withUnsafeMutableBytes {
      UnsafeMutableRawBufferPointer(rebasing: $0[start..<start + bytes.count]).copyBytes(from: bytes)
    }
  }
}
