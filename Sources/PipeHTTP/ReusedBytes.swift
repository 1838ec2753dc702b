/// Bytes whose memory is kept for those that come after them: one field's after another's, one page's after another's.
struct ReusedBytes {
  private var memory: [UInt8] = []
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  mutating func removeAll() {
    count = 0
    if memory.count > Self.kept { memory = [] }
  }

  /// The most that is kept, as there may be many transfers.
  private static let kept = 4096

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    let end = count + bytes.count
    if end > memory.count { memory += repeatElement(0, count: max(64, 2 * end) - memory.count) }
    memory.withUnsafeMutableBytes { memory in
      UnsafeMutableRawBufferPointer(rebasing: memory[count..<end]).copyMemory(from: bytes)
    }
    count = end
  }

  mutating func append(_ byte: UInt8) { withUnsafeBytes(of: byte) { append($0) } }

  /// Takes white space from both ends.
  mutating func trim() {
    let kept = withBytes { (bytes) -> Range<Int> in FieldText.trimmed(bytes, 0..<count) }
    if kept.lowerBound > 0 {
      for index in kept { memory[index - kept.lowerBound] = memory[index] }
    }
    count = kept.count
  }

  /// Lends the bytes.
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    memory.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
  }

  var array: [UInt8] { Array(memory[..<count]) }
}

/// Bytes of header fields.
enum FieldText {
  /// White space, line ends included.
  @inline(__always)
  static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n")
  }

  /// A range without the white space at its ends.
  @inline(__always)
  static func trimmed(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, isBlank(bytes[start]) { start += 1 }
    while end > start, isBlank(bytes[end - 1]) { end -= 1 }
    return start..<end
  }

  /// Where a line ends without its CR and LF.
  @inline(__always)
  static func end(of line: UnsafeRawBufferPointer) -> Int {
    var end = line.count
    while end > 0, line[end - 1] == UInt8(ascii: "\n") || line[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return end
  }
}
