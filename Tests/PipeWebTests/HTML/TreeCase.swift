import PipeTesting

/// One case of an html5lib tree construction file: a document and the tree it must become.
struct TreeCase {
  /// The file and the number of the case in it, from 1.
  let name: String
  let data: String
  let tree: TreeNode

  /// The cases of a file that parse a whole document without scripting.
  static func all(in file: String) throws -> [TreeCase] {
    var cases: [TreeCase] = []
    var sections: [String: [String]] = [:]
    var section = ""
    var number = 0
    func finish() {
      guard let data = sections["data"], let document = sections["document"] else { return }
      number += 1
      if sections["document-fragment"] == nil, sections["script-on"] == nil {
        cases.append(
          TreeCase(
            name: "\(file) \(number)", data: data.joined(separator: "\n"), tree: TreeNode.parse(document)))
      }
    }
    let headings: Set = ["errors", "new-errors", "document-fragment", "script-on", "script-off", "document"]
    let text = try Corpus.text("html5lib-tests/tree-construction/\(file)")
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let heading = line.hasPrefix("#") ? String(line.dropFirst()) : ""
      if heading == "data", section == "document" || section.isEmpty {
        finish()
        sections = ["data": []]
        section = heading
      } else if headings.contains(heading), section != "document" {
        section = heading
        sections[heading] = []
      } else {
        sections[section, default: []].append(String(line))
      }
    }
    finish()
    return cases
  }
}

/// A node of an expected tree.
final class TreeNode {
  enum Kind: Equatable {
    case root, content, other
    case text(String)
    case element(name: String, namespace: String)
  }

  let kind: Kind
  var attributes: [String: String] = [:]
  var children: [TreeNode] = []

  init(_ kind: Kind) { self.kind = kind }

  static func parse(_ lines: [String]) -> TreeNode {
    let root = TreeNode(.root)
    var path = [root]
    var pending: (text: String, depth: Int)?
    func place(_ node: TreeNode, at depth: Int) {
      path.removeLast(max(0, path.count - depth - 1))
      path[path.count - 1].children.append(node)
      path.append(node)
    }
    for line in lines {
      if let (text, depth) = pending {
        // A text goes on until the line that ends in its quotation mark.
        let whole = text + "\n" + line
        pending = (whole, depth)
        guard line.hasSuffix("\"") else { continue }
        pending = nil
        place(TreeNode(.text(String(whole.dropLast()))), at: depth)
        continue
      }
      guard line.hasPrefix("| ") else { continue }
      let indented = line.dropFirst(2)
      let content = indented.drop { $0 == " " }
      let depth = (indented.count - content.count) / 2
      if content.hasPrefix("\"") {
        let text = String(content.dropFirst())
        if text.hasSuffix("\"") {
          place(TreeNode(.text(String(text.dropLast()))), at: depth)
        } else {
          pending = (text, depth)
        }
      } else if content == "content" {
        place(TreeNode(.content), at: depth)
      } else if content.hasPrefix("<!") || content.hasPrefix("<?") {
        place(TreeNode(.other), at: depth)
      } else if content.hasPrefix("<") {
        let words = content.dropFirst().dropLast().split(separator: " ").map(String.init)
        let isForeign = words.count > 1 && ["svg", "math"].contains(words[0])
        let name = isForeign ? words[1] : words.joined(separator: " ")
        place(TreeNode(.element(name: name, namespace: isForeign ? words[0] : "html")), at: depth)
      } else if let equals = content.firstIndex(of: "=") {
        // An attribute of the element one level up.
        path.removeLast(max(0, path.count - depth - 1))
        path[path.count - 1].attributes[String(content[..<equals])] =
          String(content[content.index(equals, offsetBy: 2)...].dropLast())
      }
    }
    return root
  }

  /// The HTML elements of these names in tree order, templates' contents left out.
  func elements(_ names: Set<String>) -> [TreeNode] {
    if kind == .content { return [] }
    var found: [TreeNode] = []
    if case .element(let name, "html") = kind, names.contains(name) { found.append(self) }
    for child in children { found += child.elements(names) }
    return found
  }

  /// The text inside, raw text elements left out.
  var text: String {
    switch kind {
    case .text(let text): text
    case .content, .other: ""
    case .element(let name, "html")
    where ["script", "style", "textarea", "iframe", "noembed", "noframes", "xmp"].contains(name): ""
    default: children.map(\.text).joined()
    }
  }

  /// The text nodes directly inside.
  var childText: String {
    children.map { if case .text(let text) = $0.kind { text } else { "" } }.joined()
  }
}
