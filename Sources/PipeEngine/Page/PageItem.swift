package import PipeWeb

/// One of several things on a page that each make a record.
package struct PageItem {
  package enum Content {
    case node(DOMNode)
    case json(JSONValue)
  }

  /// From 1 on.
  package let number: Int
  package let content: Content

  /// The node, if it is one.
  package var node: DOMNode? { if case .node(let node) = content { node } else { nil } }

  /// The value of JSON, if it is one.
  package var json: JSONValue? { if case .json(let value) = content { value } else { nil } }
}

extension ItemSelector {
  /// Goes through the items of a page.
  ///
  /// - Parameter body: Gets each, and returns whether it wants more.
  /// - Throws: Where the selector takes too many steps, or the content is not of the kind. What was found before has been
  ///   gone through.
  func forEach(of page: Page, _ body: (PageItem) -> Bool) throws(ExtractionFault) {
    var number = 0
    func visit(_ content: PageItem.Content) -> Bool {
      number += 1
      return body(PageItem(number: number, content: content))
    }
    switch self {
    case .css(let selector):
      for node in try page.select(selector) where !visit(.node(node)) { return }
      if let document = page.document, document.isTruncated { throw Page.incomplete(document) }
    case .xpath(let expression):
      var budget = ValueBudget(bytes: .max >> 1)
      guard case .nodes(let nodes)? = try page.evaluate(expression, text: &budget) else { return }
      for node in nodes where !visit(.node(node)) { return }
      if let document = page.document, document.isTruncated { throw Page.incomplete(document) }
    case .json(let path):
      guard page.response?.body.isEmpty == false else { return }
      try page.visit(path, in: try page.json.get()) { visit(.json($0)) }
    }
  }
}

// Looking for something in the item at hand, or in the whole page.
extension Page {
  /// The elements that a selector finds; none where there is no tree.
  ///
  /// - Parameter name: What tells the selector from others, for messages: ` 'a.next'`.
  package func select(
    _ selector: CSSSelector, limit: Int = .max, called name: String = ""
  ) throws(ExtractionFault) -> [DOMNode] {
    guard let document else { return [] }
    if selector.needsLanguage { document.contentLanguage = response?.fields["content-language"] }
    do throws(CSSSelector.LimitExceeded) {
      return try withSteps(upTo: CSSSelector.stepLimit) { (steps) throws(CSSSelector.LimitExceeded) in
        try selector.select(in: document, within: item?.node, limit: limit, steps: &steps)
      }
    } catch {
      throw ExtractionFault("the selector\(name) takes too many steps on this page")
    }
  }

  /// What an expression is worth; `nil` where there is no tree.
  ///
  /// - Parameters:
  ///   - budget: What a text may take.
  ///   - name: What tells the expression from others, for messages: ` '//a'`.
  package func evaluate(
    _ expression: XPathExpression, text budget: inout ValueBudget, called name: String = ""
  ) throws(ExtractionFault) -> XPathExpression.Result? {
    guard let document else { return nil }
    do throws(XPathExpression.Failure) {
      return try withSteps(upTo: XPathExpression.stepLimit) { (steps) throws(XPathExpression.Failure) in
        try expression.evaluate(in: document, at: item?.node, steps: &steps, text: &budget)
      }
    } catch {
      throw ExtractionFault("the expression\(name) failed on this page: \(error.description)")
    }
  }

  /// Goes through what a query selects in a value.
  ///
  /// - Parameter visitor: Returns whether it wants more.
  package func visit(
    _ path: JSONPath, in value: JSONValue, _ visitor: (JSONValue) -> Bool
  ) throws(ExtractionFault) {
    do throws(JSONPath.LimitExceeded) {
      try withSteps(upTo: JSONPath.stepLimit) { (steps) throws(JSONPath.LimitExceeded) in
        try path.visit(value, steps: &steps, visitor)
      }
    } catch {
      throw ExtractionFault(error.description)
    }
  }

  private func withSteps<Result, Failure: Error>(
    upTo limit: Int, _ body: (inout Int) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if item != nil { return try withItemSteps(upTo: limit, body) }
    var steps = limit
    return try body(&steps)
  }
}
