internal import Histogram
internal import PipeEngine
internal import PipeSpec
internal import PipeWeb

/// A drawing, and the same as a table.
struct Chart: Sendable {
  let image: Markup
  /// What the colours stand for.
  var legend: [(Markup, String)] = []
  let table: MarkupTable
}

/// What a request came to, in colours and words.
extension AnswerKind {
  var colour: Drawing.Colour {
    switch self {
    case .ok: .accent
    case .redirect: .grey
    case .clientError: .orange
    case .serverError: .red
    case .unanswered: .purple
    }
  }

  var words: String {
    switch self {
    case .ok: "2xx"
    case .redirect: "3xx"
    case .clientError: "4xx"
    case .serverError: "5xx"
    case .unanswered: "no answer"
    }
  }
}

enum Charts {
  private static let left = 34.0
  private static let right = Drawing.width - 8

  // MARK: Over time

  /// Columns of the drawing, and rows of the table.
  private static let mostColumns = 60
  private static let mostRows = 20

  /// Answers a second over the time of the run, what came of them one above the other.
  static func series(_ series: RunSeries) -> Chart {
    let series = series.narrowed(to: mostColumns)
    let width = Double(series.width) / 1000
    let (top, bottom) = (10.0, 150.0)
    let length = max(width, Double(series.buckets.count) * width)
    let peak = series.buckets.map { Double($0.total) / width }.max() ?? 0
    let ceiling = Drawing.ceiling(peak)
    let scale = (bottom - top) / ceiling / width
    let kinds = AnswerKind.allCases.filter { kind in series.buckets.contains { $0.answers[kind] > 0 } }
    var parts = axis(top, bottom, ceiling) { Drawing.number($0) }
    let step = (right - left) / max(1, Double(series.buckets.count))
    let gap = step > 4 ? 0.6 : 0
    for kind in kinds {
      // One path of a kind, so that the page stays small.
      var path: Markup = ""
      for (index, bucket) in series.buckets.enumerated() where bucket.answers[kind] > 0 {
        let below = kinds.prefix { $0 != kind }.reduce(0) { $0 + bucket.answers[$1] }
        let height = Double(bucket.answers[kind]) * scale
        let y = bottom - Double(below) * scale - height
        path +=
          "M\(at: left + Double(index) * step) \(at: y)h\(at: step - gap)v\(at: height)h\(at: gap - step)z"
      }
      parts.append("<path fill=\"\(kind.colour.markup)\" d=\"\(path)\"/>")
    }
    for moment in Drawing.steps(upTo: length) {
      let x = left + (right - left) * moment / length
      let anchor: Drawing.Anchor = moment == 0 ? .start : x > right - 12 ? .end : .middle
      parts.append(Drawing.text(x, bottom + 14, Drawing.seconds(moment), anchor))
    }
    let finding =
      series.buckets.isEmpty
      ? "No request came to an end."
      : "\(Drawing.number(peak)) answers a second at the most, over \(Drawing.seconds(length))."
    let rows = series.narrowed(to: mostRows)
    let table = MarkupTable(
      "Answers over time",
      [.text("from")] + kinds.map { .number($0.words) } + [.number("bytes")],
      rows.buckets.enumerated().map { index, bucket in
        ["\(Drawing.seconds(Double(index * rows.width) / 1000))"] + kinds.map { "\(bucket.answers[$0])" }
          + ["\(ByteText.text(bucket.bytes))"]
      })
    return Chart(
      image: Drawing.image("series", "Answers a second over time", finding: finding, height: bottom + 20, parts),
      legend: kinds.map { ($0.colour.markup, $0.words) }, table: table)
  }

  private static func axis(
    _ top: Double, _ bottom: Double, _ ceiling: Double, _ text: (Double) -> String
  ) -> [Markup] {
    (0...4).flatMap { step in
      let y = bottom - (bottom - top) * Double(step) / 4
      let label = step % 2 == 0 ? Drawing.text(left - 5, y + 3.5, text(ceiling * Double(step) / 4), .end) : ""
      return [Drawing.rule(left, y, right, y), label]
    }
  }

  // MARK: Latency

  /// How long answers took, each column a third longer than the one before.
  static func latency(_ histogram: Histogram<UInt32>) -> Chart {
    let marks: [(String, Double)] = [("p50", 50), ("p95", 95), ("p99", 99), ("max", 100)]
    let count = Int(histogram.totalCount)
    func seconds(_ percentile: Double) -> Double { Double(histogram.valueAtPercentile(percentile)) / 1e6 }
    let table = MarkupTable(
      "Latency", [.text("share of answers"), .number("within")],
      count == 0
        ? []
        : [50, 75, 90, 95, 99, 99.9, 100].map { share in
          ["\(share == 100 ? "all" : "\(Drawing.number(share))%")", "\(LatencyText.text(seconds(share)))"]
        })
    guard count > 0 else {
      return Chart(
        image: Drawing.image("latency", "Latency", finding: "No answer came.", height: 40, []), table: table)
    }
    let columns = LatencyColumns(histogram)
    let (top, bottom) = (26.0, 150.0)
    let ceiling = Drawing.ceiling(Double(columns.counts.max() ?? 1))
    var parts = axis(top, bottom, ceiling) { Drawing.number($0) }
    let step = (right - left) / Double(columns.counts.count)
    var path: Markup = ""
    for (index, value) in columns.counts.enumerated() where value > 0 {
      let height = max(0.7, (bottom - top) * Double(value) / ceiling)
      path +=
        "M\(at: left + Double(index) * step) \(at: bottom - height)h\(at: step - 0.6)v\(at: height)h\(at: 0.6 - step)z"
    }
    parts.append("<path fill=\"#3b7dd8\" d=\"\(path)\"/>")
    for (place, label) in columns.ticks {
      parts.append(Drawing.text(left + (right - left) * place, bottom + 14, label, .middle))
    }
    var taken: [ClosedRange<Double>] = []
    for (name, percentile) in marks.prefix(3) {
      let x = left + (right - left) * columns.place(of: seconds(percentile))
      parts.append(
        "<path d=\"M\(at: x) \(at: top - 4)V\(at: bottom)\" stroke=\"CanvasText\" stroke-dasharray=\"2 2\"/>")
      // Names that would lie over each other stand in two lines, and the third one is left to the table.
      let extent = x - 11...x + 11
      let line = [10.0, 20.0].first { line in
        !taken.contains { $0.overlaps(extent) } || line > 10 && taken.count < 2
      }
      guard let line else { continue }
      taken.append(extent)
      parts.append(Drawing.text(min(max(x, left + 10), right - 10), line, name, .middle, isStrong: true))
    }
    let finding =
      "Half of \(count.grouped) answers came within \(LatencyText.text(seconds(50))), 95% within"
      + " \(LatencyText.text(seconds(95))), 99% within \(LatencyText.text(seconds(99)))."
    return Chart(
      image: Drawing.image("latency", "Latency of answers", finding: finding, height: bottom + 20, parts), table: table)
  }

  // MARK: Bars

  struct Bar: Sendable {
    let name: String
    let value: Double
    /// The value as it is shown.
    let text: String
    let colour: Drawing.Colour
  }

  /// Bars beside their names, the names above them.
  static func bars(_ id: Markup, _ title: String, finding: String, _ bars: [Bar], table: MarkupTable) -> Chart {
    let greatest = bars.map(\.value).filter(\.isFinite).max() ?? 0
    let room = Drawing.width - 16
    let row = 30.0
    let parts = bars.enumerated().flatMap { index, bar -> [Markup] in
      let y = Double(index) * row
      let share = greatest > 0 ? min(1, max(0, bar.value / greatest)) : 0
      return [
        Drawing.text(8, y + 12, bar.name, upTo: 44), Drawing.text(Drawing.width - 8, y + 12, bar.text, .end),
        Drawing.rectangle(8, y + 17, max(bar.value > 0 ? 1 : 0, room * share), 7, bar.colour, round: 2),
      ]
    }
    return Chart(
      image: Drawing.image(id, title, finding: finding, height: max(20, Double(bars.count) * row), parts), table: table)
  }
}
