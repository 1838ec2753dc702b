import PipeSpec
import Testing

struct SyntaxProblemTests {
  struct Example: CustomTestStringConvertible, Sendable {
    let text: String
    let place: String
    let message: String
    let hint: String?
    let note: String?

    init(_ text: String, _ place: String, _ message: String, _ hint: String?, note: String? = nil) {
      self.text = text
      self.place = place
      self.message = message
      self.hint = hint
      self.note = note
    }

    var testDescription: String { text.debugDescription }
  }

  static let examples = [
    Example("a:\n\tb: 1\n", "2:1-2:2", "a tab cannot indent here", "indent with spaces"),
    Example(
      "fetch:\n  timeout:10s\n  retries: 5\n", "2:10-2:11", "there is no space after the ':'", "write 'key: value'"),
    Example("timeout:10s\nb: 1\n", "1:8-1:9", "there is no space after the ':'", "write 'key: value'"),
    Example("a: 1\nb\nc: 2\n", "2:1-2:2", "there is no ':' after this key", "write 'key: value'"),
    Example("foo\nbar: 1\n", "1:1-1:4", "there is no ':' after this key", "write 'key: value'"),
    Example("- a\n-b\n- c: d\n", "2:1-2:2", "there is no space after the '-'", "write '- value'"),
    Example(
      "a: 'x\nb: 1\n", "2:5-2:5", "the file ends inside quotes", "the closing ' is missing",
      note: "1:4-1:5 the quote is opened here"),
    Example(
      "a: \"x\n---\nb", "2:1-2:1", "the document ends inside quotes", "the closing \" is missing",
      note: "1:4-1:5 the quote is opened here"),
    Example(
      "a: 'x\nb: 'y'\n", "2:5-2:7", "text follows the closing '", "perhaps line 1 lacks its closing '",
      note: "1:4-1:5 the quote is opened here"),
    Example(
      "a: 'it's'\n", "1:8-1:10", "text follows the closing '", "a quote inside single quotes is written ''"),
    Example("a: @x\n", "1:4-1:6", "a plain value cannot begin with '@'", "put quotes around the value"),
    Example("a: `x`\n", "1:4-1:7", "a plain value cannot begin with '`'", "put quotes around the value"),
    Example("a: %x\n", "1:4-1:6", "a plain value cannot begin with '%'", "put quotes around the value"),
    Example(
      "a: [1, 2\nb: 3\n", "2:1-2:2", "the list is not closed before this key", "close it with ']'",
      note: "1:4-1:5 the list is opened here"),
    Example(
      "a: {b: 1", "1:9-1:9", "the file ends inside a map", "the closing '}' is missing",
      note: "1:4-1:5 the map is opened here"),
    Example(
      "a: {b: 1}}\n", "1:10-1:11", "nothing is open that this would close", "remove it",
      note: "1:1-1:3 the map begins here"),
    Example(
      "a: 1\n  b: 2\n", "2:3-2:5", "the indentation fits no line above", "begin it in column 1, as line 1 does",
      note: "1:1-1:5 the line above"),
    Example(
      "- a: 1\n   b: 2\n", "2:4-2:6", "the indentation fits no line above", "begin it in column 3, as line 1 does",
      note: "1:1-1:7 the line above"),
    Example(
      "a:\n    b: 1\n  c: 2\n", "3:3-3:5", "the indentation fits no line above", "line up with the lines it belongs to",
      note: "2:5-2:9 the line above"),
    Example("title: foo: bar\n", "1:8-1:16", "a plain value cannot contain ': '", "put quotes around the value"),
    Example(
      "a: 1\n- b\n", "2:1-2:2", "a list item stands among the keys of a map", "indent it as the keys it belongs to",
      note: "1:1-1:3 the map begins here"),
    Example("a: - b\n", "1:4-1:5", "a list item cannot begin here", "begin it on a line of its own"),
    Example(
      "a: \"\\d\"\n", "1:5-1:8", "there is no such escape in double quotes",
      "double the backslash, or use single quotes"),
    Example(
      "a: *.jpg\n", "1:5-1:9", "this is not the name of an anchor or alias",
      "put quotes around a value that begins with '&' or '*'"),
    Example("a: !foo 1\n", "1:4-1:8", "tags are not used here", "remove '!foo'"),
    Example("a: &x !foo 1\n", "1:7-1:11", "tags are not used here", "remove '!foo'"),
    Example(
      "a: [x]#c\n", "1:7-1:8", "there is no space before this comment",
      "put a space before the '#', or quotes around the value"),
    Example(
      "é: 1\n--- # more\nb: 2\n", "2:1-2:4", "a second document begins here",
      "a pipeline is one document; put the other into a file of its own"),
    Example(
      "a: \u{FEFF}b\n", "1:4-1:5", "an invisible character stands here: a byte order mark, U+FEFF",
      #"remove it, or write \uFEFF in double quotes"#),
    Example(
      "a: 1\n\u{FEFF}b: 2\n", "2:1-2:2", "an invisible character stands here: a byte order mark, U+FEFF",
      #"remove it, or write \uFEFF in double quotes"#),
    Example(
      "\u{FEFF}a: |\n  b\u{FEFF}\n", "2:4-2:5", "an invisible character stands here: a byte order mark, U+FEFF",
      #"remove it, or write \uFEFF in double quotes"#),
    Example(
      "a: {b:, c}\n", "1:6-1:8", "a space should stand after this ':'",
      "put a space after it, or quotes around the value"),
    Example("a: !!\n", "1:6-1:6", "this tag has no name", "put quotes around a value that begins with '!'"),
    Example("a: [1, ?x]\n", "1:8-1:9", "a plain value cannot begin with '?' here", "put quotes around the value"),
  ]

  @Test(arguments: examples)
  func aSyntaxErrorSaysWhereAndWhatHelps(_ example: Example) {
    let document = Document(example.text)
    #expect(document.diagnostics.count == 1)
    let diagnostic = document.diagnostics.first
    #expect(diagnostic?.code == .yamlSyntax)
    #expect(diagnostic?.span.brief == example.place)
    #expect(diagnostic?.message == example.message)
    #expect(diagnostic?.hint == example.hint)
    #expect(diagnostic?.notes.first.map { "\($0.span.brief) \($0.message)" } == example.note)
  }

  @Test func whatIsFoundBeforeASyntaxErrorIsReportedToo() {
    let document = Document("a: 1\na: 2\nb: [\n")
    #expect(document.root == nil)
    #expect(document.diagnostics.map(\.code) == [.duplicateKey, .yamlSyntax])
  }
}
