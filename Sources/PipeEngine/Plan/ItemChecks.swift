import PipeSpec

/// Fields that do not mean what they say with items, or without.
enum ItemChecks {
  static func diagnostics(of spec: Spec) -> [Diagnostic] {
    let uses = (spec.fields ?? []).compactMap(\.use)
    guard let each = spec.each?.value else {
      return misplaced(in: spec.fields ?? [])
        + uses.compactMap(\.common.scope).map {
          Diagnostic(
            .noEffect, at: $0.span, "scope has no effect without each, since a page makes one record",
            hint: "remove it, or say what the items are, for example each: {css: .product}")
        }
    }
    return uses.compactMap { use in
      use.product.flatMap { kind(of: $0, use.name, in: each) ?? scope(use.common.scope, of: $0, use) }
    }
  }

  /// A field that is called as the items are, and picks something: most likely they are meant.
  private static func misplaced(in fields: [FieldSpec]) -> [Diagnostic] {
    fields.filter { $0.name.value == "each" && ["css", "xpath", "json"].contains($0.use?.name.value) }.map {
      Diagnostic(
        .noEffect, at: $0.name.span, "'each' is a field here like any other: a page makes one record",
        hint: "a record for each item needs each beside extract, not in it; otherwise give the field another name")
    }
  }

  /// Extractors of pages of another kind than those that have the items.
  private static func kind(
    of extractor: any Extractor, _ name: Located<String>, in each: EachSettings
  ) -> Diagnostic? {
    switch each.selector {
    case .json:
      guard ["css", "xpath", "text", "links"].contains(name.value) else { return nil }
      return Diagnostic(
        .noEffect, at: name.span, "\(name.value) reads HTML and XML, and the items are values of JSON",
        hint: "json reads them, for example {json: $.name}")
    case .css, .xpath:
      guard name.value == "json", extractor.readsItem else { return nil }
      return Diagnostic(
        .noEffect, at: name.span, "json reads JSON, and the items are elements of a page",
        hint: "css and xpath read them; {json: …, in: json-ld} reads the JSON-LD of the page")
    }
  }

  private static func scope(
    _ scope: Located<FieldScope>?, of extractor: any Extractor, _ use: Use<any Extractor, ExtractorOptions>
  ) -> Diagnostic? {
    if extractor.isAbsolute, scope == nil {
      return Diagnostic(
        .noEffect, at: use.span, "the expression begins at the root of the page, so each item gets the same",
        hint: "begin it with a dot to read inside the item (.//h2), or say scope: page")
    }
    guard let scope, scope.value == .item, !extractor.readsItem else { return nil }
    return Diagnostic(
      .noEffect, at: scope.span, "\(use.name.value) says the same for every item of a page, so scope has no effect",
      hint: "css, xpath, json, text, links and hash read inside an item")
  }
}
