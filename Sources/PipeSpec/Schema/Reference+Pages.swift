extension Reference {
  /// A page of the reference, in Markdown.
  package struct Page: Sendable {
    /// `sinks.md`.
    package let name: String
    package let text: String
  }

  static let note = "<!-- Written by `pipe reference`; edit the declarations instead. -->"

  /// All pages: an overview, and one for each key with something below it.
  package var pages: [Page] {
    let detailed = keys.filter { $0.shape.family != nil || !$0.shape.innerKeys.isEmpty }
    return [index(detailed.map(\.name))] + detailed.map(page) + topicPages
  }

  private func index(_ detailed: [String]) -> Page {
    var lines = [
      Self.note, "", "# Reference", "",
      "A pipeline is one YAML file (YAML 1.2) with these keys. `pipe explain PATH` shows the same in a terminal,",
      "and [the schema](../../schemas/pipeline.schema.json) lets an editor complete and check it.", "",
      "| key | value | meaning |", "|---|---|---|",
    ]
    for key in keys {
      let name = detailed.contains(key.name) ? "[`\(key.name)`](\(key.name).md)" : "`\(key.name)`"
      lines.append("| \(name) | \(cell(key.shape.name)) | \(meaning(of: key)) |")
    }
    lines += [
      "", "## Values", "", "| form | examples |", "|---|---|",
      "| duration | `250ms`, `10s`, `2m`, `1h` |", "| size | `64KiB`, `10MiB`, `5MB` |", "| rate | `5/s`, `30/m` |",
      "| regular expression | `/price: ([0-9.]+)/i`, or the pattern without slashes |",
      "| interpolation | `${name}` of `vars`, `${env:NAME}`, `${env:NAME:-default}`, `${secret:env:NAME}`,"
        + " `${secret:file:PATH}`; `$${` writes `${` |",
      "", "Input paths start at the spec's folder, output paths at the working folder.",
    ]
    if !topics.isEmpty {
      lines += ["", "## Besides", "", "| page | |", "|---|---|"]
      lines += topics.map { "| [`\($0.name)`](\($0.name).md) | \($0.title) |" }
    }
    return Page(name: "README.md", text: lines.joined(separator: "\n") + "\n")
  }

  private func page(_ key: KeyDescription) -> Page {
    var lines = [Self.note, "", "# `\(key.name)`", "", key.summary, ""]
    if let example = key.example { lines += ["```yaml", "\(key.name): \(example)", "```", ""] }
    if let family = key.shape.family {
      lines += sections(family)
    } else {
      lines += section(key.shape.innerKeys, at: key.name)
    }
    return Page(name: key.name + ".md", text: lines.joined(separator: "\n").trimmedEnd + "\n")
  }

  private func sections(_ family: ComponentFamily) -> [String] {
    let kind = family.kind.rawValue
    let bare = family.components.filter { $0.keys.isEmpty && $0.standsAlone }
    var lines: [String] = []
    if !bare.isEmpty {
      lines += ["## Built-in \(kind)s", "", "| name | meaning |", "|---|---|"]
      lines += bare.map { "| `\($0.name)` | \(cell($0.summary)) |" } + [""]
    }
    for component in family.components where !(component.keys.isEmpty && component.standsAlone) {
      lines += ["## `\(component.name)`", "", component.summary, ""]
      if let use = component.use { lines += [use, ""] }
      lines += table(component.keys)
      if !component.examples.isEmpty {
        lines += ["```yaml"] + component.examples.map { $0.trimmedEnd } + ["```", ""]
      }
    }
    if !family.common.isEmpty { lines += ["## Options of every \(kind)", ""] + table(family.common) }
    return lines
  }

  private func section(_ keys: [KeyDescription], at path: String) -> [String] {
    var lines = table(keys)
    for key in keys where !key.shape.innerKeys.isEmpty {
      lines += ["## `\(path).\(key.name)`", "", key.summary, ""]
      if let main = key.shape.main { lines += ["A value alone stands for `\(main)`.", ""] }
      lines += section(key.shape.innerKeys, at: "\(path).\(key.name)")
    }
    return lines
  }

  private func table(_ keys: [KeyDescription]) -> [String] {
    if keys.isEmpty { return [] }
    return ["| key | value | default | meaning |", "|---|---|---|---|"]
      + keys.map { key in
        let fallback =
          switch key.requirement {
          case .required: "required"
          case .defaults(let shown): "`\(cell(shown))`"
          case .optional: ""
          }
        return "| `\(key.name)` | \(cell(key.shape.name)) | \(fallback) | \(meaning(of: key)) |"
      } + [""]
  }

  private func meaning(of key: KeyDescription) -> String {
    var text = cell(key.summary)
    if let words = key.shape.words, words.contains(where: { !$0.meaning.isEmpty }) {
      text += " " + words.map { "`\($0.word)`: \(cell($0.meaning))" }.joined(separator: "; ") + "."
    }
    if let example = key.example { text += " Example: `\(cell(example))`" }
    return text
  }

  /// A text in a cell of a table.
  private func cell(_ text: String) -> String {
    text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
  }
}

extension String {
  fileprivate var trimmedEnd: String {
    var text = self[...]
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
