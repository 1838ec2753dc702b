extension String {
  /// Lines of at most `width` characters, cut between words; a longer word has a line of its own.
  ///
  /// - Parameters:
  ///   - indent: What the second line and those after it begin with.
  ///   - first: What the first line begins with.
  package func wrapped(to width: Int = 80, indent: String = "", first: String = "") -> [String] {
    var lines: [String] = []
    var line = first
    var length = first.count
    var isEmpty = true
    for word in split(separator: " ", omittingEmptySubsequences: false) {
      let count = word.count
      if !isEmpty, length + 1 + count > width {
        lines.append(line)
        line = indent
        length = indent.count
        isEmpty = true
      }
      line += isEmpty ? String(word) : " " + word
      length += isEmpty ? count : count + 1
      isEmpty = false
    }
    return lines + [line]
  }

  /// The text with spaces after it, up to a width.
  package func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
