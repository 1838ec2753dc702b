/// How large a node is with everything in it.
struct NodeExtent {
  var nodes = 1
  /// Bytes of UTF-8 in its scalars.
  var text = 0
  /// Levels of nesting; a scalar has none.
  var depth = 0

  mutating func add(_ child: NodeExtent) {
    nodes += child.nodes
    text += child.text
    depth = max(depth, child.depth + 1)
  }
}

/// The bounds of a document, so that a small file cannot stand for a huge one ("billion laughs").
enum DocumentLimit {
  /// Levels of nesting, aliases expanded.
  static let depth = 64
  /// Nodes written in a file.
  static let nodes = 300_000
  /// Nodes that the aliases of a file stand for.
  static let aliasedNodes = 100_000
  /// Bytes of UTF-8 in the scalars that the aliases of a file stand for.
  static let aliasedText = 1 << 20
}
