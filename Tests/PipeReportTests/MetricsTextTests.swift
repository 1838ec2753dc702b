import PipeReport
import Testing

@Suite("Metrics as text")
struct MetricsTextTests {
  @Test("a metric has its HELP, its TYPE and its samples, each with the labels that all have")
  func whole() {
    var text = MetricsText(common: [("pipeline", "shop")])
    text.add("a_total", .counter, "What it counts.", [([("kind", "x")], .count(1)), ([("kind", "y")], .real(0.25))])
    text.add("b", .gauge, "One.", .real(1_796_000_000.5))
    text.add("c", .gauge, "None.", [])
    #expect(
      text.text == """
        # HELP a_total What it counts.
        # TYPE a_total counter
        a_total{pipeline="shop",kind="x"} 1
        a_total{pipeline="shop",kind="y"} 0.25
        # HELP b One.
        # TYPE b gauge
        b{pipeline="shop"} 1796000000.5

        """)
  }

  @Test("a histogram ends with the bucket of all values")
  func histogram() {
    var text = MetricsText(common: [])
    text.add(histogram: "d_seconds", "Time.", buckets: [(0.5, 1), (10, 3)], sum: 21.5, count: 4)
    #expect(
      text.text == """
        # HELP d_seconds Time.
        # TYPE d_seconds histogram
        d_seconds_bucket{le="0.5"} 1
        d_seconds_bucket{le="10"} 3
        d_seconds_bucket{le="+Inf"} 4
        d_seconds_sum 21.5
        d_seconds_count 4

        """)
  }

  @Test(
    "what a label or a help text holds can end neither its place nor its line",
    arguments: [
      (#"a"b\c"#, #"a\"b\\c"#), ("two\nlines", #"two\\nlines"#), ("\u{1B}[31m\u{202E}", #"\\u{1B}[31m\\u{202E}"#),
      ("\r", #"\\r"#), ("naïve 日本", "naïve 日本"), ("", ""),
    ])
  func escaping(value: String, written: String) {
    var text = MetricsText(common: [])
    text.add("a", .gauge, "x\\y\nz", [([("l", value)], .count(0))])
    #expect(text.text == "# HELP a x\\\\y\\nz\n# TYPE a gauge\na{l=\"\(written)\"} 0\n")
  }

  @Test("numbers that JSON does not have are written as Prometheus does")
  func numbers() {
    var text = MetricsText(common: [])
    for value in [Double.nan, .infinity, -.infinity, 1e-7] { text.add("a", .gauge, "A.", .real(value)) }
    #expect(text.text.split(separator: "\n").filter { $0.hasPrefix("a ") } == ["a NaN", "a +Inf", "a -Inf", "a 1e-07"])
  }

  @Test("a label is not as long as somebody else wants")
  func longLabel() {
    var text = MetricsText(common: [])
    text.add("a", .gauge, "A.", [([("l", String(repeating: "\"", count: 100_000))], .count(0))])
    #expect(text.text.utf8.count < 1000)
  }
}

@Suite("The last run, in a file of metrics")
struct LastRunTests {
  private static let good = LastRun.Ending(time: 1000.5, exitStatus: 0, duration: 2.25, outcome: "complete")
  private static let bad = LastRun.Ending(time: 2000, exitStatus: 5, duration: 1, outcome: "unexpected")

  @Test("what was written is read again", arguments: [[], [good], [bad], [good, bad], [bad, good]])
  func again(endings: [LastRun.Ending]) {
    var run = LastRun(of: "a \"b\"\\")
    for ending in endings { run.end(ending) }
    #expect(LastRun(of: "a \"b\"\\", in: "pipe_up 1\n" + run.text) == run)
    #expect(run.ending == endings.last)
    #expect(run.success == (endings.contains(Self.good) ? 1000.5 : 0))
  }

  @Test("a run that fails keeps the last success")
  func kept() {
    var run = LastRun(of: "a")
    run.end(Self.good)
    var next = LastRun(of: "a", in: run.text)
    next.end(Self.bad)
    #expect(next.text.contains("pipe_last_success_timestamp_seconds{pipeline=\"a\"} 1000.5\n"))
    #expect(next.text.contains("pipe_last_run_exit_code{pipeline=\"a\"} 5\n"))
    #expect(next.text.contains("pipe_last_run_outcome{pipeline=\"a\",outcome=\"unexpected\"} 1\n"))
    #expect(next.text.contains("pipe_last_run_outcome{pipeline=\"a\",outcome=\"complete\"} 0\n"))
  }

  @Test(
    "what is no time of a success is none",
    arguments: [
      "pipe_last_success_timestamp_seconds{pipeline=\"a\"} NaN",
      "pipe_last_success_timestamp_seconds{pipeline=\"a\"} -1",
      "pipe_last_success_timestamp_seconds{pipeline=\"a\"} inf",
      "pipe_last_success_timestamp_seconds{pipeline=\"b\"} 7",
      "pipe_last_success_timestamp_seconds 7", "pipe_last_success_timestamp_seconds{pipeline=\"a\"}", "\u{0}",
    ])
  func odd(text: String) {
    #expect(LastRun(of: "a", in: text).success == 0)
  }

  @Test("it knows whose metrics a file has")
  func pipelines() {
    let text = LastRun(of: "a").text + LastRun(of: "b").text
    #expect(LastRun.pipelines(in: text) == ["a", "b"])
  }
}
