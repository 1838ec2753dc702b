import PipeEngine
import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@testable import PipeStages

@Suite("JSONLinesSink")
struct JSONLinesTests {
  private func line(_ values: [Value], columns: [String]? = nil) throws -> String {
    let folder = try TemporaryFolder()
    try JSONLinesSink(output: OutputOptions(folder.path("x"))).write([values], columns: columns)
    return try folder.text("x")
  }

  @Test(
    "texts are escaped where JSON wants it, and nowhere else",
    arguments: [
      ("a", #""a""#), ("", #""""#), ("\"\\/", #""\"\\/""#), ("\n\r\t", #""\n\r\t""#),
      ("\u{0}\u{1}\u{8}\u{c}\u{1f}", #""\u0000\u0001\b\f\u001f""#), ("\u{7f}", "\"\u{7f}\""),
      ("é ʤ 😀", "\"é ʤ 😀\""), ("\u{2028}\u{2029}", "\"\u{2028}\u{2029}\""), ("</script>", "\"</script>\""),
    ])
  func texts(text: String, json: String) throws {
    #expect(try line([.string(text)]) == "{\"a\":\(json)}\n")
    let parsed = try JSONValue(parsing: try line([.string(text)]))
    #expect(parsed == (try JSONValue(parsing: "{\"a\": \(json)}")))
  }

  @Test(
    "every value has its form",
    arguments: [
      (Value.null, "null"), (.bool(true), "true"), (.bool(false), "false"), (.int(.min), "-9223372036854775808"),
      (.int(0), "0"), (.double(0.1), "0.1"), (.double(-0.0), "-0.0"), (.double(1e21), "1e+21"),
      (.double(.leastNonzeroMagnitude), "5e-324"), (.double(.nan), "null"), (.double(-.infinity), "null"),
      (.list([.int(1), .string("a"), .null, .list([])]), #"[1,"a",null,[]]"#), (.json(#"{"a":[1]}"#), #"{"a":[1]}"#),
      (.json("1.10"), "1.10"), (.json("1E400"), "1E400"), (.json("12345678901234567890"), "12345678901234567890"),
    ])
  func values(value: Value, json: String) throws { #expect(try line([value]) == "{\"a\":\(json)}\n") }

  @Test("members are in the order of the columns, their names escaped")
  func members() throws {
    #expect(
      try line([.int(1), .int(2), .int(3)], columns: ["z", "a \"b\"", "é"]) == #"{"z":1,"a \"b\"":2,"é":3}"# + "\n")
  }

  @Test("random texts are read back as they were written", arguments: 0..<20 as Range<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = RepeatableRandom(seed: seed)
    let texts = (0..<100).map { _ in
      String(
        String.UnicodeScalarView(
          (0..<Int.random(in: 0...8, using: &random)).compactMap { _ in
            UnicodeScalar(UInt32.random(in: 0...(random.oneIn(2) ? 0x7F : 0x10FFFF), using: &random))
          }))
    }
    let folder = try TemporaryFolder()
    try JSONLinesSink(output: OutputOptions(folder.path("x"))).write(texts.map { [.string($0)] })
    let lines = try folder.bytes("x").split(separator: UInt8(ascii: "\n"))
    #expect(lines.count == texts.count)
    for (line, text) in zip(lines, texts) {
      let value = try JSONValue(parsing: line.span)
      guard case .object(let object) = value else {
        Issue.record("no object")
        continue
      }
      #expect(object["a"] == .string(text))
    }
  }
}
