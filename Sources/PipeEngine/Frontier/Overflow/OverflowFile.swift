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
  private static let limit = 1 << 30

  private let descriptor: Int32
  private let end = Atomic(0)

  /// Opens the file in the folder for temporary files; `nil` where that cannot be written.
  init?() {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var path = Array("\(folder)/pipe-XXXXXX".utf8CString)
    descriptor = mkstemp(&path)
    if descriptor < 0 { return nil }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(path)
  }

  deinit { close(descriptor) }

  var isFull: Bool { end.load(ordering: .relaxed) >= Self.limit }

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
      throw RunError("frontier", "what waits in the temporary folder cannot be read back")
    }
    return requests
  }
}
