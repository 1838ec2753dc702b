import PipeSpec
import PipeTesting
import Testing

struct ScalarMapTests {
  struct Example: CustomTestStringConvertible, Sendable {
    let yaml: String
    /// A part of the scalar's text, and what was written for it.
    let part: String
    let source: String
    let span: String

    init(_ yaml: String, _ part: String, _ source: String, _ span: String) {
      self.yaml = yaml
      self.part = part
      self.source = source
      self.span = span
    }

    var testDescription: String { "\(yaml.debugDescription) \(part.debugDescription)" }
  }

  static let examples = [
    Example("a: one two", "two", "two", "1:8-1:11"),
    Example("a: one\n  two  \n\n\n  three\n", "two", "two", "2:3-2:6"),
    Example("a: one\n  two  \n\n\n  three\n", "e two", "e\n  two", "1:6-2:6"),
    Example("a: one\n  two  \n\n\n  three\n", "\n\n", "  \n\n\n  ", "2:6-5:3"),
    Example("a: one\n  two  \n\n\n  three\n", "three", "three", "5:3-5:8"),
    Example("a: 'it''s ß 日'", "'s", "''s", "1:7-1:10"),
    Example("a: 'it''s ß 日'", "日", "日", "1:13-1:14"),
    Example("a: 'one \n two'", "e t", "e \n t", "1:7-2:3"),
    Example("a: \"x\\ty\\u00e9\\U0001F600z\"", "y", "y", "1:8-1:9"),
    Example("a: \"x\\ty\\u00e9\\U0001F600z\"", "é", "\\u00e9", "1:9-1:15"),
    Example("a: \"x\\ty\\u00e9\\U0001F600z\"", "😀z", "\\U0001F600z", "1:15-1:26"),
    Example("a: \"x\\x41\\/\\\\\\\"\\e\\_q\"", "q", "q", "1:20-1:21"),
    Example("a: \"one \\\n   two\\\n\n\n three\"", "two", "two", "2:4-2:7"),
    Example("a: \"one \\\n   two\\\n\n\n three\"", "\n\n", "\\\n\n\n ", "2:7-5:2"),
    Example("a: \"one \\\n   two\\\n\n\n three\"", "three", "three", "5:2-5:7"),
    Example("a: \"one\\\n  \\  two\"", "two", "two", "2:6-2:9"),
    Example("a: |\n  one\n    two\n\n  three\n", "two", "two", "3:5-3:8"),
    Example("a: |\n  one\n    two\n\n  three\n", "  two", "  two", "3:3-3:8"),
    Example("a: |\n  one\n    two\n\n  three\n", "three", "three", "5:3-5:8"),
    Example("a: |2-\n    one\n   two\n", " two", " two", "3:3-3:7"),
    Example("a: |\n\n\n  one\n", "one", "one", "4:3-4:6"),
    Example("a: >\n  one\n  two\n\n  three\n    more\n  four\n\n\n", "two", "two", "3:3-3:6"),
    Example("a: >\n  one\n  two\n\n  three\n    more\n  four\n\n\n", "e two\nt", "e\n  two\n\n  t", "2:5-5:4"),
    Example("a: >\n  one\n  two\n\n  three\n    more\n  four\n\n\n", "four", "four", "7:3-7:7"),
    Example("a: >+1 # x\r\n  one\r\n  two\r\n", "two", "two", "3:3-3:6"),
  ]

  @Test(arguments: examples)
  func aPartOfAScalarLeadsToWhatWasWritten(_ example: Example) throws {
    let document = Document(example.yaml)
    let node = try #require(document.root?["a"])
    let text = try #require(node.scalar?.text)
    let utf8 = Array(text.utf8)
    let part = Array(example.part.utf8)
    let start = try #require(utf8.indices.first { utf8[$0...].starts(with: part) })
    let span = document.file.span(ofScalarRange: start..<start + part.count, of: node)
    #expect(document.file.text(span) == example.source)
    #expect(span.brief == example.span)
  }

  @Test func theEndOfTheTextIsBeforeTheClosingQuote() throws {
    let document = Document("a: \"x\\n\"\nb: |\n  x\n\n")
    let map = ScalarMap(of: try #require(document.root?["a"]), in: document.file)
    #expect(map.position(of: 2).column == 8)
    #expect(map.span(of: 2..<2).brief == "1:8-1:8")
    let block = ScalarMap(of: try #require(document.root?["b"]), in: document.file)
    #expect(block.position(of: 2) == document.root?["b"]?.span.end)
  }

  @Test func throughAnAliasAPartStandsAtTheAliasWithANoteForWhereItWasWritten() throws {
    let document = Document("a: &x 'one two'\nb: *x\n")
    let node = try #require(document.root?["b"])
    #expect(document.file.span(ofScalarRange: 4..<7, of: node).brief == "2:4-2:6")
    let notes = Diagnostic.Note.written(4..<7, of: node, in: document.file)
    #expect(notes.map(\.span.brief) == ["1:12-1:15"])
  }

  @Test func outsideItsTextAScalarMapsToItsOwnPlace() throws {
    let document = Document("a: []\nb: 'x'\nc: ''\n")
    let list = try #require(document.root?["a"])
    #expect(document.file.span(ofScalarRange: 3..<9, of: list) == list.span)
    let scalar = try #require(document.root?["b"])
    #expect(document.file.span(ofScalarRange: 5..<900, of: scalar).brief == "2:6-2:6")
    let empty = try #require(document.root?["c"])
    #expect(document.file.span(ofScalarRange: 0..<0, of: empty) == empty.span)
  }

  @Test(
    .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)), arguments: YAMLTestSuite.valid)
  func everyOffsetOfEveryScalarLiesWithinIt(_ example: YAMLTestSuite.Case) {
    let file = example.source
    for node in DocumentStream(reading: file).roots.flatMap(\.all) {
      guard let scalar = node.scalar else { continue }
      let own = node.anchored ?? node.span
      let map = ScalarMap(of: node, in: file)
      let text = Array(scalar.text.utf8)
      var last = own.start
      var isExact = false
      for offset in 0...text.count {
        let position = map.position(of: offset)
        #expect(last <= position && position <= own.end)
        #expect(position == file.position(at: position.offset))
        last = position
        guard offset < text.count else { continue }
        let span = map.span(of: offset..<offset + 1)
        #expect(own.start <= span.start && span.start <= span.end && span.end <= own.end)
        isExact = isExact || span != own
        // What is neither a space nor an escape was written as it is read.
        if !" \n".utf8.contains(text[offset]), scalar.style != .doubleQuoted,
          file.bytes.indices.contains(position.offset)
        {
          #expect(file.bytes[position.offset] == text[offset], "\(scalar) at \(offset)")
        }
      }
      #expect(isExact || text.count < 2 || text.allSatisfy { " \n".utf8.contains($0) }, "not followed: \(scalar)")
    }
  }
}
