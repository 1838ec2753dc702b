import PipeEngine
import PipeSpec
import PipeStages
import Testing

@testable import PipeCommand

/// Whatever a spec has for names, a diagram says it and nothing else.
@Suite("PlanDiagram")
struct PlanDiagramTests {
  /// Texts that mean something in one of the languages.
  private static let names = [
    #"a"b"#, #"a\"b"#, #"a\\"#, "a]b", "a|b", "<b>x</b>", "a&quot;b", "a#quot;b", "a`b`", "%%{init}", "a --> b",
    "a\u{202E}b", "ü😀", "end", "a;b", "{a}", "(a)", "\"]; evil [label=\"", "\"]\n  evil[\"", "a\tb",
  ]

  /// The outline of a plan with such a name in its sink, in its source, in a condition and in a field.
  private func outline(_ name: String) throws -> PlanOutline {
    let quoted = name.unicodeScalars.reduce(into: "") { text, scalar in
      switch scalar {
      case "\"", "\\": text += "\\" + String(Character(scalar))
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return PlanOutline(
      try Plan.rendered(
        """
        sources: [{range: {url: "http://a.example/{n}", to: 3}}]
        extract: {"\(quoted)": url, status: status}
        sinks: [{csv: {path: "out/\(quoted)", when: status == 200}}]
        """))
  }

  @Test("a Graphviz graph has the statements of its stages and edges, however things are called", arguments: names)
  func dot(name: String) throws {
    let outline = try outline(name)
    var lines = PlanDiagram.dot(outline).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.removeFirst() == "digraph plan {")
    #expect(lines.removeLast() == "}")
    let statements = lines.filter { $0.hasPrefix("  \"") }
    #expect(statements.count == outline.stages.count + outline.connections.count)
    // A quoted text ends at the first quote without a backslash (https://graphviz.org/doc/info/lang.html).
    let text = #""(?:[^"\\]|\\.)*""#
    let stage = try RegularExpression(pattern: "^  \(text) \\[label=\(text)\\];$")
    let edge = try RegularExpression(pattern: "^  \(text) -> \(text) \\[label=\(text)\\];$")
    for statement in statements {
      #expect(stage.matches(String(statement)) || edge.matches(String(statement)), "\(statement)")
    }
  }

  @Test("a Mermaid flowchart has the statements of its stages and edges, however things are called", arguments: names)
  func mermaid(name: String) throws {
    let outline = try outline(name)
    var lines = PlanDiagram.mermaid(outline).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.removeFirst() == "flowchart TD")
    #expect(lines.count == outline.stages.count + outline.connections.count)
    // Within quotes only the markup of a line break, and references by number for all that means something.
    let text = #""(?:[^"<>&`|\\]|<br/>)*""#
    let stage = try RegularExpression(pattern: "^  [a-z0-9-]+\\[\(text)\\]$")
    let edge = try RegularExpression(pattern: "^  [a-z0-9-]+ -->\\|\(text)\\| [a-z0-9-]+$")
    for line in lines { #expect(stage.matches(String(line)) || edge.matches(String(line)), "\(line)") }
  }
}
