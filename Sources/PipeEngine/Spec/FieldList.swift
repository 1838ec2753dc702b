internal import PipeSpec
internal import PipeText

/// The `extract` block: a map of field names to extractors, or a list of extractors' names, each short for a
/// field of that name.
enum FieldList {
  static func shape(_ catalogue: Catalogue) -> Shape<[FieldSpec]> {
    let extractor = Shape.component(catalogue.extractors, kind: .extractor, common: ExtractorOptions.map)
    let names = catalogue.extractors.filter(\.standsAlone).map { (word: $0.name, meaning: $0.summary) }
    let description = ShapeDescription.oneOf([
      .dictionary(of: extractor.description, minimum: 1), .list(of: .choice(names), minimum: 1, orOne: false),
    ])
    return Shape(description) { node, context in
      switch node.content {
      case .mapping(let entries) where !entries.isEmpty:
        return fields(entries.map { ($0.key, $0.value) }, extractor, &context)
      case .sequence(let elements) where !elements.isEmpty:
        return fields(elements.map { ($0, $0) }, extractor, &context)
      case .mapping, .sequence:
        context.report(.outOfRange, on: node, "extract needs at least one field")
        return nil
      case .scalar:
        let isNothing = node.text?.isEmpty ?? true
        context.report(
          .wrongType, on: node,
          isNothing
            ? "extract has no value" : "extract must be a map of field names to extractors, not \(node.kindName)",
          hint: "write title: title, or a list such as [url, title, status]")
        return nil
      }
    }
  }

  /// The fields. One whose extractor is faulty is there all the same, so that its name is known.
  private static func fields(
    _ entries: [(name: Node, value: Node)], _ extractor: Shape<Use<any Extractor, ExtractorOptions>>,
    _ context: inout DecodingContext
  ) -> [FieldSpec] {
    var fields: [FieldSpec] = []
    var seen: [ExactText: SourceSpan] = [:]
    var isListOfMapsTold = false
    for (nameNode, value) in entries {
      guard let name = nameNode.text else {
        if case .mapping(let parts) = nameNode.content {
          // Told once: all of them are written so.
          if !isListOfMapsTold {
            context.report(
              .wrongType, on: nameNode, "a list of fields holds names alone, and this is a map",
              hint: "write extract as a map, without the '- ' before each field: "
                + "\(excerpt(parts.first?.key.text ?? "title")): …")
          }
          isListOfMapsTold = true
        } else {
          context.report(.wrongType, on: nameNode, "a field's name must be a word, not \(nameNode.kindName)")
        }
        if case .mapping(let entries) = nameNode.content {
          for key in entries.map(\.key) {
            if let name = key.text { fields.append(FieldSpec(name: Located(name, at: key.span), use: nil)) }
          }
        }
        continue
      }
      if name.allSatisfy(\.isWhitespace) || nameNode.isNull {
        context.report(
          .badValue, on: nameNode, "a field needs a name", hint: "write name: extractor, for example title: title")
        continue
      }
      if let first = seen[ExactText(name)] {
        context.report(
          .duplicateKey, at: nameNode.span, "the field '\(excerpt(name))' is there already",
          notes: [Diagnostic.Note("the first is here", at: first)])
        continue
      }
      seen[ExactText(name)] = nameNode.span
      let use = context.within(name) { extractor.decode(value, &$0) }
      fields.append(FieldSpec(name: Located(name, at: nameNode.span), use: use))
    }
    return fields
  }
}

extension Node {
  /// Whether it is YAML's null: nothing at all, `~` or `null` without quotes.
  fileprivate var isNull: Bool {
    if case .scalar(let scalar) = content { scalar.value == .null } else { false }
  }
}
