/// What libyaml 0.2.5 lets pass though YAML 1.2 does not, where that would hide a slip of the pen.
struct LeniencyCheck {
  private let file: SourceFile

  init(_ file: SourceFile) { self.file = file }

  /// The first fault in an event.
  ///
  /// - Parameter previous: The end of the event before.
  func fault(of event: Event, after previous: Int) -> Diagnostic? {
    if let place = gluedIndicator(before: event, after: previous) {
      let isComment = file.bytes[place] == UInt8(ascii: "#")
      return Diagnostic(
        .yamlSyntax, at: file.span(place..<place + 1),
        isComment ? "there is no space before this comment" : "a plain value cannot begin with '?' here",
        hint: isComment ? "put a space before the '#', or quotes around the value" : "put quotes around the value")
    }
    if let place = colonAfterName(event) {
      return Diagnostic(
        .yamlSyntax, at: file.span(place..<place + 1), "the name of an anchor or alias cannot end with ':'",
        hint: "put a space before it")
    }
    return nil
  }

  /// `|#` or `>#` at the head of a block scalar (YAML 1.2.2, 8.1.1).
  func fault(ofBlockAt start: Int) -> Diagnostic? {
    var index = start + 1
    while index < file.bytes.count, "+-0123456789".utf8.contains(file.bytes[index]) { index += 1 }
    guard index < file.bytes.count, file.bytes[index] == UInt8(ascii: "#") else { return nil }
    return Diagnostic(
      .yamlSyntax, at: file.span(index..<index + 1), "there is no space before this comment",
      hint: "put a space before the '#'")
  }

  /// A comment that no white space comes before (YAML 1.2.2, 6.6), or a '?' that none follows (7.3.3), in
  /// what stands between two events: white space, comments, indicators and directives.
  private func gluedIndicator(before event: Event, after previous: Int) -> Int? {
    var end = event.range.lowerBound
    if case .documentStart = event.kind { end = event.range.upperBound }
    var index = previous
    while index < end {
      let isLineStart = index == file.contentStart || file.bytes[index - 1].isYAMLBreak
      switch file.bytes[index] {
      case UInt8(ascii: "#"):
        if !isLineStart, !file.bytes[index - 1].isYAMLBlank { return index }
        index = lineEnd(index)
      case UInt8(ascii: "?"):
        index += 1
        if index < file.bytes.count, file.bytes[index].isYAMLPropertyCharacter { return index - 1 }
      case UInt8(ascii: "%") where isLineStart && !file.bytes[index...].starts(with: "%YAML".utf8):
        // A tag's prefix may contain the character.
        index = lineEnd(index)
      default: index += 1
      }
    }
    return nil
  }

  /// YAML 1.2.2, 6.9.2: a colon belongs to the name; libyaml ends the name before it.
  private func colonAfterName(_ event: Event) -> Int? {
    var end = event.range.upperBound
    if let anchor = event.anchor {
      end = event.range.lowerBound
      // The tag may come first; the anchor is then the first '&' after white space.
      while end < event.range.upperBound,
        file.bytes[end] != UInt8(ascii: "&") || end > event.range.lowerBound && !file.bytes[end - 1].isYAMLSpace
      { end += 1 }
      end += 1 + anchor.utf8.count
    } else {
      guard case .alias = event.kind else { return nil }
    }
    return end < file.bytes.count && file.bytes[end] == UInt8(ascii: ":") ? end : nil
  }

  private func lineEnd(_ start: Int) -> Int {
    file.bytes[start...].firstIndex(where: \.isYAMLBreak) ?? file.bytes.count
  }
}
