internal import CZstd

/// Zstd frames (RFC 8878), decoded by libzstd; skippable ones are passed over.
package final class ZstdDecompressor: Decompressor {
  /// 8 MiB: what RFC 8878, 3.1.1.1.2 asks of every decoder, RFC 9659 allows to HTTP, and every level but those
  /// behind `--ultra` and `--long` is content with. A frame may want 3.75 TB.
  private static let windowLog: Int32 = 23
  /// Above so many bytes a context is not kept for other data.
  private static let keptMemory = 1 << 20
  /// The longest head of a frame (RFC 8878, 3.1.1.1).
  private static let headSize = 18
  /// A head that libzstd does not know it takes for one of zstd 0.5 to 0.7 where the piece at hand begins like those,
  /// be it within the head. Their decoders are nobody's any more, and what they say depends on what memory held
  /// before. It looks for the four bytes of a magic number at least.
  private static let headPiece = 3

  private var context: OpaquePointer?
  package private(set) var isBetweenMembers = true
  /// Whether no frame has ended.
  private var isAtStart = true
  /// Bytes that the block under way still wants. Blocks are decoded one by one, since libzstd does not say what came
  /// of those before a broken one.
  private var wanted = 1
  /// Bytes of the next frame's magic number that have come, after the first frame.
  private var magicRead = 0
  /// Bytes that libzstd has of the frame under way, up to the size of a head.
  private var headRead = 0

  package init() {}

  deinit { ZSTD_freeDCtx(context) }

  package func reset() {
    if let context {
      if ZSTD_sizeof_DCtx(context) > Self.keptMemory {
        ZSTD_freeDCtx(context)
        self.context = nil
      } else {
        ZSTD_DCtx_reset(context, ZSTD_reset_session_only)
      }
    }
    isBetweenMembers = true
    isAtStart = true
    magicRead = 0
    headRead = 0
    wanted = 1
  }

  package func decode(
    _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) -> DecodedPiece {
    if isBetweenMembers, input.isEmpty { return DecodedPiece(0) }
    guard let context = context ?? makeContext() else { return DecodedPiece(0, .noMemory(for: "zstd")) }
    if !isAtStart, !beginsFrame(input) { return DecodedPiece(0, .excess(after: "zstd")) }
    var room = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    repeat {
      let most = headRead < Self.headSize ? min(wanted, Self.headPiece) : wanted
      var source = ZSTD_inBuffer(src: input.baseAddress, size: min(input.count, most), pos: 0)
      let left = ZSTD_decompressStream(context, &room, &source)
      if ZSTD_isError(left) != 0 { return DecodedPiece(room.pos, fault(left)) }
      input = UnsafeRawBufferPointer(rebasing: input[source.pos...])
      headRead = min(headRead + source.pos, Self.headSize)
      isBetweenMembers = left == 0
      if isBetweenMembers { (isAtStart, magicRead, headRead) = (false, 0, 0) }
      wanted = max(left, 1)
    } while !isBetweenMembers && !input.isEmpty && room.pos < room.size
    return DecodedPiece(room.pos)
  }

  /// Whether input behind a whole frame is the start of another one. libzstd looks at no byte of a magic number before
  /// it has all four, and data may end within them.
  private func beginsFrame(_ input: UnsafeRawBufferPointer) -> Bool {
    for byte in input.prefix(4 - magicRead) {
      // RFC 8878, 3.1.1 and 3.1.2. libzstd finds what is of neither.
      guard Self.magics.contains(where: { $0[magicRead].contains(byte) }) else { return false }
      magicRead += 1
    }
    return true
  }

  private static let magics: [[ClosedRange<UInt8>]] = [
    [0x28...0x28, 0xB5...0xB5, 0x2F...0x2F, 0xFD...0xFD], [0x50...0x5F, 0x2A...0x2A, 0x4D...0x4D, 0x18...0x18],
  ]

  private func makeContext() -> OpaquePointer? {
    guard let context = ZSTD_createDCtx() else { return nil }
    ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Self.windowLog)
    self.context = context
    return context
  }

  private func fault(_ result: Int) -> CompressionFault {
    switch ZSTD_getErrorCode(result) {
    case ZSTD_error_frameParameter_windowTooLarge:
      CompressionFault(
        reason: "its zstd data wants a window of more than 8 MiB", hint: "compress it again without --long and --ultra")
    case ZSTD_error_memory_allocation: .noMemory(for: "zstd")
    case ZSTD_error_dictionary_wrong: .dictionary("zstd")
    case ZSTD_error_prefix_unknown where !isAtStart: .excess(after: "zstd")
    default: .corrupt("zstd", String(cString: ZSTD_getErrorName(result)))
    }
  }
}
