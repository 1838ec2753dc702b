import PipeTesting
import PipeWeb
import Testing

/// The cases of another implementation, and the Web Platform's selectors as that one carries them.
@Suite(.enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
struct SelectorConformanceTests {
  struct Valid: Decodable {
    let name: String
    let selector: String
    let expect: [String]?
  }

  struct Invalid: Decodable {
    let name: String
    let selector: String
  }

  struct Case: Decodable {
    let html: String
    let selector: String
    let results: [String]
  }

  /// Selectors that match something else, with the reason.
  static let exclusions: [String: String] = [
    "#no-namespace |div": absent, "#no-namespace |*": absent, "#any-namespace *|div": absent,
    ":target": "the page has no URL with a fragment",
    "#head :link, #head :visited": "the standard counts a and area elements alone (WHATWG HTML 4.16.3)",
    "div.teST": "a page without a doctype is in quirks mode, where classes compare in any case",
    "p[class$=\" \"]": blank, "p[class^=\" \"]": blank, "p[class*=\" \"]": blank,
  ]
  private static let absent = "the page that comes with the cases has no such elements"
  private static let blank = "by the standard only the empty text is in no value; a blank is in one"

  /// Cases that are refused, with the reason.
  static let refused: [String: String] = [
    "p:matches([\\d])": pattern, "p:matches([a-z])": pattern, "p:matches([a-zA-Z])": pattern,
    "p:matches([^\\d])": pattern, "p:matches(^(0|a))": pattern, "p:matches(^\\d+$)": pattern,
    "p:not(:matches(^\\d+$))": pattern, "div :matchesOwn(^\\d+$)": pattern,
    "[href#=(fina)]:not([href#=(\\/\\/[^\\/]+untrusted)])": pattern, "[href#=(^https:\\/\\/[^\\/]*\\/?news)]": pattern,
  ]
  private static let pattern = "regular expressions are the business of the option pattern"

  @Test func `Valid selectors match the elements they should`() throws {
    let cases = try Corpus.json("css-selectors/cascadia-valid_selectors.json", as: [Valid].self)
    let page = try Corpus.bytes("css-selectors/cascadia-content.xhtml")
    let parsed = DOMDocument(parsing: page.span)
    let document = try #require(parsed)
    #expect(cases.count > 180)
    for test in cases {
      if test.name.contains("pseudo-element") {
        #expect(throws: CSSSelector.SyntaxError.self, "\(test.selector)") { try CSSSelector(test.selector) }
        continue
      }
      let found = try CSSSelector(test.selector).select(in: document).map { $0[attribute: "id"] ?? "" }
      let agrees = test.expect.map { Set($0) == Set(found) && $0.count == found.count } ?? true
      if Self.exclusions[test.selector] != nil {
        #expect(!agrees, "\(test.selector) agrees: its exclusion is stale")
      } else {
        #expect(agrees, "\(test.name): \(test.selector) finds \(found) and not \(test.expect ?? [])")
      }
    }
  }

  @Test func `Invalid selectors are refused`() throws {
    let cases = try Corpus.json("css-selectors/cascadia-invalid_selectors.json", as: [Invalid].self)
    #expect(cases.count > 30)
    for test in cases {
      #expect(throws: CSSSelector.SyntaxError.self, "\(test.name): \(test.selector)") {
        try CSSSelector(test.selector)
      }
    }
  }

  @Test func `Selectors match as another implementation's do`() throws {
    let cases = try Corpus.json("css-selectors/cascadia-cases.json", as: [Case].self)
    #expect(cases.count > 100)
    for test in cases {
      if Self.refused[test.selector] != nil {
        #expect(throws: CSSSelector.SyntaxError.self, "\(test.selector) is read: its exclusion is stale") {
          try CSSSelector(test.selector)
        }
        continue
      }
      let bytes = Array(test.html.utf8)
      let parsed = DOMDocument(parsing: bytes.span)
      let document = try #require(parsed)
      let found = try CSSSelector(test.selector).select(in: document).map(Self.startTag)
      let agrees = found == test.results.map(Self.startTag)
      if Self.exclusions[test.selector] != nil {
        #expect(!agrees, "\(test.selector) agrees: its exclusion is stale")
      } else {
        #expect(agrees, "\(test.selector) finds \(found) in \(test.html)")
      }
    }
  }

  private static func startTag(_ node: DOMNode) -> String {
    "<" + (node.name ?? "") + node.attributes.map { " \($0.name)=\"\($0.value)\"" }.joined() + ">"
  }

  private static func startTag(_ html: String) -> String {
    String(html.prefix { $0 != ">" } + ">").replacing("/>", with: ">")
  }
}
