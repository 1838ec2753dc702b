/// The three kinds of component.
package enum ComponentKind: String, Sendable, CaseIterable {
  case source, extractor, sink

  var article: String { self == .extractor ? "an" : "a" }
}

/// A kind of source, extractor or sink, declared once: decoding, messages, the JSON Schema,
/// `pipe explain` and the reference all come from here.
package struct Component<Product: Sendable>: Sendable {
  package let kind: ComponentKind
  package let name: String
  package let summary: String
  package let keys: [KeyDescription]
  /// The option that a scalar value stands for.
  package let main: String?
  /// Whether the name may stand alone, without options: `title`.
  package let standsAlone: Bool
  /// Specs that use it, as YAML; each is run as a test.
  package let examples: [String]
  private let make: @Sendable (MapNode, inout DecodingContext) -> Product?

  package init<Options: Sendable>(
    _ kind: ComponentKind, _ name: String, _ summary: String, options: MapShape<Options>,
    standsAlone: Bool = false, examples: [String] = [],
    make: @escaping @Sendable (Options) -> Product
  ) {
    self.kind = kind
    self.name = name
    self.summary = summary
    self.keys = options.keys
    self.main = options.main
    self.standsAlone = standsAlone
    self.examples = examples
    self.make = { map, context in options.decodeKnown(map, &context).map(make) }
  }

  /// What the name makes of itself where it stands alone.
  package var plain: Product? {
    var context = DecodingContext(file: SourceFile(name: "", text: ""), variables: Variables())
    return MapNode(Node(.mapping([]), span: .wholeFile), main: nil, &context).flatMap { make($0, &context) }
  }

  func decode(_ map: MapNode, _ context: inout DecodingContext) -> Product? { make(map, &context) }
}

/// A component as a spec uses it, with the options that all components of its kind share.
package struct Use<Product: Sendable, Common: Sendable>: Sendable {
  package let product: Product
  package let common: Common
  package let name: Located<String>
  package let span: SourceSpan
}

extension Shape {
  /// A one-key map that names a component: the key names it, the value is its options.
  ///
  /// - Parameter common: The options that every component of this kind has.
  package static func component<Product, Common>(
    _ components: [Component<Product>], kind: ComponentKind, common: MapShape<Common>
  ) -> Self where Value == Use<Product, Common> {
    let byName = Dictionary(components.map { ($0.name, $0) }) { first, _ in first }
    let names = components.map(\.name)
    return Shape(.component(kind: kind)) { node, context in
      let key: Node
      let value: Node
      switch node.content {
      case .scalar(let scalar) where scalar.value == .string:
        key = node
        value = Node(.mapping([]), span: node.span)
      case .mapping(let entries) where entries.count == 1:
        key = entries[0].key
        value = entries[0].value
      case .mapping(let entries) where entries.count > 1:
        let known = entries.first { $0.key.text.map(names.contains) ?? false }
        context.report(
          .wrongType, on: entries[1].key,
          "\(kind.article) \(kind.rawValue) is a map with one key, its name",
          hint: known?.key.text.map { "indent the options under '\($0):', or begin another element with '- '" })
        return nil
      default:
        context.report(
          .wrongType, on: node, "\(context.place) must be \(kind.article) \(kind.rawValue), not \(node.kindName)",
          hint: "the \(kind.rawValue)s are \(names.joined(separator: ", "))")
        return nil
      }
      guard let name = key.text, let component = byName[name] else {
        let near = key.text.flatMap { nearestName(to: $0, among: names) ?? KnownWords.ours(for: $0, among: names) }
        context.report(
          .unknownComponent, on: key, "no \(kind.rawValue) is called '\(key.text ?? key.kindName)'",
          hint: near.map { "did you mean '\($0)'?" } ?? "the \(kind.rawValue)s are \(names.joined(separator: ", "))")
        return nil
      }
      return context.within(name) { context in
        if case .scalar = node.content, !component.standsAlone {
          context.report(
            .missingKey, on: node, "\(name) needs its options",
            hint: component.main.map { "write \(name): and its \($0)" })
          return nil
        }
        guard let map = MapNode(value, main: component.main, &context) else { return nil }
        map.reportUnknown(known: component.keys.map(\.name) + common.keys.map(\.name), &context)
        let product = component.decode(map, &context)
        guard let shared = common.decodeKnown(map, &context), let product else { return nil }
        return Use(product: product, common: shared, name: Located(name, at: key.span), span: node.span)
      }
    }
  }
}
