import PipeSpec

/// Fields that do not mean what they say with items, or without.
enum ItemChecks {
  static func diagnostics(of spec: Spec) -> [Diagnostic] {
    let uses = (spec.fields ?? []).compactMap(\.use)
    guard let each = spec.each?.value else {
      return uses.compactMap(\.common.scope).map {
        Diagnostic(
          .noEffect, at: $0.span, "scope has no effect without each, since a page makes one record",
          hint: "remove it, or say what the items are, for example each: {css: .product}")
      }
    }
    return uses.compactMap { use in
      use.product.flatMap { kind(of: $0, use.name, in: each) ?? scope(use.common.scope, of: $0, use) }
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
