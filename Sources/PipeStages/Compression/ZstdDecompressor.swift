internal import CZstd

/// Zstd frames decoded by libzstd; skippable frames are passed over.
final class ZstdDecompressor: Decompressor {
  /// Every level but those behind `--ultra` and `--long` is content with 8 MiB, which is also what RFC 8878, 3.1.1.1.2
  /// asks of every decoder. A frame may want 3.75 TB.
  static let windowLog: Int32 = 23

  private let context: OpaquePointer
  private(set) var isBetweenMembers = true

  init() throws(CompressionFault) {
    guard let context = ZSTD_createDCtx() else {
      throw CompressionFault(reason: "there is no memory to read zstd with")
    }
    ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Self.windowLog)
    self.context = context
  }

  deinit { ZSTD_freeDCtx(context) }

  func decode(
    _ input: inout ArraySlice<UInt8>, into output: UnsafeMutableRawBufferPointer
  ) throws(CompressionFault) -> Int {
    if isBetweenMembers, input.isEmpty { return 0 }
    var made = 0
    // Up to the end of a member, or of the input, or of the room.
    let (left, used) = input.withUnsafeBytes { bytes in
      var source = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
      var room = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
      defer { made = room.pos }
      let left = ZSTD_decompressStream(context, &room, &source)
      return (left, source.pos)
    }
    if ZSTD_isError(left) != 0 { throw fault(ZSTD_getErrorCode(left), left) }
    input.removeFirst(used)
    isBetweenMembers = left == 0
    return made
  }

  private func fault(_ code: ZSTD_ErrorCode, _ result: Int) -> CompressionFault {
    switch code {
    case ZSTD_error_frameParameter_windowTooLarge, ZSTD_error_memory_allocation:
      CompressionFault(
        reason: "its zstd data wants a window of more than 8 MiB",
        hint: "compress it again without --long and --ultra")
    case ZSTD_error_dictionary_wrong:
      CompressionFault(
        reason: "its zstd data wants a dictionary", hint: "compress it again without a dictionary")
    case ZSTD_error_prefix_unknown:
      CompressionFault(reason: "something that is not zstd follows its zstd data")
    default:
      CompressionFault(
        reason: "its zstd data is corrupt: " + String(cString: ZSTD_getErrorName(result)))
    }
  }
}
