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
    "all", .bool, default: false, shown: "false", "Whether all matches are taken, as a list; otherwise the first.")

  var type: FieldType { FieldType(.string, isList: all) }

  /// How many nodes are looked for; the first that has the attribute may be any.
  var limit: Int { all || attribute != nil ? .max : 1 }

  func value(of nodes: [DOMNode], _ page: Page) throws(ExtractionFault) -> Value {
    var budget = page.room.budget
    let value = all ? .list(ValueList(texts(of: nodes, &budget))) : firstText(of: nodes, &budget)
    return try page.room.checked(value, budget)
  }

  private func firstText(of nodes: [DOMNode], _ budget: inout ValueBudget) -> Value {
    guard let attribute else { return Value(nodes.first?.readableText(within: &budget)) }
    for node in nodes {
      if let text = node.attribute(attribute, within: &budget) { return .string(text) }
    }
    return .null
  }

  /// All texts, in one piece of memory; where the budget is spent, those before.
  private func texts(of nodes: [DOMNode], _ budget: inout ValueBudget) -> PackedTexts {
    var bytes: [UInt8] = []
    var ends: [UInt32] = []
    for node in nodes {
      let start = bytes.count
      if let attribute {
        guard let text = node.attribute(attribute, within: &budget) else { continue }
        bytes += text.utf8
      } else {
        bytes = node.appendReadableText(to: bytes, within: &budget)
      }
      // A text that is not whole would look like one that is.
      guard !budget.isSpent, budget.takeElement(bytes: 0) else {
        bytes.removeLast(bytes.count - start)
        break
      }
      ends.append(UInt32(truncatingIfNeeded: bytes.count))
    }
    return PackedTexts(bytes: bytes, ends: ends)
  }
}
