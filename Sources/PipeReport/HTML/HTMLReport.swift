internal import Histogram
internal import PipeEngine
internal import PipeWeb

/// A run on one page: a file of its own that needs nothing else.
///
/// It is whole without scripts, without styles, and where a policy forbids both; and no larger than `mostBytes`, whatever the
/// run: every list has a bound on its rows, and on what they take.
package struct HTMLReport: Sendable {
  package static let mostBytes = 300_000

  let facts: ReportFacts

  private init(_ facts: ReportFacts) { self.facts = facts }

  package static func render(_ facts: ReportFacts) -> String { HTMLReport(facts).page.html + "\n" }

  private var page: Markup {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '\(ReportAssets.styleHash)'; \
    script-src '\(ReportAssets.scriptHash)'; base-uri 'none'; form-action 'none'">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="referrer" content="no-referrer">
    <title>\(name, upTo: 80): \(facts.outcome, upTo: 80)</title>
    <style>\(ReportAssets.style)</style>
    </head>
    <body>
    <header>
    <h1>\(name, upTo: 80)</h1>
    <p class="soft">\(when)</p>
    </header>
    <main>
    \(outcome)\(figures)\(expectations)\(next)\(warnings)\(charts)\(answers)\(hosts)\(failures)\(slowest)\(outputs)\
    \(comparison)\(balance)
    </main>
    <footer>\(footer)</footer>
    <script>\(ReportAssets.script)</script>
    </body>
    </html>
    """
  }

  private var name: String { facts.name ?? facts.spec ?? "pipe" }

  private var when: Markup {
    let spec: Markup = facts.spec.map { "<code>\($0, upTo: 200)</code> · " } ?? ""
    return
      "\(spec)<time datetime=\"\(facts.began)\">\(Self.moment(facts.began))</time> · \(LatencyText.text(facts.elapsed.seconds))"
  }

  /// `2026-11-30 14:03:12 UTC`
  static func moment(_ timestamp: String) -> String {
    let parts = timestamp.split(separator: "T")
    guard parts.count == 2 else { return timestamp }
    return "\(parts[0]) \(parts[1].prefix(8)) UTC"
  }

  private var outcome: Markup {
    let (sign, kind): (Markup, Markup) =
      switch facts.standing {
      case .complete: ("✓", "good")
      case .unexpected: ("✗", "bad")
      case .failed: ("✗", "bad")
      case .stopped, .unfinished: ("◐", "care")
      }
    var details: [Markup] = []
    if let failure = facts.failure { details.append("<p>\(failure, upTo: 1000)</p>") }
    if facts.standing == .unfinished {
      details.append(
        """
        <p>This page tells how far the run was at \(Self.moment(facts.ended)). It is written again while the run goes on: \
        if it stays as it is, the run was killed.</p>
        """)
    }
    if let before = facts.doneBefore {
      details.append(
        "<p>\(before) requests were done before the run went on; what follows is of this session alone.</p>")
    }
    for gap in facts.gaps { details.append("<p>\(gap)</p>") }
    let status: Markup = facts.exitStatus.map { " <span class=\"soft\">exit \($0)</span>" } ?? ""
    return "<div class=\"outcome \(kind)\">\(sign) \(facts.outcome)\(status)\(details)</div>\n"
  }

  private var figures: Markup {
    var cells: [Markup] = []
    func add(_ name: String, _ value: Markup, _ note: Markup = "") {
      let small: Markup = note.isEmpty ? "" : " <small>\(note)</small>"
      cells.append("<div><dt>\(name)</dt><dd>\(value)\(small)</dd></div>")
    }
    add("requests done", "\(facts.requests)", facts.retries > 0 ? "\(facts.retries) attempts more" : "")
    if let records = facts.records { add("records", "\(records)") }
    if let rows = facts.rows { add("rows", "\(rows)") }
    if let broken = facts.broken {
      add("not ok", "\(broken)", broken > 0 ? "\(Self.share(broken, of: facts.requests)) of requests" : "")
    }
    add("with an error", "\(facts.failed)")
    if let latency = facts.latency, latency.totalCount > 0 {
      add(
        "latency, p50", "\(LatencyText.text(Double(latency.valueAtPercentile(50)) / 1e6))",
        "p95 \(LatencyText.text(Double(latency.valueAtPercentile(95)) / 1e6))")
    }
    let seconds = facts.elapsed.seconds
    if facts.requests > 0, seconds > 0 {
      let rate = Double(facts.requests) / seconds
      add("rate", rate >= 1 ? "\(Drawing.number(rate))/s" : "\(Drawing.number(rate * 60))/min")
    }
    add("content", "\(ByteText.text(facts.bytes))")
    return "<dl class=\"figures\">\(cells)</dl>\n"
  }

  /// `2.4%`
  static func share(_ part: Int, of whole: Int) -> String {
    whole > 0 ? "\(Drawing.number(Double(part) / Double(whole) * 100))%" : "-"
  }

  private var footer: Markup {
    let hash: Markup = facts.specHash.map { " Spec: SHA-256 <code>\($0)</code>." } ?? ""
    return "<p>Written by pipe \(PipeVersion.text) on \(Self.moment(facts.ended)).\(hash)</p>"
  }

  // MARK: Parts

  static func section(_ id: Markup, _ title: String, _ content: Markup) -> Markup {
    "<section aria-labelledby=\"\(id)\"><h2 id=\"\(id)\">\(title)</h2>\n\(content)</section>\n"
  }

  static func figure(_ title: String, _ chart: Chart) -> Markup {
    let legend = chart.legend.map { colour, words -> Markup in
      """
      <li><svg width="10" height="10" aria-hidden="true" focusable="false"><rect width="10" height="10" rx="2" \
      fill="\(colour)"/></svg> \(words)</li>
      """
    }
    let list: Markup = legend.isEmpty ? "" : "<ul class=\"legend\">\(legend)</ul>"
    let table: Markup =
      chart.table.isEmpty
      ? "" : "<details><summary>As a table</summary>\(chart.table.markup(hidesCaption: true))</details>"
    return "<figure><h3>\(title)</h3>\(chart.image)\(list)\(table)</figure>\n"
  }

  /// As many rows as a number and their size allow.
  static func bounded<Element>(
    _ elements: [Element], rows most: Int, bytes: Int, _ row: (Element) -> [Markup]
  ) -> [[Markup]] {
    var rows: [[Markup]] = []
    var used = 0
    for element in elements.prefix(most) {
      let cells = row(element)
      used += cells.reduce(20) { $0 + $1.html.utf8.count + 10 }
      if used > bytes { break }
      rows.append(cells)
    }
    return rows
  }

  /// `, 20 of 1,204`
  static func extent(_ shown: Int, of all: Int) -> String {
    shown < all ? ": \(shown.grouped) of \(all.grouped)" : ""
  }
}
