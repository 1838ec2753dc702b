/// A part of a scalar's text and the bytes it was written with.
struct ScalarPiece {
  /// UTF-8 offsets in the text.
  let text: Range<Int>
  /// Byte offsets in the file.
  let source: Range<Int>
  /// Whether the two are the same, byte by byte.
  let isVerbatim: Bool
}

/// Reads the source of one scalar as libyaml did, noting which bytes each part of the text came from.
struct ScalarSource {
  private(set) var pieces: [ScalarPiece] = []
  private let bytes: [UInt8]
  private let range: Range<Int>
  private var index: Int
  private var end: Int
  private var text: [UInt8] = []

  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    self.range = range
    index = range.lowerBound
    end = range.upperBound
  }

  /// Whether the source gives just the scalar's text.
  mutating func read(_ scalar: Scalar) -> Bool {
    let expected = Array(scalar.text.utf8)
    switch scalar.style {
    case .plain:
      readFlow(escape: nil)
      return text == expected
    case .singleQuoted, .doubleQuoted:
      guard range.count >= 2 else { return false }
      index += 1
      end -= 1
      readFlow(escape: scalar.style == .singleQuoted ? UInt8(ascii: "'") : UInt8(ascii: "\\"))
      return text == expected
    case .literal, .folded:
      readBlock(expected, isFolded: scalar.style == .folded)
      // The line breaks at the end lie behind the last line that has anything on it.
      guard expected.starts(with: text) else { return false }
      let rest = expected[text.count...]
      emit(Array(rest), from: end..<end)
      return rest.allSatisfy { $0 == UInt8(ascii: "\n") }
    }
  }

  /// The scalar's text, where libyaml was given other characters.
  ///
  /// - Parameter scalar: As libyaml read it. Its line breaks at the end are right.
  mutating func text(of scalar: Scalar) -> String {
    let expected = Array(scalar.text.utf8)
    guard scalar.style == .literal || scalar.style == .folded else {
      _ = read(scalar)
      return String(decoding: text, as: UTF8.self)
    }
    readBlock(expected, isFolded: scalar.style == .folded)
    let breaks = expected.reversed().prefix { $0 == UInt8(ascii: "\n") }
    return String(decoding: text + breaks, as: UTF8.self)
  }

  // MARK: Pieces

  private mutating func copy(_ source: Range<Int>) {
    if source.isEmpty { return }
    pieces.append(ScalarPiece(text: text.count..<text.count + source.count, source: source, isVerbatim: true))
    text += bytes[source]
  }

  private mutating func emit(_ result: [UInt8], from source: Range<Int>) {
    if result.isEmpty { return }
    pieces.append(ScalarPiece(text: text.count..<text.count + result.count, source: source, isVerbatim: false))
    text += result
  }

  // MARK: Flow scalars (YAML 1.2.2, 7.3)

  private mutating func readFlow(escape: UInt8?) {
    while index < end {
      let start = index
      if bytes[index].isYAMLSpace {
        readSpace()
      } else if bytes[index] == escape {
        readEscape()
      } else {
        while index < end, !bytes[index].isYAMLSpace, bytes[index] != escape { index += 1 }
        copy(start..<index)
      }
    }
  }

  /// Blanks within a line stay; around line breaks they go, and the breaks are folded.
  private mutating func readSpace() {
    let start = index
    skipBlanks()
    let breaks = skipBreaks()
    switch breaks {
    case 0: copy(start..<index)
    case 1: emit([UInt8(ascii: " ")], from: start..<index)
    default: emit(Array(repeating: UInt8(ascii: "\n"), count: breaks - 1), from: start..<index)
    }
  }

  private mutating func readEscape() {
    let start = index
    index += 2
    guard bytes[start] == UInt8(ascii: "\\"), start + 1 < end else {
      // '' in single quotes.
      return emit([UInt8(ascii: "'")], from: start..<min(index, end))
    }
    if let scalar = SurrogatePair.scalar(in: bytes, at: start), start + SurrogatePair.length <= end {
      index = start + SurrogatePair.length
      return emit(Array(String(Character(scalar)).utf8), from: start..<index)
    }
    let letter = bytes[start + 1]
    if letter.isYAMLBreak {
      index -= 1
      let breaks = skipBreaks()
      return emit(Array(repeating: UInt8(ascii: "\n"), count: breaks - 1), from: start..<index)
    }
    let digits = letter == UInt8(ascii: "x") ? 2 : letter == UInt8(ascii: "u") ? 4 : letter == UInt8(ascii: "U") ? 8 : 0
    index = min(index + digits, end)
    let code =
      digits > 0
      ? UInt32(String(decoding: bytes[start + 2..<index], as: UTF8.self), radix: 16) : Self.escapes[letter]
    guard let scalar = Unicode.Scalar(code ?? UInt32(letter)) else { return }
    emit(Array(String(Character(scalar)).utf8), from: start..<index)
  }

  /// YAML 1.2.2, 5.7; any other character stands for itself.
  private static let escapes: [UInt8: UInt32] = [
    UInt8(ascii: "0"): 0x00, UInt8(ascii: "a"): 0x07, UInt8(ascii: "b"): 0x08, UInt8(ascii: "t"): 0x09,
    UInt8(ascii: "n"): 0x0A, UInt8(ascii: "v"): 0x0B, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "r"): 0x0D,
    UInt8(ascii: "e"): 0x1B, UInt8(ascii: "N"): 0x85, UInt8(ascii: "_"): 0xA0, UInt8(ascii: "L"): 0x2028,
    UInt8(ascii: "P"): 0x2029,
  ]

  // MARK: Block scalars (YAML 1.2.2, 8.1)

  private mutating func readBlock(_ expected: [UInt8], isFolded: Bool) {
    skipLine()
    guard let indentation = indentation(expected) else { return }
    var breakStart = index
    var breaks = 0
    var wasBlank = true
    while index < end {
      let contentStart = skipIndentation(indentation)
      if bytes[contentStart].isYAMLBreak {
        index = contentStart
        skipBreak()
        breaks += 1
        continue
      }
      let isBlank = bytes[contentStart].isYAMLBlank
      // A break between two lines that both begin at the indentation becomes a space, or goes if empty
      // lines follow it. The first line has none before it.
      let isJoined = isFolded && !pieces.isEmpty && !isBlank && !wasBlank && breaks > 0
      let count = isJoined ? breaks - 1 : breaks
      let result = isJoined && count == 0 ? [UInt8(ascii: " ")] : Array(repeating: UInt8(ascii: "\n"), count: count)
      emit(result, from: breakStart..<contentStart)
      index = contentStart
      while index < end, !bytes[index].isYAMLBreak { index += 1 }
      copy(contentStart..<index)
      wasBlank = isBlank
      breakStart = index
      breaks = index < end ? 1 : 0
      if index < end { skipBreak() }
    }
  }

  /// How far the block is indented: the text's first line that is more than spaces, against the source's.
  private func indentation(_ expected: [UInt8]) -> Int? {
    let space = UInt8(ascii: " ")
    guard let written = firstLine(of: bytes[index..<end]), let read = firstLine(of: expected[...]) else { return nil }
    return written.prefix { $0 == space }.count - read.prefix { $0 == space }.count
  }

  private func firstLine(of text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard let first = text.firstIndex(where: { $0 != UInt8(ascii: " ") && !$0.isYAMLBreak }) else { return nil }
    var start = first
    while start > text.startIndex, !text[start - 1].isYAMLBreak { start -= 1 }
    return text[start...]
  }

  private func skipIndentation(_ indentation: Int) -> Int {
    var start = index
    while start < end - 1, start - index < indentation, bytes[start] == UInt8(ascii: " ") { start += 1 }
    return start
  }

  // MARK: Spaces

  private mutating func skipLine() {
    while index < end, !bytes[index].isYAMLBreak { index += 1 }
    if index < end { skipBreak() }
  }

  private mutating func skipBlanks() {
    while index < end, bytes[index].isYAMLBlank { index += 1 }
  }

  private mutating func skipBreak() {
    let isPair = index + 1 < end && bytes[index] == UInt8(ascii: "\r") && bytes[index + 1] == UInt8(ascii: "\n")
    index += isPair ? 2 : 1
  }

  /// Skips line breaks and the blanks after each; returns how many there are.
  private mutating func skipBreaks() -> Int {
    var count = 0
    while index < end, bytes[index].isYAMLBreak {
      skipBreak()
      skipBlanks()
      count += 1
    }
    return count
  }
}
