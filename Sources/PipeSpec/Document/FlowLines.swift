/// The lines of a flow node, against the block collection around it (YAML 1.2.2, 6.3 and 7).
///
/// Each line after the first must be indented by more spaces than the collection. libyaml asks this of
/// plain scalars outside of brackets alone, so a slip reads as if it were meant.
struct FlowLines {
  private let file: SourceFile

  init(_ file: SourceFile) { self.file = file }

  /// The first line of a quoted scalar that is not indented enough.
  ///
  /// - Parameter indentation: Columns of the block collection around it; -1 if there is none.
  func fault(ofScalar range: Range<Int>, indentation: Int) -> Diagnostic? {
    fault(range, indentation) { _ in false }
  }

  /// The first line of a collection in brackets that is not indented enough.
  ///
  /// A closing bracket may stand under the beginning of the key: YAML 1.2 forbids it, but it is often
  /// written, and can mean nothing else.
  func fault(ofCollection range: Range<Int>, indentation: Int) -> Diagnostic? {
    fault(range, indentation) { start in
      switch file.bytes[start] {
      case UInt8(ascii: "#"): return true
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        let before = file.lineRange(file.lineNumber(at: start)).lowerBound..<start
        return before.count >= indentation && file.bytes[before].allSatisfy { $0 == UInt8(ascii: " ") }
      default: return false
      }
    }
  }

  private func fault(_ range: Range<Int>, _ indentation: Int, except isAllowed: (Int) -> Bool) -> Diagnostic? {
    guard indentation >= 0, !range.isEmpty else { return nil }
    let first = file.lineNumber(at: range.lowerBound)
    let last = file.lineNumber(at: range.upperBound - 1, near: first)
    guard first < last else { return nil }
    for number in first + 1...last {
      let line = file.lineRange(number)
      let start = file.bytes[line].firstIndex { $0 != UInt8(ascii: " ") } ?? line.upperBound
      if start - line.lowerBound > indentation { continue }
      // A line of white space is an empty one.
      guard let content = file.bytes[start..<line.upperBound].firstIndex(where: { !$0.isYAMLBlank }),
        !isAllowed(content)
      else { continue }
      if file.bytes[start] == UInt8(ascii: "\t") {
        return Diagnostic(
          .yamlSyntax, at: file.span(start..<content), "a tab cannot indent here", hint: "indent with spaces")
      }
      let key = file.position(at: range.lowerBound)
      return Diagnostic(
        .yamlSyntax, at: file.span(content..<wordEnd(content, line.upperBound)),
        "this line belongs to line \(key.line), but is not indented",
        hint: "begin it in column \(indentation + 2) or further right",
        notes: [Diagnostic.Note("it begins here", at: file.span(range.lowerBound..<range.lowerBound + 1))])
    }
    return nil
  }

  private func wordEnd(_ start: Int, _ end: Int) -> Int {
    file.bytes[start..<end].firstIndex(where: \.isYAMLSpace) ?? end
  }
}
