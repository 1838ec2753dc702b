import Testing

@testable import PipeSpec

@Suite("What is said of conditions")
struct ExpressionTopicTests {
  /// The conditions in its tables and examples.
  private static let conditions: [String] = {
    var conditions: [String] = []
    for block in Topic.expressions.blocks {
      switch block {
      case .table(let rows): conditions += rows.map(\.name)
      case .example(let text): conditions += ofYAML(text)
      case .paragraph, .heading: break
      }
    }
    return conditions
  }()

  /// Each line is a document of its own where keys come again.
  private static func ofYAML(_ text: String) -> [String] {
    var found: [String] = []
    func look(_ node: Node) {
      switch node.content {
      case .mapping(let entries):
        for entry in entries {
          if ["where", "when"].contains(entry.key.text ?? ""), let text = entry.value.text { found.append(text) }
          look(entry.value)
        }
      case .sequence(let items): for item in items { look(item) }
      case .scalar: break
      }
    }
    var part = ""
    for line in text.split(separator: "\n").map(String.init) + ["where: ok"] {
      if line.hasPrefix("where:"), !part.isEmpty {
        let document = Document(reading: SourceFile(name: "example.yaml", text: part))
        #expect(document.diagnostics.isEmpty, "\(part)")
        if let root = document.root { look(root) }
        part = ""
      }
      part += line + "\n"
    }
    return found
  }

  @Test("every example is a condition of the language")
  func examples() {
    #expect(Self.conditions.count > 20)
    let samples = [
      "a and b, a or b", "not a", "(a or b) and c", "200, -1.5, 1e3", "'Lamp', \"Lamp\"", "true, false, null",
    ]
    for condition in Self.conditions
    where !samples.contains(condition) && !["'2026-01-31'", "`in`"].contains(condition) {
      #expect(Fixture.faults(of: condition).isEmpty, "\(condition)")
    }
    #expect(Self.conditions.contains(#"title matches /\d+/"#) && Self.conditions.contains("title == 'Lamp'"))
  }

  @Test("every word of the language is named", arguments: Keyword.allCases)
  func words(word: Keyword) {
    let text = Topic.expressions.markdown.split { !$0.isLetter && $0 != "_" }
    #expect(text.contains(Substring(word.rawValue)))
  }

  @Test("its lines fit a terminal, and it is Markdown as well")
  func rendered() {
    #expect(Topic.expressions.lines.allSatisfy { $0.count <= 80 }, "\(Topic.expressions.lines)")
    #expect(Topic.expressions.markdown.hasPrefix("# Conditions\n\n"))
    #expect(Topic.expressions.markdown.contains("```yaml\nwhere: status == 200"))
  }
}
