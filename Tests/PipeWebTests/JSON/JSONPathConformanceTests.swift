import PipeTesting
import PipeWeb
import Testing

// The HTML tests have a JSONValue of their own in this module.
private typealias JSON = PipeWeb.JSONValue

@Suite("JSONPath compliance test suite", .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
struct JSONPathConformanceTests {
  private static func cases() throws -> [JSONObject] {
    let bytes = try Corpus.bytes("jsonpath-cts/cts.json")
    guard case .object(let suite) = try JSON(parsing: bytes.span), case .array(let tests) = suite["tests"] else {
      return []
    }
    return tests.compactMap { if case .object(let test) = $0 { test } else { nil } }
  }

  private static func text(_ value: JSON?) -> String {
    if case .string(let text) = value { text } else { "" }
  }

  @Test("Every valid query selects what it must")
  func valid() throws {
    let cases = try Self.cases().filter { $0["invalid_selector"] == nil }
    #expect(cases.count > 200)
    for test in cases {
      let name = Self.text(test["name"])
      let document = try #require(test["document"])
      let path: JSONPath
      do {
        path = try JSONPath(Self.text(test["selector"]))
      } catch {
        Issue.record("\(name): \(error)")
        continue
      }
      let selected = JSON.array(try path.select(in: document))
      // Where the order of members is free, the suite lists all the results.
      var expected = [test["result"]].compactMap { $0 }
      if case .array(let results) = test["results"] { expected += results }
      #expect(expected.contains(selected), "\(name): \(selected.serialized)")
    }
  }

  @Test("Every invalid query is refused")
  func invalid() throws {
    let cases = try Self.cases().filter { $0["invalid_selector"] != nil }
    #expect(cases.count > 100)
    for test in cases {
      #expect(throws: JSONPath.SyntaxError.self, "\(Self.text(test["name"]))") {
        try JSONPath(Self.text(test["selector"]))
      }
    }
  }
}
