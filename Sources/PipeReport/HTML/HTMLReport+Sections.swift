internal import PipeEngine
internal import PipeSpec
internal import PipeWeb

// The sections of the page. One without anything to tell is not there.
extension HTMLReport {
  var expectations: Markup {
    if facts.expectations.isEmpty { return "" }
    // What does not hold is what one looks for.
    let sorted = facts.expectations.filter { !$0.holds } + facts.expectations.filter(\.holds)
    let items = Self.bounded(sorted, rows: 100, bytes: 40_000) { result in
      let offenders = result.offenders.prefix(5).map { one -> Markup in "<li>\(link: one.url): \(one.words)</li>" }
      let rest = (result.offenceCount ?? 0) - offenders.count
      let more: Markup = rest > 0 && !offenders.isEmpty ? "<li>and \(rest) more</li>" : ""
      let list: Markup = offenders.isEmpty ? "" : "<ul>\(offenders)\(more)</ul>"
      let words: Markup = result.words.isEmpty ? "" : ": \(result.words.joined(separator: ", "))"
      let sign: Markup = result.holds ? "<b class=\"yes\">✓</b>" : "<b class=\"no\">✗</b>"
      return [
        "<li>\(sign) <code>\(result.text)</code> \(result.holds ? "holds" : "does not hold" as Markup)\(words)\(list)</li>"
      ]
    }.flatMap(\.self)
    let rest = facts.expectations.count - items.count
    let more: Markup = rest > 0 ? "<li>and \(rest) more</li>" : ""
    return Self.section("expectations", "Expectations", "<ul class=\"signs\">\(items)\(more)</ul>")
  }

  var next: Markup {
    if facts.next.isEmpty { return "" }
    let items = facts.next.map { command, words -> Markup in
      "<li><code class=\"command\">\(command)</code><br><span class=\"soft\">\(words)</span></li>"
    }
    return Self.section("next", "What to do next", "<ul>\(items)</ul>")
  }

  var warnings: Markup {
    if facts.warnings.isEmpty { return "" }
    let rows = Self.bounded(facts.warnings, rows: 30, bytes: 15_000) { ["<li>\($0)</li>"] }
    let rest = facts.warnings.count - rows.count
    let more: Markup = rest > 0 ? "<li>and \(rest) more</li>" : ""
    return Self.section("warnings", "Warnings", "<ul>\(rows.flatMap(\.self))\(more)</ul>")
  }

  var charts: Markup {
    var figures: [Markup] = []
    if let series = facts.series { figures.append(Self.figure("Answers a second", Charts.series(series))) }
    if let latency = facts.latency { figures.append(Self.figure("How long answers took", Charts.latency(latency))) }
    if let times = facts.times, times.places > .zero {
      let sinks = facts.graph?.stages.filter { $0.kind == "sink" }.map(\.title) ?? []
      figures.append(
        Self.figure(
          "Where the time of the transfers' places went",
          Charts.budget(times, sinks: Array(sinks.prefix(20)), lanes: facts.lanes, elapsed: facts.elapsed)))
    }
    if let graph = facts.graph { figures.append(Self.figure("From source to sink", Charts.graph(graph))) }
    if figures.isEmpty { return "" }
    return Self.section("charts", "How it went", "<div class=\"charts\">\n\(figures)</div>")
  }

  var answers: Markup {
    let statuses = facts.statuses.sorted { $0.key < $1.key }.map { (name: "\($0.key)", count: $0.value) }
    let errors = facts.errors.sorted { $0.key < $1.key }.map { (name: $0.key, count: $0.value) }
    let all = statuses + errors
    if all.isEmpty { return "" }
    let whole = facts.records ?? facts.requests
    let rows = Self.bounded(all, rows: 60, bytes: 8000) { one in
      ["\(one.name)", "\(one.count)", "\(Self.share(one.count, of: whole))"]
    }
    let table = MarkupTable(
      "Records by status and by error" + Self.extent(rows.count, of: all.count),
      [.text("status or error"), .number("records"), .number("share")], rows)
    return Self.section("answers", "Statuses and errors", table.markup())
  }

  /// Those with the most requests first, and among them those with the most that are not ok.
  var hosts: Markup {
    let sorted = facts.hosts.map { (name: $0.key, host: $0.value) }
      .sorted { ($1.host.requests, $1.host.broken, $0.name) < ($0.host.requests, $0.host.broken, $1.name) }
    if sorted.isEmpty { return "" }
    let rows = Self.bounded(sorted, rows: 50, bytes: 25_000) { one in
      let mean = one.host.requests > 0 ? one.host.elapsed.seconds / Double(one.host.requests) : 0
      return [
        "\(one.name, upTo: 100)", "\(one.host.requests)", "\(one.host.broken)", "\(LatencyText.text(mean))",
        "\(LatencyText.text(one.host.slowest.seconds))", "\(ByteText.text(one.host.bytes))",
      ]
    }
    let others: Markup =
      facts.otherRequests > 0
      ? "<p class=\"soft\">\(facts.otherRequests) requests to hosts that are not told apart</p>" : ""
    let table = MarkupTable(
      "Hosts" + Self.extent(rows.count, of: sorted.count),
      [
        .text("host"), .number("requests"), .number("not ok"), .number("mean"), .number("slowest"), .number("content"),
      ], rows, isTool: true)
    if sorted.count == 1 { return Self.section("hosts", "Hosts", table.markup() + others) }
    let bars = Charts.hosts(sorted, table: MarkupTable("", [], []))
    return Self.section(
      "hosts", "Hosts",
      """
      <figure class="half">\(bars.image)</figure>
      \(table.markup())\(others)
      """)
  }

  var failures: Markup {
    let count = facts.brokenCounts.values.reduce(0, +)
    if count == 0 { return "" }
    let rows = Self.bounded(facts.brokenPages, rows: 200, bytes: 80_000) { page in
      let story: Markup = page.story.isEmpty ? "" : " <small>\(page.story.joined(separator: "; "))</small>"
      return ["\(link: page.url)\(story)", "\(page.outcome)", "\(LatencyText.text(page.elapsed.seconds))"]
    }
    let kinds = facts.brokenCounts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let told = kinds.prefix(12).map { "\($0.key) × \($0.value.grouped)" }.joined(separator: ", ")
    let table = MarkupTable(
      "Requests that are not ok" + Self.extent(rows.count, of: count),
      [.text("URL"), .text("what came of it"), .number("after")], rows, isTool: true)
    let rest: Markup =
      rows.count < count
      ? "<p class=\"soft\">Of each kind the first ones are told; all of them are in the outputs.</p>" : ""
    return Self.section(
      "failures", "Failures", "<p>\(told)\(kinds.count > 12 ? ", …" : "" as Markup)</p>\(rest)\(table.markup())")
  }

  var slowest: Markup {
    if facts.slowest.isEmpty { return "" }
    let rows = Self.bounded(facts.slowest, rows: 20, bytes: 20_000) { page in
      [
        "\(link: page.url)", "\(LatencyText.text(page.elapsed.seconds))", "\(page.outcome, upTo: 100)",
        "\(ByteText.text(page.bytes))",
      ]
    }
    let table = MarkupTable(
      "The slowest \(rows.count.grouped)", [.text("URL"), .number("time"), .text("outcome"), .number("content")], rows)
    return Self.section("slowest", "Slowest pages", table.markup(hidesCaption: true))
  }

  var outputs: Markup {
    if facts.files.isEmpty { return "" }
    let rows = Self.bounded(facts.files, rows: 50, bytes: 20_000) { file in
      let hash: Markup = file.sha256.map { " <small>SHA-256 \($0)</small>" } ?? ""
      return [
        "<code>\(file.path)</code>\(hash)", "\(file.sink)", "\(file.rows)",
        file.bytes.map { "\(ByteText.text($0))" } ?? "",
        facts.standing == .unfinished ? "being written" : file.isPublished ? "published" : "not published",
      ]
    }
    let table = MarkupTable(
      "Outputs" + Self.extent(rows.count, of: facts.files.count),
      [.text("output"), .text("sink"), .number("rows"), .number("size"), .text("state")], rows)
    return Self.section("outputs", "Outputs", table.markup(hidesCaption: rows.count == facts.files.count))
  }

  var comparison: Markup {
    guard let other = facts.comparison, !other.changes.isEmpty else { return "" }
    let rows = Self.bounded(other.changes, rows: 60, bytes: 8000) { change in
      func text(_ value: Int) -> Markup {
        switch change.unit {
        case .count: "\(value)"
        case .bytes: "\(ByteText.text(value))"
        case .milliseconds: "\(LatencyText.text(Double(value) / 1000))"
        }
      }
      return ["\(change.name)", text(change.before), text(change.now), Self.difference(change)]
    }
    let table = MarkupTable(
      "Run \(other.run) began \(Self.moment(other.began)) and ended \(other.outcome).",
      [.text("of the requests"), .number("run \(other.run)"), .number("this run"), .number("change")], rows)
    return Self.section("comparison", "Beside the last run", table.markup())
  }

  private static func difference(_ change: ReportFacts.Change) -> Markup {
    let (difference, isFar) = change.now.subtractingReportingOverflow(change.before)
    if isFar || difference == 0 { return "=" }
    let share = change.before > 0 ? Double(difference) / Double(change.before) * 100 : nil
    let sign = difference > 0 ? "+" : "−"
    guard let share else { return "new" }
    return "\(sign)\(Drawing.number(abs(share)))%"
  }

  /// What came in and went out of each stage.
  var balance: Markup {
    if facts.stages.isEmpty { return "" }
    let columns: [(String, KeyPath<StageCount, Int>)] = [
      ("received", \.received), ("made", \.generated), ("sent", \.sent), ("filtered", \.filtered), ("empty", \.empty),
      ("twice", \.deduplicated), ("checked", \.checked), ("left out", \.leftOut), ("beyond the limit", \.beyondLimit),
      ("undone", \.unfinished),
    ]
    let used = columns.enumerated().filter { place, column in
      place < 3 || facts.stages.contains { $0[keyPath: column.1] != 0 }
    }.map(\.element)
    let rows = Self.bounded(facts.stages, rows: 60, bytes: 20_000) { stage in
      ["\(stage.name, upTo: 120)"] + used.map { "\(stage[keyPath: $0.1])" }
    }
    let words: Markup
    if let discrepancies = facts.discrepancies {
      words =
        discrepancies.isEmpty
        ? "<p>Every request is accounted for: of each stage, what came in or was made there went on or has its reason.</p>"
        : "<p>The run has lost count: \(discrepancies.joined(separator: "; "), upTo: 2000)</p>"
    } else {
      words = "<p>Not checked: only a run that has come to its end adds up.</p>"
    }
    let table = MarkupTable(
      "Stages" + Self.extent(rows.count, of: facts.stages.count),
      [.text("stage")] + used.map { .number($0.0) }, rows)
    return Self.section("balance", "Counts that add up", words + table.markup(hidesCaption: true))
  }
}
