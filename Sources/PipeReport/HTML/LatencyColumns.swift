internal import Histogram

/// A histogram in columns of which each ends at a third more than the one before, eight to a decade.
struct LatencyColumns: Sendable {
  /// Where the columns of a decade begin: a geometric series, rounded.
  private static let decade = [1, 1.334, 1.778, 2.371, 3.162, 4.217, 5.623, 7.499]

  /// Answers in each column.
  private(set) var counts: [Int]
  /// Seconds at which each column begins, and the last one ends.
  private let edges: [Double]

  init(_ histogram: Histogram<UInt32>) {
    let least = Double(max(1, histogram.minNonZero)) / 1e6
    let most = max(least, Double(histogram.maxRecorded) / 1e6)
    var all: [Double] = []
    var unit = 1e-6
    while unit <= most * 10 {
      all += Self.decade.map { $0 * unit }
      unit *= 10
    }
    var first = max(0, (all.firstIndex { $0 > least } ?? 1) - 1)
    var last = all.firstIndex { $0 > most } ?? all.count - 1
    // Equal answers are a column among empty ones, not a wall.
    while last - first < 8 {
      first = max(0, first - 1)
      last = min(all.count - 1, last + 1)
    }
    edges = Array(all[first...last])
    counts = Array(repeating: 0, count: max(1, edges.count - 1))
    for value in histogram.recordedValues() { counts[column(of: Double(value.value) / 1e6)] += Int(value.count) }
  }

  private func column(of seconds: Double) -> Int {
    max(0, min(counts.count, edges.firstIndex { $0 > seconds } ?? counts.count) - 1)
  }

  /// From 0 to 1.
  func place(of seconds: Double) -> Double {
    let column = column(of: seconds)
    let within = (seconds - edges[column]) / max(1e-9, edges[min(column + 1, edges.count - 1)] - edges[column])
    return (Double(column) + min(1, max(0, within))) / Double(counts.count)
  }

  /// Where the powers of ten are.
  var ticks: [(place: Double, label: String)] {
    edges.enumerated().compactMap { index, edge in
      let place = Double(index) / Double(counts.count)
      var unit = 1e-6
      while unit < edge * 0.999 { unit *= 10 }
      guard abs(unit / edge - 1) < 0.001, place > 0.02, place < 0.98 else { return nil }
      return (place, LatencyText.text(edge))
    }
  }
}

/// A time that an answer takes, in three digits: `850 µs`, `12.4 ms`, `3.21 s`.
enum LatencyText {
  static func text(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds > 0 else { return "0" }
    if seconds < 0.000_999_5 { return "\(Int((seconds * 1e6).rounded())) µs" }
    if seconds < 0.999_5 { return "\(digits(seconds * 1000)) ms" }
    if seconds < 120 { return "\(digits(seconds)) s" }
    return Drawing.seconds(seconds)
  }

  private static func digits(_ value: Double) -> String {
    let factor = value < 9.995 ? 100.0 : value < 99.95 ? 10 : 1
    let rounded = (value * factor).rounded() / factor
    return rounded.rounded() == rounded ? "\(Int(rounded))" : "\(rounded)"
  }
}

/// A number of bytes in three digits: `14.2 MB`.
enum ByteText {
  static func text(_ bytes: Int) -> String {
    var value = Double(max(0, bytes))
    if value < 1000 { return "\(Int(value)) B" }
    for unit in ["kB", "MB", "GB", "TB"] {
      value /= 1000
      if value < 999.5 { return "\(Drawing.number(value)) \(unit)" }
    }
    return "\(Drawing.number(value / 1000)) PB"
  }
}
