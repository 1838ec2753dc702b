import PipeWeb
import Testing

/// Every producer stops when its budget is spent: bytes and steps are counted, and no clock is asked.
@Suite("Budget of a value")
struct ValueBudgetTests {
  private typealias JSON = JSONValue

  private static func document(_ page: String) throws -> DOMDocument {
    let bytes = Array(page.utf8)
    let document = DOMDocument(parsing: bytes.span)
    return try #require(document)
  }

  private static func nested(_ tag: String, depth: Int = 400, around text: String) -> String {
    String(repeating: "<\(tag)>", count: depth) + text
  }

  @Test(arguments: [
    ("abc", 3, "abc", false), ("abc", 2, "ab", true), ("", 0, "", false), ("a", 0, "", true), ("äöü", 3, "ä", true),
    ("äöü", 4, "äö", true), ("a€b", 3, "a", true), ("a😀b", 4, "a", true), ("a😀b", 5, "a😀", true),
  ])
  func `A text is cut between two characters`(text: String, bytes: Int, expected: String, isCut: Bool) {
    var budget = ValueBudget(bytes: bytes)
    #expect(budget.text(text) == expected)
    #expect(budget.isOutOfBytes == isCut)
    #expect(budget.isSpent == isCut)
  }

  @Test func `An element of a list counts more than its text`() {
    var budget = ValueBudget(bytes: 40)
    var taken = (0..<2).map { _ in budget.takeElement(bytes: 4) }
    #expect(taken == [true, true])
    #expect(!budget.isSpent)
    taken.append(budget.takeElement(bytes: 0))
    #expect(taken.last == false)
    #expect(budget.isOutOfBytes)
  }

  @Test(arguments: [
    ("<p>one two", 7, "one two", false), ("<p>one two", 6, "one tw", true), ("<p>one   two", 7, "one two", false),
    ("<p>one   two", 4, "one", true), ("<p>one   ", 3, "one", false), ("<p>one<p>two", 7, "one\ntwo", false),
    ("<p>one<p>two", 4, "one", true), ("<p>one<p>two", 5, "one\nt", true), ("<pre>a  b", 3, "a  ", true),
    ("<pre>a  b", 4, "a  b", false), ("<p>äöü", 5, "äö", true), ("<p>äöü", 6, "äöü", false), ("<p>", 0, "", false),
    ("<p>x", 0, "", true), ("<pre>€€", 4, "€", true), ("<p>a<script>b</script>", 1, "a", false),
  ])
  func `The text of an element is cut where its bytes end`(
    page: String, bytes: Int, expected: String, isCut: Bool
  ) throws {
    let body = try #require(try Self.document(page).body)
    var budget = ValueBudget(bytes: bytes)
    let text = body.readableText(within: &budget)
    #expect(text == expected || text == expected + "\n" || text == expected + " ")
    #expect(text.utf8.count <= bytes)
    #expect(budget.isOutOfBytes == isCut)
    if !isCut { #expect(budget.bytes == bytes - text.utf8.count) }
  }

  @Test(arguments: ["div", "span", "pre", "ul", "section", "script", "svg"])
  func `Texts of nested elements take no more than one budget`(tag: String) throws {
    let document = try Self.document(Self.nested(tag, around: String(repeating: "x y ", count: 5000)))
    let nodes = try CSSSelector("*").select(in: document)
    var budget = ValueBudget(bytes: 50_000)
    var bytes: [UInt8] = []
    for node in nodes where !budget.isSpent { bytes = node.appendReadableText(to: bytes, within: &budget) }
    #expect(bytes.count <= 50_000)
    #expect(String(validating: bytes, as: UTF8.self) != nil)
  }

  @Test(arguments: [
    ("i", "<i> </i>"), ("i", "<i hidden>x</i>"), ("svg", "<title>x</title>"), ("p", "<!-- c -->"),
    ("b", "<br>"), ("b", "<script>x</script>"),
  ])
  func `Elements without a text take steps`(tag: String, filling: String) throws {
    let page = Self.nested("div", around: String(repeating: filling, count: 2000))
    let nodes = try CSSSelector("div").select(in: try Self.document(page))
    var budget = ValueBudget(bytes: 1 << 20, steps: 100_000)
    var count = 0
    for node in nodes {
      _ = node.readableText(within: &budget)
      if budget.isSpent { break }
      count += 1
    }
    #expect(budget.isOutOfSteps)
    #expect(count < 50, "each of them is 2,000 steps or more")
  }

  @Test func `Whether a text is preformatted takes a step for each element around it`() throws {
    let page = Self.nested("div", around: String(repeating: "x<b></b>", count: 2000))
    guard case .nodes(let nodes) = try XPathExpression("//text()").evaluate(in: try Self.document(page)) else {
      Issue.record("no nodes")
      return
    }
    var budget = ValueBudget(bytes: 1 << 20, steps: 100_000)
    let read = nodes.prefix { node in
      _ = node.readableText(within: &budget)
      return !budget.isSpent
    }
    #expect(budget.isOutOfSteps)
    #expect(read.count < 300)
  }

  @Test(arguments: [0, 1, 5, 10, 100, 1000])
  func `JSON is written whole or not at all`(bytes: Int) throws {
    let value = try JSON(parsing: #"{"a":[1,2,{"b":"x\u0001\u0001","c":null}],"d":"ä","e":[],"f":{}}"#)
    var budget = ValueBudget(bytes: bytes)
    let text = value.serialized(within: &budget)
    if value.serialized.utf8.count <= bytes {
      #expect(text == value.serialized)
      #expect(budget.bytes == bytes - value.serialized.utf8.count)
    } else {
      #expect(text == nil)
      #expect(budget.isOutOfBytes)
    }
  }

  @Test func `A query gives its values one by one, until no more are wanted`() throws {
    let value = try JSON(parsing: String(repeating: #"{"p":"#, count: 400) + "1" + String(repeating: "}", count: 400))
    var count = 0
    var budget = ValueBudget(bytes: 10_000)
    try JSONPath("$..p").visit(value) { selected in
      count += 1
      return selected.serialized(within: &budget) != nil
    }
    #expect(budget.isOutOfBytes)
    #expect(count < 10)
  }

  @Test(arguments: [
    "[" + String(repeating: "1,", count: 50_000) + "1]", "[" + String(repeating: "[1],", count: 25_000) + "1]",
    "[" + String(repeating: "{\"a\":1},", count: 12_000) + "1]",
    "{" + (0..<10_000).map { "\"\($0)\":1," }.joined() + "\"x\":1}",
    "[" + String(repeating: "\"0123456789abcdef\",", count: 5_000) + "1]",
    "[" + String(repeating: "\"0123456789abcde\\n\",", count: 5_000) + "1]",
    "[" + String(repeating: "12345678901234567890,", count: 5_000) + "1]",
  ])
  func `JSON whose values take too much memory is refused while it is read`(text: String) throws {
    #expect(throws: JSONSyntaxError.self) { try JSON(parsing: text, memory: 300_000) }
    do throws(JSONSyntaxError) {
      _ = try JSON(parsing: text, memory: 300_000)
    } catch {
      #expect(error.isTooLarge)
      #expect(error.offset < text.utf8.count)
    }
    #expect(throws: Never.self) { try JSON(parsing: text, memory: 32 << 20) }
  }

  @Test func `A text of XPath is cut`() throws {
    let document = try Self.document("<p>abcdef")
    var budget = ValueBudget(bytes: 4)
    guard case .text(let text) = try XPathExpression("string(//p)").evaluate(in: document, text: &budget) else {
      Issue.record("no text")
      return
    }
    #expect(text == "abcd")
    #expect(budget.isOutOfBytes)
  }

  @Test func `Links end before the one that is too much`() throws {
    let base = try #require(WebURL("http://a.example/" + String(repeating: "x", count: 1000) + "/"))
    let links = ResolvedLinks(
      (0..<100).map { "\($0)" }, base: base, encoding: .utf8, within: ValueBudget(bytes: 10_000))
    #expect(links.isCut)
    #expect(links.ends.count == 9)
    #expect(links.bytes.count <= 10_000)
  }
}
