import PipeSpec

/// The median of some values, the least and the greatest.
struct Spread {
  let median: Double
  let least: Double
  let greatest: Double

  init(_ values: [Double]) {
    let sorted = values.sorted()
    least = sorted.first ?? 0
    greatest = sorted.last ?? 0
    let middle = sorted.count / 2
    median =
      sorted.isEmpty ? 0 : sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }

  /// Half the range as a share of the median.
  var relative: Double { median > 0 ? (greatest - least) / 2 / median : 0 }
}

/// What the rounds of a benchmark found, in nanoseconds per operation.
struct Measurement {
  let benchmark: MicroBenchmark
  /// CPU time of all threads: what a busy machine disturbs least, and what a page costs.
  let processor: Spread
  let elapsed: Spread
  let rounds: Int

  private var bytesPerOperation: Double { Double(benchmark.bytes) / Double(benchmark.operations) }

  /// For the harness: one JSON object.
  var line: String {
    var members: [(String, Value)] = [
      ("name", .string(benchmark.name)), ("title", .string(benchmark.title)), ("unit", .string(benchmark.unit)),
    ]
    for (name, spread) in [("cpu_ns", processor), ("wall_ns", elapsed)] {
      let values = [spread.median, spread.least, spread.greatest].map { Value.double($0) }
      members.append((name, .list(values)))
    }
    members += [
      ("bytes", .double(bytesPerOperation)), ("rounds", .int(rounds)), ("note", .string(benchmark.note)),
    ]
    var json = Array("{".utf8)
    for (index, (name, value)) in members.enumerated() {
      if index > 0 { json.append(UInt8(ascii: ",")) }
      Value.string(name).appendJSON(to: &json)
      json.append(UInt8(ascii: ":"))
      value.appendJSON(to: &json)
    }
    return String(decoding: json + "}".utf8, as: UTF8.self)
  }

  /// For a person: a row of a table.
  var row: String {
    let spread = "± \(Int((processor.relative * 100).rounded())) %"
    let rate = bytesPerOperation > 0 && processor.median > 0 ? bytesPerOperation / processor.median * 1e3 : 0
    let cells = [
      Self.padded(benchmark.title, 52), Self.padded(Self.shown(processor.median), -10), Self.padded(spread, -9),
      Self.padded(Self.shown(elapsed.median), -10), Self.padded(rate > 0 ? "\(Int(rate)) MB/s" : "", -10),
    ]
    return cells.joined(separator: " ") + "  per \(benchmark.unit)"
  }

  static let head =
    padded("", 52) + " " + padded("CPU", -10) + " " + padded("", -9) + " " + padded("elapsed", -10)

  private static func shown(_ nanoseconds: Double) -> String {
    let (value, unit) =
      nanoseconds >= 1e6
      ? (nanoseconds / 1e6, "ms") : nanoseconds >= 1e3 ? (nanoseconds / 1e3, "µs") : (nanoseconds, "ns")
    return "\((value * 10).rounded() / 10) \(unit)"
  }

  /// Text as wide as asked, on the right where that is negative.
  private static func padded(_ text: String, _ width: Int) -> String {
    let space = String(repeating: " ", count: max(0, abs(width) - text.count))
    return width < 0 ? space + text : text + space
  }
}
