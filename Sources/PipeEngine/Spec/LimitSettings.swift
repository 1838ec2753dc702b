package import PipeSpec

/// The `limits` block of a spec: what a run may use.
package struct LimitSettings: Hashable, Sendable {
  /// Bytes that the graph holds; what one body has above it comes on top.
  package let memory: ByteCount
  /// Bytes of one value.
  package let value: ByteCount
  /// Bytes of a record's values together.
  package let record: ByteCount

  /// - Parameter record: Without one, 16 MiB, or a quarter of `memory` where that is less, and room for one value.
  package init(
    memory: ByteCount = ByteCount(256 << 20), value: ByteCount = ByteCount(1 << 20), record: ByteCount? = nil
  ) {
    self.memory = memory
    self.value = value
    self.record = record ?? max(value, min(ByteCount(16 << 20), ByteCount(memory.bytes / 4)))
  }

  static let map = MapShape<LimitSettings>(
    Key(
      "memory", Shape<ByteCount>.size(from: "8MiB", to: "1024GiB"), default: ByteCount(256 << 20), shown: "256MiB",
      "The most bytes of bodies, trees, JSON and records that are held at once. Transfers are paused and pages wait when it"
        + " is reached, nothing is dropped; a tree that is larger than its share is cut, with the error extract.",
      example: "64MiB"),
    Key(
      "value", Shape<ByteCount>.size(from: "1KiB", to: "1GiB"), default: ByteCount(1 << 20), shown: "1MiB",
      "The most bytes of one value. A longer text is cut, a longer list ends before the element that is too much, and"
        + " anything else is missing; the record has the error extract. An element of a list counts 16 bytes more than its"
        + " text. With pattern, the text that it is looked for in may be as long as a record.",
      example: "64KiB"),
    Key(
      optional: "record", Shape<ByteCount>.size(from: "1KiB", to: "1024GiB"),
      "The most bytes of a record's values together, as value counts them, in the order of the fields; without it 16MiB,"
        + " or a quarter of memory where that is less.", example: "4MiB"),
    make: { (memory: ByteCount, value: ByteCount, record: ByteCount?) in
      LimitSettings(memory: memory, value: value, record: record)
    }
  ).checked { (limits, map, context) -> LimitSettings? in
    for (name, size, largerName, larger) in [
      ("value", limits.value, "memory", limits.memory), ("value", limits.value, "record", limits.record),
      ("record", limits.record, "memory", limits.memory),
    ] where size > larger {
      guard let entry = map.entry(name) ?? map.entry(largerName) else { continue }
      context.report(
        .outOfRange, on: entry.value,
        "\(context.place).\(name) (\(size.description)) is more than \(largerName) (\(larger.description))",
        hint: "a record holds several values, and a run several records")
      return nil
    }
    return limits
  }
}
