internal import PipeSpec
package import PipeWeb

/// The `each` block of a spec: what the items of a page are, of which each makes a record.
package struct EachSettings: Sendable {
  package let selector: ItemSelector
  /// Whether a page without an item is an error.
  package var isRequired: Bool

  package init(_ selector: ItemSelector, isRequired: Bool = false) {
    self.selector = selector
    self.isRequired = isRequired
  }

  /// One of the ways in which items are found is there.
  static let shape = Shape<EachSettings>(
    .oneOf(
      [
        Key("css", Shape<CSSSelector>.cssSelector, cssSummary, example: ".product").key,
        Key("xpath", Shape<XPathExpression>.xpath, xpathSummary, example: xpathExample).key,
        Key("json", Shape<JSONPath>.jsonPath, jsonSummary, example: "$.items[*]").key,
      ].map { .map(keys: [$0, required.key], main: nil) })
  ) { node, context in
    map.shape.decode(node, &context)
  }

  private static let cssSummary = "A CSS selector: an item for each element that it finds."
  private static let xpathSummary = "An XPath expression: an item for each node that it finds."
  private static let xpathExample = "//table[@id='rates']//tr[td]"
  private static let jsonSummary = "A JSONPath query on JSON content: an item for each value that it selects."
  private static let required = Key(
    "required", .bool, default: false, shown: "false",
    "Whether a page without an item makes a record with an error; otherwise it makes none.")

  private static let map = MapShape(
    Key(optional: "css", Shape<CSSSelector>.cssSelector, cssSummary, example: ".product"),
    Key(optional: "xpath", Shape<XPathExpression>.xpath, xpathSummary, example: xpathExample),
    Key(optional: "json", Shape<JSONPath>.jsonPath, jsonSummary, example: "$.items[*]"), required,
    make: { css, xpath, json, isRequired in
      (
        selectors: [css.map { ItemSelector.css($0) }, xpath.map { .xpath($0) }, json.map { .json($0) }]
          .compactMap(\.self), isRequired: isRequired
      )
    }
  ).checked { (made, map, context) -> EachSettings? in
    guard
      map.hasOneWay(
        of: ["css", "xpath", "json"], for: "items are found", missing: "does not say what an item is",
        hint: "name the items by css, xpath or json, for example each: {css: .product}", &context),
      let selector = made.selectors.first
    else { return nil }
    if case .xpath(let expression) = selector, expression.kind != .nodes, let entry = map.entry("xpath") {
      context.report(
        .badValue, on: entry.value, "items are nodes, and this expression finds none",
        hint: "write an expression that selects elements, such as //li")
      return nil
    }
    return EachSettings(selector, isRequired: made.isRequired)
  }
}

extension EachSettings {
  /// What comes of a page, for plans.
  var outline: String {
    "a record for each item: \(selector.text); "
      + (isRequired ? "an error where there is none" : "none where there is none")
  }
}

/// What finds the items of a page.
package enum ItemSelector: Sendable {
  case css(CSSSelector)
  case xpath(XPathExpression)
  case json(JSONPath)

  /// What a page has to be had as.
  var needs: PageNeeds {
    switch self {
    case .css(let selector): PageNeeds(content: .dom, fields: selector.needsLanguage)
    case .xpath: PageNeeds(content: .dom)
    case .json: PageNeeds(content: .whole)
    }
  }

  /// As it is written, for plans and messages.
  var text: String {
    switch self {
    case .css(let selector): "css '\(selector.text)'"
    case .xpath(let expression): "xpath '\(expression.text)'"
    case .json(let path): "json '\(path.text)'"
    }
  }
}
