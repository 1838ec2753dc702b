extension JSONText {
  /// On several lines, two spaces a level; a value that fits on a line stays on it.
  package var indented: String {
    var result = ""
    write(to: &result, indent: 0)
    return result
  }

  private static let width = 100

  private func write(to result: inout String, indent: Int) {
    let line = text
    if indent + line.utf8.count <= Self.width {
      result += line
      return
    }
    let margin = String(repeating: " ", count: indent + 2)
    switch self {
    case .array(let items) where !items.isEmpty:
      result += "[\n"
      for (index, item) in items.enumerated() {
        result += margin
        item.write(to: &result, indent: indent + 2)
        result += index < items.count - 1 ? ",\n" : "\n"
      }
      result += margin.dropLast(2) + "]"
    case .object(let entries) where !entries.isEmpty:
      result += "{\n"
      for (index, entry) in entries.enumerated() {
        result += margin + JSONText.string(entry.key).text + ": "
        entry.value.write(to: &result, indent: indent + 2)
        result += index < entries.count - 1 ? ",\n" : "\n"
      }
      result += margin.dropLast(2) + "}"
    default: result += line
    }
  }
}

extension JSONText {
  /// The JSON of a value that is written in YAML; `nil` where the text is not YAML.
  package init?(yaml text: String) {
    guard let root = Document(reading: SourceFile(name: "", text: text)).root else { return nil }
    self.init(root)
  }

  private init(_ node: Node) {
    switch node.content {
    case .scalar(let scalar): self.init(scalar)
    case .sequence(let items): self = .array(items.map { JSONText($0) })
    case .mapping(let entries):
      self = .object(entries.map { (key: $0.key.text ?? "", value: JSONText($0.value)) })
    }
  }

  private init(_ scalar: Scalar) {
    switch scalar.value {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .int(let value): self = .int(value)
    // YAML writes numbers in ways that JSON does not; what Swift writes is JSON where it is finite.
    case .float(let value): self = value.isFinite ? .number(value.description) : .string(scalar.text)
    case .string: self = .string(scalar.text)
    }
  }
}
