import PipeSpec
import Testing

struct BlockTabTests {
  static let readings: [Reading] = [
    Reading("a: |\n  \tx\n  y\nb: 1\n", "\tx\ny\n"),
    Reading("a: |\n  \tx", "\tx"),
    Reading("a: >\n  \tx\n  y\n  z\nb: 1\n", "\tx\ny z\n"),
    Reading("a: >\n \t\n detected\n", "\t\ndetected\n"),
    Reading("a: >-\n \ty\n\n\n \tz\n", "\ty\n\n\n\tz"),
    Reading("a: |-\n  \t\n  \t\nb: c\n", "\t\n\t"),
    Reading("a: |+ # c\n \n  \n  \tx\n   y\n\n", "\n\n\tx\n y\n\n"),
    Reading("a: |\r\n  \té\\ud83d\\ude00\r\n  y\r\n", "\té\\ud83d\\ude00\ny\n"),
    Reading("a: |\n            \tx\n", "\tx\n"),
    Reading("a: !!str |\n  \t\tx\n", "\t\tx\n"),
    Reading("a: &b # c\n  |\n  \tx\n", "\tx\n"),
    Reading("a: |\n  x\n  \ty\n", "x\n\ty\n"),
    Reading("a: |2\n  \tx\n", "\tx\n"),
    Reading("x: |\n  \tone\ny: >\n  \ttwo\na: |\n  \tthree\n", "\tthree\n"),
  ]

  @Test(arguments: readings.indices)
  func aTabBehindTheIndentationIsContent(_ index: Int) {
    Self.readings[index].check()
  }

  @Test func nestedBlocksAreReadAsWell() {
    let document = Document("k:\n  - a: |\n      \tx\n    b: >\n      \ty\n  - |\n   \tz\n")
    #expect(document.root?["k"]?.items.first?["a"]?.scalar?.text == "\tx\n")
    #expect(document.root?["k"]?.items.first?["b"]?.scalar?.text == "\ty\n")
    #expect(document.root?["k"]?.items.last?.scalar?.text == "\tz\n")
    #expect(Document("|\n \tx\n  y\n").root?.scalar?.text == "\tx\n y\n")
  }

  static let faults: [(yaml: String, place: String)] = [
    ("a: |\n\tx\n", "2:1-2:2"), ("k:\n  a: |\n  \tx\n", "3:3-3:4"), ("a: |\n  x\n\ty\n", "3:1-3:2"),
    ("a: |\n    \n  \tx\n", "3:3-3:4"), ("a: |3\n  \tx\n", "2:3-2:4"), ("- - |\n  \tx\n", "2:3-2:4"),
  ]

  @Test(arguments: faults.indices)
  func aTabThatIndentsIsRefused(_ index: Int) {
    let (yaml, place) = Self.faults[index]
    #expect(Document(yaml).diagnostics.map(\.brief) == ["yaml-syntax \(place) a tab cannot indent here"])
  }

  @Test func placesBehindSuchABlockStay() throws {
    let document = Document("é: |\n  \té one\n  two\nb: é @x\nc: [é, @x]\n")
    #expect(document.diagnostics.map(\.span.brief) == ["5:8-5:11"])
    let read = Document("a: |\n  \té one\n  two\nb: é\n")
    let node = try #require(read.root?["a"])
    #expect(node.span.brief == "1:4-3:6")
    #expect(read.file.span(ofScalarRange: 4..<7, of: node).brief == "2:6-2:9")
    #expect(read.root?["b"]?.span.brief == "4:4-4:5")
  }

  /// Each such block is read from the file's start again, so their number is bounded in large files.
  @Test func manySuchBlocksAreRead() {
    let yaml = (0..<500).map { "k\($0): |\n  \tx\n" }.joined()
    let document = Document(yaml)
    #expect(document.diagnostics.isEmpty)
    #expect(document.root?.entries.count == 500)
    #expect(document.root?.entries.allSatisfy { $0.value.scalar?.text == "\tx\n" } == true)
  }
}
