import Histogram
import PipeEngine
import PipeSpec
import PipeStages
import PipeTesting
import Testing

@testable import PipeReport

@Suite("The report's page")
struct ReportPageTests {
  /// Facts of a run with a million requests, and with the longest and worst texts everywhere.
  static func worst(_ text: String) -> ReportFacts {
    let long = String(repeating: text, count: 600 / text.count + 1)
    let far = Duration.seconds(Int64.max / 1000)
    var facts = ReportFacts(standing: .failed, outcome: long, began: long, ended: long, elapsed: far)
    (facts.name, facts.spec, facts.specHash, facts.failure) = (long, long, long, long)
    (facts.requests, facts.records, facts.failed, facts.broken, facts.bytes) = (1_000_000, .max, .max, .max, .max)
    facts.doneBefore = .max
    var series = RunSeries()
    for number in 0..<100_000 { series.add(AnswerKind.allCases[number % 5], bytes: .max, at: number * 3601) }
    facts.series = series
    facts.latency = RunMeasures.Counts().latency
    for number in 0..<100_000 { facts.latency?.record(UInt64(number * number % 3_600_000_000)) }
    var times = RunTimes.Counts()
    times.waiting = .seconds(1)
    facts.times = times
    for number in 0..<4096 {
      var host = RunMeasures.Host()
      (host.requests, host.broken, host.bytes, host.elapsed) = (.max, .max, .max, far)
      facts.hosts["\(number)\(long)"] = host
    }
    facts.statuses = Dictionary(uniqueKeysWithValues: (100...599).map { ($0, .max) })
    facts.errors = Dictionary(uniqueKeysWithValues: (0..<500).map { ("\($0)\(long)", 1) })
    let page = ReportFacts.Page(
      url: "http://h/?" + long, outcome: long, story: Array(repeating: long, count: 5), elapsed: far, bytes: .max)
    facts.slowest = Array(repeating: page, count: 20)
    facts.brokenPages = Array(repeating: page, count: 200)
    facts.brokenCounts = Dictionary(uniqueKeysWithValues: (0..<500).map { ("\($0)\(long)", 1_000_000) })
    facts.files = Array(repeating: RunReport.File(sink: long, path: long, rows: .max, isPublished: false), count: 1000)
    facts.warnings = Array(repeating: long, count: 1000)
    facts.next = [(long, long)]
    facts.discrepancies = Array(repeating: long, count: 100)
    let stage = PlanGraph.Stage(id: "a", kind: long, title: long, count: .max, unit: long)
    facts.graph = PlanGraph(stages: Array(repeating: stage, count: 1000), edges: [])
    facts.stages = Array(repeating: StageCounter().count(named: long, received: .max, sent: .max), count: 1000)
    facts.comparison = ReportFacts.Comparison(
      run: .max, began: long, outcome: long, changes: Array(repeating: .init(long, 0, .max), count: 500))
    return facts
  }

  @Test("it has a bound, whatever the run, and takes little time", arguments: ["&", "x", "日", "\u{202E}"])
  func size(text: String) {
    let facts = Self.worst(text)
    let start = Effort.processorSeconds
    let page = HTMLReport.render(facts)
    // 50 ms in a release build.
    #expect(Effort.processorSeconds - start < 3)
    #expect(page.utf8.count <= HTMLReport.mostBytes, "\(page.utf8.count)")
    #expect(page == HTMLReport.render(facts))
  }

  @Test("of nothing it is a page, too")
  func nothing() {
    let page = HTMLReport.render(
      ReportFacts(standing: .complete, outcome: "complete", began: "", ended: "", elapsed: .zero))
    #expect(page.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">") && page.hasSuffix("</html>\n"))
    #expect(!page.contains("<svg") && !page.contains("<table"))
  }

  @Test("the policy names its one style and its one script, and nothing else runs")
  func policy() throws {
    func hash(_ text: Markup) throws -> String {
      let digest = try #require(FileDigest.sha256(of: Array(text.html.utf8)))
      let bytes = stride(from: 0, to: digest.count, by: 2).compactMap { place in
        UInt8(digest.dropFirst(place).prefix(2), radix: 16)
      }
      let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
      return "sha256-"
        + stride(from: 0, to: bytes.count, by: 3).map { place in
          let group = bytes.dropFirst(place).prefix(3)
          let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
          return (0..<4).map { $0 <= group.count ? String(alphabet[bits >> (18 - 6 * $0) & 63]) : "=" }.joined()
        }.joined()
    }
    #expect(try ReportAssets.styleHash.html == hash(ReportAssets.style))
    #expect(try ReportAssets.scriptHash.html == hash(ReportAssets.script))
    #expect(ReportAssets.script.html.utf8.count <= 5000)
    let page = HTMLReport.render(Self.worst("&"))
    #expect(page.split(separator: "<style>").count == 2 && page.split(separator: "<script>").count == 2)
    #expect(!page.contains("style=\"") && !page.contains(" onclick") && !page.contains("<link"))
  }

  @Test("what is secret is hidden, also as it is written in a URL")
  func veil() throws {
    let text =
      "version: 1\nsources: [urls: ['http://h.example/${secret:env:KEY}']]\nextract: [url]\nsinks: [csv: o.csv]\n"
    let secrets = Pipeline(
      SourceFile(name: "s.yaml", text: text), language: Language(.standard), folder: SourceFolder(""),
      variables: Variables(environment: ["KEY": "p s/w"]), processors: 1
    ).secrets
    let veil = ReportVeil(secrets)
    #expect(veil.url("http://h.example/a?key=p%20s%2Fw") == "http://h.example/***")
    #expect(veil.url("http://h.example/a") == "http://h.example/a")
    #expect(veil.url("http://u:pass@h.example/a") == "http://***@h.example/a")
    #expect(veil.text("dns: p s/w.example is not known") == "***")
  }
}
