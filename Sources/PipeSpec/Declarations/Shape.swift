/// How a node of a document becomes a value, and how that is described to a person.
///
/// Decoding, the JSON Schema, `pipe explain` and the reference pages all come from shapes, so that
/// they cannot disagree.
package struct Shape<Value: Sendable>: Sendable {
  package let description: ShapeDescription
  private let read: @Sendable (Node, inout DecodingContext) -> Value?

  /// - Parameter decode: Returns `nil` only after it has reported why.
  package init(
    _ description: ShapeDescription,
    decode: @escaping @Sendable (Node, inout DecodingContext) -> Value?
  ) {
    self.description = description
    read = decode
  }

  /// The value of a node, or `nil` once the faults found are in the context.
  package func decode(_ node: Node, _ context: inout DecodingContext) -> Value? { read(node, &context) }
}

extension Shape {
  /// The same shape, its value taken further. `transform` returns `nil` only after it has reported why.
  package func map<Other: Sendable>(
    _ transform: @escaping @Sendable (Value, Node, inout DecodingContext) -> Other?
  ) -> Shape<Other> {
    Shape<Other>(description) { node, context in
      decode(node, &context).flatMap { transform($0, node, &context) }
    }
  }

  /// The same shape under another description.
  package func described(_ description: ShapeDescription) -> Self { Shape(description, decode: read) }

  /// The value together with where it was written.
  package var located: Shape<Located<Value>> {
    map { value, node, _ in Located(value, at: node.span) }
  }

  /// The value as an optional, for an option that may be left out.
  package var optional: Shape<Value?> { Shape<Value?>(description) { .some(decode($0, &$1)) } }

  /// A list of such values. Every element's faults are reported, and the sound ones remain.
  ///
  /// - Parameters:
  ///   - minimum: The fewest elements allowed.
  ///   - orOne: Whether one value stands for a list of one.
  package func list(minimum: Int = 0, orOne: Bool = false) -> Shape<[Value]> {
    Shape<[Value]>(.list(of: description, minimum: minimum, orOne: orOne)) { node, context in
      let elements: [Node]
      switch node.content {
      case .sequence(let nodes): elements = nodes
      case .scalar where orOne && !node.isUnwritten, .mapping where orOne:
        return decode(node, &context).map { [$0] }
      case .mapping(let entries) where description.family != nil:
        context.report(
          .wrongType, on: node, "\(context.place) must be a list, not a map",
          hint: "begin each element with '- '")
        elements = entries.map { Node(.mapping([$0]), span: SourceSpan($0.key.span.start, $0.value.span.end)) }
      default:
        let isNothing = node.isUnwritten
        context.report(
          .wrongType, on: node,
          isNothing ? "\(context.place) has no value" : "\(context.place) must be a list, not \(node.kindName)",
          hint: context.example.map { "for example: \($0.key): \($0.value)" }
            ?? "write each element on a line of its own after '- '")
        return nil
      }
      if elements.count < minimum {
        context.report(
          .outOfRange, on: node, "\(context.place) needs at least \(minimum) element\(minimum == 1 ? "" : "s")")
        return nil
      }
      return elements.compactMap { decode($0, &context) }
    }
  }
}
