/// A number with its unit: `250ms`, `10MiB`, `5/s`.
private struct Quantity {
  let number: Double
  let unit: String

  /// Units as people write them elsewhere.
  private static let known: [String: String] = [
    "sec": "s", "secs": "s", "second": "s", "seconds": "s", "min": "m", "mins": "m", "minute": "m", "minutes": "m",
    "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "msec": "ms", "millis": "ms", "millisecond": "ms",
    "milliseconds": "ms", "k": "KiB", "kb": "kB", "m": "MiB", "mb": "MB", "g": "GiB", "gb": "GB", "byte": "B",
    "bytes": "B", "/sec": "/s", "/second": "/s", "/min": "/m", "/minute": "/m", "/hour": "/h", "rps": "/s",
    "per second": "/s", "per minute": "/m", "per hour": "/h",
  ]

  /// - Parameters:
  ///   - unit: The unit that a number without one may have been meant in.
  ///   - example: What else the hint tells the person to write.
  init(_ text: ResolvedText, units: [String], unit meant: String, example: String) throws(ScalarFault) {
    let digits = text.text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit = text.text.dropFirst(digits.count).drop { $0 == " " }
    guard let number = Double(digits), number.isFinite, !digits.hasSuffix("."), !digits.hasPrefix(".") else {
      throw ScalarFault(.badValue, "cannot be \(text.shown)", hint: "write it as \(example)")
    }
    if unit.isEmpty {
      throw ScalarFault(.badValue, "needs a unit", hint: "did you mean \(digits)\(meant)?")
    }
    guard units.contains(String(unit)) else {
      let start = text.text.utf8.count - unit.utf8.count
      let near =
        units.first { $0.lowercased() == unit.lowercased() }
        ?? Self.known[unit.lowercased()].flatMap { units.contains($0) ? $0 : nil }
        ?? nearestName(to: String(unit), among: units)
      throw ScalarFault(
        .badValue, "has an unknown unit '\(unit)'",
        hint: near.map { "did you mean \(digits)\($0)?" } ?? "the units are \(units.joined(separator: ", "))",
        range: start..<text.text.utf8.count)
    }
    self.number = number
    self.unit = String(unit)
  }
}

extension Shape where Value == Duration {
  /// A span of time: `250ms`, `10s`, `2m`, `1h`. At most 1,000 hours.
  package static var duration: Self {
    .scalar(
      .text(name: "a duration", pattern: #"^[0-9]+(\.[0-9]+)? *(ms|s|m|h)$"#, examples: ["250ms", "10s", "2m", "1h"])
    ) { text throws(ScalarFault) in
      let quantity = try Quantity(text, units: ["ms", "s", "m", "h"], unit: "s", example: "10s")
      let milliseconds = quantity.number * (["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000][quantity.unit] ?? 0)
      guard milliseconds <= 3.6e9 else {
        throw ScalarFault(.outOfRange, "is longer than 1000h")
      }
      return .microseconds(Int64((milliseconds * 1000).rounded()))
    }
  }
}

/// A number of bytes as a person writes it.
package struct ByteCount: Hashable, Comparable, Sendable {
  package let bytes: Int

  package init(_ bytes: Int) { self.bytes = bytes }

  package static func < (left: Self, right: Self) -> Bool { left.bytes < right.bytes }

  /// The largest unit that needs no fraction: `10MiB`, `1500B`.
  package var description: String {
    for (unit, size) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] where bytes >= size && bytes % size == 0
    {
      return "\(bytes / size)\(unit)"
    }
    return "\(bytes)B"
  }
}

extension Shape where Value == ByteCount {
  /// A size: `512B`, `64KiB`, `10MiB`, `2GiB`, or in thousands `64kB`, `10MB`, `2GB`.
  package static var size: Self {
    .scalar(
      .text(
        name: "a size", pattern: #"^[0-9]+(\.[0-9]+)? *(B|KiB|MiB|GiB|kB|MB|GB)$"#, examples: ["64KiB", "10MiB", "5MB"])
    ) { text throws(ScalarFault) in
      let units: KeyValuePairs = [
        "B": 1.0, "KiB": 1024, "MiB": 1_048_576, "GiB": 1_073_741_824, "kB": 1000, "MB": 1e6, "GB": 1e9,
      ]
      let quantity = try Quantity(text, units: units.map(\.key), unit: "B", example: "10MiB")
      let bytes = quantity.number * (units.first { $0.key == quantity.unit }?.value ?? 0)
      guard bytes <= 1e15 else { throw ScalarFault(.outOfRange, "is above 1000 TB") }
      return ByteCount(Int(bytes.rounded()))
    }
  }
}

/// How often something may happen: a count in a period of time.
package struct Rate: Hashable, Sendable {
  package let count: Double
  package let period: Duration
  /// As the person wrote it.
  package let text: String

  /// The time from one event to the next.
  package var interval: Duration { period / count }
}

extension Shape where Value == Rate {
  /// A rate: `5/s`, `30/m`, `1000/h`.
  package static var rate: Self {
    .scalar(.text(name: "a rate", pattern: #"^[0-9]+(\.[0-9]+)? */(s|m|h)$"#, examples: ["5/s", "30/m"])) {
      text throws(ScalarFault) in
      let quantity = try Quantity(text, units: ["/s", "/m", "/h"], unit: "/s", example: "5/s")
      guard quantity.number > 0 else { throw ScalarFault(.outOfRange, "must be above 0") }
      let period: Duration = ["/s": .seconds(1), "/m": .seconds(60), "/h": .seconds(3600)][quantity.unit] ?? .zero
      return Rate(count: quantity.number, period: period, text: text.text)
    }
  }
}
