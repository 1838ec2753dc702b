import PipeWeb
import Testing

struct XPathExpressionTests {
  private static let page = """
    <h1 id=t>A  title</h1><ul><li class=x>1</li><li>2<li class=x>3</ul><p lang=en>text <b>bold</b><!--c--></p>
    """

  private func evaluate(_ expression: String, stepLimit: Int = XPathExpression.stepLimit) throws -> String {
    let bytes = Array(Self.page.utf8)
    let parsed = DOMDocument(parsing: bytes.span)
    let document = try #require(parsed)
    return switch try XPathExpression(expression).evaluate(in: document, stepLimit: stepLimit) {
    case .nodes(let nodes): nodes.map(\.readableText).joined(separator: "|")
    case .text(let text): "text \(text)"
    case .number(let number): "number \(number)"
    case .boolean(let value): "boolean \(value)"
    }
  }

  @Test(arguments: [
    ("//li", "1|2|3"), ("//li[@class='x'][2]", "3"), ("//h1/@id", "t"), ("//p/text()", "text"), ("//p", "text bold"),
    ("//p/comment()", "c"), ("count(//li)", "number 3.0"), ("string(//h1)", "text A  title"), ("//h2", ""),
    ("normalize-space(//h1)", "text A title"), ("boolean(//h2)", "boolean false"), ("//li[3] | //li[1]", "1|3"),
    ("id('t')", "A title"), ("//li[contains(concat(' ', @class, ' '), ' x ') and (1 or (2))][1]", "1"),
    ("//li[contains(., '2')]/following-sibling::*", "3"),
    ("/html/body/h1", "A title"), ("//b/ancestor::p/@lang", "en"),
  ])
  func `An expression is worth its value`(expression: String, expected: String) throws {
    #expect(try evaluate(expression) == expected)
  }

  /// XPath 1.0, 4.2 and 4.4: numbers never have an exponent, and as many digits as tell them from all others.
  @Test(arguments: [
    ("string(12345678901)", "12345678901"), ("string(1000000000 * 1000000000 * 1000)", "1000000000000000000000"),
    ("string(0.00000012)", "0.00000012"), ("string(-0.0000001)", "-0.0000001"),
    ("string(0.1 + 0.2)", "0.30000000000000004"),
    ("string(1 div 3)", "0.3333333333333333"), ("string(-0)", "0"), ("string(number('1e3'))", "NaN"),
    ("string(number('-'))", "NaN"), ("string(number('0x10'))", "NaN"), ("string(round(0.49999999999999994))", "0"),
    ("string(round(-0.5))", "0"), ("string(1 div round(-0.2))", "-Infinity"), ("string(position())", "1"),
    ("string(last())", "1"), ("string(count(//@class/following::node()[1]))", "2"),
    ("string(count(//*/namespace::*))", "0"),
    ("string(5. + .5)", "5.5"),
    ("string(number(concat('1', translate(string(123456789), '123456789', '000000000'))))", "1000000000"),
  ])
  func `Numbers and positions are those of the standard`(expression: String, expected: String) throws {
    #expect(try evaluate(expression) == "text " + expected)
  }

  @Test(arguments: [
    ("div div div", "number nan"), ("//li[. = 1 or . = 3]", "1|3"), ("//*[self::li][. mod 2 = 1]", "1|3"),
    ("//li [ position ( ) = last ( ) ]", "3"), ("child :: html / body/h1", "A title"), ("2*3", "number 6.0"),
    ("//li/*", ""), ("count(//*) * 2 > 3 and not(//or)", "boolean true"), ("- -1", "number 1.0"),
    ("--'2'", "number 2.0"),
    ("(//li | //h1)[1]", "A title"), ("/ | /html", "|A title 1 2 3 text bold"), ("'a' = \"a\"", "boolean true"),
    ("3-2", "number 1.0"),
    ("//li[2]/preceding-sibling::li[1]", "1"), ("//text()[. = 'bold']/..", "bold"),
  ])
  func `An expression is read by the grammar`(expression: String, expected: String) throws {
    #expect(try evaluate(expression).split(whereSeparator: \.isNewline).joined(separator: " ") == expected)
  }

  @Test(arguments: [
    ("", 0..<0, "it is empty"), ("//li[", 4..<5, "cannot be read"), ("//li[@class='x]", 14..<15, "has no end"),
    ("foo(//li)", 0..<3, "no function 'foo'"), ("//p[matches(., 'a')]", 4..<11, "no function 'matches'"),
    ("$x", 0..<2, "there are no variables"), ("//a[@b = $x]", 9..<11, "there are no variables"),
    ("1 + count()", 4..<11, "count() takes 1 argument, and has 0"),
    ("//a[contains( . )]", 4..<17, "contains() takes 2 arguments, and has 1"),
    ("//a[concat(',(', \")]\", true(1))]", 23..<30, "true() takes no argument, and has 1"),
    ("string(id(a, b)[name(c)], d)", 7..<15, "id() takes 1 argument, and has 2"),
    ("substring((1), 2, 3, 4)", 0..<23, "substring() takes 2 or 3 arguments, and has 4"),
    ("concat('a')", 0..<11, "concat() takes 2 arguments or more, and has 1"),
    ("//li)", 4..<5, "cannot be read"), ("//svg:foo()", 6..<9, "no function 'foo'"),
    ("count('a')", 6..<9, "count() takes nodes"), ("sum(//a) | //b", 0..<8, "| joins nodes"),
    ("'a'[1]", 0..<6, "only nodes have a predicate"), ("concat('a', 'b')/c", 0..<16, "steps begin at nodes"),
    ("//a/up::b", 4..<6, "no axis 'up'"), ("//a[(1]", 6..<7, "parenthesis is not closed"),
    ("//a[1)", 5..<6, "brackets"),
    ("1e3", 1..<2, "cannot be read"), ("a\u{A0}[1]", 1..<3, "cannot be read"), (".[1]", 1..<2, "cannot be read"),
    ("//a and", 6..<7, "cannot be read"), ("a:b:c", 3..<4, "cannot be read"), ("text(1)", 5..<6, "not closed"),
    ("//é[", 4..<5, "cannot be read"), ("a='\u{FFFD}", 3..<6, "has no end"), ("a é", 2..<4, "cannot be read"),
  ])
  func `A fault is found before there is a page`(expression: String, range: Range<Int>, message: String) {
    do throws(XPathExpression.SyntaxError) {
      _ = try XPathExpression(expression)
      Issue.record("\(expression) is read")
    } catch {
      #expect(error.message.contains(message), "\(error.message)")
      #expect(error.range == range)
    }
  }

  @Test(arguments: [
    String(repeating: "(", count: 50_000), String(repeating: "//a[", count: 10_000),
    String(repeating: "-", count: 50_000) + "1",
    String(repeating: "a|", count: 30_000) + "a", "\u{0}", "//", "@", "::", "1 div 0", "//a[1e999]",
  ])
  func `Any text is read or refused`(expression: String) {
    _ = try? XPathExpression(expression)
  }

  @Test func `An evaluation that takes too many steps is given up`() {
    #expect(throws: XPathExpression.Failure.self) { try evaluate("//*[//*[//*[//*]]]", stepLimit: 100) }
  }

  @Test func `An expression serves many tasks at once`() async throws {
    let expression = try XPathExpression("string(//li[@class='x'][last()])")
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<32 {
        group.addTask {
          let bytes = Array(Self.page.utf8)
          guard let document = DOMDocument(parsing: bytes.span), let result = try? expression.evaluate(in: document),
            case .text(let text) = result
          else { return false }
          return text == "3"
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }
}
