internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Where the frontier puts what memory should not hold: a temporary file without a name, gone with the process
/// however that ends. It only ever grows; what is read back is not needed again.
final class OverflowFile: Sendable {
  /// Requests of one host, in their order.
  struct Block: Hashable, Sendable {
    let offset: Int
    let length: Int
    let count: Int
  }

  /// The most bytes that it takes; the sources are held up then.
  private let limit: Int
  private let descriptor: Int32
  private let end = Atomic(0)

  /// The folder that the file is in.
  let folder: String

  /// Opens the file in the first folder that takes one; `nil` if none does.
  ///
  /// - Parameter tell: Told what the person should know: the folder that was named was not taken, or none was.
  convenience init?(
    folders: [String] = OverflowFile.folders, limit: Int = 1 << 30, tell: (String) -> Void = { _ in }
  ) {
    var refusals: [String] = []
    for folder in folders {
      var path = Array("\(folder)/pipe-XXXXXX".utf8CString)
      let descriptor = mkstemp(&path)
      if descriptor < 0 {
        refusals.append("\(folder): \(String(cString: strerror(errno)))")
        continue
      }
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      unlink(path)
      if let refusal = refusals.first {
        tell("no temporary file can be made in \(refusal); requests that wait are kept in \(folder) instead")
      }
      self.init(descriptor: descriptor, in: folder, limit: limit)
      return
    }
    tell(
      "no temporary file can be made, so a slow host holds up the others (\(refusals.joined(separator: "; ")));"
        + " TMPDIR can name a folder")
    return nil
  }

  /// Takes over an open file.
  init(descriptor: Int32, in folder: String = "", limit: Int = 1 << 30) {
    self.descriptor = descriptor
    self.folder = folder
    self.limit = limit
  }

  /// The folder that TMPDIR names, those for temporary files (hier(7)), and the working folder.
  static var folders: [String] {
    let named = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    return (named.isEmpty ? [] : [named]) + ["/tmp", "/var/tmp", "."]
  }

  deinit { close(descriptor) }

  var isFull: Bool { end.load(ordering: .relaxed) >= limit }

  /// Writes requests; one task does so. `nil` where they could not be written.
  func append(_ requests: [Request]) -> Block? {
    var bytes: [UInt8] = []
    for request in requests { RequestCodec.encode(request, into: &bytes) }
    let start = end.load(ordering: .relaxed)
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { bytes in
        let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
        return pwrite(descriptor, rest.baseAddress, rest.count, off_t(start + written))
      }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return nil }
      written += count
    }
    end.store(start + bytes.count, ordering: .relaxed)
    return Block(offset: start, length: bytes.count, count: requests.count)
  }

  /// Reads a block back.
  ///
  /// - Throws: `RunError` where it is not what was written: requests would be lost.
  func read(_ block: Block) throws(RunError) -> [Request] {
    var isWhole = true
    let bytes = [UInt8](unsafeUninitializedCapacity: block.length) { buffer, filled in
      while filled < block.length {
        let rest = UnsafeMutableBufferPointer(rebasing: buffer[filled...])
        let count = pread(descriptor, rest.baseAddress, block.length - filled, off_t(block.offset + filled))
        if count < 0, errno == EINTR { continue }
        if count <= 0 {
          isWhole = false
          return
        }
        filled += count
      }
    }
    guard isWhole, let requests = RequestCodec.decode(bytes), requests.count == block.count else {
      throw RunError("frontier", "the requests stored in the temporary folder cannot be read back")
    }
    return requests
  }
}
