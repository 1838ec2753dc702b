/// One key of a map in a spec: its name, its shape, whether it may be left out, and its documentation.
package struct Key<Value: Sendable>: Sendable {
  package let key: KeyDescription
  private let shape: Shape<Value>
  private let fallback: Value?

  /// A key that must be there.
  package init(_ name: String, _ shape: Shape<Value>, _ summary: String, example: String? = nil) {
    key = KeyDescription(
      name: name, summary: summary, shape: shape.description, requirement: .required, example: example)
    self.shape = shape
    fallback = nil
  }

  /// A key with a default. `shown` is the default as a person would write it, and what it means where it
  /// is not a value.
  package init(
    _ name: String, _ shape: Shape<Value>, default fallback: Value, shown: String, _ summary: String,
    example: String? = nil
  ) {
    key = KeyDescription(
      name: name, summary: summary, shape: shape.description, requirement: .defaults(to: shown), example: example)
    self.shape = shape
    self.fallback = fallback
  }

  /// A key that may be left out, with nothing in its place.
  package init<Wrapped: Sendable>(
    optional name: String, _ shape: Shape<Wrapped>, _ summary: String, example: String? = nil
  ) where Value == Wrapped? {
    key = KeyDescription(
      name: name, summary: summary, shape: shape.description, requirement: .optional, example: example)
    self.shape = shape.optional
    fallback = .some(nil)
  }

  /// The value of this key in a map, its default, or `nil` once the fault is reported.
  func decode(_ map: MapNode, _ context: inout DecodingContext) -> Value? {
    guard let entry = map.entry(key.name) else {
      if fallback == nil {
        context.report(
          .missingKey, at: SourceSpan(map.span.start, map.span.start),
          "\(context.place) needs '\(key.name)': \(key.shape.name)",
          hint: key.example.map { "for example: \(key.name): \($0)" })
      }
      return fallback
    }
    // A short form has no key of its own that a message could name.
    if map.isShort { return shape.decode(entry.value, &context) }
    return context.within(key.name) { shape.decode(entry.value, &$0) }
  }
}

/// What is known of a key without its type.
package struct KeyDescription: Sendable {
  package enum Requirement: Sendable {
    case required
    case optional
    case defaults(to: String)
  }

  package let name: String
  package let summary: String
  package let shape: ShapeDescription
  package let requirement: Requirement
  /// The value of an example, as YAML on one line.
  package let example: String?
}
