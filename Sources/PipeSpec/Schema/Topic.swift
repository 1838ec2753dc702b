/// A part of the reference that is about no key of a spec: the language of conditions, the exit status.
package struct Topic: Sendable {
  package enum Block: Sendable {
    case paragraph(String)
    case heading(String)
    /// What stands on the left, and what it means.
    case table([Row])
    /// Lines of YAML.
    case example(String)
  }

  package struct Row: Sendable {
    package let name: String
    package let text: String

    package init(_ name: String, _ text: String) {
      self.name = name
      self.text = text
    }
  }

  /// A part that has a path of its own: `error.timeout`.
  package struct Entry: Sendable {
    package let path: String
    package let blocks: [Block]

    package init(_ path: String, _ blocks: [Block]) {
      self.path = path
      self.blocks = blocks
    }
  }

  /// Its path, and its page's name: `expressions`.
  package let name: String
  /// Other paths that lead to it.
  package let aliases: [String]
  package let title: String
  package let blocks: [Block]
  package let entries: [Entry]

  package init(_ name: String, aliases: [String] = [], title: String, entries: [Entry] = [], _ blocks: [Block]) {
    self.name = name
    self.aliases = aliases
    self.title = title
    self.blocks = blocks
    self.entries = entries
  }

  // MARK: For a terminal

  /// For a terminal of 80 columns.
  var lines: [String] { [title, ""] + Self.lines(of: blocks) }

  static func lines(of blocks: [Block]) -> [String] {
    var lines: [String] = []
    for block in blocks {
      if !lines.isEmpty { lines.append("") }
      switch block {
      case .paragraph(let text): lines += text.withoutMarkup.wrapped()
      case .heading(let text): lines.append(text)
      case .example(let text): lines += text.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }
      case .table(let rows):
        let width = min(24, (rows.map(\.name.count).max() ?? 0) + 2)
        let indent = String(repeating: " ", count: width + 2)
        for row in rows {
          // A long name has a line of its own.
          let isLong = row.name.count + 2 > width
          if isLong { lines.append("  " + row.name) }
          lines += row.text.withoutMarkup.wrapped(
            indent: indent, first: isLong ? indent : "  " + row.name.padded(to: width))
        }
      }
    }
    return lines
  }

  // MARK: For the documentation

  var markdown: String {
    var lines = ["# \(title)", ""]
    for block in blocks {
      switch block {
      case .paragraph(let text): lines += [text]
      case .heading(let text): lines += ["## \(text)"]
      case .example(let text): lines += ["```yaml", text, "```"]
      case .table(let rows):
        lines += ["| | |", "|---|---|"] + rows.map { "| \(Self.code($0.name)) | \(Self.cell($0.text)) |" }
      }
      lines.append("")
    }
    return lines.joined(separator: "\n")
  }

  private static func code(_ text: String) -> String {
    text.contains("`") ? "`` \(cell(text)) ``" : "`\(cell(text))`"
  }

  private static func cell(_ text: String) -> String {
    text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
  }
}

extension String {
  /// A paragraph with quotes in the place of Markdown's marks around code.
  fileprivate var withoutMarkup: String { replacing("`", with: "'") }
}
