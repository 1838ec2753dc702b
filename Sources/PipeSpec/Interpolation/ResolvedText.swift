/// The text of a scalar after interpolation, which still knows where each part of it was written.
package struct ResolvedText: Sendable {
  /// A stretch of the result and the stretch of the scalar that it came from (UTF-8 offsets).
  struct Segment: Sendable {
    let result: Range<Int>
    let origin: Range<Int>
    let isLiteral: Bool
  }

  package let text: String
  /// The same with `***` in the place of every secret; `nil` where none is in it.
  package let masked: String?
  /// What the YAML core schema makes of it; a string wherever the scalar was not plain.
  package let value: Scalar.Value
  /// Whether any part came through `${…}`.
  package let isInterpolated: Bool
  package let node: Node
  let segments: [Segment]
  let file: SourceFile

  /// The most faults that are told of it: nobody reads more, and to find the place of each costs the length of the
  /// scalar.
  var mostFaults: Int { Self.mostFaults(in: text) }

  static func mostFaults(in text: String) -> Int { max(10, min(100, 2_000_000 / max(1, text.utf8.count))) }

  /// Whether a byte (its UTF-8 offset) stands in the scalar as it is, and was not brought by an interpolation.
  package func isWritten(at offset: Int) -> Bool {
    segments.first { $0.result.contains(offset) }?.isLiteral ?? false
  }

  /// The span of a stretch of the text (UTF-8 offsets), as exact as its origin allows: what an
  /// interpolation brought has the span of its `${…}`.
  package func span(of range: Range<Int>) -> SourceSpan {
    guard let first = segments.first(where: { $0.result.upperBound > range.lowerBound }) ?? segments.last,
      let last = segments.last(where: { $0.result.lowerBound < max(range.upperBound, range.lowerBound + 1) })
    else { return node.span }
    let start =
      first.isLiteral ? first.origin.lowerBound + range.lowerBound - first.result.lowerBound : first.origin.lowerBound
    let end =
      last.isLiteral ? last.origin.lowerBound + range.upperBound - last.result.lowerBound : last.origin.upperBound
    return file.span(ofScalarRange: start..<max(start, end), of: node)
  }
}
