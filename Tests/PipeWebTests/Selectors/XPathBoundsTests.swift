import PipeTesting
import PipeWeb
import Testing

/// What a page can make of an expression is bounded, whatever both are.
struct XPathBoundsTests {
  private static func document(_ page: String) throws -> DOMDocument {
    let bytes = Array(page.utf8)
    let parsed = DOMDocument(parsing: bytes.span)
    return try #require(parsed)
  }

  /// 100 kB of text inside of 500 elements, each of whose texts is nearly all of it.
  private static let deep = String(repeating: "<div>" + String(repeating: "x ", count: 100), count: 500)
  /// 100 kB of small elements, side by side.
  private static let wide = String(repeating: "<p class=y>ab</p><i>b</i>", count: 4_000)
  /// Elements in each other, and beside each other in the deepest.
  private static let both =
    String(repeating: "<div>", count: 400) + String(repeating: "<b>a</b><p>b</p>", count: 5_000)

  private static let concatenation = "concat(" + (0..<500).map { _ in "string(//div)" }.joined(separator: ", ") + ")"

  /// Terms whose work grows with the square of the page, or faster.
  private static let greedy = [
    concatenation, "count(//*[contains(string(.), 'y')])", "//*[.//*[contains(., 'y')]]",
    "count(//*[translate(., 'x', 'z') = 'y'])", "sum(//*[string-length(normalize-space(.)) > 1])",
    "//*[substring-after(., 'x') = 'y']", "//*[. = //*]", "//* = //*/..", "//* != //*", "//* < //*", "//*[. != //*]",
    "count(//*/following::* | //*/preceding::*)", "count(//*/ancestor::*/descendant::*)", "//*/..//*/..//*/..//*",
    "//*[count(following::*) > count(preceding::*)]", "//*[//*[//*]]", "//*[count(//*[count(//*) = 1]) = 1]",
    "count(//node()/following::node()/preceding::node())", "id(//*)", "//*[id(.)]", "//*[sum(.//node()) = 1]",
    "//*[string(number(.)) = 'x']", "//*[starts-with(., ..)]", "//*[contains(.., .)]", "//*[concat(., ..) = .]",
    "//*[position() = last() - count(preceding::*)]", "//*[preceding::*[1]/following::*[last()]]",
    "//*[following-sibling::*[last()]]", "(//*/following::*)[last()]", "//text()[contains(../.., .)]",
    "//*[lang('x')]", "//*[name(following::*[last()]) = 'x']", "//*[self::* = ancestor::*]",
  ]

  @Test(arguments: [deep, wide, both].indices)
  func `An evaluation ends at its bounds`(page: Int) async throws {
    let document = try Self.document([Self.deep, Self.wide, Self.both][page])
    for expression in Self.greedy {
      await Task.yield()
      let compiled = try XPathExpression(expression)
      do throws(XPathExpression.Failure) {
        _ = try compiled.evaluate(in: document, stepLimit: Effort.times(60_000))
      } catch {
        #expect(error.description.hasPrefix("it takes more than \(Effort.times(60_000)) steps"), "\(expression)")
      }
    }
  }

  /// Of each kind of work one that is more than a few steps: every one counts.
  private static let costly = [
    "concat(string(/), string(/))", "string-length(string(/)) + string-length(.)", "//* = //*", "//* != /", "//* > //*",
    "contains(/, 'zz')", "substring-before(/, 'zz')", "substring(/, 5, 7)", "normalize-space(/)",
    "translate(/, 'x', 'y')",
    "number(/)", "sum(//*)", "//* | //text()", "//*/ancestor::*", "//*/following::*", "//*/preceding::*[1]",
    "id(/)", "//*[. = 'a']", "//*[last()]", "starts-with(/, /)", "/ = string(/)", "(//*)[last()]", "boolean(//zz)",
    "not(.//zz)", "//@*", "name(//*[last()])",
  ]

  @Test func `All work counts`() throws {
    let document = try Self.document(Self.deep)
    for expression in Self.costly {
      let compiled = try XPathExpression(expression)
      #expect(throws: XPathExpression.Failure.self, "\(expression)") {
        try compiled.evaluate(in: document, stepLimit: 500)
      }
      #expect(throws: Never.self, "\(expression)") { try compiled.evaluate(in: document) }
    }
  }

  @Test func `Texts that are held at a time are bounded`() throws {
    let document = try Self.document(Self.deep)
    let many = try XPathExpression(Self.concatenation)
    #expect(throws: XPathExpression.Failure.self) { try many.evaluate(in: document, stepLimit: .max >> 1) }
    let one = try XPathExpression("string-length(concat(string(//div), string(//div)))")
    guard case .number(200_000) = try one.evaluate(in: document) else {
      Issue.record("two texts are too many")
      return
    }
    // One after the other, they may be as many as there are steps for.
    let nested = try XPathExpression("count(//*[string-length(concat(., ., .)) > 1])")
    guard case .number(502) = try nested.evaluate(in: document, stepLimit: .max >> 1) else {
      Issue.record("not all elements are counted")
      return
    }
  }

  /// What people ask of large pages is far from the bounds.
  @Test(
    arguments: [
      ("count(//p[contains(concat(' ', @class, ' '), ' y ')])", 4_000), ("count(//p[. = 'ab'])", 4_000),
      ("count(//p/following-sibling::i[1])", 4_000), ("count(//i/preceding-sibling::p[1])", 4_000),
      ("string-length(normalize-space(//body))", 12_000), ("count(//p[1] | //i)", 4_001),
      ("count(//body//p[position() mod 2 = 0])", 2_000), ("count(//p/text())", 4_000),
    ] as [(String, Double)])
  func `Plain expressions have room on a large page`(expression: String, expected: Double) throws {
    let document = try Self.document(Self.wide)
    let compiled = try XPathExpression(expression)
    guard case .number(let number) = try compiled.evaluate(in: document, stepLimit: 200_000) else {
      Issue.record("no number")
      return
    }
    #expect(number == expected)
  }

  @Test func `Elements in each other are gone through once`() throws {
    let document = try Self.document(Self.both)
    guard case .number(5_000) = try XPathExpression("count(//div//b)").evaluate(in: document, stepLimit: 100_000) else {
      Issue.record("not all elements are counted")
      return
    }
  }
}
