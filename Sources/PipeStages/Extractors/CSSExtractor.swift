import PipeEngine
import PipeSpec
import PipeWeb

/// `css`: the elements that a CSS selector finds.
struct CSSExtractor: Extractor {
  let selector: CSSSelector
  let choice: NodeChoice

  static let component = Component<any Extractor>(
    .extractor, "css", "The text, or an attribute, of the elements that a CSS selector finds in HTML or XML.",
    options: MapShape(
      main: "selector",
      Key(
        "selector", cssSelector,
        "The selector (CSS Selectors Level 4). In XML it finds names in their case, of any namespace.",
        example: "h1.title"),
      NodeChoice.attributeKey, NodeChoice.allKey,
      make: { CSSExtractor(selector: $0, choice: NodeChoice(attribute: $1, all: $2)) }),
    examples: [
      "css: h1", "css: {selector: 'a[rel=next]', attribute: href, as: url}",
      "css: {selector: .price, all: true, as: number, decimal: '.'}",
    ],
    make: { $0 })

  let needs = PageNeeds(content: .dom)
  var type: FieldType { choice.type }

  private static let cssSelector = Shape.scalar(.text(name: "a CSS selector", examples: ["h1.title", "ul > li a"])) {
    text throws(ScalarFault) -> CSSSelector in
    do throws(CSSSelector.SyntaxError) {
      return try CSSSelector(text.text)
    } catch {
      throw ScalarFault(
        .badSelector, "is no selector: \(error.message)", hint: error.hint,
        range: error.range.isEmpty ? nil : error.range)
    }
  }

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    guard let document = page.document else { return .null }
    let value: Value
    do throws(CSSSelector.LimitExceeded) {
      value = choice.value(of: try selector.select(in: document, limit: choice.limit))
    } catch {
      throw ExtractionFault("the selector takes too many steps on this page")
    }
    // The first element is the first one, whatever is missing behind it.
    if document.isTruncated, choice.all || value == .null { throw Page.treeTooLarge(value) }
    return value
  }
}
