/// The way back from a scalar's text to the places where it was written.
///
/// It reads the scalar's source once more, so it costs nothing until a finding needs it; one who has many
/// findings in one scalar keeps the map. Where the source does not say how the text came about, every
/// part maps to the whole scalar.
package struct ScalarMap: Sendable {
  private let file: SourceFile
  /// The scalar's own place, also where the node is reached through an alias.
  private let span: SourceSpan
  /// In the order of the text, without gaps; empty if the text cannot be followed.
  private let pieces: [ScalarPiece]

  package init(of node: Node, in file: SourceFile) {
    self.file = file
    span = node.anchored ?? node.span
    guard case .scalar(let scalar) = node.content else {
      pieces = []
      return
    }
    var reader = ScalarSource(file.bytes, span.start.offset..<span.end.offset)
    pieces = reader.read(scalar) ? reader.pieces : []
  }

  /// The place of a part of the text.
  ///
  /// - Parameter range: UTF-8 offsets in the text. What is an escape or a folded line break as a whole is
  ///   never cut.
  package func span(of range: Range<Int>) -> SourceSpan {
    guard !pieces.isEmpty else { return span }
    var locator = SourceLocator(file, from: span.start)
    let start = locator.position(at: source(of: range.lowerBound))
    let end = range.isEmpty ? start : locator.position(at: sourceEnd(of: range.upperBound - 1))
    return SourceSpan(start, max(start, end))
  }

  /// The place of a byte of the text; at the end of the text, the place after its last character.
  package func position(of offset: Int) -> SourcePosition { span(of: offset..<offset).start }

  private func source(of offset: Int) -> Int {
    let piece = pieces[index(of: offset)]
    if offset >= piece.text.upperBound { return piece.source.upperBound }
    return piece.isVerbatim
      ? piece.source.lowerBound + max(0, offset - piece.text.lowerBound) : piece.source.lowerBound
  }

  private func sourceEnd(of offset: Int) -> Int {
    let piece = pieces[index(of: offset)]
    guard piece.isVerbatim, offset < piece.text.upperBound else { return piece.source.upperBound }
    return piece.source.lowerBound + max(0, offset - piece.text.lowerBound) + 1
  }

  /// The last piece that begins at or before an offset.
  private func index(of offset: Int) -> Int {
    var low = 0
    var high = pieces.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if pieces[middle].text.lowerBound <= offset { low = middle } else { high = middle }
    }
    return low
  }
}

extension SourceFile {
  /// The place of a part of a scalar's text (UTF-8 offsets); for a node reached through an alias, the
  /// place of the alias.
  package func span(ofScalarRange range: Range<Int>, of node: Node) -> SourceSpan {
    node.anchored == nil ? ScalarMap(of: node, in: self).span(of: range) : node.span
  }
}

extension Diagnostic.Note {
  /// For a scalar reached through an alias, the note that tells where a part of it was written; else
  /// nothing.
  package static func written(_ range: Range<Int>, of node: Node, in file: SourceFile) -> [Self] {
    node.anchored == nil ? [] : [Self(writtenHere, at: ScalarMap(of: node, in: file).span(of: range))]
  }
}
