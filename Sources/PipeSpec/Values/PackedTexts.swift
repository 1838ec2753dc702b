/// Texts in one piece of memory: a list of hundreds, such as a page's links, is made, passed on and written out without
/// a `String` for each.
package struct PackedTexts: Hashable, Sendable {
  /// The texts one after the other, in UTF-8.
  package let bytes: [UInt8]
  /// Where in `bytes` each of them ends, ascending.
  package let ends: [UInt32]

  package init(bytes: [UInt8], ends: [UInt32]) {
    self.bytes = bytes
    self.ends = ends
  }

  package var count: Int { ends.count }

  package subscript(index: Int) -> String { String(decoding: bytes[range(of: index)], as: UTF8.self) }

  /// Where a text stands in `bytes`.
  @inline(__always)
  func range(of index: Int) -> Range<Int> { (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index]) }

  /// Appends the texts with a separator between two of them.
  package func append(joinedBy separator: [UInt8], to output: inout [UInt8]) {
    let length = bytes.count + separator.count * max(0, count - 1)
    // Joined elsewhere and appended at once: an array asks at every step whether it is shared.
    withUnsafeTemporaryAllocation(byteCount: length, alignment: 1) { room in
      var written = 0
      bytes.withUnsafeBytes { bytes in
        separator.withUnsafeBytes { separator in
          for index in 0..<count {
            if index > 0 { written += Self.copy(separator, to: room, at: written) }
            written += Self.copy(UnsafeRawBufferPointer(rebasing: bytes[range(of: index)]), to: room, at: written)
          }
        }
      }
      output.append(contentsOf: room.prefix(written))
    }
  }

  /// - Returns: How many bytes were copied.
  @inline(__always)
  private static func copy(
    _ source: UnsafeRawBufferPointer, to room: UnsafeMutableRawBufferPointer, at place: Int
  ) -> Int {
    UnsafeMutableRawBufferPointer(rebasing: room[place..<place + source.count]).copyMemory(from: source)
    return source.count
  }
}
