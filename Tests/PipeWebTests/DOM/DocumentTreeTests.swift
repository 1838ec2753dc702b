import PipeTesting
import PipeWeb
import Testing

/// The html5lib tree construction tests: the whole tree must be the expected one.
@Suite(.enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
struct DocumentTreeTests {
  /// Cases whose tree differs, by `file: number`, with the reason.
  static let exclusions: [String: String] = [
    "tests16.dat: 83": head, "tests16.dat: 84": head, "tests16.dat: 85": head, "tests16.dat: 177": head,
    "tests16.dat: 178": head, "tests16.dat: 179": head, "tests18.dat: 4": head, "webkit02.dat: 39": mirror,
    "webkit02.dat: 40": mirror, "webkit02.dat: 41": mirror, "webkit02.dat: 42": mirror,
  ]
  private static let mirror = "a browser copies the chosen option into selectedcontent; here everything stands once"

  private static let head = "a noscript in the head is raw text, as with scripting on"

  static let files = (try? Corpus.list("html5lib-tests/tree-construction").filter { $0.hasSuffix(".dat") }) ?? []

  @Test(arguments: files)
  func `A page's tree is the expected one`(file: String) throws {
    for (number, test) in try ExpectedTree.all(in: file).enumerated() {
      let name = "\(file): \(number)"
      let bytes = Array(test.data.utf8)
      let parsed = DOMDocument(parsing: bytes.span)
      let document = try #require(parsed)
      let tree = ExpectedTree.described(document)
      if Self.exclusions[name] != nil {
        #expect(tree != test.tree, "\(name) agrees: its exclusion is stale")
      } else {
        #expect(
          tree == test.tree,
          "\(name): \(test.data)\n\(tree.joined(separator: "\n"))\nbut expected\n\(test.tree.joined(separator: "\n"))")
      }
    }
  }
}

/// A case of a tree construction test, its tree in lines, as far as this tree tells them: namespaces, the doctype and
/// the contents of templates are left out, names are in lower case.
struct ExpectedTree {
  let data: String
  let tree: [String]

  static func all(in file: String) throws -> [ExpectedTree] {
    let text = try Corpus.text("html5lib-tests/tree-construction/\(file)")
    return ("\n" + text).split(separator: "\n#data\n", omittingEmptySubsequences: false).dropFirst()
      .compactMap { ExpectedTree(String($0)) }
  }

  /// `nil` for a fragment, and where scripts must run.
  private init?(_ text: String) {
    guard !text.contains("\n#document-fragment\n"), !text.contains("\n#script-on\n"),
      let errors = text.firstRange(of: text.hasPrefix("#errors") ? "#errors" : "\n#errors"),
      let document = text.firstRange(of: "\n#document\n")
    else { return nil }
    data = String(text[..<errors.lowerBound])
    tree = Self.normalized(text[document.upperBound...].split(separator: "\n", omittingEmptySubsequences: false))
  }

  private static func normalized(_ lines: [Substring]) -> [String] {
    var nodes: [String] = []
    for line in lines {
      if line.hasPrefix("| ") {
        nodes.append(String(line.dropFirst(2)))
      } else if let last = nodes.indices.last {
        // A text goes on over the line's end.
        nodes[last] += "\n" + line
      }
    }
    while let last = nodes.last, last.hasSuffix("\n") { nodes[nodes.count - 1] = String(last.dropLast()) }
    var kept: [String] = []
    var contentDepth: Int?
    for node in nodes {
      let depth = node.prefix { $0 == " " }.count
      if let bound = contentDepth, depth > bound { continue }
      contentDepth = nil
      var content = String(node.dropFirst(depth))
      if content == "content" {
        contentDepth = depth
        continue
      }
      if content.hasPrefix("<!DOCTYPE") { continue }
      if content.hasPrefix("<!--") {
      } else if content.hasPrefix("<") {
        content = content.lowercased().replacing("<svg ", with: "<").replacing("<math ", with: "<")
      } else if !content.hasPrefix("\"") {
        let name = content.prefix { $0 != "=" }
        content =
          name.lowercased().replacing("xlink ", with: "xlink:").replacing("xml ", with: "xml:")
          .replacing("xmlns ", with: "xmlns:") + content.dropFirst(name.count)
      }
      kept.append(String(repeating: " ", count: depth) + content)
    }
    return sorted(kept)
  }

  static func described(_ document: DOMDocument) -> [String] {
    var lines: [String] = []
    var rest = document.nodes.reversed().map { ($0, 0) }
    while let (node, depth) = rest.popLast() {
      let indent = String(repeating: " ", count: depth)
      if let name = node.name {
        lines.append("\(indent)<\(name)>")
        lines += node.attributes.map { "\(indent)  \($0.name)=\"\($0.value)\"" }
      } else if node.isText {
        lines.append("\(indent)\"\(node.content)\"")
      } else {
        lines.append("\(indent)<!-- \(node.content) -->")
      }
      rest += node.children.reversed().map { ($0, depth + 2) }
    }
    return sorted(lines)
  }

  /// The order of attributes does not count.
  private static func sorted(_ lines: [String]) -> [String] {
    var result: [String] = []
    for line in lines {
      result.append(line)
      var place = result.count - 1
      while place > 0, isAttribute(line), isAttribute(result[place - 1]), result[place] < result[place - 1] {
        result.swapAt(place, place - 1)
        place -= 1
      }
    }
    return result
  }

  private static func isAttribute(_ line: String) -> Bool {
    line.first { $0 != " " }.map { $0 != "<" && $0 != "\"" } ?? false
  }
}
