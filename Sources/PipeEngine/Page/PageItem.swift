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
      guard let document = page.document else { return }
      if selector.needsLanguage { document.contentLanguage = page.response?.fields["content-language"] }
      do throws(CSSSelector.LimitExceeded) {
        for node in try selector.select(in: document) where !visit(.node(node)) { return }
      } catch {
        throw ExtractionFault("the selector takes too many steps on this page")
      }
      if document.isTruncated { throw Page.incomplete(document) }
    case .xpath(let expression):
      guard let document = page.document else { return }
      let result: XPathExpression.Result
      do throws(XPathExpression.Failure) {
        result = try expression.evaluate(in: document)
      } catch {
        throw ExtractionFault("the expression failed on this page: \(error.description)")
      }
      guard case .nodes(let nodes) = result else { return }
      for node in nodes where !visit(.node(node)) { return }
      if document.isTruncated { throw Page.incomplete(document) }
    case .json(let path):
      guard page.response?.body.isEmpty == false else { return }
      let document = try page.json.get()
      do throws(JSONPath.LimitExceeded) {
        try path.visit(document) { visit(.json($0)) }
      } catch {
        throw ExtractionFault(error.description)
      }
    }
  }
}
