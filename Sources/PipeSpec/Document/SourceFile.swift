/// The text that a document was read from, with the name a person knows it by.
package struct SourceFile: Sendable {
  /// The path as the person gave it; `-` for standard input.
  package let name: String
  package let bytes: [UInt8]
  /// The offset at which each line starts.
  private let lineStarts: [Int]

  package init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
    var starts = [0]
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "\n") {
        starts.append(index)
      } else if byte == UInt8(ascii: "\r") {
        if index < bytes.count, bytes[index] == UInt8(ascii: "\n") { index += 1 }
        starts.append(index)
      }
    }
    lineStarts = starts
  }

  package init(name: String, text: String) { self.init(name: name, bytes: Array(text.utf8)) }

  /// The same text with `*` for every byte of these stretches, so that all others stay where they are.
  package func masking(_ spans: [SourceSpan]) -> SourceFile {
    if spans.isEmpty { return self }
    var bytes = bytes
    for span in spans {
      for offset in span.start.offset..<max(span.start.offset, span.end.offset)
      where bytes.indices.contains(offset) && bytes[offset] != UInt8(ascii: "\n") && bytes[offset] != UInt8(ascii: "\r")
      {
        bytes[offset] = UInt8(ascii: "*")
      }
    }
    return SourceFile(name: name, bytes: bytes)
  }

  package var lineCount: Int { lineStarts.count }

  /// The text of a line without its line break; `nil` outside the file. Lines count from 1.
  package func line(_ number: Int) -> String? {
    guard lineStarts.indices.contains(number - 1) else { return nil }
    return String(decoding: bytes[lineRange(number)], as: UTF8.self)
  }

  /// Where a line begins; `nil` outside the file.
  package func offset(ofLine number: Int) -> Int? {
    lineStarts.indices.contains(number - 1) ? lineRange(number).lowerBound : nil
  }

  /// The bytes of a line without its line break and without the file's byte order mark; empty outside
  /// the file. Lines count from 1.
  func lineRange(_ number: Int) -> Range<Int> {
    guard lineStarts.indices.contains(number - 1) else { return bytes.count..<bytes.count }
    let start = number == 1 ? contentStart : lineStarts[number - 1]
    var end = number < lineStarts.count ? lineStarts[number] : bytes.count
    while end > start, bytes[end - 1] == UInt8(ascii: "\n") || bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return start..<end
  }

  /// The offset after the byte order mark, which is not part of the text (YAML 1.2.2, 5.2).
  var contentStart: Int { bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0 }

  /// The place of a byte; an offset beyond the file is the end of the file, one within the byte order
  /// mark is the start of the text.
  package func position(at offset: Int) -> SourcePosition {
    let offset = min(max(offset, contentStart), bytes.count)
    let line = lineNumber(at: offset)
    let column = 1 + scalarCount(in: lineRange(line).lowerBound..<offset)
    return SourcePosition(offset: offset, line: line, column: column)
  }

  /// The line of a byte, counted from 1.
  ///
  /// - Parameter guess: A line that is likely; it or the next is found at once.
  func lineNumber(at offset: Int, near guess: Int = 1) -> Int {
    for line in guess...guess + 1 where lineStarts.indices.contains(line - 1) {
      let end = line < lineStarts.count ? lineStarts[line] : bytes.count + 1
      if lineStarts[line - 1] <= offset, offset < end { return line }
    }
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  /// The number of Unicode scalars that begin in a stretch of bytes; 0 where it is empty or reversed.
  func scalarCount(in range: Range<Int>) -> Int {
    // A byte that does not continue a scalar starts one.
    bytes[range].reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
  }

  /// The span between two offsets.
  package func span(_ range: Range<Int>) -> SourceSpan {
    SourceSpan(position(at: range.lowerBound), position(at: range.upperBound))
  }
}
