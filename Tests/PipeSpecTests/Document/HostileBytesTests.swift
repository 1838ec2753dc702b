import PipeSpec
import PipeTesting
import Testing

/// Files that nobody wrote: whatever the bytes, reading ends, and every place lies in the file.
struct HostileBytesTests {
  static let pieces: [[UInt8]] =
    [
      "- ", "? ", ": ", "[", "]", "{", "}", ",", "&a ", "*a", "*a ", "!!str ", "!x ", "'", "\"", "\\", "|", ">",
      "|2-\n", "\n", "\r\n", "\r",
      "\t", " ", "    ", "#", " #", "---\n", "...\n", "%YAML 1.2\n", "<<: ", "a", "é", "日", "\u{85}", "\u{2028}",
      "\u{FEFF}", "@", "`", "\\u", "a: ", "''",
    ].map { Array($0.utf8) } + [[0], [0xFF], [0xC3], [0x80], [0xED, 0xA0, 0x80]]

  private func check(_ bytes: [UInt8]) {
    let file = SourceFile(name: "x", bytes: bytes)
    for view in [DocumentStream.View.spec, .generic] {
      let stream = DocumentStream(reading: file, as: view)
      let nodes = stream.roots.flatMap(\.all)
      let spans =
        nodes.flatMap { [$0.span, $0.anchored].compactMap { $0 } }
        + stream.diagnostics.flatMap { [$0.span] + $0.notes.map(\.span) }
      for span in spans {
        let isInside = 0 <= span.start.offset && span.start.offset <= span.end.offset && span.end.offset <= bytes.count
        #expect(isInside, "\(span) of \(bytes)")
      }
      for node in nodes.prefix(20) {
        guard let scalar = node.scalar else { continue }
        let own = node.anchored ?? node.span
        let map = ScalarMap(of: node, in: file)
        for offset in stride(from: 0, through: scalar.text.utf8.count, by: 3) {
          let span = map.span(of: offset..<offset + 1)
          #expect(own.start <= span.start && span.end <= own.end, "\(span) of \(bytes)")
        }
      }
      let text = TextDiagnosticRenderer(colour: false).render([DiagnosticReport(file, stream.diagnostics)])
      #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" })
    }
  }

  @Test func randomPiecesOfYAMLAreReadOrRefused() {
    var random = RepeatableRandom(seed: 1)
    for _ in 0..<3000 {
      let count = Int.random(in: 1...24, using: &random)
      check((0..<count).flatMap { _ in Self.pieces.randomElement(using: &random) ?? [] })
    }
  }

  @Test(.enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
  func mutatedDocumentsAreReadOrRefused() {
    var random = RepeatableRandom(seed: 2)
    for example in YAMLTestSuite.cases {
      for _ in 0..<12 {
        var bytes = example.source.bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          let place = Int.random(in: 0...bytes.count, using: &random)
          switch Int.random(in: 0..<3, using: &random) {
          case 0: bytes.insert(contentsOf: Self.pieces.randomElement(using: &random) ?? [], at: place)
          case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 0...5, using: &random)))
          default: bytes.removeSubrange(place...)
          }
        }
        check(bytes)
      }
    }
  }

  @Test func longLinesAreReadInLinearTime() {
    let list = "[" + String(repeating: "é, ", count: 100_000) + "]"
    let document = Document(list)
    #expect(document.diagnostics.isEmpty)
    #expect(document.root?.items.last?.span.start.column == 2 + 3 * 99_999)
    let map = "{" + String(repeating: "a: 1, ", count: 20_000) + "}"
    #expect(Document(map).diagnostics.count == 19_999)
  }
}
