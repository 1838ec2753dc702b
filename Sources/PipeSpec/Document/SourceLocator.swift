/// Turns byte offsets into places, each from the one before: a reader that moves forward pays for every
/// byte once, however long the lines are.
struct SourceLocator {
  private let file: SourceFile
  private var last: SourcePosition

  /// - Parameter start: A place known already; `nil` for the start of the file.
  init(_ file: SourceFile, from start: SourcePosition? = nil) {
    self.file = file
    last = start ?? file.position(at: 0)
  }

  mutating func position(at offset: Int) -> SourcePosition {
    let offset = min(max(offset, file.contentStart), file.bytes.count)
    let line = file.lineNumber(at: offset, near: last.line)
    var position = SourcePosition(offset: offset, line: line, column: 0)
    if line != last.line {
      position.column = 1 + file.scalarCount(in: file.lineRange(line).lowerBound..<offset)
    } else if offset >= last.offset {
      position.column = last.column + file.scalarCount(in: last.offset..<offset)
    } else {
      position.column = last.column - file.scalarCount(in: offset..<last.offset)
    }
    last = position
    return position
  }

  mutating func span(_ range: Range<Int>) -> SourceSpan {
    let start = position(at: range.lowerBound)
    return SourceSpan(start, position(at: range.upperBound))
  }
}
