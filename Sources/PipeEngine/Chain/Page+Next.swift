internal import PipeSpec
internal import PipeWeb

extension Page {
  /// The next page, as the list's pages lead from one to the other; `nil` if this is the last one.
  ///
  /// Only what was found leads on: an error page is the end, and so is one that could not be read to its end.
  ///
  /// - Throws: If what is found is not the URL of a page, or if it cannot be told whether there is a next page. So it is of a
  ///   next page that answers with an error: there is more of the list, and nobody knows how much.
  func next(_ follow: FollowSettings) throws(ExtractionFault) -> WebURL? {
    let selector = follow.selector
    guard let response, fetched.error == nil else { return nil }
    guard (200..<300).contains(response.status) else {
      // In a crawl, what leads to a page of a list is the page before, or a redirect.
      if request.chain == nil, request.place == nil || request.referrer == nil { return nil }
      if redirectTarget != nil { return nil }
      throw ExtractionFault("the list breaks off at this page, which answered with \(response.status)")
    }
    let found = try reference(selector, isParameter: follow.param != nil)
    guard let found else {
      if response.isTruncated {
        throw ExtractionFault("there is no next page in what was kept of the content, and the rest is cut (max_body)")
      }
      return nil
    }
    if let param = follow.param {
      if let method = request.method, method != .get {
        throw ExtractionFault(
          "there is a next page, and param makes a GET of it, while this one was asked for by \(method.rawValue)")
      }
      return request.url?.with(param, found.text)
    }
    if found.isOfMarkup { try checkBase() }
    // References of fields are relative to the URL that was asked for (RFC 8288, 3.1).
    guard let url = WebURL(found.text, base: found.isOfField ? request.url : baseURL, encoding: urlEncoding) else {
      throw ExtractionFault("'\(excerpt(found.text))' is not a URL")
    }
    // A link of a script does not lead to a page, and stands where there is none.
    if found.isOfMarkup, url.scheme == "javascript" { return nil }
    if !url.isHTTP { throw ExtractionFault("'\(excerpt(found.text))' is not an http or https URL") }
    if let fault = url.hostFault { throw ExtractionFault("'\(excerpt(found.text))': \(fault)") }
    return url
  }

  private struct Reference {
    let text: String
    var isOfMarkup = true
    var isOfField = false
  }

  private func reference(_ selector: NextSelector, isParameter: Bool) throws(ExtractionFault) -> Reference? {
    switch selector {
    case .css(let selection):
      return try reference(
        of: try select(selection.selector, called: " '\(selection.text)'"), attribute: selection.attribute)
    case .xpath(let path):
      var budget = Self.referenceBudget
      switch try evaluate(path.expression, text: &budget, called: " '\(path.text)'") {
      case .nodes(let nodes): return try reference(of: nodes)
      case .text(let text): return text.isEmpty ? nil : Reference(text: text)
      case .number, .boolean, nil: return nil
      }
    case .json(let path): return try reference(in: path, isParameter: isParameter)
    case .rel(let relation):
      if let field = response.map({ LinkField.all(in: $0.fields) })?.first(where: { isOwn($0, relation) }) {
        return Reference(text: field.target, isOfMarkup: false, isOfField: true)
      }
      guard let selector = NextSelector.elements(with: relation) else { return nil }
      return try reference(of: try select(selector))
    }
  }

  /// What references may take.
  private static var referenceBudget: ValueBudget { ValueBudget(bytes: 1 << 20) }

  private func reference(of nodes: [DOMNode], attribute: String? = nil) throws(ExtractionFault) -> Reference? {
    var picked = PickedLinks(limit: 1, within: Self.referenceBudget)
    picked.take(nodes, attribute: attribute)
    if let link = picked.links.first { return Reference(text: link.reference.trimmingWhiteSpace()) }
    if picked.isCut { throw Self.tooMuch() }
    if let document, document.isTruncated { throw Self.incomplete(document) }
    return nil
  }

  /// Whether a link of the header says where the page leads.
  private func isOwn(_ field: LinkField, _ relation: String) -> Bool {
    guard field.relations.contains(relation) else { return false }
    guard let anchor = field.anchor, let url = request.url else { return true }
    return WebURL(anchor, base: url)?.hrefWithoutFragment == url.hrefWithoutFragment
  }

  /// - Parameter isParameter: Whether the value is not a URL, but one parameter of it.
  private func reference(in path: JSONPath, isParameter: Bool) throws(ExtractionFault) -> Reference? {
    guard response?.body.isEmpty == false else { return nil }
    var found: JSONValue?
    try visit(path, in: try json.get()) { value in
      found = value
      return false
    }
    switch found {
    case nil, .null, .bool(false): return nil
    case .string(let text) where isParameter: return text.isEmpty ? nil : Reference(text: text, isOfMarkup: false)
    case .number(let number) where isParameter: return Reference(text: number.text, isOfMarkup: false)
    case .string(let text):
      let text = text.trimmingWhiteSpace()
      return text.isEmpty ? nil : Reference(text: text, isOfMarkup: false)
    case .number(let number): throw Self.notAText("the number \(number.text)")
    case .bool: throw Self.notAText("true", isParameter: isParameter)
    case .array: throw Self.notAText("a list", isParameter: isParameter)
    case .object where isParameter: throw Self.notAText("an object", isParameter: true)
    case .object(let object):
      let member = ["href", "url", "uri", "link"].first { object[$0] != nil }
      throw Self.notAText("an object", hint: member.map { "\(path.text).\($0)" })
    }
  }

  private static func notAText(
    _ kind: String, isParameter: Bool = false, hint: String? = nil
  ) -> ExtractionFault {
    ExtractionFault(
      "finds \(kind) where \(isParameter ? "the value of the parameter" : "the URL of the next page") should be"
        + (hint.map { "; write \($0) for its URL" } ?? ""))
  }
}

extension NextSelector {
  /// The elements that link with a relation.
  fileprivate static func elements(with relation: String) -> CSSSelector? {
    let conditions = ["link", "a", "area"].map { "\($0)[rel~=\"\(relation)\" i][href]" }
    return try? CSSSelector(conditions.joined(separator: ", "))
  }
}
