internal import PipeWeb

extension FuzzTarget {
  /// The coding and the size of the pieces are in the first two bytes.
  ///
  /// The decoders serve one input after the other, as they serve one response after the other, however it ends; and each
  /// is compared with one that has served nobody.
  static let coding = FuzzTarget(name: "coding", summary: "coded content, by decoders that are used again") { input in
    guard input.count >= 2 else { return }
    let index = Int(input[0]) % codings.count
    let (used, piece) = (decoders[index], Int(input[1]) + 1)
    guard let fresh = codings[index].makeDecompressor() else { return require(false, "the coding is known") }
    let content = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: input[2...]))
    let (again, new) = (decode(content, piece, used), decode(content, piece, fresh))
    require(again.bytes == new.bytes && again.fault == new.fault, "a decoder that served others decodes as a new one")
    used.reset()
    require(used.isBetweenMembers, "nothing stays of what it served")
    // What is sound is read behind all else.
    let sound = sound[index].withUnsafeBytes { decode($0, 7, used) }
    require(sound.fault == nil && sound.bytes == Array("hello".utf8), "sound content is read behind any other")
    used.reset()
  }

  private static let codings: [ContentCoding] = [.gzip, .deflate, .brotli, .zstd]

  // libFuzzer calls a target on one thread.
  nonisolated(unsafe) private static let decoders = codings.compactMap { $0.makeDecompressor() }

  /// "hello" in each coding; the zstd frame asks for a window of 2 MiB, as servers do.
  private static let sound: [[UInt8]] = [
    [
      0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, 1, 5, 0, 0xFA, 0xFF, 0x68, 0x65, 0x6C, 0x6C, 0x6F, 0x86, 0xA6, 0x10, 0x36,
      5, 0,
      0, 0,
    ],
    [1, 5, 0, 0xFA, 0xFF, 0x68, 0x65, 0x6C, 0x6C, 0x6F], [0x40, 0, 0x10, 0x68, 0x65, 0x6C, 0x6C, 0x6F, 3],
    [0x28, 0xB5, 0x2F, 0xFD, 0, 0x58, 0x29, 0, 0, 0x68, 0x65, 0x6C, 0x6C, 0x6F],
  ]

  /// At most 1 MiB of what some content stands for.
  private static func decode(
    _ content: UnsafeRawBufferPointer, _ size: Int, _ decompressor: any Decompressor
  ) -> (bytes: [UInt8], fault: CompressionFault?) {
    var bytes: [UInt8] = []
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
    defer { room.deallocate() }
    var start = 0
    while start < content.count {
      let end = min(start + size, content.count)
      var rest = UnsafeRawBufferPointer(rebasing: content[start..<end])
      start = end
      while true {
        let before = rest.count
        let piece = decompressor.decode(&rest, into: room)
        require(piece.count <= room.count && rest.count <= before, "a decoder stays in its memory")
        bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: room[..<piece.count]))
        if let fault = piece.fault { return (bytes, fault) }
        if bytes.count > 1 << 20 { return (bytes, nil) }
        if piece.count == 0 && rest.count == before || rest.isEmpty && piece.count < room.count { break }
      }
    }
    return (bytes, nil)
  }
}
