import PipeEngine
import PipeSpec
import PipeWeb

/// `xpath`: what an XPath expression is worth.
struct XPathExtractor: Extractor {
  let expression: XPathExpression
  let choice: NodeChoice

  static let component = Component<any Extractor>(
    .extractor, "xpath",
    "The text, or an attribute, of the nodes that an XPath 1.0 expression finds in HTML or XML, or its value.",
    options: MapShape(
      main: "expression",
      Key(
        "expression", .xpath,
        "The expression. In HTML, names are in lower case; in XML as the document writes them, with their prefix if it "
          + "has one, whatever the default namespace: //entry/dc:creator. Inside an item (each), .//h2 reads the item, and //h2 the page.",
        example: "//h1"),
      NodeChoice.attributeKey, NodeChoice.allKey,
      make: { XPathExtractor(expression: $0, choice: NodeChoice(attribute: $1, all: $2)) }
    ).checked { (extractor, map, context) -> XPathExtractor? in
      guard extractor.expression.kind != .nodes else { return extractor }
      for name in ["attribute", "all"] {
        guard let key = map.entry(name)?.key, name == "attribute" || extractor.choice.all else { continue }
        context.report(
          .badValue, on: key, "\(name) is about nodes, and this expression finds none",
          hint: "remove it; the expression has one value")
        return nil
      }
      return extractor
    },
    examples: [
      "xpath: //h1", "xpath: count(//a)", "xpath: {expression: '//a[@rel=\"next\"]/@href', as: url}",
      "{xpath: //li, all: true}", "xpath: //item/dc:creator",
    ],
    make: { (extractor: XPathExtractor) in extractor })

  let needs = PageNeeds(content: .dom)
  let readsItem = true
  var isAbsolute: Bool { expression.isAbsolute }

  var type: FieldType {
    switch expression.kind {
    case .nodes, .text: choice.type
    case .number: .number
    case .boolean: FieldType(.bool)
    }
  }

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    guard let document = page.document else { return .null }
    let value = try value(of: page)
    if document.isTruncated { throw Page.incomplete(document, value) }
    return value
  }

  private func value(of page: Page) throws(ExtractionFault) -> Value {
    var budget = page.room.budget
    switch try page.evaluate(expression, text: &budget) {
    case nil: return .null
    case .nodes(let nodes): return try choice.value(of: nodes, page)
    case .text(let text): return try page.room.checked(.string(text), budget)
    case .number(let number):
      return Int(exactly: number).map { .int($0) } ?? (number.isFinite ? .double(number) : .null)
    case .boolean(let value): return .bool(value)
    }
  }
}
