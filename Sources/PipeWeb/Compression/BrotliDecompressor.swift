internal import CLibbrotli

/// Brotli (RFC 7932), decoded by libbrotlidec. Its window is at most 16 MiB: larger ones are not of the standard.
package final class BrotliDecompressor: Decompressor {
  /// Made when data comes, as libbrotlidec cannot begin anew with one.
  private var state: OpaquePointer?
  package private(set) var isBetweenMembers = true
  private var hasEnded = false

  package init() {}

  deinit { BrotliDecoderDestroyInstance(state) }

  package func reset() {
    BrotliDecoderDestroyInstance(state)
    state = nil
    isBetweenMembers = true
    hasEnded = false
  }

  package func decode(
    _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) -> DecodedPiece {
    if isBetweenMembers {
      if input.isEmpty { return DecodedPiece(0) }
      if hasEnded { return DecodedPiece(0, .excess(after: "brotli")) }
      state = BrotliDecoderCreateInstance(nil, nil, nil)
      isBetweenMembers = false
    }
    guard let state else { return DecodedPiece(0, .noMemory(for: "brotli")) }
    var (left, room) = (input.count, output.count)
    var next = input.assumingMemoryBound(to: UInt8.self).baseAddress
    var place = output.assumingMemoryBound(to: UInt8.self).baseAddress
    let result = BrotliDecoderDecompressStream(state, &left, &next, &room, &place, nil)
    input = UnsafeRawBufferPointer(rebasing: input.suffix(left))
    let count = output.count - room
    switch result {
    case BROTLI_DECODER_RESULT_ERROR:
      let reason = BrotliDecoderErrorString(BrotliDecoderGetErrorCode(state)).map { String(cString: $0) }
      return DecodedPiece(count, .corrupt("brotli", reason))
    case BROTLI_DECODER_RESULT_SUCCESS:
      isBetweenMembers = true
      hasEnded = true
    default: break
    }
    return DecodedPiece(count)
  }
}
