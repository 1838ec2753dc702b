/// Finds the exact places of nodes: libyaml's marks begin at a node's properties and often end at the
/// next token.
struct NodePlaces {
  private let bytes: [UInt8]
  private var locator: SourceLocator
  /// The end of what was read last.
  private(set) var end: SourcePosition

  init(_ file: SourceFile) {
    bytes = file.bytes
    locator = SourceLocator(file)
    end = locator.position(at: 0)
  }

  /// Notes that an event was read; returns its end.
  @discardableResult
  mutating func pass(_ event: Event) -> SourcePosition {
    end = locator.position(at: event.range.upperBound)
    return end
  }

  func isBracket(_ range: Range<Int>, _ bracket: Unicode.Scalar) -> Bool {
    range.count == 1 && bytes[range.lowerBound] == UInt8(ascii: bracket)
  }

  mutating func alias(_ event: Event) -> SourceSpan { span(event.range) }

  /// The `---` that begins a document, or the start of one that has none.
  mutating func marker(_ event: Event) -> SourceSpan {
    // Directives come before the marker, within the event.
    let upper = event.range.upperBound
    let isMarked = upper - 3 >= event.range.lowerBound && bytes[upper - 3..<upper].elementsEqual("---".utf8)
    return locator.span(isMarked ? upper - 3..<upper : event.range.lowerBound..<event.range.lowerBound)
  }

  mutating func collectionStart(_ event: Event) -> SourcePosition {
    let start = locator.position(at: contentStart(event).offset)
    end = start
    // The bracket, where there is one.
    let isBracket = start.offset < bytes.count && "[{".utf8.contains(bytes[start.offset])
    if isBracket, event.range.upperBound > start.offset { pass(event) }
    return start
  }

  mutating func scalar(_ event: Event, _ style: Scalar.Style) -> (span: SourceSpan, isTagged: Bool) {
    let (offset, isTagged) = contentStart(event)
    let upper = event.range.upperBound
    let start = min(offset, upper)
    switch style {
    case .literal, .folded:
      return (span(start..<blockEnd(start..<upper)), isTagged)
    case .plain where start == upper && event.range.isEmpty:
      let place = emptyPlace(before: start)
      return (span(place..<place), isTagged)
    default:
      return (span(start..<upper), isTagged)
    }
  }

  /// The tag among a node's properties, or the node's first place.
  mutating func tag(_ event: Event) -> SourceSpan {
    var index = event.range.lowerBound
    for _ in 0..<2 {
      guard index < bytes.count, bytes[index] != UInt8(ascii: "!") else { break }
      index = skipTrivia(skipProperty(index, event.anchor))
    }
    return locator.span(index..<skipProperty(index, nil))
  }

  private mutating func span(_ range: Range<Int>) -> SourceSpan {
    let span = locator.span(range)
    end = span.end
    return span
  }

  /// Where a node begins after its properties (YAML 1.2.2, 6.9), and whether a tag is among them.
  private func contentStart(_ event: Event) -> (offset: Int, isTagged: Bool) {
    var index = event.range.lowerBound
    var isTagged = false
    var hasAnchor = event.anchor == nil
    // A collection's mark may be at the properties of its first child, so only its own are skipped; for
    // a scalar libyaml forgets the tag `!`, but no scalar begins with that character.
    let mayBeTagged = if case .scalar = event.kind { true } else { event.tag != nil }
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "&"), !hasAnchor {
        hasAnchor = true
      } else if bytes[index] == UInt8(ascii: "!"), mayBeTagged, !isTagged {
        isTagged = true
      } else {
        break
      }
      index = skipTrivia(skipProperty(index, event.anchor))
    }
    return (index, isTagged)
  }

  private func skipProperty(_ start: Int, _ anchor: String?) -> Int {
    guard start < bytes.count else { return start }
    if bytes[start] == UInt8(ascii: "&") { return min(start + 1 + (anchor?.utf8.count ?? 0), bytes.count) }
    var index = start
    if bytes[start...].starts(with: "!<".utf8) {
      while index < bytes.count, bytes[index] != UInt8(ascii: ">") { index += 1 }
      return min(index + 1, bytes.count)
    }
    while index < bytes.count, bytes[index].isYAMLPropertyCharacter { index += 1 }
    return index
  }

  /// Skips white space, line breaks and comments.
  private func skipTrivia(_ start: Int) -> Int {
    var index = start
    while index < bytes.count {
      if bytes[index].isYAMLSpace {
        index += 1
      } else if bytes[index] == UInt8(ascii: "#"), index > 0, bytes[index - 1].isYAMLSpace {
        while index < bytes.count, !bytes[index].isYAMLBreak { index += 1 }
      } else {
        break
      }
    }
    return index
  }

  /// The place of a value that is not written: libyaml gives the next token's.
  private func emptyPlace(before mark: Int) -> Int {
    if skipTrivia(end.offset) >= mark { return end.offset }
    var index = mark
    while index > end.offset, bytes[index - 1].isYAMLSpace { index -= 1 }
    return index
  }

  /// The end of a block scalar's last line that has anything on it; of its indicator where none has.
  private func blockEnd(_ range: Range<Int>) -> Int {
    var headerEnd = range.lowerBound + 1
    while headerEnd < range.upperBound, !bytes[headerEnd].isYAMLSpace { headerEnd += 1 }
    var end = range.upperBound
    var index = range.upperBound
    while index > headerEnd {
      let byte = bytes[index - 1]
      if !byte.isYAMLSpace { return end }
      index -= 1
      if byte.isYAMLBreak { end = index }
    }
    return headerEnd
  }
}

extension UInt8 {
  var isYAMLBreak: Bool { self == UInt8(ascii: "\n") || self == UInt8(ascii: "\r") }
  var isYAMLBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
  var isYAMLSpace: Bool { isYAMLBlank || isYAMLBreak }
  /// Whether it may stand in a tag: neither space nor a flow indicator.
  var isYAMLPropertyCharacter: Bool { !isYAMLSpace && !",[]{}".utf8.contains(self) }
}
