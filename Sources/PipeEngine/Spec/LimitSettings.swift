package import PipeSpec
internal import PipeWeb

/// The `limits` block of a spec: what a run may use, and what ends it.
package struct LimitSettings: Hashable, Sendable {
  /// Bytes that the graph holds; what one body has above it comes on top.
  package let memory: ByteCount
  /// Bytes of one value.
  package let value: ByteCount
  /// Bytes of a record's values together.
  package let record: ByteCount
  /// Requests that are made, an end as planned.
  package let records: Int?
  /// What stops a run before its end.
  package let stops: StopLimits
  /// Bytes of its temporary files.
  package let disk: ByteCount?

  /// - Parameter record: Without one, 16 MiB, or a quarter of `memory` where that is less, and room for one value.
  package init(
    memory: ByteCount = ByteCount(256 << 20), value: ByteCount = ByteCount(1 << 20), record: ByteCount? = nil,
    records: Int? = nil, stops: StopLimits = StopLimits(), disk: ByteCount? = nil
  ) {
    self.memory = memory
    self.value = value
    self.record = record ?? max(value, min(ByteCount(16 << 20), ByteCount(memory.bytes / 4)))
    self.records = records
    self.stops = stops
    self.disk = disk
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
    Key(
      optional: "records", Shape<Int>.int(1...1_000_000_000_000_000),
      "The most requests that become records, exactly. The run is complete with them, as with --limit; of both, the"
        + " smaller counts.", example: "1000"),
    Key(
      optional: "duration", Shape<Duration>.duration(from: "1ms"),
      "How long the run may take. When it is over, nothing new is begun, and what is in flight has 10 seconds. Outputs stay"
        + " .part files, and the run exits with 3. One that goes on has all of it again.", example: "2h"),
    Key(
      optional: "errors", ErrorLimit.shape,
      "Stops the run, as duration does, once so many records have an error, or such a share of them. A share counts from"
        + " \(ErrorLimit.leastRecords) records on. An answer with a status such as 404 is not an error.", example: "5%"),
    Key(
      optional: "bytes", Shape<ByteCount>.size(from: "1KiB", to: "1024GiB"),
      "Stops the run, as duration does, once so many bytes of content were received, codings undone: those of pages,"
        + " redirects, retries, robots.txt and sitemaps.", example: "10GiB"),
    Key(
      optional: "disk", Shape<ByteCount>.size(from: "1MiB", to: "1024GiB"),
      "The most bytes in temporary files: requests that wait, rows that wait for earlier ones, and what a crawl remembers;"
        + " a crawl divides it, half for what it remembers. Lists are read no further while it is full. A crawl whose links"
        + " find no room ends with 3. Without it 1GiB, or 4GiB with crawl.", example: "20GiB"),
    make: { memory, value, record, records, duration, errors, bytes, disk in
      LimitSettings(
        memory: memory, value: value, record: record, records: records,
        stops: StopLimits(duration: duration, errors: errors, bytes: bytes), disk: disk)
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

/// What stops a run before its end. Each counts from when the run was started, or went on.
package struct StopLimits: Hashable, Sendable {
  package var duration: Duration?
  package var errors: ErrorLimit?
  /// Bytes of content.
  package var bytes: ByteCount?

  package init(duration: Duration? = nil, errors: ErrorLimit? = nil, bytes: ByteCount? = nil) {
    self.duration = duration
    self.errors = errors
    self.bytes = bytes
  }

  /// What there is to say of them in a plan, a line each.
  var notes: [String] {
    [
      duration.map { "stops after \($0.shown)" },
      errors.map { limit in
        switch limit {
        case .count(let count): "stops once \(count) record\(count == 1 ? " has" : "s have") an error"
        case .share(_, let text): "stops once \(text) of at least \(ErrorLimit.leastRecords) records have an error"
        }
      },
      bytes.map { "stops once \($0.description) of content were received" },
    ].compactMap(\.self)
  }
}
