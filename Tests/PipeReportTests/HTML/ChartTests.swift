import Histogram
import PipeEngine
import Testing

@testable import PipeReport

@Suite("Charts")
struct ChartTests {
  /// Series by what is odd about them: kinds of answers, bytes, and milliseconds.
  static let runs: [(name: String, answers: [(AnswerKind, Int, Int)])] = [
    ("none", []), ("one", [(.ok, 1, 0)]), ("at once", Array(repeating: (.clientError, 10, 5), count: 1000)),
    ("of each kind", AnswerKind.allCases.enumerated().map { ($1, $0, $0 * 1000) }),
    ("huge", [(.ok, .max, .max), (.ok, .max, 0)]), ("before the start", [(.unanswered, 0, .min)]),
    ("long", (0..<5000).map { (.ok, $0, $0 * 977) }),
  ]

  static let latencies: [[UInt64]] = [
    [], [0], [1], [3_600_000_000], Array(repeating: 12_000, count: 1000), [1, 3_600_000_000],
    (0..<10_000).map { UInt64($0 * $0) },
  ]

  private func check(_ chart: Chart, named id: String) {
    let html = chart.image.html
    #expect(
      html.contains("role=\"img\"") && html.contains("<title id=\"\(id)-title\">")
        && html.contains("<desc id=\"\(id)-finding\">"))
    #expect(!html.contains("nan") && !html.contains("inf") && !html.contains("e+") && !html.contains("style="))
    // Places are on the drawing, or nearly. The six digits of a colour are not one.
    let places = html.split(separator: "#").enumerated().map { $0 > 0 ? $1.dropFirst(6) : $1 }.joined(separator: " ")
    for number in places.split(whereSeparator: { !"-.0123456789".contains($0) }).compactMap({ Double($0) })
    where number < 1e6 {
      #expect((-500...2000).contains(number), "\(number) in \(html.prefix(300))")
    }
    #expect(html.utf8.count < 20_000)
  }

  @Test("answers over time", arguments: runs.indices)
  func overTime(index: Int) {
    var series = RunSeries()
    for (kind, bytes, moment) in Self.runs[index].answers { series.add(kind, bytes: bytes, at: moment) }
    let chart = Charts.series(series)
    check(chart, named: "series")
    #expect(chart.image == Charts.series(series).image)
    let total = series.buckets.reduce(0) { $0 + $1.total }
    #expect(total == Self.runs[index].answers.count)
    #expect(series.narrowed(to: 20).buckets.reduce(0) { $0 + $1.total } == total)
    #expect(series.buckets.count <= RunSeries.mostBuckets && series.narrowed(to: 20).buckets.count <= 20)
  }

  @Test("latencies", arguments: latencies)
  func lasting(values: [UInt64]) {
    var histogram = Histogram<UInt32>(
      lowestDiscernibleValue: 1, highestTrackableValue: 3_600_000_000, numberOfSignificantValueDigits: .two)
    for value in values { histogram.record(value) }
    check(Charts.latency(histogram), named: "latency")
    if !values.isEmpty { #expect(LatencyColumns(histogram).counts.reduce(0, +) == values.count) }
  }

  @Test("the time budget, of nothing, and of more than a century")
  func budget() {
    for seconds in [0, 1, Int64.max / 16] {
      var times = RunTimes.Counts()
      times.waiting = .seconds(seconds)
      times.vacant[.hosts] = .seconds(seconds)
      times.sinks[0] = .seconds(seconds)
      let chart = Charts.budget(times, sinks: ["csv"], lanes: 2, elapsed: .seconds(seconds))
      check(chart, named: "budget")
      if seconds > 0 { #expect(chart.image.html.contains("50%")) }
    }
  }

  @Test("a graph of many sources and sinks draws the first ones, and ways back and past")
  func graph() {
    func stage(_ id: String, _ kind: String) -> PlanGraph.Stage {
      PlanGraph.Stage(id: id, kind: kind, title: "<\(id)>", count: 1, unit: "request")
    }
    let stages =
      (0..<9).map { stage("source-\($0)", "source") } + ["admit", "fetch", "extract", "route"].map { stage($0, $0) }
      + (0..<2).map { stage("sink-\($0)", "sink") }
    let edges = [
      ("source-8", "admit"), ("admit", "extract"), ("extract", "fetch"), ("route", "sink-1"), ("gone", "admit"),
    ]
    let chart = Charts.graph(PlanGraph(stages: stages, edges: edges.map { PlanGraph.Edge(from: $0.0, to: $0.1) }))
    check(chart, named: "graph")
    #expect(chart.image.html.contains("7 more") && chart.image.html.contains("&lt;sink-1&gt;"))
    #expect(chart.image.html.split(separator: "fill=\"#858b94\"/>").count == 5)
    check(Charts.graph(PlanGraph(stages: [], edges: [])), named: "graph")
  }
}
