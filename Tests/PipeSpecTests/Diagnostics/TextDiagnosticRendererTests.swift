import PipeSpec
import Testing

struct TextDiagnosticRendererTests {
  private func render(
    _ text: String, _ range: Range<Int>, hint: String? = "hint", notes: [Range<Int>] = [], colour: Bool = false
  ) -> String {
    let file = SourceFile(name: "x.yaml", text: text)
    let diagnostic = Diagnostic(
      .badValue, at: file.span(range), "message", hint: hint, notes: notes.map { .init("noted", at: file.span($0)) })
    return TextDiagnosticRenderer(colour: colour).render([DiagnosticReport(file, [diagnostic])])
  }

  @Test func aFindingReadsAsTheDesignShows() {
    let text = String(repeating: "#\n", count: 12) + "fetch:\n  timout: 10s\n"
    let file = SourceFile(name: "crawl.yaml", text: text)
    let diagnostic = Diagnostic(
      .unknownKey, at: file.span(33..<39), "unknown key 'timout' in fetch", hint: "did you mean 'timeout'?")
    let expected = """
      crawl.yaml:14:3: error[unknown-key]: unknown key 'timout' in fetch
         14 |   timout: 10s
            |   ^^^^^^ did you mean 'timeout'?

      """
    #expect(TextDiagnosticRenderer(colour: false).render([DiagnosticReport(file, [diagnostic])]) == expected)
  }

  @Test func notesFollowWithTheirOwnLines() {
    let expected = """
      x.yaml:2:1: error[bad-value]: message
          2 | a: 2
            | ^ hint
      x.yaml:1:1: note: noted
          1 | a: 1
            | ^

      """
    #expect(render("a: 1\na: 2\n", 5..<6, notes: [0..<1]) == expected)
  }

  /// The two lines below the heading.
  static let snippets: [(text: String, range: Range<Int>, line: String, carets: String)] = [
    ("abc", 1..<1, "    1 | abc", "      |  ^ hint"),
    ("abc", 3..<3, "    1 | abc", "      |    ^ hint"),
    ("ab: [c,\n d]\n", 4..<11, "    1 | ab: [c,", "      |     ^^^ hint"),
    ("\ta\tb\n", 3..<4, "    1 | \ta\tb", "      | \t \t^ hint"),
    ("日本: x", 8..<9, "    1 | 日本: x", "      |       ^ hint"),
    ("a: 日本", 3..<9, "    1 | a: 日本", "      |    ^^^^ hint"),
    ("e\u{301}e: x", 6..<7, "    1 | e\u{301}e: x", "      |     ^ hint"),
    ("😀: x", 6..<7, "    1 | 😀: x", "      |     ^ hint"),
    ("a\u{1B}[31mb", 6..<7, "    1 | a\\u{1B}[31mb", "      |            ^ hint"),
    ("a\u{202E}b", 4..<5, "    1 | a\\u{202E}b", "      |          ^ hint"),
    ("a\r\nb", 0..<1, "    1 | a", "      | ^ hint"),
  ]

  @Test(arguments: snippets.indices)
  func theCaretStandsUnderTheSpanAsATerminalShowsIt(_ index: Int) {
    let example = Self.snippets[index]
    let lines = render(example.text, example.range).split(separator: "\n")
    #expect(lines.dropFirst().map(String.init) == [example.line, example.carets])
  }

  @Test func bytesThatAreNoTextAreShownEscaped() {
    let file = SourceFile(name: "x", bytes: Array("a".utf8) + [0xFF, 0x62])
    let diagnostic = Diagnostic(.yamlSyntax, at: file.span(1..<2), "message")
    let lines = TextDiagnosticRenderer(colour: false).render([DiagnosticReport(file, [diagnostic])]).split(
      separator: "\n")
    #expect(lines.dropFirst() == ["    1 | a\\xFFb", "      |  ^^^^"])
  }

  @Test func messagesAndNamesCannotDriveTheTerminal() {
    let file = SourceFile(name: "x\u{1B}.yaml", text: "a")
    let diagnostic = Diagnostic(.badValue, at: .wholeFile, "a\nb\u{7}", hint: "c\u{9B}d")
    let expected = """
      x\\u{1B}.yaml:1:1: error[bad-value]: a\\nb\\u{7}
          1 | a
            | ^ c\\u{9B}d

      """
    #expect(TextDiagnosticRenderer(colour: false).render([DiagnosticReport(file, [diagnostic])]) == expected)
  }

  @Test func aLongLineIsCutToAWindowAroundTheSpan() {
    let text = String(repeating: "x", count: 500) + "HERE" + String(repeating: "y", count: 100_000)
    let lines = render(text, 500..<504).split(separator: "\n")
    #expect(
      lines[1] == "    1 | …" + String(repeating: "x", count: 60) + "HERE" + String(repeating: "y", count: 94) + "…")
    #expect(lines[2] == "      |  " + String(repeating: " ", count: 60) + "^^^^ hint")
    #expect(render(text, 504..<100_000).split(separator: "\n")[2].utf8.count < 180)
  }

  @Test func aWindowAtTheEndOfALineShowsAsMuchAsFits() {
    let text = String(repeating: "日", count: 300) + "!"
    let lines = render(text, 900..<901).split(separator: "\n")
    #expect(lines[1] == "    1 | …" + String(repeating: "日", count: 78) + "!")
    #expect(lines[2] == "      |  " + String(repeating: " ", count: 156) + "^ hint")
  }

  @Test func aFileWithoutTextHasNoSnippet() {
    #expect(render("", 0..<0) == "x.yaml:1:1: error[bad-value]: message\n      | hint\n")
    #expect(render("", 0..<0, hint: nil) == "x.yaml:1:1: error[bad-value]: message\n")
  }

  @Test func lineNumbersOfAnyLengthKeepTheMargin() {
    let lines = render(String(repeating: "\n", count: 123_455) + "a", 123_455..<123_456).split(separator: "\n")
    #expect(lines.dropFirst() == ["123456 | a", "       | ^ hint"])
  }

  @Test func coloursAreUsedOnlyWhenAskedFor() {
    let expected = """
      \u{1B}[1mx.yaml:1:1:\u{1B}[0m \u{1B}[1;31merror[bad-value]:\u{1B}[0m message
          1 | a
            | \u{1B}[1;31m^ hint\u{1B}[0m

      """
    #expect(render("a", 0..<1, colour: true) == expected)
  }
}
