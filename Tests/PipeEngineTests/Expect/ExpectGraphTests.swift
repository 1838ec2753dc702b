import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

@Suite("Expectations of a run", .timeLimit(.minutes(20)))
struct ExpectGraphTests {
  /// Runs a pipeline whose pages have the status that their URL ends in, or an error without one.
  private func run(
    _ urls: [String], _ expect: String, _ more: String = "extract: [url, status, error]"
  ) async throws -> RunOutcome {
    let pipeline = MemoryPipeline(urls)
    let fetcher = StubFetcher { request in
      guard let status = request.url?.href.split(separator: "/").last.flatMap({ Int($0) }) else {
        return .error(RequestError(.protocol, "no answer"))
      }
      return .status(status, body: "\(status)")
    }
    let plan = try pipeline.plan("\(more)\nexpect: [\(expect)]")
    return await Run(plan, fetcher: fetcher).perform()
  }

  private let urls = [
    "http://a.example/200", "http://a.example/404", "http://b.example/x", "http://b.example/500",
    "http://b.example/201",
  ]

  @Test(
    "what the records come to",
    arguments: [
      ("records == 5", true, "records is 5"), ("requests == 5", true, "requests is 5"),
      ("failed == 1", true, "failed is 1"), ("broken == 3", true, "broken is 3"),
      ("broken == 0", false, "broken is 3"), ("count(status == 404) == 1", true, "count(status == 404) is 1"),
      ("count(ok) == 2", true, "count(ok) is 2"),
      ("share(status >= 400) < 20%", false, "share(status >= 400) is 40% (2 of 5)"),
      ("share(status >= 400) <= 40%", true, "share(status >= 400) is 40% (2 of 5)"),
      ("max(status) == 500", true, "max(status) is 500"), ("min(status) == 200", true, "min(status) is 200"),
      ("avg(status) == 326.25", true, "avg(status) is 326.25"), ("p50(status) == 201", true, "p50(status) is 201"),
      ("duration < 1h", true, "duration is "), ("duration > 1h", false, "duration is "),
    ])
  func totals(expect: String, holds: Bool, words: String) async throws {
    let outcome = try await run(urls, expect)
    #expect(outcome.reason == .complete)
    let result = try #require(outcome.expectations.first)
    #expect(result.holds == holds)
    #expect(result.words[0].hasPrefix(words), "\(result.words)")
    #expect(outcome.isUnexpected == !holds)
  }

  @Test("the records at odds with it are told in the order of the input, with what is wrong with them")
  func offenders() async throws {
    let outcome = try await run(
      urls, "broken == 0, count(status >= 400) == 0, max(status) < 300, failed < 1, records > 9")
    #expect(
      outcome.expectations.map { $0.offenders.map { "\($0.url) \($0.words)" } } == [
        [
          "http://a.example/404 status 404", "http://b.example/x protocol: no answer",
          "http://b.example/500 status 500",
        ],
        ["http://a.example/404 status 404", "http://b.example/500 status 500"],
        ["http://a.example/404 status 404", "http://b.example/500 status 500"],
        ["http://b.example/x protocol: no answer"], [],
      ])
    #expect(outcome.expectations.map(\.offenceCount) == [3, 2, 2, 1, nil])
  }

  @Test("of many, the first ones are kept, and all are counted")
  func manyOffenders() async throws {
    let outcome = try await run((0..<300).map { "http://h\($0 % 7).example/\($0)/404" }, "broken == 0")
    let result = try #require(outcome.expectations.first)
    #expect(result.offenders.map(\.url) == (0..<10).map { "http://h\($0 % 7).example/\($0)/404" })
    #expect(result.offenceCount == 300)
  }

  @Test("records count before where")
  func filtered() async throws {
    let outcome = try await run(urls, "records == 5, broken == 3", "extract: [url]\nwhere: ok")
    #expect(outcome.expectations.allSatisfy { $0.holds })
  }

  @Test(
    "what no record has holds for nothing", arguments: ["max(status) < 9999", "p95(status) < 9999", "avg(status) > 0"])
  func nothing(expect: String) async throws {
    let outcome = try await run(["http://b.example/x"], expect)
    #expect(outcome.isUnexpected)
    #expect(outcome.expectations[0].words[0].hasSuffix("is not there: no record has a number"))
  }

  @Test("a run that is not complete says nothing of its expectations")
  func stopped() async throws {
    let pipeline = MemoryPipeline((0..<500).map { "http://a.example/\($0)" })
    let control = RunControl()
    let fetcher = StubFetcher { _ in
      control.stop(by: .now + .seconds(100))
      return .status(404)
    }
    let plan = try pipeline.plan("extract: [url]\nexpect: [broken == 0]")
    let outcome = await Run(plan, fetcher: fetcher, control: control).perform()
    #expect(!outcome.reason.isComplete)
    #expect(outcome.expectations.isEmpty)
    #expect(!outcome.isUnexpected)
  }

  @Test("fields that only an expectation uses are extracted, and written nowhere")
  func hidden() throws {
    let plan = try MemoryPipeline(urls).plan("extract: [url]\nexpect: [max(number) < 5, count(final_url == null) == 0]")
    #expect(plan.fields.map(\.name) == ["url", "error", "number", "final_url", "status"])
    #expect(plan.sinks[0].columns.map(\.name) == ["url", "error"])
  }
}

@Suite("Expectations in a checkpoint")
struct ExpectCodecTests {
  private func plan(_ expect: String) throws -> ExpectPlan {
    try MemoryPipeline(["http://a.example/"]).plan("extract: [url, status, error]\nexpect: [\(expect)]").expect
  }

  private func page(_ ordinal: Int, status: Int?, error: RequestError.Code? = nil) -> Extracted {
    let values: [Value] = [
      .string("http://a.example/\(ordinal)"), status.map { .int($0) } ?? .null,
      error.map { .string($0.rawValue) } ?? .null,
    ]
    return Extracted(
      record: Record(id: RequestID(source: 0, ordinal: ordinal), values: values), status: status, error: error)
  }

  private func words(_ results: [ExpectationResult]) -> [String] { results.flatMap(\.words) }

  private let expect = "broken == 0, share(status == 404) < 1%, p95(status) < 300, records > 0"

  @Test("a run that goes on counts what was done before, and what is made again once")
  func goesOn() throws {
    let plan = try plan(expect)
    let first = ExpectBook(plan, isJournaled: true)
    first.note((0..<10).map { page($0, status: $0 % 2 == 0 ? 404 : 200) })
    first.note([page(10, status: nil, error: .timeout)])
    var past = Checkpoint()
    past.expected = first.take([(source: 0, ordinals: [0..<4, 10..<11])])
    past.totals.requests = 5
    // The others were not done when the run died.
    let second = ExpectBook(plan, isJournaled: true, goingOnFrom: past)
    second.note((4..<10).map { page($0, status: $0 % 2 == 0 ? 404 : 200) })
    #expect(
      words(second.results()) == [
        "broken is 6", "share(status == 404) is 45.45% (5 of 11)", "p95(status) is 404", "records is 11",
      ])
    #expect(
      second.results()[0].offenders.map(\.url) == [0, 2, 4, 6, 8, 10].map { "http://a.example/\($0)" })
    past.expected = second.take([(source: 0, ordinals: [4..<10])])
    #expect(words(ExpectBook.results(plan, at: past)) == words(second.results()))
  }

  @Test("what had failed is forgotten where it is fetched again")
  func retried() throws {
    let plan = try plan(expect)
    let first = ExpectBook(plan, isJournaled: true)
    first.note([page(0, status: 200), page(1, status: nil, error: .timeout), page(2, status: 404, error: .extract)])
    var past = Checkpoint()
    past.totals.requests = 1
    past.expected = ExpectCodec.forgettingFailed(first.take([(source: 0, ordinals: [0..<3])]))
    let second = ExpectBook(plan, isJournaled: true, goingOnFrom: past)
    second.note([page(1, status: 200), page(2, status: 404)])
    #expect(
      words(second.results()) == [
        "broken is 1", "share(status == 404) is 33.33% (1 of 3)", "p95(status) is 404", "records is 3",
      ])
    #expect(second.results()[0].offenders.map(\.words) == ["status 404"])
  }

  @Test("an expectation that was added since does not hold, as nobody knows")
  func added() throws {
    let first = ExpectBook(try plan("records > 0"), isJournaled: true)
    first.note([page(0, status: 200)])
    var past = Checkpoint()
    past.totals.requests = 1
    past.expected = first.take([(source: 0, ordinals: [0..<1])])
    let second = ExpectBook(try plan("records > 0, count(status == 404) == 0"), isJournaled: true, goingOnFrom: past)
    second.note([page(1, status: 200)])
    #expect(second.results().map(\.holds) == [true, false])
    #expect(second.results()[1].words[0].contains("was not there when the run began"))
    // A spec without any before.
    past.expected = []
    let third = ExpectBook(try plan("records > 0"), isJournaled: true, goingOnFrom: past)
    #expect(third.results().map(\.holds) == [false])
  }

  @Test("it is a part of the checkpoint's bytes, whole or as a step, and broken bytes are none")
  func coded() throws {
    let book = ExpectBook(try plan(expect), isJournaled: true)
    book.note((0..<600).map { page($0, status: 200 + $0 % 300) })
    var checkpoint = Checkpoint(number: 1)
    checkpoint.expected = book.take([(source: 0, ordinals: [0..<600])])
    #expect(CheckpointCodec.decode(CheckpointCodec.encode(checkpoint)) == checkpoint)
    var next = checkpoint
    next.number = 2
    let same = CheckpointCodec.encode(next, after: checkpoint)
    #expect(same.count < 20)
    #expect(CheckpointCodec.decode(same, after: checkpoint) == next)
    next.expected = book.take([])
    next.expected[0] = 9
    #expect(CheckpointCodec.decode(CheckpointCodec.encode(next, after: checkpoint), after: checkpoint) == next)
    let plan = try plan(expect)
    #expect(ExpectCodec.decode(next.expected, for: plan) == nil)
    for end in 0..<checkpoint.expected.count {
      let kept = ExpectCodec.decode(Array(checkpoint.expected.prefix(end)), for: plan)
      // Cut behind the first half it is one whose failed requests were forgotten.
      if let kept { #expect(kept.halves.failed == ExpectTotals(plan) && kept.halves.sound.all.records == 600) }
    }
  }
}
