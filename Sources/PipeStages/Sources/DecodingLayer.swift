import PipeWeb

/// Undoes one compression, if there is one, piece by piece: the first bytes tell.
struct DecodingLayer {
  private enum Phase {
    /// Too little has come to tell.
    case start
    case plain
    case compressed(Compression, any Decompressor)
  }

  private var phase = Phase.start
  /// What has come and is not decoded.
  private var pending: ArraySlice<UInt8> = []
  private var room: [UInt8] = []
  /// Whether the last piece filled the room, so that the decoder may hold more.
  private var isFull = false
  /// What is wrong behind the last piece.
  private var fault: CompressionFault?
  private var consumedBytes = 0
  /// Bytes of content given out.
  private(set) var contentBytes = 0
  /// Where in the input the last whole member ended.
  private(set) var wholeBytes = 0

  /// `nil` for what is not compressed, and as long as it cannot be told.
  var compression: Compression? {
    if case .compressed(let compression, _) = phase { compression } else { nil }
  }

  /// Takes the next bytes of the input; everything before must have been asked for by `next`.
  mutating func take(_ chunk: ArraySlice<UInt8>) {
    pending = pending.isEmpty ? chunk : pending + chunk
  }

  /// The next piece of content; `nil` where more of the input has to come.
  mutating func next() throws(CompressionFault) -> ArraySlice<UInt8>? {
    if case .start = phase {
      switch Compression.recognize(pending) {
      case .tooShort: break
      case .notCompressed:
        switch ForeignFormat.recognize(pending) {
        case .tooShort: break
        case .none: phase = .plain
        case .found(let format): throw format.fault
        }
      case .compressed(let compression):
        phase = .compressed(compression, compression.makeDecompressor())
        room = [UInt8](repeating: 0, count: 64 << 10)
      }
    }
    switch phase {
    case .start: return nil
    case .plain:
      // Given up here, so that whoever reads the input can use its memory again.
      defer { pending = [] }
      contentBytes += pending.count
      return pending.isEmpty ? nil : pending
    case .compressed(_, let decompressor):
      while isFull || !pending.isEmpty {
        let before = pending.count
        if let fault { throw fault }
        let made = decode(decompressor)
        consumedBytes += before - pending.count
        if decompressor.isBetweenMembers { wholeBytes = consumedBytes }
        contentBytes += made
        isFull = made == room.count
        if made > 0 { return room[..<made] }
        if pending.count == before, fault == nil { break }
      }
      pending = []
      if let fault { throw fault }
      return nil
    }
  }

  /// The input has ended; what `next` gives afterwards is the last.
  mutating func end() throws(CompressionFault) {
    switch phase {
    case .start: phase = .plain
    case .plain: break
    case .compressed(let compression, let decompressor):
      if decompressor.isBetweenMembers { return }
      throw CompressionFault(
        reason: "is cut off in the middle of a \(compression.memberName)",
        hint: "it was perhaps not copied to its end")
    }
  }

  private mutating func decode(_ decompressor: any Decompressor) -> Int {
    let (piece, used) = room.withUnsafeMutableBytes { room in
      pending.withUnsafeBytes { bytes in
        var input = bytes
        let piece = decompressor.decode(&input, into: room)
        return (piece, bytes.count - input.count)
      }
    }
    fault = piece.fault
    pending.removeFirst(used)
    return piece.count
  }
}

extension Compression {
  fileprivate enum Recognition {
    case tooShort, notCompressed
    case compressed(Compression)
  }

  /// How an input that begins with these bytes is compressed.
  fileprivate static func recognize(_ bytes: ArraySlice<UInt8>) -> Recognition {
    if bytes.isEmpty { return .tooShort }
    for (compression, magic) in magics where zip(magic, bytes).allSatisfy({ $0.contains($1) }) {
      return bytes.count < magic.count ? .tooShort : .compressed(compression)
    }
    return .notCompressed
  }

  /// The bytes that members begin with: RFC 1952, 2.3.1; RFC 8878, 3.1.1 and 3.1.2. No UTF-8 text of URLs does.
  private static let magics: [(Compression, [ClosedRange<UInt8>])] = [
    (.gzip, [0x1F...0x1F, 0x8B...0x8B]),
    (.zstd, [0x28...0x28, 0xB5...0xB5, 0x2F...0x2F, 0xFD...0xFD]),
    (.zstd, [0x50...0x5F, 0x2A...0x2A, 0x4D...0x4D, 0x18...0x18]),
  ]
}
