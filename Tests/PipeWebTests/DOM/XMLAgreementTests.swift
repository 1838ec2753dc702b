import FoundationEssentials
import PipeTesting
import PipeWeb
import Testing

/// Well-formed XML must have the tree that another parser reads; XML that is cut anywhere must have some tree.
@Suite(.enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
struct XMLAgreementTests {
  @Test(.enabled(if: Program.path("python3") != nil, "there is no python3"))
  func `A document is read as expat reads it`() throws {
    let documents = try Self.documents()
    let answers = try Self.answers(to: documents)
    #expect(answers.count == documents.count)
    for (document, answer) in zip(documents, answers) {
      guard let answer else { continue }
      let events = try Self.events(of: document)
      #expect(events == answer, "\(document.prefix(400).debugDescription)")
    }
    #expect(answers.count { $0 != nil } > 500)
  }

  /// The corpus's feeds and sitemaps, and as many that were mutilated.
  private static func documents() throws -> [String] {
    var documents: [String] = []
    for folder in ["feeds", "sitemaps", "csv-xml-feeds"] {
      let files = try FileManager.default.subpathsOfDirectory(atPath: Corpus.path(folder))
        .filter { $0.hasSuffix(".xml") }.sorted()
      for (seed, file) in files.enumerated() {
        let text = try Corpus.text("\(folder)/\(file)")
        var random = RandomPages(seed: UInt64(seed), tags: ["a", "b:c"])
        documents += [text, random.mutilated(Array(text.utf8))]
      }
    }
    return documents.filter { !$0.contains("\0") }
  }

  private static func answers(to documents: [String]) throws -> [[String]?] {
    let folder = try TemporaryFolder()
    var lines = Data()
    for document in documents { lines += try JSONEncoder().encode(document) + Data("\n".utf8) }
    try lines.write(to: URL(fileURLWithPath: folder.path("documents")))
    let program = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/tools/xml-events.py"
    let output = try Program.output([try #require(Program.path("python3")), program, folder.path("documents")])
    return try output.split(separator: 0x0A).map { try JSONDecoder().decode([String]?.self, from: Data($0)) }
  }

  private static func events(of text: String) throws -> [String] {
    let bytes = Array(text.utf8)
    let parsed = DOMDocument(parsingXML: bytes.span)
    var events: [String] = []
    func visit(_ node: DOMNode) {
      guard let name = node.name else {
        events.append(node.target.map { "?\($0) \(node.content)" } ?? (node.isText ? "'" : "!") + node.content)
        return
      }
      events.append("<" + name)
      events += node.attributes.sorted { $0 < $1 }.map { "\($0.name)=\($0.value)" }
      node.children.forEach(visit)
      events.append(">")
    }
    if let root = try #require(parsed).root { visit(root) }
    return events
  }
}
