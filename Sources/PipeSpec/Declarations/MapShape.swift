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
  /// reported why. Options that are faulty one by one are not checked together.
  package func checked<Other: Sendable>(
    _ check: @escaping @Sendable (Value, MapNode, inout DecodingContext) -> Other?
  ) -> MapShape<Other> {
    MapShape<Other>(keys: keys, main: main) { map, context in
      let errors = context.errorCount
      guard let value = make(map, &context), context.errorCount == errors else { return nil }
      return check(value, map, &context)
    }
  }

  /// The keys of both maps in one, whose value is that of each.
  package func joined<Other: Sendable>(_ other: MapShape<Other>) -> MapShape<(Value, Other)> {
    MapShape<(Value, Other)>(keys: keys + other.keys, main: main) { map, context in
      // Both are read before a missing value ends it, so that every fault is reported.
      let (value, others) = (make(map, &context), other.make(map, &context))
      guard let value, let others else { return nil }
      return (value, others)
    }
  }

  /// What the map's own options say; keys that it does not know are left to the caller.
  package func decodeKnown(_ map: MapNode, _ context: inout DecodingContext) -> Value? { make(map, &context) }

  /// The shape of such a map: unknown keys are faults.
  package var shape: Shape<Value> {
    Shape(.map(keys: keys, main: main)) { node, context in
      context.enter(keys)
      guard var map = MapNode(node, main: main, &context) else { return nil }
      map.reportUnknown(known: keys, &context)
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
