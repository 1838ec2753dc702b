/// A node of a document: what was written and where, nothing interpreted but the scalar types of the
/// YAML 1.2 core schema.
package struct Node: Sendable {
  package enum Content: Sendable {
    case scalar(Scalar)
    case sequence([Node])
    case mapping([Entry])
  }

  /// A key and its value, in the order of the file. Keys of one mapping differ.
  package struct Entry: Sendable {
    package let key: Node
    package let value: Node

    package init(key: Node, value: Node) {
      self.key = key
      self.value = value
    }
  }

  package let content: Content
  /// Where the node stands; for one reached through an alias, the place of the alias (`*name`).
  package let span: SourceSpan
  /// For a node reached through an alias or a merge key: where the anchored node was written.
  package let anchored: SourceSpan?

  package init(_ content: Content, span: SourceSpan, anchored: SourceSpan? = nil) {
    self.content = content
    self.span = span
    self.anchored = anchored
  }
}

/// A scalar as written and as the core schema reads it.
package struct Scalar: Sendable {
  package enum Style: Sendable {
    case plain, singleQuoted, doubleQuoted, literal, folded
  }

  /// What the core schema (YAML 1.2.2, 10.3.2) makes of a scalar; anything not plain is a string.
  package enum Value: Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int)
    case float(Double)
    case string
  }

  /// The content after quotes, escapes and folding are undone.
  package let text: String
  package let value: Value
  package let style: Style

  package init(text: String, value: Value, style: Style) {
    self.text = text
    self.value = value
    self.style = style
  }
}

extension Node {
  /// What a message calls a node of this kind.
  package var kindName: String {
    switch content {
    case .sequence: "a list"
    case .mapping: "a map"
    case .scalar(let scalar):
      switch scalar.value {
      case .null: "nothing"
      case .bool: "a boolean"
      case .int, .float: "a number"
      case .string: "a string"
      }
    }
  }
}
