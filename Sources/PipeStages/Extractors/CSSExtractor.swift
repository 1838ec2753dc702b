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
        "selector", .cssSelector,
        "The selector (CSS Selectors Level 4), on the page as a browser has it before anybody clicks or types and without "
          + "scripts: :hover, :focus, :active, :visited, :autofill, :user-invalid and their like match nothing, and :checked, "
          + ":default, :disabled, :in-range, :placeholder-shown, :dir() and :target are what the markup says. :lang() knows "
          + "wildcards (RFC 4647, extended filtering), and :empty allows white space. A selector in :is() or :where() that is "
          + "none is left out, with a warning. :scope is the item (each): :scope > a finds its children, and :scope itself "
          + "with attribute: reads an attribute of it. Not there: :valid and :invalid, which depend on the form's regular "
          + "expressions; :playing, :paused, :muted and the other states of media, as nothing is played; :blank, "
          + ":local-link and columns, which browsers do not have; pseudo-elements, which are not elements; and namespaces "
          + "but *| and |. Beyond the standard: [a!=b], :contains(text) and :containsOwn(text), which compare in any case, "
          + ":haschild() and :input. In XML it finds names in their case, of any namespace.",
        example: "h1.title"),
      NodeChoice.attributeKey, NodeChoice.allKey,
      make: { CSSExtractor(selector: $0, choice: NodeChoice(attribute: $1, all: $2)) }),
    examples: [
      "css: h1", "{css: 'a[rel=next]', attribute: href, as: url}",
      "css: {selector: .price, all: true, as: number, decimal: '.'}",
    ],
    make: { $0 })

  var needs: PageNeeds { PageNeeds(content: .dom, fields: selector.needsLanguage) }
  var type: FieldType { choice.type }
  let readsItem = true

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    guard let document = page.document else { return .null }
    let nodes = try page.select(selector, limit: choice.limit)
    let value = try choice.value(of: nodes, page)
    // The first element is the first one, whatever is missing behind it.
    if document.isTruncated,
      choice.all || value == .null || document.missing.contains(.entities) || nodes.first?.isLast == true
    {
      throw Page.incomplete(document, value)
    }
    return value
  }
}
