/// Tells a tab that is content from one that indents, at the start of a block scalar.
///
/// YAML 1.2.2, 8.1.1.1: only spaces indent, so the first character that is not a space ends the
/// indentation, and may be a tab. libyaml refuses each tab there.
enum BlockTab {
  /// The offset of the tab that libyaml refused, if it is content.
  ///
  /// - Parameter indentation: Columns of the block collection around the scalar; -1 if there is none.
  static func offset(of error: SyntaxError, in file: SourceFile, indentation: Int) -> Int? {
    guard error.problem == "found a tab character where an indentation space is expected",
      let header = error.contextPlace, let indicator = headerIndicator(header, in: file),
      file.bytes.indices.contains(error.place), file.bytes[error.place] == UInt8(ascii: "\t")
    else { return nil }
    let first = file.lineNumber(at: indicator) + 1
    let last = file.lineNumber(at: error.place)
    let columns = error.place - file.lineRange(last).lowerBound
    // libyaml has the content of a document's only scalar indented by one space at least.
    guard first <= last, columns > max(indentation, 0) || indentation < 0 && columns > 0 else { return nil }
    for line in first..<last {
      let blank = file.lineRange(line)
      guard blank.count <= columns, file.bytes[blank].allSatisfy({ $0 == UInt8(ascii: " ") }) else { return nil }
    }
    return error.place
  }

  /// The `|` or `>` of a header without an indentation indicator.
  private static func headerIndicator(_ start: Int, in file: SourceFile) -> Int? {
    guard start < file.bytes.count, "|>".utf8.contains(file.bytes[start]) else { return nil }
    let header = file.bytes[start...].dropFirst().prefix { "+-0123456789".utf8.contains($0) }
    return header.allSatisfy { "+-".utf8.contains($0) } ? start : nil
  }
}
