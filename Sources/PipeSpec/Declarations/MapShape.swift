/// A map with known keys, declared once: the keys that it may have and what is made of their values.
package struct MapShape<Value: Sendable>: Sendable {
  package let keys: [KeyDescription]
  /// The key that a scalar in the map's place stands for.
  package let main: String?
  private let make: @Sendable (MapNode, inout DecodingContext) -> Value?

  /// - Parameters:
  ///   - main: The name of the option that a scalar in the map's place stands for.
  ///   - make: Makes the value of all options, in their order.
  package init<each Part: Sendable>(
    main: String? = nil,
    _ options: repeat Key<each Part>,
    make: @escaping @Sendable (repeat each Part) -> Value
  ) {
    var keys: [KeyDescription] = []
    for option in repeat each options { keys.append(option.key) }
    self.keys = keys
    self.main = main
    self.make = { map, context in
      // All options are read before the first missing one ends it, so that every fault is reported.
      let parts = (repeat (each options).decode(map, &context))
      do throws(Incomplete) {
        return make(repeat try Incomplete.value(each parts))
      } catch {
        return nil
      }
    }
  }

  private init(
    keys: [KeyDescription], main: String?, make: @escaping @Sendable (MapNode, inout DecodingContext) -> Value?
  ) {
    self.keys = keys
    self.main = main
    self.make = make
  }

  /// The same map with a check over several of its options, which returns `nil` only after it has
  /// reported why.
  package func checked<Other: Sendable>(
    _ check: @escaping @Sendable (Value, MapNode, inout DecodingContext) -> Other?
  ) -> MapShape<Other> {
    MapShape<Other>(keys: keys, main: main) { map, context in
      make(map, &context).flatMap { check($0, map, &context) }
    }
  }

  /// What the map's own options say; keys that it does not know are left to the caller.
  package func decodeKnown(_ map: MapNode, _ context: inout DecodingContext) -> Value? { make(map, &context) }

  /// The shape of such a map: unknown keys are faults.
  package var shape: Shape<Value> {
    Shape(.map(keys: keys, main: main)) { node, context in
      guard let map = MapNode(node, main: main, &context) else { return nil }
      map.reportUnknown(known: keys.map(\.name), &context)
      return make(map, &context)
    }
  }
}

/// Thrown where an option has no value; the reason is in the context already.
private struct Incomplete: Error {
  static func value<Part>(_ part: Part?) throws(Incomplete) -> Part {
    guard let part else { throw Incomplete() }
    return part
  }
}

/// A mapping of the document whose keys are read by name, or a scalar that stands for one of them.
package struct MapNode: Sendable {
  package let span: SourceSpan
  /// Whether a scalar or a list stood in the map's place, for its main key.
  let isShort: Bool
  private let entries: [Node.Entry]

  /// Reports a node that is neither a map nor, where there is a main key, its short form.
  package init?(_ node: Node, main: String?, _ context: inout DecodingContext) {
    span = node.span
    switch node.content {
    case .mapping(let entries):
      self.entries = entries
      isShort = false
    case .scalar(let scalar) where scalar.value == .null && main == nil:
      self.entries = []
      isShort = false
    default:
      guard let main else {
        context.report(.wrongType, on: node, "\(context.place) must be a map, not \(node.kindName)")
        return nil
      }
      let key = Node(.scalar(Scalar(text: main, value: .string, style: .plain)), span: node.span)
      self.entries = [Node.Entry(key: key, value: node)]
      isShort = true
    }
  }

  package func entry(_ name: String) -> Node.Entry? { entries.first { $0.key.text == name } }

  /// Reports every key that is none of the known ones, with the nearest one as the hint.
  package func reportUnknown(known: [String], _ context: inout DecodingContext) {
    for entry in entries {
      guard let name = entry.key.text else {
        context.report(.wrongType, on: entry.key, "a key must be a word, not \(entry.key.kindName)")
        continue
      }
      if known.contains(name) { continue }
      let near = nearestName(to: name, among: known) ?? KnownWords.ours(for: name, among: known)
      context.report(
        .unknownKey, on: entry.key, "unknown key '\(name)' in \(context.place)",
        hint: near.map { "did you mean '\($0)'?" } ?? "the keys here are \(known.joined(separator: ", "))")
    }
  }
}

extension Node {
  /// The text of a scalar; `nil` for lists and maps.
  package var text: String? {
    if case .scalar(let scalar) = content { scalar.text } else { nil }
  }
}
