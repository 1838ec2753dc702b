/// One key of a map in a spec: its name, its shape, whether it may be left out, and its documentation.
package struct Key<Value: Sendable>: Sendable {
  package let key: KeyDescription
  private let shape: Shape<Value>
  /// What is gone on with where the key is left out, or where its value is faulty and that is reported.
  private let fallback: Value?

  /// A key that must be there.
  package init(_ name: String, _ shape: Shape<Value>, _ summary: String, example: String? = nil) {
    key = KeyDescription(
      name: name, summary: summary, shape: shape.description, requirement: .required, example: example)
    self.shape = shape
    fallback = nil
  }

  /// A key that must be there; where it is missing or faulty, what is around it goes on with a stand-in, so
  /// that all faults are found.
  package init(_ name: String, _ shape: Shape<Value>, standIn: Value, _ summary: String, example: String? = nil) {
    key = KeyDescription(
      name: name, summary: summary, shape: shape.description, requirement: .required, example: example)
    self.shape = shape
    fallback = standIn
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

  /// A key that may be left out: its value then follows from another option, or is the default that is shown.
  package init<Wrapped: Sendable>(
    _ name: String, _ shape: Shape<Wrapped>, unless implication: Implication, shown: String? = nil, _ summary: String,
    example: String? = nil
  ) where Value == Wrapped? {
    var key = KeyDescription(
      name: name, summary: summary, shape: shape.description,
      requirement: shown.map { .defaults(to: $0) } ?? .optional, example: example)
    key.implication = implication
    self.key = key
    self.shape = shape.optional
    fallback = .some(nil)
  }

  /// The value of this key in a map, or what stands in for it; `nil` where nothing can, once the fault is
  /// reported.
  func decode(_ map: MapNode, _ context: inout DecodingContext) -> Value? {
    guard let entry = map.entry(key.name) else {
      if key.isRequired, !map.isMeant(key.name) {
        context.report(
          .missingKey, at: context.isAtTop ? .wholeFile : SourceSpan(map.span.start, map.span.start),
          "\(context.place) needs '\(key.name)': \(key.shape.name)",
          hint: key.example.map { "for example: \(key.name): \($0)" })
      }
      return fallback
    }
    // A short form has no key of its own that a message could name.
    if map.isShort { return shape.decode(entry.value, &context) ?? fallback }
    return context.within(key) { shape.decode(entry.value, &$0) } ?? fallback
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
  /// What its value follows from if it is left out.
  package var implication: Implication?

  package var isRequired: Bool { if case .required = requirement { true } else { false } }

  /// The same where it may be left out.
  var optional: KeyDescription {
    KeyDescription(name: name, summary: summary, shape: shape, requirement: .optional, example: example)
  }

  /// The same where it must be there.
  package var required: KeyDescription {
    KeyDescription(name: name, summary: summary, shape: shape, requirement: .required, example: example)
  }

  /// The default as a person would write it, where there is one.
  package var shownDefault: String? { if case .defaults(let shown) = requirement { shown } else { nil } }
}

/// How the value of a key that is left out follows from the text of another one.
package struct Implication: Sendable {
  package let key: String
  /// The value as YAML; `nil` if nothing follows.
  package let value: @Sendable (String) -> String?

  package init(by key: String, _ value: @escaping @Sendable (String) -> String?) {
    self.key = key
    self.value = value
  }
}
