internal import CZlib

/// What zlib decodes: the members of gzip, and what HTTP calls deflate.
package final class InflateDecompressor: Decompressor {
  package enum Format: String, Sendable {
    /// Members of RFC 1952. Zeros between and after them are padding, as for `gzip` itself.
    case gzip
    /// RFC 1950, or what it wraps (RFC 1951), which some servers send instead (RFC 9110, 8.4.1.2).
    case deflate
  }

  // zlib keeps the address of the stream that it was begun with.
  private let stream: UnsafeMutablePointer<z_stream>
  private let format: Format
  private let hasMemory: Bool
  package private(set) var isBetweenMembers = true
  /// Whether no member has begun.
  private var isAtStart = true
  /// Whether the member under way is the first.
  private var isFirst = true

  package init(_ format: Format) {
    self.format = format
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    hasMemory = pipe_gzip_begin_reading(stream) == Z_OK
  }

  deinit {
    if hasMemory { inflateEnd(stream) }
    stream.deallocate()
  }

  package func reset() {
    if hasMemory { inflateReset(stream) }
    isBetweenMembers = true
    isAtStart = true
    isFirst = true
  }

  package func decode(
    _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) -> DecodedPiece {
    guard hasMemory else { return DecodedPiece(0, .noMemory(for: format.rawValue)) }
    if isBetweenMembers {
      if format == .gzip, !isAtStart { input = UnsafeRawBufferPointer(rebasing: input.drop { $0 == 0 }) }
      guard let first = input.first else { return DecodedPiece(0) }
      guard begin(with: first) else { return DecodedPiece(0, .excess(after: format.rawValue)) }
    }
    let (length, room) = (UInt32(clamping: input.count), UInt32(clamping: output.count))
    stream.pointee.next_in = UnsafeMutablePointer(mutating: input.assumingMemoryBound(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = length
    stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
    stream.pointee.avail_out = room
    let code = inflate(stream, Z_NO_FLUSH)
    input = UnsafeRawBufferPointer(rebasing: input[Int(length - stream.pointee.avail_in)...])
    return DecodedPiece(Int(room - stream.pointee.avail_out), fault(code))
  }

  /// Begins a member, where one can follow.
  private func begin(with first: UInt8) -> Bool {
    switch format {
    case .gzip:
      // ID1 (RFC 1952, 2.3.1). ID2 is zlib's to check, as the input may end between the two.
      if !isAtStart, first != 0x1F { return false }
    case .deflate:
      if !isAtStart { return false }
      // CMF (RFC 1950, 2.2): method 8, a window of at most 32 KiB. Raw, it would begin a stored block, whose padding
      // has a bit set that every encoder leaves clear.
      inflateReset2(stream, first & 0x8F == 8 ? 15 : -15)
    }
    isBetweenMembers = false
    isFirst = isAtStart
    isAtStart = false
    return true
  }

  private func fault(_ code: Int32) -> CompressionFault? {
    switch code {
    // With nothing left to do, more input has to come.
    case Z_OK, Z_BUF_ERROR: return nil
    case Z_STREAM_END:
      inflateReset(stream)
      isBetweenMembers = true
      return nil
    case Z_MEM_ERROR: return .noMemory(for: format.rawValue)
    case Z_NEED_DICT: return .dictionary(format.rawValue)
    // Of the two bytes that say gzip, the second is another.
    case Z_DATA_ERROR where !isFirst && stream.pointee.total_in <= 2: return .excess(after: format.rawValue)
    default: return .corrupt(format.rawValue, stream.pointee.msg.map { String(cString: $0) })
    }
  }
}
