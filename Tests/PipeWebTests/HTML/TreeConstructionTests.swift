import PipeTesting
import PipeWeb
import Testing

/// The html5lib tree construction tests, as far as a page's facts go: what the scanner reports must be what the
/// expected trees hold.
@Suite(.enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
struct TreeConstructionTests {
  /// Facts that differ, by `file number: fact`, with the reason.
  static let exclusions: [String: String] = [:]

  static let files = (try? Corpus.list("html5lib-tests/tree-construction").filter { $0.hasSuffix(".dat") }) ?? []

  @Test(arguments: files)
  func `Facts are those of the expected tree`(file: String) throws {
    let cases = try TreeCase.all(in: file)
    for test in cases {
      let bytes = Array(test.data.utf8)
      var whole = PageScanner(wanted: PageReferenceTests.everything)
      _ = whole.feed(bytes)
      let facts = Self.described(whole.finish())
      var cut = PageScanner(wanted: PageReferenceTests.everything)
      for byte in bytes { _ = cut.feed([byte]) }
      #expect(Self.described(cut.finish()) == facts, "\(test.name): cut into bytes")
      let expected = Self.described(test.tree)
      for (fact, value) in expected.sorted(by: { $0.key < $1.key }) {
        let name = "\(test.name): \(fact)"
        if Self.exclusions[name] != nil {
          #expect(facts[fact] != value, "\(name) agrees: its exclusion is stale")
        } else {
          #expect(facts[fact] == value, "\(name) of \(test.data)")
        }
      }
    }
  }

  @Test func `Every exclusion names a case, and the cases are there`() throws {
    let names = Set(try Self.files.flatMap { try TreeCase.all(in: $0) }.map(\.name))
    #expect(names.count > 700)
    for exclusion in Self.exclusions.keys {
      #expect(names.contains(String(exclusion.prefix { $0 != ":" })), "no case is named \(exclusion)")
    }
  }

  private static func described(_ facts: PageFacts) -> [String: String] {
    [
      "title": facts.title() ?? "none",
      "language": facts.language() ?? "none",
      "base": facts.base() ?? "none",
      "links": distinct(facts.links.map { facts.string(of: $0.href) }),
      "metas": "\(facts.metas.map { facts.string(of: $0.content) })",
      "link elements": "\(facts.linkElements.map { $0.href.map { facts.string(of: $0) } ?? "none" })",
      "images": "\(facts.images.map { $0.map { facts.string(of: $0) } ?? "none" })",
      "headings": "\(facts.headings.map { facts.string(of: $0) })",
    ]
  }

  private static func described(_ tree: TreeNode) -> [String: String] {
    [
      "title": tree.elements(["title"]).first.map { collapsed($0.childText) } ?? "none",
      "language": tree.elements(["html"]).first?.attributes["lang"] ?? "none",
      "base": tree.elements(["base"]).compactMap { $0.attributes["href"] }.first ?? "none",
      "links": distinct(tree.elements(["a", "area"]).compactMap { $0.attributes["href"] }),
      "metas": "\(tree.elements(["meta"]).compactMap { $0.attributes["content"] })",
      "link elements": "\(tree.elements(["link"]).map { $0.attributes["href"] ?? "none" })",
      "images": "\(tree.elements(["img"]).map { $0.attributes["src"] ?? "none" })",
      "headings": "\(tree.elements(["h1"]).map { collapsed($0.text) })",
    ]
  }

  /// Each once, in order: the tree repeats a link whose formatting it repeats.
  private static func distinct(_ values: [String]) -> String {
    var seen: Set<String> = []
    return "\(values.filter { seen.insert($0).inserted })"
  }

  private static func collapsed(_ text: String) -> String {
    text.split { " \t\n\r\u{0C}".contains($0) }.joined(separator: " ")
  }
}
