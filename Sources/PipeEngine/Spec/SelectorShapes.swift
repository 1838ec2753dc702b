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

extension Shape<JSONPath> {
  /// A JSONPath query (RFC 9535).
  package static var jsonPath: Shape<JSONPath> {
    .scalar(.text(name: "a JSONPath query", examples: ["$.items[*].name"])) { text throws(ScalarFault) -> JSONPath in
      do throws(JSONPath.SyntaxError) {
        let path = try JSONPath(text.text)
        if let fault = path.faultyExpressions.first { throw fault }
        return path
      } catch {
        // The fault's place is counted in scalars; what is missing at the end is missing behind the last one.
        let scalars = Array(text.text.unicodeScalars)
        let place = min(error.offset, scalars.count - 1)
        let start = scalars.prefix(max(0, place)).reduce(0) { $0 + UTF8.width($1) }
        throw ScalarFault(
          .badSelector, "is not a JSONPath query: \(error.message)",
          hint: text.text.hasPrefix("$") ? nil : "a query begins with $",
          range: place < 0 ? nil : start..<start + UTF8.width(scalars[place]))
      }
    }
  }
}
