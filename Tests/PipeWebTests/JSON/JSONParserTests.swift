import PipeTesting
import PipeWeb
import Testing

// The HTML tests have a JSONValue of their own in this module.
private typealias JSON = PipeWeb.JSONValue

@Suite("Parsing JSON")
struct JSONParserTests {
  @Test(
    "JSONTestSuite: what must parse parses, what must not does not, the rest does not crash",
    .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
  func testSuite() throws {
    let folder = "json-testsuite/test_parsing"
    let files = try Corpus.list(folder).filter { $0.hasSuffix(".json") }
    #expect(files.count > 100)
    for file in files {
      let bytes = try Corpus.bytes("\(folder)/\(file)")
      let value = try? JSON(parsing: bytes.span)
      if file.hasPrefix("y_") { #expect(value != nil, "\(file)") }
      if file.hasPrefix("n_") { #expect(value == nil, "\(file)") }
      if let value { #expect(try JSON(parsing: value.serialized) == value, "\(file)") }
    }
  }

  @Test(
    "JSONTestSuite: the transform cases come back as they were, or repaired",
    .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
  func transforms() throws {
    for file in try Corpus.list("json-testsuite/test_transform") {
      let bytes = try Corpus.bytes("json-testsuite/test_transform/\(file)")
      let value = try JSON(parsing: bytes.span)
      #expect(try JSON(parsing: value.serialized) == value, "\(file)")
    }
  }

  private static let values: [(String, String)] = [
    (
      " [ 1 , 2.50 , -0 , 1E+2 , 9223372036854775807 , 123456789012345678901234567890 ] ",
      "[1,2.50,-0,1E+2,9223372036854775807,123456789012345678901234567890]"
    ),
    ("\u{FEFF}true", "true"),
    (#""\u0041\ud83d\ude00\n\/\"\\""#, #""A😀\n/\"\\""#),
    (#""\ud800""#, "\"\u{FFFD}\""),
    (#""\ud800\ud800\udc00\udc00x""#, "\"\u{FFFD}\u{10000}\u{FFFD}x\""),
    (#""\u0000\u001f\u007f""#, "\"\\u0000\\u001f\u{7F}\""),
    (#"{"b":1,"a":2,"b":3}"#, #"{"b":3,"a":2}"#),
    ("{\"\u{E9}\":1,\"e\u{301}\":2}", "{\"\u{E9}\":1,\"e\u{301}\":2}"),
    (#"{"":{"":[]}}"#, #"{"":{"":[]}}"#),
  ]

  @Test("Values keep their order, their digits and their text", arguments: values)
  func meaning(text: String, expected: String) throws {
    #expect(Array(try JSON(parsing: text).serialized.utf8) == Array(expected.utf8))
  }

  private static let errors: [(String, Int, Int, String)] = [
    ("", 1, 1, "expected a value, found the end of the text"),
    ("[1,\n 2,]", 2, 4, "expected a value, found ']'"),
    ("{\"é\": tru}", 1, 7, "expected a value, found 't'"),
    ("{'a': 1}", 1, 2, "expected a name in double quotes, found '''"),
    ("{\"a\" 1}", 1, 6, "expected a colon, found '1'"),
    ("[1 2]", 1, 4, "expected a comma or ']', found '2'"),
    ("01", 1, 1, "a number may not start with 0"),
    ("1.", 1, 3, "expected a digit, found the end of the text"),
    ("\"a\tb\"", 1, 3, "a control character must be escaped"),
    ("\"\\x\"", 1, 3, "expected an escape, found 'x'"),
    ("\"\\u12g4\"", 1, 6, "expected four hexadecimal digits, found 'g'"),
    ("\"abc", 1, 5, "expected a closing quote, found the end of the text"),
    ("1 é", 1, 3, "expected the end of the text, found byte 0xc3"),
  ]

  @Test("An error tells what was expected, and where", arguments: errors)
  func diagnosis(text: String, line: Int, column: Int, message: String) {
    let error = #expect(throws: JSONSyntaxError.self) { try JSON(parsing: text) }
    #expect(error?.line == line)
    #expect(error?.column == column)
    #expect(error?.message == message)
  }

  @Test("Nesting is bounded at 512 levels")
  func depth() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(try JSON(parsing: nested(512)).serialized == nested(512))
    let error = #expect(throws: JSONSyntaxError.self) { try JSON(parsing: nested(513)) }
    #expect(error?.offset == 512)
    #expect(throws: JSONSyntaxError.self) {
      try JSON(parsing: String(repeating: "{\"a\":", count: 1_000_000))
    }
  }

  @Test("Integers of 64 bits are exact, and numbers compare by value")
  func numbers() throws {
    func number(_ text: String) throws -> JSONNumber? {
      guard case .number(let number) = try JSON(parsing: text) else { return nil }
      return number
    }
    #expect(try number("9223372036854775807")?.integer == .max)
    #expect(try number("-9223372036854775808")?.integer == .min)
    #expect(try number("9223372036854775808")?.integer == nil)
    #expect(try number("1e2")?.integer == 100)
    #expect(try number("1.0") == number("1"))
    #expect(try number("-0") == number("0"))
    #expect(try number("9007199254740993") != number("9007199254740992"))
    #expect(try number("9007199254740993") != number("9007199254740992.0"))
    #expect(try number("1e999") != number("2e999"))
    #expect(try number("0.1") == number("1e-1"))
  }

  @Test("An object with many members is filled in linear time")
  func manyMembers() throws {
    let text = "{" + (0..<50_000).map { "\"name\($0)\":\($0)" }.joined(separator: ",") + ",\"name7\":null}"
    guard case .object(let object) = try JSON(parsing: text) else { return }
    #expect(object.members.count == 50_000)
    #expect(object["name7"] == .null)
    #expect(object["name49999"] == .number(JSONNumber(49_999)))
    #expect(object["name50000"] == nil)
  }

  @Test("No bytes can break it")
  func randomBytes() {
    var random = RepeatableRandom(seed: 11)
    let parts = [
      "{", "}", "[", "]", ",", ":", "\"", "\\", "u", "d83d", "1", "-", ".", "e", "true", "null", " ", "\u{1}", "é",
    ]
    for _ in 0..<5000 {
      let text = (0..<Int.random(in: 0...24, using: &random)).map { _ in
        parts[Int.random(in: 0..<parts.count, using: &random)]
      }.joined()
      if let value = try? JSON(parsing: text) { #expect((try? JSON(parsing: value.serialized)) == value) }
      var bytes = Array(text.utf8)
      if !bytes.isEmpty {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
      }
      _ = try? JSON(parsing: bytes.span)
    }
  }
}
