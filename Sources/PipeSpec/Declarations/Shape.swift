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

  /// A list of such values; every element's faults are reported.
  ///
  /// - Parameters:
  ///   - minimum: The fewest elements allowed.
  ///   - orOne: Whether one value stands for a list of one.
  package func list(minimum: Int = 0, orOne: Bool = false) -> Shape<[Value]> {
    Shape<[Value]>(.list(of: description, minimum: minimum, orOne: orOne)) { node, context in
      guard case .sequence(let elements) = node.content else {
        if orOne { return decode(node, &context).map { [$0] } }
        context.report(
          .wrongType, on: node, "\(context.place) must be a list, not \(node.kindName)",
          hint: "write each element on a line of its own after '- '")
        return nil
      }
      if elements.count < minimum {
        context.report(
          .outOfRange, on: node, "\(context.place) needs at least \(minimum) element\(minimum == 1 ? "" : "s")")
        return nil
      }
      let values = elements.map { decode($0, &context) }
      return values.contains { $0 == nil } ? nil : values.compactMap { $0 }
    }
  }
}

/// What a shape accepts, for the JSON Schema, `pipe explain` and the reference.
package indirect enum ShapeDescription: Sendable {
  /// A text of a form that a regular expression describes; `name` is what a message calls it.
  case text(name: String, pattern: String? = nil, examples: [String] = [])
  case boolean
  case integer(ClosedRange<Int>)
  case number
  case any
  /// One of a few words, each with its meaning.
  case choice([(word: String, meaning: String)])
  case list(of: ShapeDescription, minimum: Int, orOne: Bool)
  /// A map with keys that the person chooses.
  case dictionary(of: ShapeDescription)
  /// A map with known keys; a scalar stands for the key `main`.
  case map(keys: [KeyDescription], main: String?)
  case oneOf([ShapeDescription])
  /// A one-key map that names a component of a kind; `short` are the names that may stand alone.
  case component(kind: ComponentKind)

  /// What a message calls a value of this shape.
  package var name: String {
    switch self {
    case .text(let name, _, _): name
    case .boolean: "true or false"
    case .integer(let range): range.lowerBound == .min ? "a whole number" : "a whole number from \(range.lowerBound)"
    case .number: "a number"
    case .any: "any value"
    case .choice(let words): "one of " + words.map(\.word).joined(separator: ", ")
    case .list(let element, _, let orOne): orOne ? "\(element.name), or a list of them" : "a list"
    case .dictionary, .map: "a map"
    case .oneOf(let shapes): shapes.map(\.name).joined(separator: ", or ")
    case .component(let kind): "\(kind.article) \(kind.rawValue)"
    }
  }
}
