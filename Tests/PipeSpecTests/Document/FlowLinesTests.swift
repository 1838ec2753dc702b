import PipeSpec
import Testing

struct FlowLinesTests {
  static let faults: [(yaml: String, fault: String)] = [
    ("a: [\nb\n]\n", "2:1-2:2 this line belongs to line 1, but is not indented"),
    ("a: [x,\n  y,\nz]\n", "3:1-3:3 this line belongs to line 1, but is not indented"),
    ("a: {b: \"x\ny\"}\n", "2:1-2:4 this line belongs to line 1, but is not indented"),
    ("- [a,\nb]\n", "2:1-2:3 this line belongs to line 1, but is not indented"),
    ("k:\n- [x,\ny]\n", "3:1-3:3 this line belongs to line 2, but is not indented"),
    ("k:\n  a: [x,\n  y]\n", "3:3-3:5 this line belongs to line 2, but is not indented"),
    ("- a: {b: c,\n  d: e}\n", "2:3-2:5 this line belongs to line 1, but is not indented"),
    ("k:\n  a: [\n]\n", "3:1-3:2 this line belongs to line 2, but is not indented"),
    ("a: \"x\ny\"\n", "2:1-2:3 this line belongs to line 1, but is not indented"),
    ("a: 'x\n\n  y\nz'\n", "4:1-4:3 this line belongs to line 1, but is not indented"),
    ("a: 'x\n# y'\n", "2:1-2:2 this line belongs to line 1, but is not indented"),
    ("a: \"x\n]\"\n", "2:1-2:3 this line belongs to line 1, but is not indented"),
    ("? [a,\nb]\n: c\n", "2:1-2:3 this line belongs to line 1, but is not indented"),
    ("[a]: \"b\nc\"\n", "2:1-2:3 this line belongs to line 1, but is not indented"),
    ("a: \"x\n\ty\"\n", "2:1-2:2 a tab cannot indent here"),
    ("k:\n  a: 'x\n  \ty'\n", "3:3-3:4 a tab cannot indent here"),
    ("a: [x,\n\ty]\n", "2:1-2:2 a tab cannot indent here"),
    ("a: [x\n\t]\n", "2:1-2:2 a tab cannot indent here"),
    ("a: [-]\n", "1:5-1:6 a plain value cannot begin with '-' here"),
    ("a: [-, b]\n", "1:5-1:6 a plain value cannot begin with '-' here"),
    ("a: [b, -\n  ]\n", "1:8-1:9 a value should stand before '-'"),
    ("a: {b: -}\n", "1:8-1:9 a plain value cannot begin with '-' here"),
    ("a: [-[b]]\n", "1:5-1:6 a plain value cannot begin with '-' here"),
    ("a: |\n    \n  # x\nb: 1\n", "2:1-2:5 this empty line has more spaces than the text below it"),
    ("a: >-\n  \n   \n\n # x\n", "3:1-3:4 this empty line has more spaces than the text below it"),
    ("- |\n   \n # x\n", "2:1-2:4 this empty line has more spaces than the text below it"),
  ]

  @Test(arguments: faults.indices)
  func aLineThatReadsOtherwiseThanItLooksIsRefused(_ index: Int) {
    let (yaml, fault) = Self.faults[index]
    #expect(Document(yaml).diagnostics.map(\.brief) == ["yaml-syntax " + fault])
  }

  @Test(arguments: [
    "[a,\nb]\n", "{\"a\":\n\"b\"}", "\"x\ny\"\n", "--- [a,\nb]\n",
    "a: [\n  b\n]\nc: {\n  d: 1\n}\ne:\n  - {\n    x: 1\n  }\n", "a: [{\n  b: 1\n}, {\n  b: 2\n}]\n",
    "a: [x, # c\n# d\n\n\t\n  y]\n", "a: \"x\n\n  # y\"", "a: 'x\n\t\n  y'\n", "a: [x\n \ty]\n", "{a: b}: c\n",
    "a: &x [\n  b]\n", "&x a: [\n  b]\n", "a: [-x, --, -1, '-']\n", "a: -x\nb: -,\nc: '-'\n", "- - [a,\n   b]\n",
    "a: |\n\n  \n  # x\n", "a: |\n    \n# x\nb: 1\n", "a: >\n    \nb: 1\n", "a: |1\n    \n # x\n",
  ])
  func aValidOrHarmlessLineIsTaken(_ yaml: String) {
    #expect(Document(yaml).diagnostics.map(\.brief) == [])
  }

  @Test func theHintSaysWhereTheLineMayBegin() {
    let diagnostic = Document("k:\n  urls: [a,\n  b]\n").diagnostics.first
    #expect(diagnostic?.hint == "begin it in column 4 or further right")
    #expect(diagnostic?.notes.map { "\($0.span.brief) \($0.message)" } == ["2:9-2:10 it begins here"])
  }
}
