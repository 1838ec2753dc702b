import PipeSpec
import PipeStages
import Testing

@testable import PipeCommand
@testable import PipeEngine

@Suite("RunSummary")
struct RunSummaryTests {
  private let plan: Plan
  private let progress: RunProgress

  init() throws {
    plan = try Plan.rendered("name: audit")
    progress = RunProgress(
      plan: plan, frontier: Frontier(rules: HostRules(concurrency: 1), capacity: 1), ledger: Ledger(sources: 2))
  }

  /// Counts requests as if each had become a row of both sinks.
  private func count(_ count: Int, _ status: Int?, _ error: RequestError.Code? = nil) {
    progress.counter(.source(0)).add(generated: count)
    pass(count, [(.source(0), .requests), (.admit, .frontier), (.fetch, .pages), (.extract, .records)])
    progress.counter(.route).add(out: count)
    pass(count, [(.route, .rows(0)), (.route, .rows(1))])
    for index in 0..<2 { progress.counter(.sink(index)).add(out: count) }
    let record = Record(id: RequestID(source: 0, ordinal: 0), values: [])
    let pages = Array(repeating: Extracted(record: record, status: status, error: error), count: count)
    progress.tally.add(pages, of: pages)
  }

  private func pass(_ count: Int, _ ways: [(from: PlanLayout.StageID, on: PlanLayout.EdgeID)]) {
    for way in ways {
      progress.sent(by: way.from, on: way.on).add(count)
      progress.received(on: way.on).add(count)
    }
  }

  private func summary(
    after elapsed: Duration = .seconds(90), failure: RunError? = nil, cause: StopCause? = nil
  ) -> RunSummary {
    RunSummary(
      plan: plan, progress: progress,
      outcome: RunOutcome(
        failure: failure, cause: cause, discrepancies: failure == nil ? progress.discrepancies : [], isLimited: false,
        elapsed: elapsed))
  }

  private func lines(_ summary: RunSummary) -> [String] { summary.text.split(separator: "\n").map(String.init) }

  @Test("a run is told with its statuses, errors, rate and rows, and accounted for")
  func complete() {
    count(1500, 200)
    count(2, 404)
    count(3, nil, .timeout)
    count(7, nil, .dns)
    let lines = lines(summary())
    #expect(lines[0] == "pipe: complete in 1 min 30 s: 1,512 records, 12 not ok")
    #expect(lines.contains("  ok         1,500"))
    #expect(lines.contains("  not ok     12: dns × 7, timeout × 3, 404 × 2"), "the most frequent first")
    #expect(lines.contains("  answers    17/s"))
    #expect(lines.contains("  csv        out.csv: 1,512 rows"))
    #expect(lines.contains("  jsonl      standard output: 1,512 rows"))
    #expect(lines[4] == "  accounted  1,512 read, 1,512 recorded, none lost")
  }

  @Test("one record, one row and one attempt more are not told in the plural")
  func singular() {
    count(1, 200)
    progress.tally.addRetry()
    let lines = lines(summary())
    #expect(lines[0].contains(": 1 record, all ok"))
    #expect(lines.contains("  retries    1 attempt more than the first ones"))
    #expect(lines.contains("  csv        out.csv: 1 row"))
  }

  @Test("rows that are not in their output are told with where they are, or that they are lost")
  func unpublished() {
    count(2, 200)
    progress.unpublished.add(UnpublishedRows(path: "out.csv.part"), of: 0)
    progress.unpublished.add(UnpublishedRows(path: "standard output", isLost: true), of: 1)
    let lines = lines(summary())
    #expect(lines.contains("  csv        out.csv.part: 2 rows"))
    #expect(lines.contains("  jsonl      standard output: 2 rows, lost"))
  }

  @Test("a run without a record has no rate, no status and no error")
  func nothing() {
    let lines = lines(summary(after: .zero))
    #expect(lines.map { $0.prefix(12) }.filter { ["  answers   ", "  ok        ", "  not ok    "].contains($0) } == [])
    #expect(lines[1] == "  accounted  0 read, 0 recorded, none lost")
  }

  @Test("what was filtered and what was left undone is told")
  func undone() {
    count(5, 200)
    progress.counter(.source(0)).add(generated: 4)
    pass(4, [(.source(0), .requests)])
    progress.counter(.admit).add(filtered: 1)
    pass(3, [(.admit, .frontier)])
    progress.counter(.fetch).add(unfinished: 3)
    let lines = lines(summary(cause: .interrupted))
    #expect(lines[0].hasPrefix("pipe: stopped in"))
    #expect(lines.contains("  accounted  9 read, 5 recorded, 1 filtered, 3 left undone, none lost"))
  }

  @Test("a run that lost count says where, and is not conserved")
  func lost() {
    count(5, 200)
    progress.received(on: .rows(1)).add(-1)
    progress.counter(.sink(1)).add(out: -1)
    let summary = summary()
    #expect(lines(summary)[0].hasPrefix("pipe: failed in"))
    let last = lines(summary).first { $0.hasPrefix("  accounted") } ?? ""
    #expect(last.contains("NOT CONSERVED"))
    #expect(last.contains("4 in, but route sent 5"))
    #expect(!last.contains("none lost"))
  }

  @Test("a run that failed says why and what to try, and claims no balance")
  func failed() {
    count(5, 200)
    progress.received(on: .rows(0)).add(-1)
    let summary = summary(failure: RunError("out.csv", "is full", hint: "make room"), cause: .interrupted)
    let lines = lines(summary)
    #expect(lines[0].hasPrefix("pipe: failed in"))
    #expect(lines.contains("  failure    out.csv: is full (make room)"))
    #expect(!summary.text.contains("none lost"))
  }

  @Test func `Items, empty pages and limits are told in counts that add up`() {
    let record = Record(id: RequestID(source: 0, ordinal: 0), values: [])
    progress.counter(.source(0)).add(generated: 10)
    pass(10, [(.source(0), .requests)])
    progress.counter(.admit).add(beyondLimit: 7)
    let pages = Array(repeating: Extracted(record: record, status: 200, error: nil), count: 3)
    progress.tally.add(Array(repeating: pages[0], count: 6), of: pages)
    let outcome = RunOutcome(failure: nil, cause: nil, discrepancies: [], isLimited: true, elapsed: .seconds(1))
    let lines = lines(RunSummary(plan: plan, progress: progress, outcome: outcome))
    #expect(lines[0].hasSuffix(": 6 records of 3 pages, all ok"))
    #expect(lines.contains { $0.hasPrefix("  accounted  10 read, 3 done (6 records), 7 beyond the limit of records") })
  }

  @Test func `A page that is ok and has a record with an error is not all ok`() {
    let record = Record(id: RequestID(source: 0, ordinal: 0), values: [])
    let pages = [nil, nil, RequestError.Code.extract].map { Extracted(record: record, status: 200, error: $0) }
    progress.tally.add(pages, of: pages)
    let outcome = RunOutcome(failure: nil, cause: nil, discrepancies: [], isLimited: false, elapsed: .seconds(1))
    let lines = lines(RunSummary(plan: plan, progress: progress, outcome: outcome))
    #expect(lines[0].contains("3 records") && lines[0].hasSuffix(", 1 with an error"), "\(lines)")
  }

  @Test func `On a narrow terminal lines are broken, and a command is not`() {
    count(1000, 200)
    for (status, count) in [(404, 1), (410, 2), (500, 3), (502, 4)] { self.count(count, status) }
    let summary = RunSummary(
      plan: plan, progress: progress,
      outcome: RunOutcome(
        failure: nil, cause: .interrupted, discrepancies: [], isLimited: false, elapsed: .seconds(9)),
      goingOn: "pipe run a-long-name-of-a-spec.pipe.yaml --resume")
    let lines = summary.text(width: 40).split(separator: "\n").map(String.init)
    #expect(lines.allSatisfy { $0.count < 40 || $0.hasPrefix("  to go on") }, "\(lines)")
    #expect(lines.last == "  to go on   pipe run a-long-name-of-a-spec.pipe.yaml --resume")
  }
}
