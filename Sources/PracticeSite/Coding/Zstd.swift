internal import CZstd

/// Bodies in zstd (RFC 8878), made by libzstd as servers make them: streamed, so that the frame does not tell its length
/// and asks for the whole window of its level.
enum Zstd {
  /// - Parameters:
  ///   - level: 1 to 22.
  ///   - window: The logarithm of the window's bytes, 10 to 27; `nil` for the level's own.
  /// - Returns: `nil` if there is no memory.
  static func frame(_ bytes: [UInt8], level: Int, window: Int?) -> [UInt8]? {
    guard let context = ZSTD_createCCtx() else { return nil }
    defer { ZSTD_freeCCtx(context) }
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(level))
    if let window { ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, Int32(window)) }
    // What has begun before its end is known is streamed.
    guard var coded = step(context, bytes, ZSTD_e_flush), let end = step(context, [], ZSTD_e_end) else { return nil }
    coded += end
    return coded
  }

  private static func step(_ context: OpaquePointer, _ bytes: [UInt8], _ end: ZSTD_EndDirective) -> [UInt8]? {
    var coded: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    var place = 0
    while true {
      var made = 0
      let left = bytes.withUnsafeBytes { bytes in
        piece.withUnsafeMutableBytes { piece in
          var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: place)
          var room = ZSTD_outBuffer(dst: piece.baseAddress, size: piece.count, pos: 0)
          defer { (place, made) = (input.pos, room.pos) }
          return ZSTD_compressStream2(context, &room, &input, end)
        }
      }
      if ZSTD_isError(left) != 0 { return nil }
      coded += piece[..<made]
      if left == 0 { return coded }
    }
  }
}
