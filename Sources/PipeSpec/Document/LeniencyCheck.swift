/// What libyaml 0.2.5 lets pass though YAML 1.2 does not, where that would hide a slip of the pen.
struct LeniencyCheck {
  private let file: SourceFile

  /// The first byte order mark that is not the file's first character.
  private let innerMark: Int?

  init(_ file: SourceFile) {
    self.file = file
    innerMark = file.bytes.indices.dropFirst().first { Self.isByteOrderMark(file.bytes, at: $0) }
  }

  static func isByteOrderMark(_ bytes: [UInt8], at start: Int) -> Bool {
    bytes.indices.contains(start) && bytes[start] == 0xEF && bytes[start...].starts(with: [0xEF, 0xBB, 0xBF])
  }

  static func fault(ofByteOrderMark start: Int, in file: SourceFile) -> Diagnostic {
    Diagnostic(
      .yamlSyntax, at: file.span(start..<start + 3), "an invisible character stands here: a byte order mark, U+FEFF",
      hint: "remove it, or write \\uFEFF in double quotes")
  }

  /// A byte order mark in a scalar without quotes (YAML 1.2.2, productions 2 and 27, nb-char).
  func fault(ofUnquoted range: Range<Int>) -> Diagnostic? {
    guard let innerMark, innerMark < range.upperBound else { return nil }
    let mark = range.first { Self.isByteOrderMark(file.bytes, at: $0) }
    return mark.map { Self.fault(ofByteOrderMark: $0, in: file) }
  }

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

  /// A `-`, `?` or `:` that begins a plain scalar in brackets, and has no text behind it (YAML 1.2.2, 7.3.3).
  func fault(ofPlainInFlow range: Range<Int>) -> Diagnostic? {
    guard let first = file.bytes[range].first, "-?:".utf8.contains(first) else { return nil }
    let next = range.lowerBound + 1
    guard next >= file.bytes.count || !file.bytes[next].isYAMLPropertyCharacter else { return nil }
    let character = String(Unicode.Scalar(first))
    return Diagnostic(
      .yamlSyntax, at: file.span(range.lowerBound..<next), "a plain value cannot begin with '\(character)' here",
      hint: "put quotes around the value")
  }

  /// What libyaml passes over at the start of a block scalar.
  ///
  /// - Parameter indentation: Columns of the block collection around the scalar; -1 if there is none.
  func fault(ofBlockAt start: Int, indentation: Int) -> Diagnostic? {
    var index = start + 1
    while index < file.bytes.count, "+-0123456789".utf8.contains(file.bytes[index]) { index += 1 }
    if index < file.bytes.count, file.bytes[index] == UInt8(ascii: "#") {
      // YAML 1.2.2, 8.1.1
      return Diagnostic(
        .yamlSyntax, at: file.span(index..<index + 1), "there is no space before this comment",
        hint: "put a space before the '#'")
    }
    let isDetected = file.bytes[start..<index].allSatisfy { !"123456789".utf8.contains($0) }
    return isDetected ? overlongEmptyLine(after: index, indentation) : nil
  }

  /// YAML 1.2.2, 8.1.1.1: no empty line before the content may have more spaces than the content. libyaml
  /// takes such a scalar for an empty one, and its text for a comment if it begins with '#'.
  private func overlongEmptyLine(after header: Int, _ indentation: Int) -> Diagnostic? {
    var longest = 0..<0
    var number = file.lineNumber(at: header) + 1
    while number <= file.lineCount {
      let line = file.lineRange(number)
      number += 1
      guard let content = file.bytes[line].firstIndex(where: { $0 != UInt8(ascii: " ") }) else {
        if line.count > longest.count { longest = line }
        continue
      }
      let columns = content - line.lowerBound
      guard columns > indentation, columns < longest.count, file.bytes[content] == UInt8(ascii: "#") else {
        return nil
      }
      return Diagnostic(
        .yamlSyntax, at: file.span(longest), "this empty line has more spaces than the text below it",
        hint: "remove its spaces",
        notes: [Diagnostic.Note("the text begins here", at: file.span(content..<lineEnd(content)))])
    }
    return nil
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
