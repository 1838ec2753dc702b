extension Reference {
  /// What there is to say about a path, for a terminal of 80 columns; the empty path is the pipeline itself.
  package func explanation(of path: String) throws(UnknownPath) -> String {
    if let lines = topicLines(at: path) { return lines.joined(separator: "\n") }
    let (subject, path) = try find(path)
    var lines =
      switch subject {
      case .spec: overview
      case .key(let key): explanation(of: key, at: path)
      case .component(let component, let family): explanation(of: component, family, at: path)
      }
    // A key whose value has a language of its own.
    if case .key(let key) = subject, let language = key.shape.language,
      let topic = topics.first(where: { $0.name == language })
    {
      lines += [""] + topic.lines
    }
    return lines.joined(separator: "\n")
  }

  private var overview: [String] {
    [
      "A pipeline is one YAML file. Its keys:", "",
    ] + table(keys) + [
      "", "'pipe explain fetch' tells of one of them, 'pipe explain sinks.csv' of a",
      "component, 'pipe explain sinks.csv.delimiter' of an option.",
    ] + (topics.isEmpty ? [] : ["", "Besides:"] + rows(topics.map { ($0.name, $0.title) }))
  }

  private func explanation(of key: KeyDescription, at path: String) -> [String] {
    var lines = ["\(path): \(key.shape.name)".wrapped(indent: "  ").joined(separator: "\n"), ""]
    lines += key.summary.wrapped()
    var facts: [(String, String)] = []
    switch key.requirement {
    case .required: facts.append(("required", "yes"))
    case .defaults(let shown): facts.append(("default", shown))
    case .optional: break
    }
    if let example = key.example { facts.append(("example", "\(key.name): \(example)")) }
    if let forms = key.shape.forms { facts.append(("forms", forms.joined(separator: ", "))) }
    if let main = key.shape.main { facts.append(("short form", "a value alone stands for \(main)")) }
    if !facts.isEmpty {
      lines.append("")
      for (name, text) in facts { lines += text.wrapped(indent: "            ", first: name.padded(to: 12)) }
    }
    if let words = key.shape.words, words.contains(where: { !$0.meaning.isEmpty }) {
      lines += ["", "values"] + rows(words.map { ($0.word, $0.meaning) })
    }
    if let family = key.shape.family {
      lines += ["", "\(family.kind.rawValue)s"] + rows(family.components.map { ($0.name, $0.summary) })
      if !family.common.isEmpty { lines += ["", "options of every \(family.kind.rawValue)"] + table(family.common) }
    } else if !key.shape.innerKeys.isEmpty {
      lines += ["", "keys"] + table(key.shape.innerKeys)
    }
    return lines
  }

  private func explanation(
    of component: ComponentDescription, _ family: ComponentFamily, at path: String
  ) -> [String] {
    var lines = ["\(path): \(family.kind.article) \(family.kind.rawValue)", ""]
    lines += component.summary.wrapped()
    if let use = component.use { lines += [""] + use.wrapped() }
    if let hint = hint(toTopicOf: component.name) { lines += ["", hint] }
    if !component.keys.isEmpty { lines += ["", "options"] + table(component.keys) }
    if !family.common.isEmpty { lines += ["", "options of every \(family.kind.rawValue)"] + table(family.common) }
    if !component.examples.isEmpty {
      lines += ["", "examples"]
      for example in component.examples { lines += example.split(separator: "\n").map { "  " + $0 } }
    }
    return lines
  }

  private func table(_ keys: [KeyDescription]) -> [String] {
    rows(
      keys.map { key in
        let requirement =
          switch key.requirement {
          case .required: " Required."
          case .defaults(let shown): " Default: \(shown)"
          case .optional: ""
          }
        return (key.name, key.summary + requirement)
      })
  }

  private func rows(_ rows: [(name: String, text: String)]) -> [String] {
    let width = min(20, (rows.map(\.name.count).max() ?? 0) + 2)
    let indent = String(repeating: " ", count: width + 2)
    return rows.flatMap { $0.text.wrapped(indent: indent, first: "  " + ($0.name + " ").padded(to: width)) }
  }
}

extension ComponentDescription {
  /// How it is written besides as a map of its options.
  var use: String? {
    if let main {
      let alone = standsAlone ? " The name may stand alone." : ""
      return "A value alone stands for \(main).\(alone)\(beside)"
    }
    return standsAlone && keys.isEmpty ? nil : standsAlone ? "The name may stand alone." : nil
  }
}

extension ComponentDescription {
  /// How options stand beside the name, where there is an example.
  private var beside: String {
    examples.first { $0.hasPrefix("{") }.map { " Options may stand beside it: \($0)" } ?? ""
  }
}

extension ShapeDescription {
  /// Whether it is a condition on records.
  /// The topic about the language that its values are written in.
  fileprivate var language: String? {
    switch name {
    case Shape<ParsedExpression>.expression.description.name: Topic.expressions.name
    case Shape<[Located<ParsedExpectation>]>.expectations.description.name: Topic.expectations.name
    default: nil
    }
  }

  /// Examples of how a text of this shape is written.
  var forms: [String]? {
    if case .text(_, _, let examples, _) = self, !examples.isEmpty { examples } else { nil }
  }
}
