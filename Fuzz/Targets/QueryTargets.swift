internal import PipeSpec
internal import PipeWeb

// Each reads a query from the first line, and runs it over the rest.

extension FuzzTarget {
  static let css = FuzzTarget(name: "css", summary: "a CSS selector, and a page") { input in
    let input = TwoParts(input)
    do throws(CSSSelector.SyntaxError) {
      let selector = try CSSSelector(input.line)
      for document in documents(input) {
        let found = try? selector.select(in: document, stepLimit: 100_000)
        require(found?.allSatisfy { $0.name != nil } ?? true, "a selector finds elements")
        if let first = try? selector.select(in: document, limit: 1, stepLimit: 100_000), let found {
          require(first.first?.readableText == found.first?.readableText, "the first is the first of all")
        }
      }
    } catch {
      require(isPlace(error.range, in: input.line), "a fault is inside the selector")
    }
  }

  static let xpath = FuzzTarget(name: "xpath", summary: "an XPath expression, and a page") { input in
    let input = TwoParts(input)
    do throws(XPathExpression.SyntaxError) {
      let expression = try XPathExpression(input.line)
      for document in documents(input) {
        switch (try? expression.evaluate(in: document, stepLimit: 100_000), expression.kind) {
        case (.nodes(let nodes), .nodes): _ = nodes.prefix(100).map(\.readableText)
        case (.text, .text), (.number, .number), (.boolean, .boolean), (nil, _): break
        default: require(false, "an expression is worth what it was said to be")
        }
      }
    } catch {
      require(isPlace(error.range, in: input.line), "a fault is inside the expression")
    }
  }

  static let regex = FuzzTarget(name: "regex", summary: "a regular expression, and a text") { input in
    let input = TwoParts(input)
    switch RegularExpression.parse(input.line) {
    case .success(let expression):
      _ = expression.firstMatch(in: input.text)
      _ = expression.allMatches(in: input.text, limit: 100)
    case .failure(let fault): require(isPlace(fault.range, in: input.line), "a fault is inside the pattern")
    }
  }

  static let json = FuzzTarget(name: "json", summary: "a JSON text") { input in
    guard let value = try? JSONValue(parsing: Array(input).span) else { return }
    require((try? JSONValue(parsing: value.serialized)) == value, "what is written reads as the same")
  }

  static let jsonpath = FuzzTarget(name: "jsonpath", summary: "a JSONPath query, and a JSON text") { input in
    let input = TwoParts(input)
    guard let path = try? JSONPath(input.line), let value = try? JSONValue(parsing: input.rest.span) else { return }
    guard let found = try? path.select(in: value, limit: 1_000, stepLimit: 100_000) else { return }
    require(found.count <= (path.isSingular ? 1 : 1_000), "a query finds no more than it may")
  }

  /// The rest as a page, and as XML.
  private static func documents(_ input: TwoParts) -> [DOMDocument] {
    let text = Array(input.text.utf8)
    return [DOMDocument(parsing: text.span), DOMDocument(parsingXML: text.span)].compactMap(\.self)
  }

  /// Whether a range of UTF-8 is of whole characters.
  private static func isPlace(_ range: Range<Int>, in text: String) -> Bool {
    guard range.upperBound <= text.utf8.count else { return false }
    return [range.lowerBound, range.upperBound].allSatisfy { offset in
      text.utf8.index(text.startIndex, offsetBy: offset).samePosition(in: text.unicodeScalars) != nil
    }
  }
}
