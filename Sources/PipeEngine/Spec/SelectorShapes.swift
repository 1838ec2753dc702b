package import PipeSpec
package import PipeWeb

extension Shape<CSSSelector> {
  /// A CSS selector, with a warning for the parts of it that are left out.
  package static var cssSelector: Shape<CSSSelector> {
    parsed.map { selector, node, context in
      for fault in selector.ignored.prefix(10) {
        context.report(
          .ignoredSelector, on: node,
          "\(context.place) has a part in :is() or :where() that matches nothing: \(fault.message)", hint: fault.hint)
      }
      return selector
    }
  }

  private static var parsed: Shape<CSSSelector> {
    .scalar(.text(name: "a CSS selector", examples: ["h1.title", "ul > li a"])) { text throws(ScalarFault) in
      do throws(CSSSelector.SyntaxError) {
        return try CSSSelector(text.text)
      } catch {
        throw ScalarFault(
          .badSelector, "is not a selector: \(error.message)", hint: error.hint,
          range: error.range.isEmpty ? nil : error.range)
      }
    }
  }
}

extension Shape<XPathExpression> {
  /// An XPath expression.
  package static var xpath: Shape<XPathExpression> {
    .scalar(.text(name: "an XPath expression", examples: ["//h1", "count(//a)"])) { text throws(ScalarFault) in
      do throws(XPathExpression.SyntaxError) {
        return try XPathExpression(text.text)
      } catch {
        throw ScalarFault(
          .badSelector, "is not an XPath expression: \(error.message)", range: error.range.isEmpty ? nil : error.range)
      }
    }
  }
}
