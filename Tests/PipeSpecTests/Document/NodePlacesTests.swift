import PipeSpec
import Testing

struct NodePlacesTests {
  struct Example: CustomTestStringConvertible, Sendable {
    let yaml: String
    /// What the nodes' spans hold, parents first.
    let spans: [String]

    init(_ yaml: String, _ spans: String...) {
      self.yaml = yaml
      self.spans = spans
    }

    var testDescription: String { yaml.debugDescription }
  }

  static let examples = [
    Example("a: b  # c\n\n", "a: b", "a", "b"),
    Example("a: 'b' \n", "a: 'b'", "a", "'b'"),
    Example("a: \"b\n c\"\nd: e\n", "a: \"b\n c\"\nd: e", "a", "\"b\n c\"", "d", "e"),
    Example("a:\n  b\n  c  \n\nd: e", "a:\n  b\n  c  \n\nd: e", "a", "b\n  c", "d", "e"),
    Example("a: | # x\n  b \n\n\nc: d\n", "a: | # x\n  b \n\n\nc: d", "a", "| # x\n  b ", "c", "d"),
    Example("a: >2-\n    b\n   c\n", "a: >2-\n    b\n   c", "a", ">2-\n    b\n   c"),
    Example("a: |+\n\n\nb: c\n", "a: |+\n\n\nb: c", "a", "|+", "b", "c"),
    Example("a:\nb: \n", "a:\nb:", "a", "", "b", ""),
    Example("a:\n  - b\n  -\n\n  - c # d\n\n# e\n", "a:\n  - b\n  -\n\n  - c", "a", "- b\n  -\n\n  - c", "b", "", "c"),
    Example("a:\n- b\n- c\nd: e\n", "a:\n- b\n- c\nd: e", "a", "- b\n- c", "b", "c", "d", "e"),
    Example(
      "a: [b , {c: d , e} ] # f\n", "a: [b , {c: d , e} ]", "a", "[b , {c: d , e} ]", "b", "{c: d , e}", "c", "d", "e",
      ""),
    Example("[a: b , {c: d}: e ]\n", "[a: b , {c: d}: e ]", "a: b", "a", "b", "{c: d}: e", "{c: d}", "c", "d", "e"),
    Example("? a # b\n? c\n: d\n", "? a # b\n? c\n: d", "a", "", "c", "d"),
    Example("a: &x b\nc: *x\n", "a: &x b\nc: *x", "a", "b", "c", "*x"),
    Example("a: &x !!map # y\n  b: c\n", "a: &x !!map # y\n  b: c", "a", "b: c", "b", "c"),
    Example("a: !!map &x\n  &y b: !!str &z c\n", "a: !!map &x\n  &y b: !!str &z c", "a", "&y b: !!str &z c", "b", "c"),
    Example(
      "a: &x\nb: !!str\nc: !<tag:yaml.org,2002:str> d\n", "a: &x\nb: !!str\nc: !<tag:yaml.org,2002:str> d", "a", "",
      "b", "", "c", "d"),
    Example("--- # x\n- [a,\n   b]\n...\n", "- [a,\n   b]", "[a,\n   b]", "a", "b"),
    Example("é: ü\nñ: {ß: [日本]}", "é: ü\nñ: {ß: [日本]}", "é", "ü", "ñ", "{ß: [日本]}", "ß", "[日本]", "日本"),
    Example(
      "a: 1\r\nb: |\r\n  x\r\n  y\r\n\r\nc: 2\r\n", "a: 1\r\nb: |\r\n  x\r\n  y\r\n\r\nc: 2", "a", "1", "b",
      "|\r\n  x\r\n  y", "c", "2"),
    Example(
      "- - a\n  - b\n- c: d\n  e: f\n", "- - a\n  - b\n- c: d\n  e: f", "- a\n  - b", "a", "b", "c: d\n  e: f", "c",
      "d", "e", "f"),
  ]

  @Test(arguments: examples)
  func everyNodeHasItsExactSpan(_ example: Example) throws {
    let document = Document(example.yaml)
    #expect(document.diagnostics.map(\.brief) == [])
    let root = try #require(document.root)
    #expect(root.all.map { document.file.text($0.span) } == example.spans)
    for node in root.all {
      #expect(node.span.start == document.file.position(at: node.span.start.offset))
      #expect(node.span.end == document.file.position(at: node.span.end.offset))
    }
  }

  @Test func columnsCountUnicodeScalars() throws {
    let document = Document("\"e\u{301}😀\": [é, 日]\n")
    #expect(document.root?.all.map(\.span.brief) == ["1:1-1:14", "1:1-1:6", "1:8-1:14", "1:9-1:10", "1:12-1:13"])
  }

  @Test func anEmptyValueStandsWhereItWouldBeWritten() {
    let document = Document("a:   # x\nb: [{c , d:  }]\n? e   # y\n? f\n")
    let empty = document.root?.all.filter { $0.scalar?.text == "" }.map(\.span.brief)
    #expect(empty == ["1:3-1:3", "2:7-2:7", "2:12-2:12", "3:4-3:4", "4:4-4:4"])
  }
}
