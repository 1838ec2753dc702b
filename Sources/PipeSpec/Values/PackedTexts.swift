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
    output.append(addingCapacity: length) { output in
      bytes.withUnsafeBytes { bytes in
        separator.withUnsafeBytes { separator in
          output.withUnsafeMutableBufferPointer { room, written in
            let room = UnsafeMutableRawBufferPointer(room)
            for index in 0..<count {
              if index > 0 { written += Self.copy(separator, to: room, at: written) }
              written += Self.copy(UnsafeRawBufferPointer(rebasing: bytes[range(of: index)]), to: room, at: written)
            }
          }
        }
      }
    }
  }

  /// - Returns: How many bytes were copied, as many as there is room for.
  @inline(__always)
  private static func copy(_ source: UnsafeRawBufferPointer, to room: UnsafeMutableRawBufferPointer, at place: Int)
    -> Int
  {
    let count = min(source.count, room.count - place)
    UnsafeMutableRawBufferPointer(rebasing: room[place..<place + count]).copyMemory(
      from: UnsafeRawBufferPointer(rebasing: source[..<count]))
    return count
  }
}
