internal import Glibc
internal import PipeSpec
internal import PipeText

/// A small file, read whole.
package enum FileContents {
  package struct Unreadable: Error { package let reason: String }

  /// The most that a spec, a secret or a certificate file may hold.
  private static let limit = 16 << 20

  /// Whether a path is a pipe or a socket: what is read of it is gone, and its writer may not be there yet.
  package static func isPipe(_ path: String) -> Bool {
    var status = stat()
    guard path.withPath({ stat($0, &status) }) == 0 else { return false }
    return status.st_mode & S_IFMT == S_IFIFO || status.st_mode & S_IFMT == S_IFSOCK
  }

  package static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return path.withPath({ stat($0, &status) }) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Reads a regular file, and nothing else: to look at a pipe or a terminal takes from it, or waits.
  package static func readRegular(_ path: String) -> Result<[UInt8], Unreadable> {
    var status = stat()
    if path.withPath({ stat($0, &status) }) == 0, status.st_mode & S_IFMT != S_IFREG {
      return .failure(Unreadable(reason: "it is not a regular file"))
    }
    return read(path)
  }

  /// - Parameter path: `nil` for standard input.
  package static func read(_ path: String?) -> Result<[UInt8], Unreadable> {
    let descriptor = path.map { $0.withPath { open($0, O_RDONLY | O_CLOEXEC) } } ?? fcntl(0, F_DUPFD_CLOEXEC, 3)
    guard descriptor >= 0 else { return .failure(Unreadable(reason: String(cString: strerror(errno)))) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count == 0 { return .success(bytes) }
      if count < 0 {
        if errno == EINTR { continue }
        return .failure(Unreadable(reason: String(cString: strerror(errno))))
      }
      bytes += chunk[..<count]
      if bytes.count > limit { return .failure(Unreadable(reason: "it is larger than 16 MiB")) }
    }
  }
}
