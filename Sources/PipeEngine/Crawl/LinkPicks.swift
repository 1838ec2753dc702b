package import PipeSpec
package import PipeWeb

/// What picks the links of a page that a crawl follows, where the spec says so.
package struct LinkPicks: Sendable {
  /// Elements that a selector finds.
  package struct Selection: Sendable {
    package let selector: CSSSelector
    /// The attribute that has the reference; `nil` for the usual ones.
    package let attribute: String?
    /// The selector as it is written, for messages.
    let text: String
  }

  /// Nodes that an expression finds.
  package struct Path: Sendable {
    package let expression: XPathExpression
    let text: String
  }

  /// What an expression finds in the content: its first group, or all of the match.
  package struct Pattern: Sendable {
    package let expression: RegularExpression
    let text: String
  }

  package let css: [Selection]
  package let xpath: [Path]
  package let regex: [Pattern]

  package init(css: [Selection] = [], xpath: [Path] = [], regex: [Pattern] = []) {
    self.css = css
    self.xpath = xpath
    self.regex = regex
  }

  /// What a page has to be had as.
  var needs: PageNeeds {
    let isTree = !css.isEmpty || !xpath.isEmpty
    return PageNeeds(content: isTree ? .dom : .whole, fields: true, facts: [.metas, .base])
  }

  /// What they are, for messages.
  var words: String {
    let all = css.map { ("css", $0.text) } + xpath.map { ("xpath", $0.text) } + regex.map { ("regex", $0.text) }
    return all.map { "\($0) '\($1)'" }.joined(separator: ", ")
  }
}

extension LinkPicks {
  static let shape = MapShape(
    Key(
      "css", selection.list(orOne: true), default: [], shown: "[]",
      "CSS selectors. An element with a href, else a src, is a link, and so is a meta refresh; of any other one, the elements"
        + " within it are that have a href, and frames. In XML, an element without others in it is a link by its text.",
      example: "[a.next, .product]"),
    Key(
      "xpath", path.list(orOne: true), default: [], shown: "[]",
      "XPath expressions. Elements are links as with css, attributes and texts by what they say.",
      example: "\"//div[@data-url]/@data-url\""),
    Key(
      "regex", pattern.list(orOne: true), default: [], shown: "[]",
      "Regular expressions, looked for in the content of any type as text, markup included. The first group is the link, or"
        + " else the whole match.", example: #"'/"next": *"([^"]+)"/'"#),
    make: { LinkPicks(css: $0, xpath: $1, regex: $2) }
  ).checked { picks, map, context in
    if !picks.css.isEmpty || !picks.xpath.isEmpty || !picks.regex.isEmpty { return picks }
    // A key that is not known is reported, and was to pick something.
    guard map.names.allSatisfy({ ["css", "xpath", "regex"].contains($0) }) else { return nil }
    context.report(
      .missingKey, at: map.span, "\(context.place) picks nothing, so no link would be followed",
      hint: "name the links by css, xpath or regex, for example follow: {css: a.next}; crawl: {depth: 0} follows none")
    return nil
  }.shape

  static let selection = MapShape(
    main: "selector",
    Key("selector", Shape<CSSSelector>.cssSelector.withText, "The selector.", example: "a.next"),
    Key(
      optional: "attribute", .name("the name of an attribute"),
      "The attribute that has the reference, if it is not the usual one.", example: "data-href"),
    make: { Selection(selector: $0.value, attribute: $1, text: $0.text) }
  ).shape

  static let path = Shape<XPathExpression>.xpath.withText.map { found, node, context -> Path? in
    if found.value.kind == .nodes || found.value.kind == .text {
      return Path(expression: found.value, text: found.text)
    }
    context.report(
      .badValue, on: node, "\(context.place) must find nodes, and this expression is a \(found.value.kind)",
      hint: "for example: //a[@rel=\"next\"]")
    return nil
  }

  private static let pattern = Shape<RegularExpression>.regex.withText.map { found, _, _ in
    Pattern(expression: found.value, text: found.text)
  }
}

extension Shape {
  /// The value with the text that it was made of.
  fileprivate var withText: Shape<(value: Value, text: String)> {
    map { value, node, _ in (value, node.text ?? "") }
  }
}

extension Page {
  /// What a crawl follows of the page: the links that the spec picks, those of `http` and `https` among them.
  ///
  /// - Returns: Whether some are missing as well, and why, if that is the page's fault.
  func links(
    _ picks: LinkPicks, upTo limit: Int
  ) -> (links: [(url: WebURL, link: PickedLinks.Link)], isCut: Bool, fault: ExtractionFault?) {
    var picked = PickedLinks(limit: limit, within: ValueBudget(bytes: Self.referenceBytes))
    var fault: ExtractionFault?
    do throws(ExtractionFault) { try pick(picks, &picked) } catch { fault = error }
    let links = picked.links.compactMap { link -> (url: WebURL, link: PickedLinks.Link)? in
      guard let url = WebURL(link.reference, base: baseURL, encoding: urlEncoding), url.isHTTP else { return nil }
      return (url, link)
    }
    return (links, picked.isCut || fault != nil || isBeyondMemory, fault)
  }

  /// As much as all facts of a page may take.
  private static let referenceBytes = 16 << 20

  private func pick(_ picks: LinkPicks, _ picked: inout PickedLinks) throws(ExtractionFault) {
    if let document, !picks.css.isEmpty || !picks.xpath.isEmpty {
      for pick in picks.css {
        picked.take(try select(pick.selector, called: " '\(pick.text)'"), attribute: pick.attribute)
      }
      for pick in picks.xpath {
        var budget = ValueBudget(bytes: Self.referenceBytes)
        switch try evaluate(pick.expression, text: &budget, called: " '\(pick.text)'") {
        case .nodes(let nodes): picked.take(nodes)
        case .text(let text): if !text.isEmpty { picked.take(text) }
        case .number, .boolean, nil: break
        }
      }
      if document.isTruncated { throw Self.incomplete(document) }
    }
    for pick in picks.regex {
      let group = pick.expression.groupCount > 0 ? 1 : 0
      let gaveUp = pick.expression.visitMatches(of: group, in: text) { match in
        if !match.isEmpty { picked.take(String(decoding: match, as: UTF8.self)) }
        return !picked.isCut
      }
      if gaveUp { throw ExtractionFault("the pattern '\(pick.text)' takes too many steps on this page") }
    }
  }
}
