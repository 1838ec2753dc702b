internal import PipeWeb

/// Decompressors that nothing is being decoded with, and the memory that they decode into.
///
/// A loop has one: its transfers take turns with the memory, and a decompressor serves one response after the other.
final class DecompressorPool {
  private var idle: [ContentCoding: [any Decompressor]] = [:]
  private var rooms: [UnsafeMutableRawBufferPointer] = []

  /// What came of one call of a decompressor, at most.
  private static let roomSize = 64 << 10
  /// So many are kept of each kind.
  private static let capacity = 32

  deinit { for room in rooms { room.deallocate() } }

  /// - Returns: `nil` for a coding that is not known.
  func take(for coding: ContentCoding) -> (any Decompressor)? {
    idle[coding]?.popLast() ?? coding.makeDecompressor()
  }

  func giveBack(_ decompressor: any Decompressor, for coding: ContentCoding) {
    if idle[coding, default: []].count >= Self.capacity { return }
    decompressor.reset()
    idle[coding, default: []].append(decompressor)
  }

  /// Memory for what comes out of the coding that is undone as the first, the second…
  func room(_ index: Int) -> UnsafeMutableRawBufferPointer {
    while rooms.count <= index { rooms.append(.allocate(byteCount: Self.roomSize, alignment: 16)) }
    return rooms[index]
  }
}
