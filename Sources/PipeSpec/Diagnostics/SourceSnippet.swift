/// The first line of a span as a terminal shows it, and what goes under it.
struct SourceSnippet {
  private(set) var line = ""
  /// As wide as what stands before the span; tabs are tabs again.
  private(set) var padding = ""
  private(set) var carets = ""

  /// Columns; a longer line is cut to a window around the span.
  static let limit = 160
  /// Columns shown before the span where the line is cut.
  private static let lead = 60
  /// Bytes looked at on both sides of the span's start: enough to fill the window, however long the line.
  private static let reach = 400

  /// - Returns: `nil` where the file has no such line or nothing at all.
  init?(_ span: SourceSpan, in file: SourceFile) {
    guard !file.bytes.isEmpty, (1...file.lineCount).contains(span.start.line) else { return nil }
    let range = file.lineRange(span.start.line)
    let start = min(max(span.start.offset, range.lowerBound), range.upperBound)
    let end = span.end.line > span.start.line ? range.upperBound : min(max(span.end.offset, start), range.upperBound)
    let lower = Self.aligned(max(range.lowerBound, start - Self.reach), in: file, range)
    let near = lower..<Self.aligned(min(range.upperBound, start + Self.reach), in: file, range)
    let cells = TerminalCell.cells(of: file.bytes, in: near)
    let window = Self.window(cells, around: start)
    let isCutBefore = near.lowerBound > range.lowerBound || window.lowerBound > 0
    let isCutAfter = near.upperBound < range.upperBound || window.upperBound < cells.count

    if isCutBefore {
      line = "…"
      padding = " "
    }
    for cell in cells[window] {
      line += cell.text
      if cell.range.upperBound <= start {
        padding += cell.isTab ? "\t" : String(repeating: " ", count: cell.width)
      } else if cell.range.lowerBound < end {
        carets += String(repeating: "^", count: cell.width)
      }
    }
    if isCutAfter { line += "…" }
    if carets.isEmpty { carets = "^" }
  }

  /// The cells to show: all, or as many as fit, the span's start among them.
  private static func window(_ cells: [TerminalCell], around start: Int) -> Range<Int> {
    if cells.reduce(0, { $0 + $1.width }) <= limit { return 0..<cells.count }
    let focus = cells.firstIndex { $0.range.upperBound > start } ?? cells.count
    // The two marks of a cut take a column each.
    var room = limit - 2
    var lower = focus
    var upper = focus
    func widen(_ bound: Int) {
      while lower > 0, room - cells[lower - 1].width >= bound {
        lower -= 1
        room -= cells[lower].width
      }
    }
    widen(limit - 2 - lead)
    while upper < cells.count, room >= cells[upper].width {
      room -= cells[upper].width
      upper += 1
    }
    widen(0)
    return lower..<upper
  }

  /// An offset that cuts no scalar.
  private static func aligned(_ offset: Int, in file: SourceFile, _ range: Range<Int>) -> Int {
    var offset = offset
    while offset > range.lowerBound, offset < range.upperBound, file.bytes[offset] & 0xC0 == 0x80 { offset -= 1 }
    return offset
  }
}
