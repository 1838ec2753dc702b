/// A number with its unit: `250ms`, `10MiB`, `5/s`.
struct Quantity {
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
  init(
    _ text: ResolvedText, units: [String], unit meant: String, example: String, bounds: QuantityBounds
  ) throws(ScalarFault) {
    let word = text.text.lowercased()
    if ["0", "-1", "none", "unlimited", "infinity", "inf", ".inf", "never", "off", "false", "no"].contains(word) {
      throw bounds.faultOfNone(text, unit: meant)
    }
    let digits = text.text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit = text.text.dropFirst(digits.count).drop { $0 == " " }
    guard let number = Double(digits), number.isFinite, !digits.hasSuffix("."), !digits.hasPrefix(".") else {
      throw ScalarFault(.badValue, "cannot be \(text.shown)", hint: "write it as \(example)")
    }
    if unit.isEmpty {
      // Other tools count milliseconds.
      let isLarge = meant == "s" && number >= 1000
      throw ScalarFault(
        .badValue, "needs a unit",
        hint: isLarge ? "write \(digits)ms or \(digits)s" : "did you mean \(digits)\(meant)?")
    }
    guard units.contains(String(unit)) else {
      let start = text.text.utf8.count - unit.utf8.count
      if let whole = Self.rewritten(text.text, units) {
        throw ScalarFault(
          .badValue, "has an unknown unit '\(excerpt(String(unit)))'", hint: whole, range: start..<text.text.utf8.count)
      }
      let near =
        units.first { $0.lowercased() == unit.lowercased() }
        ?? Self.known[unit.lowercased()].flatMap { units.contains($0) ? $0 : nil }
        ?? nearestName(to: String(unit), among: units)
      throw ScalarFault(
        .badValue, "has an unknown unit '\(excerpt(String(unit)))'",
        hint: near.map { "did you mean \(digits)\($0)?" } ?? "the units are \(units.joined(separator: ", "))",
        range: start..<text.text.utf8.count)
    }
    self.number = number
    self.unit = String(unit)
  }

  /// In milliseconds.
  static let durations: KeyValuePairs = ["ms": 1.0, "s": 1000, "m": 60_000, "h": 3_600_000]
  /// In bytes.
  static let sizes: KeyValuePairs = [
    "B": 1.0, "KiB": 1024, "MiB": 1_048_576, "GiB": 1_073_741_824, "kB": 1000, "MB": 1e6, "GB": 1e9,
  ]
  /// In events an hour.
  static let rates: KeyValuePairs = ["/s": 3600.0, "/m": 60, "/h": 1]

  /// What to write for a quantity of several parts: `1m30s` is 90s, `1/2s` is 30/m.
  private static func rewritten(_ text: String, _ units: [String]) -> String? {
    let text = text.filter { $0 != " " }
    if units.contains("/s") {
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 2, let count = Double(parts[0]) else {
        let digits = text.prefix { $0.isNumber || $0 == "." }
        guard durations.contains(where: { $0.key == text.dropFirst(digits.count) }) else { return nil }
        return "a rate is a count in a time, such as 5/s; for a pause write delay: \(text)"
      }
      let digits = parts[1].prefix { $0.isNumber || $0 == "." }
      guard let each = Double(digits), each > 0,
        let unit = durations.first(where: { $0.key == parts[1].dropFirst(digits.count) })
      else { return nil }
      let perHour = count * 3_600_000 / (each * unit.value)
      for rate in rates where perHour / rate.value >= 1 && (perHour / rate.value).rounded() == perHour / rate.value {
        return "did you mean \(Int(perHour / rate.value))\(rate.key)?"
      }
      return "the time is one second, minute or hour: /s, /m, /h"
    }
    guard units.contains("ms") else { return nil }
    var rest = text[...]
    var total = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isNumber || $0 == "." }
      let name = rest.dropFirst(digits.count).prefix { $0.isLetter }
      guard let number = Double(digits), let unit = durations.first(where: { $0.key == name }) else { return nil }
      total += number * unit.value
      rest = rest.dropFirst(digits.count + name.count)
    }
    guard total.rounded() == total, total < 1e12 else { return nil }
    return "did you mean \(Int(total) % 1000 == 0 ? "\(Int(total) / 1000)s" : "\(Int(total))ms")?"
  }

  func amount(in units: KeyValuePairs<String, Double>) -> Double {
    number * (units.first { $0.key == unit }?.value ?? 0)
  }
}

/// The least and the greatest quantity that an option takes: what those behind it can carry.
struct QuantityBounds: Sendable {
  private let least: Double
  private let most: Double
  private let units: KeyValuePairs<String, Double>
  /// For the reference and messages: `from 1ms to 24h`.
  let shown: String
  private let mostShown: String

  init(_ least: String, _ most: String, _ units: KeyValuePairs<String, Double>) {
    let amount = { (text: String) -> Double in
      let digits = text.prefix { $0.isNumber || $0 == "." }
      return (Double(digits) ?? 0) * (units.first { $0.key == text.dropFirst(digits.count) }?.value ?? 0)
    }
    self.least = amount(least)
    self.most = amount(most)
    self.units = units
    shown = "from \(least) to \(most)"
    mostShown = most
  }

  /// `0`, `none` and the like, which switch a limit off elsewhere.
  func faultOfNone(_ text: ResolvedText, unit: String) -> ScalarFault {
    if least == 0 {
      return ScalarFault(
        .badValue, text.text == "0" ? "needs a unit" : "cannot be \(text.shown)", hint: "write 0\(unit)")
    }
    return ScalarFault(
      .outOfRange, "must be \(shown), not \(text.shown)", hint: "it cannot be switched off: the most is \(mostShown)")
  }

  func check(_ quantity: Quantity, as text: ResolvedText) throws(ScalarFault) {
    let amount = quantity.amount(in: units)
    if amount < least || amount > most {
      throw ScalarFault(
        .outOfRange, "must be \(shown), not \(excerpt(text.text))",
        hint: amount == 0 ? "it cannot be switched off: the most is \(mostShown)" : nil)
    }
  }
}

extension Shape where Value == Duration {
  /// A span of time: `250ms`, `10s`, `2m`, `1h`.
  ///
  /// - Parameters: The least and the greatest, as a person writes them. No bound is above 1,000 hours.
  package static func duration(from least: String = "0s", to most: String = "1000h") -> Self {
    let bounds = QuantityBounds(least, most, Quantity.durations)
    return .scalar(
      .text(
        name: "a duration", pattern: #"^[0-9]+(\.[0-9]+)? *(ms|s|m|h)$"#, examples: ["250ms", "10s", "2m", "1h"],
        bounds: bounds.shown)
    ) { text throws(ScalarFault) in
      let quantity = try Quantity(text, units: Quantity.durations.map(\.key), unit: "s", example: "10s", bounds: bounds)
      try bounds.check(quantity, as: text)
      return .microseconds(Int64((quantity.amount(in: Quantity.durations) * 1000).rounded()))
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
  ///
  /// - Parameters: The least and the greatest, as a person writes them.
  package static func size(from least: String, to most: String) -> Self {
    let bounds = QuantityBounds(least, most, Quantity.sizes)
    return .scalar(
      .text(
        name: "a size", pattern: #"^[0-9]+(\.[0-9]+)? *(B|KiB|MiB|GiB|kB|MB|GB)$"#,
        examples: ["64KiB", "10MiB", "5MB"],
        bounds: bounds.shown)
    ) { text throws(ScalarFault) in
      let quantity = try Quantity(text, units: Quantity.sizes.map(\.key), unit: "B", example: "10MiB", bounds: bounds)
      try bounds.check(quantity, as: text)
      return ByteCount(Int(quantity.amount(in: Quantity.sizes).rounded()))
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
  /// A rate: `5/s`, `30/m`, `1000/h`. From one in 1,000 hours to a million a second.
  package static var rate: Self {
    let bounds = QuantityBounds("0.001/h", "1000000/s", Quantity.rates)
    return .scalar(
      .text(
        name: "a rate", pattern: #"^[0-9]+(\.[0-9]+)? */(s|m|h)$"#, examples: ["5/s", "30/m"], bounds: bounds.shown)
    ) { text throws(ScalarFault) in
      let quantity = try Quantity(text, units: Quantity.rates.map(\.key), unit: "/s", example: "5/s", bounds: bounds)
      try bounds.check(quantity, as: text)
      let period: Duration = ["/s": .seconds(1), "/m": .seconds(60), "/h": .seconds(3600)][quantity.unit] ?? .zero
      return Rate(count: quantity.number, period: period, text: text.text)
    }
  }
}
