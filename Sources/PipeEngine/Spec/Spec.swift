package import PipeSpec

/// A decoded pipeline: typed values, each still knowing where it was written. Names in it are as written;
/// the plan resolves them.
package struct Spec: Sendable {
  package let name: String?
  package let description: String?
  package let sources: [Use<any Source, SourceOptions>]
  package let fetch: FetchSettings
  package let fields: [FieldSpec]
  package let filter: ParsedExpression?
  package let sinks: [Use<any Sink, SinkOptions>]
}

/// One field of `extract`.
package struct FieldSpec: Sendable {
  package let name: Located<String>
  package let use: Use<any Extractor, ExtractorOptions>
}

/// The options that every source has: none yet.
package struct SourceOptions: Sendable {
  static let map = MapShape<SourceOptions>(make: { SourceOptions() })
}

/// The options that every extractor has.
package struct ExtractorOptions: Sendable {
  package let isRequired: Bool
  package let fallback: String?

  static let map = MapShape(
    Key(
      "required", .bool, default: false, shown: "false",
      "Whether a fetched page without a value is an error of its record."),
    Key(optional: "default", .string, "What stands in the place of a missing value.", example: "unknown"),
    make: ExtractorOptions.init)
}

/// The options that every sink has.
package struct SinkOptions: Sendable {
  package let when: ParsedExpression?
  package let fields: [Located<String>]?

  static let map = MapShape(
    Key(
      optional: "when", .expression, "Which records it gets; without it, all.",
      example: "status >= 400 or error != null"),
    Key(
      optional: "fields", Shape.text("the name of a field").located.list(minimum: 1),
      "The fields that it writes, in this order; without it, those of extract, and error last.",
      example: "[url, title]"),
    make: SinkOptions.init)
}

extension Spec {
  /// What a spec may say, with these components.
  package static func map(_ catalogue: Catalogue) -> MapShape<Spec> {
    MapShape(
      Key("version", version, "The version of the language; this is version 1.", example: "1"),
      Key(
        optional: "name", .text("a name"), "What the pipeline is called in plans and reports.", example: "url-titles"),
      Key(
        optional: "description", .string, "What it is for, in a sentence.",
        example: "Fetch every page in urls.txt and record its title."),
      Key(
        "vars", VariableDeclarations.shape, default: VariableDeclarations(), shown: "{}",
        "Names for `${name}` in any value; `--set NAME=VALUE` wins over them.", example: "{out: results}"),
      Key(
        "sources",
        Shape.component(catalogue.sources, kind: .source, common: SourceOptions.map).list(minimum: 1),
        "Where the URLs come from; several are read side by side.", example: "[{file: urls.txt}]"),
      Key(
        "fetch", FetchSettings.map.shape, default: FetchSettings(), shown: "{}", "How pages are fetched.",
        example: "{concurrency: 5, timeout: 10s}"),
      Key(
        "extract", FieldList.shape(catalogue),
        "The fields of a record: a map of names to extractors, or a list of names.",
        example: "[url, title, status]"),
      Key(
        optional: "where", .expression, "Which records go on to the sinks; without it, all.",
        example: "status == 200"),
      Key(
        "sinks", Shape.component(catalogue.sinks, kind: .sink, common: SinkOptions.map).list(minimum: 1),
        "Where the records go.", example: "[{csv: out/pages.csv}]"),
      make: { _, name, description, _, sources, fetch, fields, filter, sinks in
        Spec(
          name: name, description: description, sources: sources, fetch: fetch, fields: fields, filter: filter,
          sinks: sinks)
      })
  }

  private static let version = Shape<Int>.int().map { version, node, context in
    if version == 1 { return version }
    context.report(.outOfRange, on: node, "version \(version) is not known to this pipe", hint: "write version: 1")
    return nil
  }
}

/// The `vars` block; its names are in the context once it is decoded.
struct VariableDeclarations: Sendable {
  static let shape = Shape<VariableDeclarations>(.dictionary(of: .text(name: "a string, number or boolean"))) {
    node, context in
    guard case .mapping(let entries) = node.content else {
      context.report(
        .wrongType, on: node, "vars must be a map of names to values, not \(node.kindName)",
        hint: "write them as name: value")
      return nil
    }
    for entry in entries {
      guard let name = entry.key.text, isName(name) else {
        context.report(
          .badValue, on: entry.key, "a variable's name is made of letters, digits, '_' and '-'",
          hint: "it begins with a letter")
        continue
      }
      context.within(name) { context in
        // One that cannot be resolved is reported once, here; its uses are not reported again.
        let text = context.text(of: entry.value, expected: "a string, a number or a boolean")?.text ?? ""
        context.define(name, Variables.Value(text, definedAt: entry.key.span))
      }
    }
    return VariableDeclarations()
  }

  private static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, UInt8(ascii: "a")...UInt8(ascii: "z") ~= first | 0x20 else { return false }
    return text.utf8.allSatisfy {
      UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
        || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
    }
  }
}

/// The `extract` block: a map of field names to extractors, or a list of extractors' names, each short for a
/// field of that name.
enum FieldList {
  static func shape(_ catalogue: Catalogue) -> Shape<[FieldSpec]> {
    let extractor = Shape.component(catalogue.extractors, kind: .extractor, common: ExtractorOptions.map)
    let description = ShapeDescription.oneOf([
      .dictionary(of: extractor.description), .list(of: extractor.description, minimum: 1, orOne: false),
    ])
    return Shape(description) { node, context in
      let entries: [(name: Node, value: Node)]
      switch node.content {
      case .mapping(let map): entries = map.map { ($0.key, $0.value) }
      case .sequence(let names): entries = names.map { ($0, $0) }
      case .scalar:
        context.report(
          .wrongType, on: node, "extract must be a map of field names to extractors, not \(node.kindName)",
          hint: "write title: title, or a list such as [url, title, status]")
        return nil
      }
      if entries.isEmpty {
        context.report(.outOfRange, on: node, "extract needs at least one field")
        return nil
      }
      var fields: [FieldSpec] = []
      var seen: [String: SourceSpan] = [:]
      for (nameNode, value) in entries {
        guard let name = nameNode.text else {
          context.report(
            .wrongType, on: nameNode, "a field's name must be a word, not \(nameNode.kindName)",
            hint: "in a list, extractors with options cannot stand; write a map of names to extractors")
          continue
        }
        if let first = seen[name] {
          context.report(
            .duplicateKey, at: nameNode.span, "the field '\(name)' is there already",
            notes: [Diagnostic.Note("the first is here", at: first)])
          continue
        }
        seen[name] = nameNode.span
        if let use = context.within(name, { extractor.decode(value, &$0) }) {
          fields.append(FieldSpec(name: Located(name, at: nameNode.span), use: use))
        }
      }
      return fields.count == entries.count ? fields : nil
    }
  }
}
