import PipeTesting
import PipeWeb
import Testing

// The HTML tests have a JSONValue of their own in this module.
private typealias JSON = PipeWeb.JSONValue

@Suite("JSONPath queries")
struct JSONPathTests {
  private static func select(_ query: String, _ document: String) throws -> String {
    let value = try JSON(parsing: document)
    return JSON.array(try JSONPath(query).select(in: value)).serialized
  }

  private static let faults: [(String, Int, String)] = [
    ("", 0, "expected '$', found the end of the query"),
    ("a.b", 0, "expected '$', found 'a'"),
    ("$.", 2, "expected a name or '*', found the end of the query"),
    ("$.a ", 3, "expected '.', '[' or the end of the query, found ' '"),
    ("$['a'", 5, "expected ',' or ']', found the end of the query"),
    ("$[01]", 2, "an integer may not start with 0"),
    ("$['é\\x']", 5, "expected an escape, found 'x'"),
    ("$[?@.a = 1]", 7, "expected ',' or ']', found '='"),
    ("$[?'a']", 3, "a literal alone is not a condition; compare it with something"),
    ("$[?@.price > ten]", 13, "'ten' is not a literal; a name is written @.ten, a text 'ten'"),
    ("$[?@.* == 1]", 3, "a query that may select several values is not a value; value() or count() makes it one"),
    ("$[?length(@.a, 1) == 1]", 3, "length takes 1 argument, not 2"),
    ("$[?size(@) == 1]", 3, "there is no function 'size', only length, count, value, match and search"),
    ("$[?count(1) == 1]", 9, "expected a query ('@' or '$')"),
    ("$[?match(@, 'a') == true]", 3, "match and search are true or false already, and cannot be compared"),
  ]

  @Test("A fault tells what was expected, and where", arguments: faults)
  func diagnosis(query: String, offset: Int, message: String) {
    let error = #expect(throws: JSONPath.SyntaxError.self) { try JSONPath(query) }
    #expect(error?.offset == offset)
    #expect(error?.message == message)
  }

  @Test("Names and strings compare code point by code point")
  func composition() throws {
    let document = "{\"\u{E9}\": 1, \"e\u{301}\": 2}"
    #expect(try Self.select("$['\u{E9}']", document) == "[1]")
    #expect(try Self.select("$['e\u{301}']", document) == "[2]")
    #expect(try Self.select("$[?@ == 'e\u{301}']", "[\"\u{E9}\"]") == "[]")
  }

  @Test(
    "Singular queries are known as such",
    arguments: [("$", true), ("$.a[0]['b']", true), ("$.a[*]", false), ("$..a", false), ("$[0,1]", false)])
  func singular(query: String, expected: Bool) throws {
    #expect(try JSONPath(query).isSingular == expected)
  }

  private static let expressions: [(expression: String, text: String, matches: Bool, found: Bool)] = [
    ("", "", true, true), ("", "a", false, true), ("a|b|", "b", true, true), ("(ab)*c?", "ababc", true, true),
    ("a{2}", "aaa", false, true), ("a{2,}", "aaa", true, true), ("a{2,3}", "aaaa", false, true),
    ("a{0}", "", true, true),
    ("[^a-c]+", "xyz", true, true), ("[-a]+", "a-", true, true), ("[a-]+", "a-", true, true),
    ("[\\p{L}0-9]+", "é9", true, true), ("\\p{Nd}{4}-\\p{Nd}{2}", "2024-05", true, true), ("\\P{L}", "a", false, false),
    ("b$|^c", "abc", false, false), ("c$", "abc", false, true), ("^", "", true, true), (".", "😀", true, true),
    ("(a*)*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false, false), ("\\.\\n\\\\", ".\n\\", true, true),
    ("(()*)*", "", true, true), ("(a|ab)(c|bcd)", "abcd", true, true),
  ]

  @Test("I-Regexp: match takes all of a text, search any part", arguments: expressions)
  func regularExpressions(expression: String, text: String, matches: Bool, found: Bool) throws {
    let document = JSON.object(Self.object(["text": .string(text), "expression": .string(expression)]))
    for (function, expected) in [("match", matches), ("search", found)] {
      let path = try JSONPath("$[?\(function)(@, $.expression) && @ == $.text]")
      // The expression itself may be equal to the text, so one or two members are found.
      #expect(try path.select(in: document).isEmpty == !expected)
    }
  }

  private static func object(_ members: [String: JSON]) -> JSONObject {
    members.sorted { $0.key < $1.key }.reduce(into: JSONObject()) { $0.set($1.key, to: $1.value) }
  }

  @Test(
    "What is not an I-Regexp matches nothing, and is told",
    arguments: ["(", ")", "a**", "[", "[]", "[b-a]", "a{2,1}", "\\d", "{", "\\p{Xx}", "((a{1000}){1000}){1000}", "\\"])
  func faultyExpressions(expression: String) throws {
    let quoted = expression.replacing("\\", with: "\\\\")
    let path = try JSONPath("$[?search(@, '\(quoted)')]")
    #expect(path.faultyExpressions.count == 1)
    #expect(path.faultyExpressions.first?.offset == 13)
    #expect(try path.select(in: JSON(parsing: "[\"a\", \"\", \"\(quoted)\"]")).isEmpty)
  }

  @Test("A run stops at the number of values wanted")
  func limit() throws {
    let document = try JSON(parsing: "[1,[2,[3,[4]]]]")
    #expect(try JSONPath("$..[0]").select(in: document, limit: 2).count == 2)
    #expect(try JSONPath("$..[0]").select(in: document, limit: 0).isEmpty)
  }

  @Test("Work is bounded, whatever the document")
  func steps() throws {
    let deep = try JSON(parsing: String(repeating: "[", count: 512) + String(repeating: "]", count: 512))
    #expect(throws: JSONPath.LimitExceeded.self) {
      try JSONPath("$..*..*..*").select(in: deep, stepLimit: 10_000)
    }
    #expect(try JSONPath("$..*").select(in: deep).count == 511)
    #expect(throws: JSONPath.LimitExceeded.self) {
      try JSONPath("$..[?count($..[?count($..[?@ == $]) == 0]) == 0]").select(in: deep, stepLimit: 100_000)
    }
    let wide = try JSON(parsing: "{\"a\":\"" + String(repeating: "a", count: 20_000) + "\",\"b\":\"(a*)*(a*)*b\"}")
    #expect(throws: JSONPath.LimitExceeded.self) {
      try JSONPath("$[?search($.a, $.b)]").select(in: wide, stepLimit: 10_000)
    }
  }

  @Test("The result is bounded")
  func results() throws {
    let document = try JSON(parsing: "[" + String(repeating: "0,", count: 1000) + "0]")
    let all = Array(repeating: "*", count: 1000).joined(separator: ",")
    #expect(throws: JSONPath.LimitExceeded.self) { try JSONPath("$[\(all)]").select(in: document) }
    #expect(try JSONPath("$[\(all)]").select(in: document, limit: 1001).count == 1001)
  }

  @Test("Nesting in a query is bounded")
  func nesting() {
    for (opening, closing) in [("[?@", "]"), ("[?(", "@)]"), ("[?(((((((", "@)))))))]")] {
      let query = "$" + String(repeating: opening, count: 5000) + String(repeating: closing, count: 5000)
      #expect(throws: JSONPath.SyntaxError.self) { try JSONPath(query) }
    }
    let parentheses = "$[?" + String(repeating: "(", count: 5000) + "@" + String(repeating: ")", count: 5000) + "]"
    #expect(throws: JSONPath.SyntaxError.self) { try JSONPath(parentheses) }
  }

  @Test("No text can break the parser")
  func randomQueries() {
    var random = RepeatableRandom(seed: 3)
    let parts = [
      "$", "@", ".", "..", "[", "]", "?", "(", ")", "*", "a", "'", "\"", "\\", ":", "-", "1", ",", "==", "&&", " ",
      "length(", "match(", "!",
    ]
    for _ in 0..<5000 {
      let query =
        "$"
        + (0..<Int.random(in: 0...20, using: &random)).map { _ in
          parts[Int.random(in: 0..<parts.count, using: &random)]
        }.joined()
      if let path = try? JSONPath(query) { _ = try? path.select(in: .array([.null, .array([.bool(true)])])) }
    }
  }
}
