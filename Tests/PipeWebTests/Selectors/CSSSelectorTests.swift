import PipeWeb
import Testing

struct CSSSelectorTests {
  private func ids(_ selector: String, _ html: String) throws -> [String] {
    let bytes = Array(html.utf8)
    let parsed = DOMDocument(parsing: bytes.span)
    let document = try #require(parsed)
    return try CSSSelector(selector).select(in: document).map { $0[attribute: "id"] ?? $0.name ?? "" }
  }

  static let list = "<ul id=u><li id=a class='x y'><li id=b><li id=c class=x><b id=d>Hello</b><li id=e></ul>"

  @Test(arguments: [
    ("li:is(#a, .x)", ["a", "c"]), ("li:where(#e)", ["e"]), ("li:has(b)", ["c"]), ("ul:has(> li > b)", ["u"]),
    ("li:has(+ .x)", ["b"]), ("li:has(~ #e)", ["a", "b", "c"]), ("ul:has(> b)", []),
    ("li:nth-child(2 of .x)", ["c"]), ("li:nth-last-child(1 of .x)", ["c"]), ("li:nth-child( 2n + 1 )", ["a", "c"]),
    ("li:not(.x, #e)", ["b"]), ("LI.x", ["a", "c"]), ("li.x.y", ["a"]),
    (":contains(HELLO)", ["html", "body", "u", "c", "d"]),
    ("li:containsOwn('hello')", []), ("#\\61", ["a"]), ("li/* comment */#b", ["b"]), ("*|li#b", ["b"]),
    ("[class=x i]", ["c"]), ("li:nth-of-type(-n+2)", ["a", "b"]), (":root > body", ["body"]),
    (":scope > body", ["body"]), (":scope", ["html"]), ("ul:scope", []),
    ("li:hover", []), ("li + li ~ li > b", ["d"]),
  ])
  func `A selector finds its elements in document order`(selector: String, expected: [String]) throws {
    #expect(try ids(selector, Self.list) == expected)
  }

  @Test(arguments: [
    ("p::text", 1..<7, "no pseudo-element is called 'text'"),
    ("a::attr(href)", 1..<8, "no pseudo-element is called 'attr'"),
    ("div > ", 4..<5, "something is missing at its end"),
    ("div:frist-child", 3..<15, "no pseudo-class is called 'frist-child'"),
    ("a[href", 1..<2, "the '[' has no ']'"), ("a, é >ü#", 9..<10, "the name of an id must stand at its end"),
    ("a[href='x]", 7..<10, "the string has no end"),
    ("é #5", 4..<5, "the name of an id must stand here"),
    ("p:nth-child(x)", 12..<13, "a number, 2n+1, odd or even must stand here"),
    ("p:not(", 5..<6, "something is missing at its end"), ("p:not(a", 5..<6, "the '(' has no ')'"),
    ("> a", 0..<1, "'>' cannot stand here"), ("a, > a", 3..<4, "'>' cannot stand here"),
    ("p:has", 1..<5, "':has' needs something in parentheses"), ("a{}", 1..<2, "'{' cannot stand here"),
  ])
  func `A fault has its place`(selector: String, range: Range<Int>, message: String) {
    do throws(CSSSelector.SyntaxError) {
      _ = try CSSSelector(selector)
      Issue.record("\(selector) is read")
    } catch {
      #expect(error.message.contains(message))
      #expect(error.range == range)
    }
  }

  @Test(arguments: [
    String(repeating: ":not(", count: 100_000), String(repeating: "a>", count: 30_000),
    String(repeating: "[", count: 1000),
    String(repeating: "a,", count: 40_000), "\\", "a\\", "\"", "#", "[a=\"\\", "/*",
    ":nth-child(99999999999999999999n)",
    "\u{0}", ":has(:has(:has(a)))",
  ])
  func `Any text is read or refused`(selector: String) {
    _ = try? CSSSelector(selector)
  }

  @Test(arguments: [
    ("i ~ b ~ i ~ b ~ u ~ i", String(repeating: "<i></i><b></b>", count: 2_000) + "<i>"),
    (":has(:has(u))", String(repeating: "<div>", count: 2_000)),
    (
      "u div div div div i",
      String(repeating: "<div>", count: 400) + String(repeating: "<i></i>", count: 2_000)
    ),
    ("i:contains(b)", String(repeating: "<i>a", count: 400)),
  ])
  func `A search that takes too many steps is given up`(selector: String, html: String) throws {
    let bytes = Array(html.utf8)
    let parsed = DOMDocument(parsing: bytes.span)
    let document = try #require(parsed)
    let compiled = try CSSSelector(selector)
    #expect(throws: CSSSelector.LimitExceeded.self) { _ = try compiled.select(in: document, stepLimit: 20_000) }
  }

  @Test(arguments: ["p:nth-child(2n)", "p:nth-last-child(2n)", "p:nth-of-type(3)", "p:nth-last-of-type(2n+1)", "p + p"])
  func `Positions among many siblings are counted once`(selector: String) throws {
    let bytes = Array(String(repeating: "<p></p><i></i>", count: 5_000).utf8)
    let parsed = DOMDocument(parsing: bytes.span)
    let document = try #require(parsed)
    _ = try CSSSelector(selector).select(in: document, stepLimit: 100_000)
  }
}
