import PipeEngine
import PipeSpec
import PipeWeb

/// What is taken of the nodes that a selector finds: the options that `css` and `xpath` share.
struct NodeChoice: Sendable {
  /// Without one it is the text.
  let attribute: String?
  let all: Bool

  static let attributeKey = Key(
    optional: "attribute", .name("the name of an attribute"),
    "The attribute that is taken; without it, the text as a person would read it. In XML, its name as written.",
    example: "href")
  static let allKey = Key(
    "all", .bool, default: false, shown: "false", "Whether all that is found is taken, as a list; otherwise the first.")

  var type: FieldType { FieldType(.string, isList: all) }

  /// How many nodes are looked for; the first that has the attribute may be any.
  var limit: Int { all || attribute != nil ? .max : 1 }

  func value(of nodes: [DOMNode]) -> Value {
    let texts = nodes.lazy.compactMap { node in
      attribute.map { node[attribute: $0] } ?? node.readableText
    }
    return all ? .list(texts.map { .string($0) }) : Value(texts.first)
  }
}
