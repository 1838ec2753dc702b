/// A terminal, as far as `pipe` uses one: what is on its screen after what was written to it.
///
/// It stands for what tmux and others do with the same bytes, and knows no more than it needs: anything else is an issue.
package struct TerminalModel {
  package private(set) var lines: [[Character]] = [[]]
  /// What it does not know.
  package private(set) var unknown: [String] = []
  private let width: Int
  private var row = 0
  private var column = 0
  private var wraps = true

  package init(width: Int) { self.width = width }

  /// What is on the screen, without blanks at the ends of lines.
  package var text: [String] {
    var rows = lines.map { line in
      String(line).split(separator: " ", omittingEmptySubsequences: false).joined(separator: " ").trimmedAtEnd
    }
    while rows.last == "" { rows.removeLast() }
    return rows
  }

  package mutating func write(_ text: String) {
    var rest = Array(text.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\r": column = 0
      case "\n": down()
      case "\u{1B}": control(&rest)
      default: put(Character(scalar))
      }
    }
  }

  private mutating func down() {
    row += 1
    if row == lines.count { lines.append([]) }
  }

  private mutating func put(_ character: Character) {
    if column >= width {
      // At the last column the rest is lost, or goes on in the next line.
      if !wraps { return }
      column = 0
      down()
    }
    while lines[row].count <= column { lines[row].append(" ") }
    lines[row][column] = character
    column += 1
  }

  private mutating func control(_ rest: inout ArraySlice<Unicode.Scalar>) {
    guard rest.popFirst() == "[" else { return unknown.append("ESC") }
    var parameters = ""
    while let scalar = rest.popFirst() {
      guard scalar.properties.isAlphabetic else {
        parameters.unicodeScalars.append(scalar)
        continue
      }
      switch (scalar, parameters) {
      case ("A", _): row = max(0, row - (Int(parameters) ?? 1))
      case ("J", ""):
        lines[row].removeLast(max(0, lines[row].count - column))
        lines.removeLast(lines.count - row - 1)
      case ("h", "?7"): wraps = true
      case ("l", "?7"): wraps = false
      case ("h", "?2026"), ("l", "?2026"): break
      default: unknown.append("ESC[\(parameters)\(scalar)")
      }
      return
    }
  }
}

extension String {
  fileprivate var trimmedAtEnd: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
