internal import PipeText

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// A path without links and dots. What is not there yet has a name all the same.
package enum RealPath: Hashable, Sendable {
  case path(String)
  /// An open file of this process: /dev/stdin, /dev/fd/0, /proc/self/fd/0.
  case descriptor(Int32)

  package init(_ path: String) {
    var path = path
    // As many links as Linux follows (path_resolution(7)).
    for _ in 0..<40 {
      let (folder, name) = Self.parts(of: path)
      let parent = Self.resolved(folder)
      if let number = Self.descriptor(name, in: parent) {
        self = .descriptor(number)
        return
      }
      path = parent == "/" ? "/" + name : parent + "/" + name
      guard let target = Self.target(ofLink: path) else { break }
      path = target.hasPrefix("/") ? target : parent + "/" + target
    }
    self = .path(path)
  }

  /// The folder of a path and its last name, where that is one.
  private static func parts(of path: String) -> (folder: String, name: String) {
    var path = path[...]
    while path.hasSuffix("/"), path.utf8.count > 1 { path.removeLast() }
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", String(path)) }
    return (slash == path.startIndex ? "/" : String(path[..<slash]), String(path[path.utf8.index(after: slash)...]))
  }

  /// A folder's real path. The part that is not there is resolved by its names alone, as it will be made so.
  private static func resolved(_ folder: String) -> String {
    if let real = folder.withPath({ realpath($0, nil) }) {
      defer { free(real) }
      return String(path: real)
    }
    let (outer, name) = parts(of: folder)
    if folder == outer || name.isEmpty { return folder }
    let parent = resolved(outer)
    switch name {
    case ".": return parent
    case "..": return parts(of: parent).folder
    default: return parent == "/" ? "/" + name : parent + "/" + name
    }
  }

  /// The number of an open file, where a folder is one of those that list them (proc_pid_fd(5)).
  private static func descriptor(_ name: String, in folder: String) -> Int32? {
    guard folder.hasPrefix("/proc/"), folder.hasSuffix("/fd"), folder.dropFirst(6).first?.isNumber ?? false else {
      return nil
    }
    return Int32(name)
  }

  private static func target(ofLink path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = buffer.withUnsafeMutableBytes { bytes in
      bytes.baseAddress.map { start in
        path.withPath { readlink($0, start.assumingMemoryBound(to: CChar.self), bytes.count) }
      } ?? 0
    }
    return count > 0 ? PathText.text(of: buffer[..<count]) : nil
  }
}
