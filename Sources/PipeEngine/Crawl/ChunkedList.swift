internal import CLinux

/// Plain values in their order. It grows by chunks, so that it never copies what it has and never holds much more memory
/// than it uses.
struct ChunkedList<Element: BitwiseCopyable> {
  private var chunks: [[Element]] = []
  private(set) var count = 0

  private static var bits: Int { 16 }
  private static var mask: Int { 1 << bits - 1 }

  /// - Parameter index: Below `count`.
  subscript(index: Int) -> Element {
    @inline(__always) get { chunks[index >> Self.bits][index & Self.mask] }
    @inline(__always) set { chunks[index >> Self.bits][index & Self.mask] = newValue }
  }

  /// Brings an element into the processor's cache.
  ///
  /// - Parameter index: Below `count`.
  @inline(__always)
  func fetch(_ index: Int) {
    chunks[index >> Self.bits].withUnsafeBufferPointer { chunk in
      if let start = chunk.baseAddress { pipe_prefetch(start + (index & Self.mask)) }
    }
  }

  mutating func append(_ element: Element) {
    if count & Self.mask == 0 {
      var chunk: [Element] = []
      // The system gives memory for it only as it is filled.
      chunk.reserveCapacity(1 << Self.bits)
      chunks.append(chunk)
    }
    chunks[count >> Self.bits].append(element)
    count += 1
  }
}
