internal import PipeSpec

/// A plan as a diagram that another program draws.
package enum PlanDiagram {
  /// A Mermaid flowchart, as GitHub shows it.
  package static func mermaid(_ outline: PlanOutline) -> String {
    var lines = ["flowchart TD"]
    for stage in outline.stages {
      let label = ([stage.kind.rawValue + " " + stage.title] + stage.notes).map(escaped).joined(separator: "<br/>")
      lines.append("  \(stage.id)[\"\(label)\"]")
    }
    for edge in outline.connections {
      lines.append("  \(edge.from) -->|\"\(label(edge).map(escaped).joined(separator: "<br/>"))\"| \(edge.to)")
    }
    return lines.joined(separator: "\n")
  }

  /// A graph in Graphviz's language.
  package static func dot(_ outline: PlanOutline) -> String {
    var lines = ["digraph plan {", "  rankdir=TB;", "  node [shape=box, fontname=\"sans-serif\"];"]
    for stage in outline.stages {
      let label = [stage.kind.rawValue + " " + stage.title] + stage.notes
      lines.append("  \(quoted([stage.id])) [label=\(quoted(label))];")
    }
    for edge in outline.connections {
      lines.append("  \(quoted([edge.from])) -> \(quoted([edge.to])) [label=\(quoted(label(edge)))];")
    }
    return (lines + ["}"]).joined(separator: "\n")
  }

  private static func label(_ edge: PlanOutline.Connection) -> [String] {
    ["\(edge.elements.grouped) \(edge.carries) or \(ByteCount(edge.bytes).description)"]
      + [edge.condition.map { "when \($0)" }].compactMap(\.self)
  }

  /// Mermaid reads HTML's character references in its labels.
  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "&", "<", ">", "\"", "#", "`", "|", "\\": result += "#\(scalar.value);"
      case "\n", "\r": result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
  }

  private static func quoted(_ lines: [String]) -> String {
    let text = lines.map { line in
      line.unicodeScalars.reduce(into: "") { result, scalar in
        switch scalar {
        case "\"", "\\": result += "\\" + String(Character(scalar))
        case "\n", "\r": result += " "
        default: result.unicodeScalars.append(scalar)
        }
      }
    }
    return "\"" + text.joined(separator: "\\n") + "\""
  }
}
