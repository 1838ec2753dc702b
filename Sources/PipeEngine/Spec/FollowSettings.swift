internal import PipeSpec
package import PipeWeb

/// The `follow` option of a source: how the next page of a list is found on a page.
package struct FollowSettings: Sendable {
  package let selector: NextSelector
  /// The most pages from one URL, its own among them; `nil` for as many as there are.
  package let maxPages: Int?

  package init(_ selector: NextSelector, maxPages: Int? = nil) {
    self.selector = selector
    self.maxPages = maxPages
  }

  /// One of the ways in which the next page is found is there.
  static let shape = Shape<FollowSettings>(
    .oneOf(
      [
        Key("css", LinkPicks.selection, cssSummary, example: "a.next").key,
        Key("xpath", LinkPicks.path, xpathSummary, example: xpathExample).key,
        Key("json", Shape<JSONPath>.jsonPath, jsonSummary, example: "$.next").key,
        Key("rel", relation, relSummary, example: "next").key,
      ].map { .map(keys: [$0, maxPages.key], main: nil) })
  ) { node, context in
    map.shape.decode(node, &context)
  }

  private static let cssSummary =
    "A CSS selector: the first element that it finds with a link is the link to the next page."
  private static let xpathSummary = "An XPath expression: the first node that it finds is the link to the next page."
  private static let xpathExample = "//a[@rel='next']"
  private static let jsonSummary =
    "A JSONPath query on JSON content: the first value that it selects is the URL of the next page."
  private static let relSummary =
    "The relation of the link to the next page, in a `Link` field of the answer or in a `link`, `a` or `area` element."
  private static let maxPages = Key(
    optional: "max_pages", .int(1...1_000_000_000),
    "The most pages from one URL, its own among them; by default, as many as there are.", example: "100")

  private static let relation = Shape<String>.scalar(
    .text(name: "a relation of a link", examples: ["next"])
  ) { text throws(ScalarFault) in
    let isWord = text.text.utf8.allSatisfy { byte in
      ("a"..."z").contains(Unicode.Scalar(byte | 0x20)) || ("0"..."9").contains(Unicode.Scalar(byte))
        || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }
    if isWord, !text.text.isEmpty { return text.text.lowercased() }
    throw ScalarFault(.badValue, "is not the relation of a link", hint: "for example: next")
  }

  private static let map = MapShape(
    Key(optional: "css", LinkPicks.selection, cssSummary, example: "a.next"),
    Key(optional: "xpath", LinkPicks.path, xpathSummary, example: xpathExample),
    Key(optional: "json", Shape<JSONPath>.jsonPath, jsonSummary, example: "$.next"),
    Key(optional: "rel", relation, relSummary, example: "next"), maxPages,
    make: { css, xpath, json, rel, maxPages in
      (
        selectors: [
          css.map { NextSelector.css($0) }, xpath.map { .xpath($0) }, json.map { .json($0) }, rel.map { .rel($0) },
        ].compactMap(\.self), maxPages: maxPages
      )
    }
  ).checked { (made, map, context) -> FollowSettings? in
    let isOne = map.hasOneWay(
      of: ["css", "xpath", "json", "rel"], for: "the next page is found",
      missing: "does not say how the next page is found",
      hint: "name its link by css, xpath, json or rel, for example follow: {css: a.next}", &context)
    return isOne ? made.selectors.first.map { FollowSettings($0, maxPages: made.maxPages) } : nil
  }
}

extension FollowSettings {
  /// What comes of a page, for plans.
  var outline: String {
    "then the next page of each, found by \(selector.text)"
      + (maxPages.map { ", up to \($0) page\($0 == 1 ? "" : "s")" } ?? ", as many as there are")
  }
}

/// What finds the link to the next page.
package enum NextSelector: Sendable {
  case css(LinkPicks.Selection)
  case xpath(LinkPicks.Path)
  case json(JSONPath)
  case rel(String)

  /// What a page has to be had as.
  var needs: PageNeeds {
    switch self {
    case .css(let selection): PageNeeds(content: .dom, fields: selection.selector.needsLanguage, facts: [.base])
    case .xpath: PageNeeds(content: .dom, facts: [.base])
    case .json: PageNeeds(content: .whole)
    case .rel: PageNeeds(content: .dom, fields: true, facts: [.base])
    }
  }

  /// As it is written, for plans and messages.
  var text: String {
    switch self {
    case .css(let selection):
      "css '\(selection.text)'" + (selection.attribute.map { " (attribute \($0))" } ?? "")
    case .xpath(let path): "xpath '\(path.text)'"
    case .json(let path): "json '\(path.text)'"
    case .rel(let relation): "rel '\(relation)'"
    }
  }
}
