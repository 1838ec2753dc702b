/// The three kinds of component.
package enum ComponentKind: String, Sendable, CaseIterable {
  case source, extractor, sink

  package var article: String { self == .extractor ? "an" : "a" }
}

/// A kind of source, extractor or sink, declared once: decoding, messages, the JSON Schema,
/// `pipe explain` and the reference all come from here.
package struct Component<Product: Sendable>: Sendable {
  package let kind: ComponentKind
  package let description: ComponentDescription
  private let make: @Sendable (MapNode, inout DecodingContext) -> Product?

  /// - Parameters:
  ///   - standsAlone: Whether the name may stand alone, without options: `title`.
  ///   - endings: What a path ends in that stands alone for it.
  ///   - examples: Specs that use it, as YAML; each is run as a test.
  package init<Options: Sendable>(
    _ kind: ComponentKind, _ name: String, _ summary: String, options: MapShape<Options>,
    standsAlone: Bool = false, endings: [String] = [], examples: [String] = [],
    make: @escaping @Sendable (Options) -> Product
  ) {
    self.kind = kind
    description = ComponentDescription(
      name: name, summary: summary, keys: options.keys, main: options.main, standsAlone: standsAlone,
      examples: examples, endings: endings)
    self.make = { map, context in options.decodeKnown(map, &context).map(make) }
  }

  package var name: String { description.name }
  package var keys: [KeyDescription] { description.keys }
  package var main: String? { description.main }
  package var standsAlone: Bool { description.standsAlone }
  package var summary: String { description.summary }
  package var examples: [String] { description.examples }

  /// What the name makes of itself where it stands alone.
  package var plain: Product? {
    var context = DecodingContext(file: SourceFile(name: "", text: ""), variables: Variables())
    return MapNode(Node(.mapping([]), span: .wholeFile), main: nil, &context).flatMap { make($0, &context) }
  }

  func decode(_ map: MapNode, _ context: inout DecodingContext) -> Product? { make(map, &context) }
}

/// A component as a spec uses it, with the options that all components of its kind share.
package struct Use<Product: Sendable, Common: Sendable>: Sendable {
  /// `nil` where there is no such component or its own options are faulty, which is reported.
  package let product: Product?
  package let common: Common
  package let name: Located<String>
  package let span: SourceSpan
}
