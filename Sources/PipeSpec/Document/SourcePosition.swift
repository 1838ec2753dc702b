/// A place in a source text.
package struct SourcePosition: Hashable, Comparable, Sendable {
  /// Bytes of UTF-8 from the start of the file, from 0.
  package var offset: Int
  /// From 1.
  package var line: Int
  /// Unicode scalars from the start of the line, from 1.
  package var column: Int

  package init(offset: Int, line: Int, column: Int) {
    self.offset = offset
    self.line = line
    self.column = column
  }

  /// The first place of every file.
  package static let start = SourcePosition(offset: 0, line: 1, column: 1)

  package static func < (left: Self, right: Self) -> Bool { left.offset < right.offset }
}

/// A stretch of a source text, from its first place to the place after its last.
package struct SourceSpan: Hashable, Sendable {
  package var start: SourcePosition
  package var end: SourcePosition

  package init(_ start: SourcePosition, _ end: SourcePosition) {
    self.start = start
    self.end = end
  }

  /// The empty span at 1:1, for what concerns a whole file.
  package static let wholeFile = SourceSpan(.start, .start)
}

/// A value that knows where it was written.
package struct Located<Value> {
  package var value: Value
  package var span: SourceSpan

  package init(_ value: Value, at span: SourceSpan) {
    self.value = value
    self.span = span
  }
}

extension Located: Sendable where Value: Sendable {}
extension Located: Equatable where Value: Equatable {}
extension Located: Hashable where Value: Hashable {}
