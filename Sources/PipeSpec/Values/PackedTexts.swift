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
    output.reserveCapacity(output.count + bytes.count + separator.count * count)
    bytes.withUnsafeBufferPointer { bytes in
      for index in ends.indices {
        if index > 0 { output.append(contentsOf: separator) }
        output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[range(of: index)]))
      }
    }
  }
}
