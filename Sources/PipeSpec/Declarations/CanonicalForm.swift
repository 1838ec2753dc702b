internal import PipeText

/// What a spec says, whatever way it is written: a value for each key, with defaults filled in, short forms written out,
/// interpolations resolved, quantities in one unit, and conditions in one form. Two specs that say the same have the same
/// form.
///
/// It is made from the declarations that decoding uses, of a spec without faults.
package struct CanonicalForm: Hashable, Sendable {
  package struct Entry: Hashable, Sendable {
    /// The keys that lead to the value: `sources[0].file.path`.
    package let key: String
    package let value: String

    package init(key: String, value: String) {
      self.key = key
      self.value = value
    }

    /// `urls` for `urls[7]`: the list that the value is an element of.
    package var list: String? { key.hasSuffix("]") ? key.lastIndex(of: "[").map { String(key[..<$0]) } : nil }
  }

  package private(set) var entries: [Entry] = []
  /// The keys whose values are those that they have if nothing is written.
  package private(set) var defaults: Set<String> = []
  /// The keys of passwords and the like.
  package private(set) var credentials: Set<String> = []

  private init() {}

  package static func == (left: Self, right: Self) -> Bool { left.entries == right.entries }

  package func hash(into hasher: inout Hasher) { hasher.combine(entries) }

  /// - Parameter context: One in which the spec was decoded, so that it knows its variables.
  package init(_ root: Node, keys: [KeyDescription], _ context: inout DecodingContext) {
    add(root, .map(keys: keys, main: nil), at: "", &context)
  }

  private mutating func add(_ node: Node, _ shape: ShapeDescription, at path: String, _ context: inout DecodingContext)
  {
    switch shape {
    case .list(let element, _, _):
      guard case .sequence(let items) = node.content else { return add(node, element, at: path + "[0]", &context) }
      for (index, item) in items.enumerated() { add(item, element, at: path + "[\(index)]", &context) }
    case .dictionary(let element, _, _):
      let named: [(name: Node, value: Node)] =
        switch node.content {
        case .mapping(let entries): entries.map { ($0.key, $0.value) }
        // A list of names is short for a map of each name to itself.
        case .sequence(let items): items.map { ($0, $0) }
        case .scalar: []
        }
      entries.append(Entry(key: path, value: named.compactMap { $0.name.text }.joined(separator: ", ")))
      for (name, value) in named { add(value, element, at: "\(path).\(name.text ?? "")", &context) }
    case .map(let keys, let main):
      add(Self.options(of: node, main: main), keys, at: path, &context)
    case .component(let family):
      let reader = ComponentReader(family)
      guard let parts = reader.parts(of: node, &context), let name = parts.key.text,
        let component = family.components.first(where: { $0.name == name })
      else { return }
      entries.append(Entry(key: path, value: name))
      let options = Self.options(of: parts.value, main: component.main)
      add(options, component.keys + family.common, at: "\(path).\(name)", &context)
    case .oneOf(let shapes):
      guard let shape = shapes.first(where: { $0.takes(node) }) ?? shapes.first else { return }
      add(node, shape, at: path, &context)
    case .tree: addTree(node, at: path, &context)
    case .text, .boolean, .integer, .number, .any, .template, .choice:
      if shape.isCredential { credentials.insert(path) }
      entries.append(Entry(key: path, value: Self.value(of: node, shape, &context)))
    }
  }

  /// Adds all that a tree holds, however it is written.
  private mutating func addTree(_ node: Node, at path: String, _ context: inout DecodingContext) {
    switch node.content {
    case .scalar: entries.append(Entry(key: path, value: Self.value(of: node, .any, &context)))
    case .sequence(let items):
      entries.append(Entry(key: path, value: "\(items.count) elements"))
      for (index, item) in items.enumerated() { addTree(item, at: path + "[\(index)]", &context) }
    case .mapping(let members):
      entries.append(Entry(key: path, value: members.compactMap(\.key.text).joined(separator: ", ")))
      for member in members { addTree(member.value, at: "\(path).\(member.key.text ?? "")", &context) }
    }
  }

  private mutating func add(
    _ options: [Node.Entry], _ keys: [KeyDescription], at path: String, _ context: inout DecodingContext
  ) {
    for key in keys {
      let path = path.isEmpty ? key.name : "\(path).\(key.name)"
      var usual = CanonicalForm()
      if let text = implied(key, by: options, &context) ?? key.shownDefault,
        let node = Document(reading: SourceFile(name: "", text: text)).root
      {
        usual.add(node, key.shape, at: path, &context)
      }
      let start = entries.count
      if let option = options.first(where: { $0.key.text == key.name }) {
        add(option.value, key.shape, at: path, &context)
      } else {
        entries += usual.entries
      }
      if entries[start...].elementsEqual(usual.entries) { defaults.formUnion(usual.entries.map(\.key)) }
    }
  }

  private func implied(
    _ key: KeyDescription, by options: [Node.Entry], _ context: inout DecodingContext
  ) -> String? {
    guard let implication = key.implication,
      let option = options.first(where: { $0.key.text == implication.key }),
      let text = context.text(of: option.value, expected: "a path")
    else { return nil }
    return implication.value(text.text)
  }

  /// The options of a map, or of what stands for its main one.
  static func options(of node: Node, main: String?) -> [Node.Entry] {
    if case .mapping(let entries) = node.content { return entries }
    guard let main, !node.isUnwritten else { return [] }
    return [
      Node.Entry(key: Node(.scalar(Scalar(text: main, value: .string, style: .plain)), span: node.span), value: node)
    ]
  }

  private static func value(of node: Node, _ shape: ShapeDescription, _ context: inout DecodingContext) -> String {
    guard case .scalar = node.content, let text = context.text(of: node, expected: shape.name) else {
      return node.kindName
    }
    switch shape {
    case .boolean, .integer, .number, .any:
      switch text.value {
      case .int(let number): return "\(number)"
      case .float(let number): return "\(number)"
      case .bool(let isTrue): return "\(isTrue)"
      case .null: return "null"
      case .string: return shape.isAny ? JSONText.string(text.text).text : text.text
      }
    case .text(name: "a duration", _, _, _): return Quantity.canonical(text.text, Quantity.durations, "ms")
    case .text(name: "a size", _, _, _): return Quantity.canonical(text.text, Quantity.sizes, "B")
    case .text(name: "a rate", _, _, _): return Quantity.canonical(text.text, Quantity.rates, "/h")
    case .text(name: "a condition", _, _, _):
      return (try? ParsedExpression.parse(text).get().description) ?? text.text
    default: return text.text
    }
  }
}

extension Quantity {
  /// A quantity in the smallest unit.
  fileprivate static func canonical(_ text: String, _ units: KeyValuePairs<String, Double>, _ unit: String) -> String {
    let digits = text.prefix { $0.isNumber || $0 == "." }
    let written = text.dropFirst(digits.count).drop { $0 == " " }
    guard let number = Double(digits), let factor = units.first(where: { $0.key == written })?.value else {
      return text
    }
    let amount = number * factor
    return (Int(exactly: amount).map { "\($0)" } ?? "\(amount)") + unit
  }
}

extension ShapeDescription {
  fileprivate var isAny: Bool { if case .any = self { true } else { false } }

  fileprivate var isCredential: Bool {
    if case .text(_, _, let examples, _) = self { examples.contains { $0.hasPrefix("${secret:") } } else { false }
  }

  /// Whether a node may be of the shape, by what it is.
  fileprivate func takes(_ node: Node) -> Bool {
    switch (self, node.content) {
    case (.list(_, _, let orOne), .scalar): orOne
    case (.list, _): true
    case (.dictionary(.component, _, _), .sequence): true
    case (.map(let keys, _), .mapping(let entries)):
      keys.allSatisfy { key in !key.isRequired || entries.contains { $0.key.text == key.name } }
    case (.dictionary, .mapping), (.component, _): true
    case (.map(_, let main), _): main != nil
    case (.dictionary, _): false
    case (.boolean, .scalar(let scalar)): if case .bool = scalar.value { true } else { false }
    case (.integer, .scalar(let scalar)): if case .int = scalar.value { true } else { false }
    case (.choice(let words), .scalar(let scalar)): words.contains { $0.word == scalar.text }
    case (_, .scalar): true
    default: false
    }
  }
}
