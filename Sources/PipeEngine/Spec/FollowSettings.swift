internal import PipeSpec
package import PipeWeb

/// The `follow` option of a source: how the next page of a list is found on a page.
package struct FollowSettings: Sendable {
  package let selector: NextSelector
  /// The parameter of the URL that the value found stands for; `nil` if it is a URL.
  package let param: String?
  /// The most pages from one URL, its own among them; `nil` for as many as there are.
  package let maxPages: Int?

  package init(_ selector: NextSelector, param: String? = nil, maxPages: Int? = nil) {
    self.selector = selector
    self.param = param
    self.maxPages = maxPages
  }

  /// One of the ways in which the next page is found is there.
  static let shape = Shape<FollowSettings>(
    .oneOf(
      [
        [Key("css", LinkPicks.selection, cssSummary, example: "a.next").key],
        [Key("xpath", LinkPicks.path, xpathSummary, example: xpathExample).key],
        [Key("json", Shape<JSONPath>.jsonPath, jsonSummary, example: "$.next").key, param.key],
        [Key("rel", relation, relSummary, example: "next").key],
      ].map { .map(keys: $0 + [maxPages.key], main: nil) })
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
  private static let param = Key(
    optional: "param", Shape<String>.name("the name of a parameter"),
    "The parameter that the value found by json is of: the next page is the same URL with it, all other parameters as they"
      + " are. A text or a number; without it, the value is a URL.", example: "cursor")
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
    Key(optional: "rel", relation, relSummary, example: "next"), param, maxPages,
    make: { css, xpath, json, rel, param, maxPages in
      (
        selectors: [
          css.map { NextSelector.css($0) }, xpath.map { .xpath($0) }, json.map { .json($0) }, rel.map { .rel($0) },
        ].compactMap(\.self), param: param, maxPages: maxPages
      )
    }
  ).checked { (made, map, context) -> FollowSettings? in
    let isOne = map.hasOneWay(
      of: ["css", "xpath", "json", "rel"], for: "the next page is found",
      missing: "does not say how the next page is found",
      hint: "name its link by css, xpath, json or rel, for example follow: {css: a.next}", &context)
    guard isOne, let selector = made.selectors.first else { return nil }
    if made.param != nil, map.entry("json") == nil {
      context.report(
        .conflict, at: map.entry("param")?.key.span ?? map.span,
        "param is of a value that json finds, and a link is a URL already", hint: "remove it",
        notes: ["css", "xpath", "rel"].compactMap { map.entry($0) }.map {
          Diagnostic.Note("the link is here", at: $0.key.span)
        })
      return nil
    }
    return FollowSettings(selector, param: made.param, maxPages: made.maxPages)
  }
}

extension FollowSettings {
  /// What comes of a page, for plans.
  var outline: String {
    "then the next page of each, found by \(selector.text)" + (param.map { ", which is its parameter '\($0)'" } ?? "")
      + (maxPages.map { ", up to \($0) page\($0 == 1 ? "" : "s")" } ?? ", as many as there are")
  }
}

extension FetchSettings {
  /// Reports a next page that could not be what is meant: it is asked for by GET and without content.
  func check(_ follow: Located<FollowSettings>?, _ report: (Diagnostic) -> Void) {
    guard let follow, follow.value.param != nil, body != nil || method.map({ $0 != .get }) ?? false else { return }
    report(
      Diagnostic(
        .conflict, at: follow.span,
        "param makes a URL of the next page, which is asked for by GET, and fetch says otherwise",
        hint: "remove method and body from fetch; pages that are asked for by POST cannot be followed"))
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
