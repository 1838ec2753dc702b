/// A piece of source text as a terminal shows it.
package struct TerminalCell {
  package let text: String
  /// Columns; a tab, whose width depends on where it stands, counts as 1.
  package let width: Int
  /// Bytes of the source.
  package let range: Range<Int>

  var isTab: Bool { text == "\t" }

  /// Cuts bytes into cells, scalar by scalar; what is not text, and what would drive the terminal, is
  /// shown escaped.
  package static func cells(of bytes: [UInt8], in range: Range<Int>) -> [TerminalCell] {
    var cells: [TerminalCell] = []
    var index = range.lowerBound
    cells.reserveCapacity(range.count)
    while index < range.upperBound {
      if (0x20..<0x7F).contains(bytes[index]) {
        let text = String(Unicode.Scalar(bytes[index]))
        cells.append(TerminalCell(text: text, width: 1, range: index..<index + 1))
        index += 1
        continue
      }
      guard let (value, length) = UTF8Scalar.decode(bytes, at: index), let scalar = Unicode.Scalar(value) else {
        let text = "\\x" + String(bytes[index], radix: 16, uppercase: true)
        cells.append(TerminalCell(text: text, width: text.utf8.count, range: index..<index + 1))
        index += 1
        continue
      }
      let text = scalar == "\t" ? "\t" : shown(scalar)
      let width = text.utf8.count > 1 && text.utf8.first == UInt8(ascii: "\\") ? text.utf8.count : columns(scalar)
      cells.append(TerminalCell(text: text, width: width, range: index..<index + length))
      index += length
    }
    return cells
  }

  /// A text on one line, with nothing in it that drives the terminal.
  package static func shown(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { $0 += shown($1) }
  }

  /// Columns that a text takes.
  package static func width(of text: String) -> Int {
    let bytes = Array(text.utf8)
    return cells(of: bytes, in: 0..<bytes.count).reduce(0) { $0 + $1.width }
  }

  /// The start of a text that is shown already (`shown`), in so many columns, with a mark where something is missing.
  package static func cut(_ text: String, to width: Int) -> String {
    let bytes = Array(text.utf8.prefix(width * 8))
    var used = 0
    var result = ""
    for cell in cells(of: bytes, in: 0..<bytes.count) {
      if used + cell.width > width - 1 {
        // The last column is for the mark, or for the end itself.
        return used + cell.width == width && cell.range.upperBound == text.utf8.count ? text : result + "…"
      }
      used += cell.width
      result += cell.text
    }
    return result.utf8.count < text.utf8.count ? result + "…" : result
  }

  private static func shown(_ scalar: Unicode.Scalar) -> String {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate:
      escaped(scalar)
    case .format where scalar != "\u{200D}" && scalar != "\u{200C}":
      // Direction marks among them, which would show a line as it is not. Joiners belong to words.
      escaped(scalar)
    default: String(Character(scalar))
    }
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\t": "\\t"
    case "\n": "\\n"
    case "\r": "\\r"
    default: "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
    }
  }

  /// The columns of a scalar: 0 for what joins the one before, 2 for East Asian wide ones and emoji
  /// (UAX 11).
  private static func columns(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    if scalar.properties.isEmojiPresentation { return 2 }
    switch scalar.value {
    case 0x1160...0x11FF: return 0
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
      0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18CFF,
      0x1AFF0...0x1B2FF, 0x1F200...0x1F265, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}
