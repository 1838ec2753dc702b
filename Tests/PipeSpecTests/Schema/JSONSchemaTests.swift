import PipeSpec
import Testing

@Suite("JSON Schema of shapes")
struct JSONSchemaTests {
  private func property(_ key: Key<some Sendable>) -> String {
    let schema = JSONSchema.document([key.key], id: "a.json", title: "A").text
    let start = schema.firstRange(of: "\"properties\": {\"a\": ")
    let end = schema.firstRange(of: "}, \"additionalProperties\": false, \"$defs\"")
    guard let start, let end else { return schema }
    return String(schema[start.upperBound..<end.lowerBound])
  }

  @Test("a number has its bounds, and may be interpolated")
  func integer() {
    #expect(
      property(Key("a", Shape<Int>.int(1...5), default: 2, shown: "2", "A number.")) == """
        {"description": "A number.", "default": 2, "anyOf": [{"type": "integer", "minimum": 1, "maximum": 5}, \
        {"$ref": "#/$defs/interpolated"}]}
        """)
  }

  @Test("a text may be written as a number")
  func text() {
    #expect(
      property(Key("a", Shape<String>.string, "A text.", example: "x")) == """
        {"description": "A text.", "examples": ["x"], "type": ["string", "number", "boolean"]}
        """)
  }

  private enum Version: String, CaseIterable, Sendable { case one = "1.1", auto }

  @Test("a word that reads as a number stands as both, and its meaning is told")
  func choice() {
    let shape = Shape<Version>.choice { $0 == .one ? "the old one" : "" }
    #expect(
      property(Key("a", shape, "A version.")) == """
        {"description": "A version.\\n\\n- 1.1: the old one\\n- auto", "anyOf": [{"enum": ["1.1", 1.1, "auto"]}, \
        {"$ref": "#/$defs/interpolated"}]}
        """)
  }

  @Test("one value may stand for a list of it")
  func list() {
    #expect(
      property(Key("a", Shape<Bool>.bool.list(minimum: 1, orOne: true), "Some.")) == """
        {"description": "Some.", "anyOf": [{"anyOf": [{"type": "boolean"}, {"$ref": "#/$defs/interpolated"}]}, \
        {"type": "array", "minItems": 1, "items": {"anyOf": [{"type": "boolean"}, {"$ref": "#/$defs/interpolated"}]}}]}
        """)
  }

  @Test("required keys are named")
  func required() {
    let schema = JSONSchema.document(
      [
        Key("a", Shape<Bool>.bool, "One.").key,
        Key("b", Shape<Bool>.bool, default: true, shown: "true", "Another.").key,
      ], id: "a.json", title: "A")
    #expect(schema.text.contains("\"required\": [\"a\"]"))
  }

  @Test("a long value is laid out over lines and reads as the same")
  func layout() {
    let value: JSONText = ["a": .array((0..<40).map { .string("item \($0)") }), "b": [:], "c": []]
    let lines = value.indented.split(separator: "\n")
    #expect(lines.count > 40)
    #expect(lines.allSatisfy { $0.count <= 100 })
    #expect(JSONText(yaml: value.indented)?.text == value.text)
  }
}
