internal import PipeSpec

/// The lines of a terminal that are drawn again and again, and what has to be written for that: everything at once, so that
/// nobody sees half of it.
///
/// The cursor stands at the start of the last line, where what the terminal echoes (`^C`) breaks no line, and is never hidden. A
/// terminal that was made narrower may have broken
/// lines into two; how many rows they take now is counted from their widths.
package struct LiveScreen: Hashable, Sendable {
  /// What is on the screen, line by line.
  private var lines: [String] = []
  private var width = 0

  package init() {}

  package var isEmpty: Bool { lines.isEmpty }

  /// What draws these lines; `nil` if they are there already.
  package mutating func draw(_ new: [String], width: Int) -> String? {
    if new == lines, width == self.width { return nil }
    let text = Self.begin + back(at: width) + Self.body(new) + Self.end
    (lines, self.width) = (new, width)
    return text
  }

  /// What writes a message above the lines, and draws these again.
  package func message(_ text: String, width: Int) -> String {
    if lines.isEmpty { return text }
    return Self.begin + back(at: width) + text + Self.body(lines) + Self.end
  }

  /// What takes the lines away.
  package mutating func erase(width: Int) -> String {
    if lines.isEmpty { return "" }
    let text = Self.begin + back(at: width) + Self.end
    lines = []
    return text
  }

  /// What leaves the lines as they are, and takes them for text that scrolls away.
  package mutating func forget() { lines = [] }

  // Written together by terminals that know that (DEC mode 2026), and without effect in others.
  private static let begin = "\u{1B}[?2026h"
  private static let end = "\u{1B}[?2026l"

  /// Lines that the terminal does not break, whatever it takes their widths for.
  private static func body(_ lines: [String]) -> String {
    lines.isEmpty ? "" : "\u{1B}[?7l" + lines.joined(separator: "\r\n") + "\r\u{1B}[?7h"
  }

  /// To the start of the first line, with nothing behind it.
  private func back(at width: Int) -> String {
    if lines.isEmpty { return "" }
    let rows = lines.dropLast().reduce(0) { sum, line in
      let cells = TerminalCell.width(of: line)
      return sum + max(1, width > 0 ? (cells + width - 1) / width : 1)
    }
    return "\r" + (rows > 0 ? "\u{1B}[\(rows)A" : "") + "\u{1B}[J"
  }
}

/// When a line is said where nothing can be drawn anew: after 10 s, after 30 s, and then each minute.
package struct PlainSchedule: Hashable, Sendable {
  private var said = 0

  package init() {}

  /// - Returns: Whether a line is due after so many seconds.
  package mutating func isDue(at elapsed: Double) -> Bool {
    let due = elapsed < 10 ? 0 : elapsed < 30 ? 1 : 1 + Int(elapsed / 60) + (elapsed >= 30 ? 1 : 0)
    guard due > said else { return false }
    said = due
    return true
  }
}
