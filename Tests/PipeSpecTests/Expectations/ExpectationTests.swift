import Testing

@testable import PipeSpec

@Suite("Expectations")
struct ExpectationTests {
  private func resolve(_ text: String) throws -> PipeSpec.Expectation {
    try ParsedExpectation.parse(Fixture.text(text)).get().resolve(Fixture.fields).get()
  }

  /// The first fault of a text: its code, message, hint and the part of the text that it is about.
  private func fault(_ text: String) -> [String] {
    let result = ParsedExpectation.parse(Fixture.text(text)).flatMap { $0.resolve(Fixture.fields) }
    guard case .failure(let faults) = result, let first = faults.diagnostics.first else { return [] }
    let utf8 = Array(text.utf8)
    let (start, end) = (first.span.start.column - 1, first.span.end.column - 1)
    return [
      first.code.rawValue, first.message, first.hint ?? "", String(decoding: utf8[start..<end], as: UTF8.self),
    ]
  }

  @Test(
    "its numbers have the units of what they are compared with",
    arguments: [
      ("share(status >= 500) < 1%", Value.double(0.0099), Value.double(0.01)),
      ("share(status >= 500) <= 5%", .double(0.05), .double(0.0500001)),
      ("share(ok) >= 0.5", .double(0.5), .double(0.49)),
      ("duration < 10m", .double(599.9), .double(600)),
      ("duration <= 1500ms", .double(1.5), .double(1.501)),
      ("duration < 90", .double(89), .double(90)),
      ("p95(price) < 2s", .double(1.99), .double(2)),
      ("max(length) <= 10KiB", .int(10240), .int(10241)),
      ("max(length) <= 1MB", .int(1_000_000), .int(1_000_001)),
      ("records >= 100", .int(100), .int(99)),
      ("records in 5..7", .int(7), .int(8)),
      ("broken == 0", .int(0), .int(1)),
      ("not failed > 3", .int(3), .int(4)),
      ("min(status) == 200", .int(200), .int(201)),
    ])
  func units(text: String, good: Value, bad: Value) throws {
    let expectation = try resolve(text)
    #expect(expectation.condition.evaluate([good]))
    #expect(!expectation.condition.evaluate([bad]))
    // What no record has is at odds with all of them; a total is always there.
    if !text.contains("failed") { #expect(!expectation.condition.evaluate([.null])) }
  }

  @Test(
    "what no record has a number for does not hold, whether it is denied or not",
    arguments: [
      "max(status) > 1", "not max(status) > 1", "not not max(status) > 1", "not max(status) in 1..3",
      "not max(status) in [1, 2]", "not share(ok) >= 10%", "not (max(status) > 1 and records > 100)",
      "not (max(status) > 1 or records > 100)", "max(status) == min(status)", "not max(status) == min(status)",
    ])
  func nothing(text: String) throws {
    let expectation = try resolve(text)
    let values = expectation.aggregates.map { aggregate -> Value in aggregate.name == "records" ? .int(200) : .null }
    #expect(!expectation.condition.evaluate(values))
  }

  @Test(
    "what does not ask for it may hold all the same",
    arguments: [
      "max(status) < 5 or records == 0", "not (max(status) >= 5 and records > 0)", "max(status) == null",
      "not max(status) != null", "not records > 0",
    ])
  func other(text: String) throws {
    let expectation = try resolve(text)
    let values = expectation.aggregates.map { aggregate -> Value in aggregate.name == "records" ? .int(0) : .null }
    #expect(expectation.condition.evaluate(values))
  }

  @Test("functions that are written twice, in whatever way, are one number")
  func aggregates() throws {
    let expectation = try resolve("count( status==404 ) > 1 and count(status == 404) < records and share(not ok) < 50%")
    #expect(expectation.aggregates.map(\.name) == ["count(status == 404)", "share(not ok)", "records"])
    #expect(expectation.text == "count( status==404 ) > 1 and count(status == 404) < records and share(not ok) < 50%")
    #expect(expectation.condition.evaluate([.int(2), .double(0.1), .int(3)]))
    #expect(!expectation.condition.evaluate([.int(2), .double(0.1), .int(2)]))
  }

  @Test("conditions on records know the length of lists and texts")
  func lengths() throws {
    let expectation = try resolve("count(length(tags) > 1) == 1 and count('a' in tags) > 0")
    #expect(expectation.aggregates.map(\.name) == ["count(length(tags) > 1)", "count('a' in tags)"])
    #expect(fault("length(tags) > 1").prefix(2) == ["bad-expression", "'length' is of one record, not of the run"])
    #expect(fault("max(length(tags)) > 1").prefix(2).first == "bad-expression")
  }

  @Test(
    "a record can be at odds with it, or cannot",
    arguments: [
      ("count(status == 404) == 0", [true]), ("count(status == 404) < 5", [true]),
      ("0 == count(status == 404)", [true]),
      ("count(status == 404) > 5", []), ("count(status == 404) == 3", []), ("share(status == 200) > 90%", [true]),
      ("share(status == 404) > 90%", [false]), ("max(status) < 500", [false]), ("max(status) < 404", [true]),
      ("min(length) >= 1025", [true]), ("min(length) >= 1024", [false]), ("avg(price) < 10", [true]),
      ("records > 1 and count(ok) <= 3", [false]), ("records > 1 or count(not ok) == 0", []),
      ("not count(not ok) > 0", []),
    ] as [(String, [Bool])])
  func offences(text: String, holds: [Bool]) throws {
    let values = Fixture.values(Fixture.record)
    #expect(try resolve(text).offences.map { $0.condition.evaluate(values) } == holds)
  }

  @Test(
    "failed and broken that are to be small",
    arguments: [
      ("failed == 0", true, false), ("broken < 3", false, true), ("3 >= broken", false, true),
      ("failed > 3", false, false), ("records > 1 and failed <= 1", true, false),
      ("failed == 0 or broken == 0", false, false),
    ])
  func minds(text: String, failed: Bool, broken: Bool) throws {
    let minds = try resolve(text).minds
    #expect(minds.contains(.failed) == failed)
    #expect(minds.contains(.broken) == broken)
  }

  @Test(
    "what is wrong is said at its place",
    arguments: [
      ("recods >= 5", ["unknown-field", "a run has no 'recods'", "did you mean 'records'?", "recods"]),
      (
        "records > 1 and status == 404",
        [
          "unknown-field", "a run has no 'status'",
          "it is a field of each record: say of how many, for example count(status != null), or max(status)", "status",
        ]
      ),
      (
        "share(ok) < 5", ["out-of-range", "a share is from 0% to 100%, or from 0 to 1", "write 5%", "5"]
      ),
      ("share(ok) < 101%", ["out-of-range", "a share is from 0% to 100%, or from 0 to 1", "", "101%"]),
      ("share(ok) < -1%", ["out-of-range", "a share is from 0% to 100%, or from 0 to 1", "", "-1%"]),
      (
        "p95(title) < 2",
        [
          "type-mismatch", "'p95' needs a field with numbers, and 'title' is a text",
          "as: number makes a number of a text", "title",
        ]
      ),
      (
        "max(sizes) < 2",
        ["type-mismatch", "'max' needs a field with numbers, and 'sizes' is a list of whole numbers", "", "sizes"]
      ),
      (
        "count(price > 2s) == 0",
        ["bad-expression", "in the condition on a record times are in seconds", "write 2", "2s"]
      ),
      ("records < 5%", ["type-mismatch", "'records' is not compared with a share", "write the number alone", "5%"]),
      (
        "count(status == 404) < 5%",
        [
          "type-mismatch", "'count(status == 404)' is not compared with a share",
          "share(…) is a part of all records, for example: share(status == 404) < 1%", "5%",
        ]
      ),
      (
        "broken < 5%",
        [
          "type-mismatch", "'broken' is not compared with a share",
          "share(…) is a part of all records, for example: share(not ok) < 1%", "5%",
        ]
      ),
      (
        "duration < 5MiB",
        ["type-mismatch", "'duration' is not compared with a size", "write the number alone", "5MiB"]
      ),
      ("mean(price) < 3", ["bad-expression", "there is no function 'mean'", "did you mean 'avg'?", "mean"]),
      ("cout(ok) < 3", ["bad-expression", "there is no function 'cout'", "did you mean 'count'?", "cout"]),
      (
        "count() == 0",
        [
          "bad-expression", "'count' needs a condition between its parentheses", "for example: count(status >= 400)",
          "count()",
        ]
      ),
      (
        "max(ok and ok) == 0",
        [
          "bad-expression", "'max' needs the name of a field, not a condition", "for example: max(elapsed)",
          "max(ok and ok)",
        ]
      ),
      (
        "records",
        ["type-mismatch", "'records' is a number, not a condition", "compare it, for example: records >= 1", "records"]
      ),
      ("max(lenght) < 1", ["unknown-field", "unknown field 'lenght'", "did you mean 'length'?", "lenght"]),
      (
        "count(count(ok) > 1) > 0",
        [
          "bad-expression", "'count' cannot be called", "write length(field) for the length of a list or a text",
          "count",
        ]
      ),
      ("count(ok", ["bad-expression", "'(' is never closed", "add ')'", "("]),
      ("", ["bad-expression", "the expression is empty", "for example: broken == 0", ""]),
      ("records > 10 000", ["bad-expression", "digits are not grouped", "write 10000", "10 000"]),
      ("duration < 2 s", ["bad-expression", "'2 s' is not a number", "times are compared in seconds: 2", "s"]),
    ] as [(String, [String])])
  func faults(text: String, fault expected: [String]) {
    #expect(fault(text) == expected)
  }

  @Test("conditions on records have no units, as ever")
  func noUnits() {
    #expect(Fixture.faults(of: "length > 10kB").map(\.message) == ["'10kB' is not a number"])
    #expect(!Fixture.faults(of: "price > 5%").isEmpty)
  }

  @Test("whatever the text, it is read to an end, and its faults lie within it", arguments: 0..<400)
  func anyText(seed: Int) {
    var random = SystemRandomNumberGenerator()
    let words = [
      "count", "share", "p95", "(", ")", "status", "records", "<", ">=", "==", "1%", "2s", "5", "and", "or", "not",
      "in",
      "1..2", "[", "]", "'x'", "ok", "é", "%", "-", "max", "``", "null", "10MiB", "~", " ",
    ]
    let text = (0..<Int.random(in: 1...12, using: &random)).map { _ in words.randomElement() ?? "" }.joined(
      separator: " ")
    switch ParsedExpectation.parse(Fixture.text(text)).flatMap({ $0.resolve(Fixture.fields) }) {
    case .success(let expectation): _ = expectation.condition.evaluate(expectation.aggregates.map { _ in .int(1) })
    case .failure(let faults):
      #expect(!faults.diagnostics.isEmpty, "\(text)")
      for one in faults.diagnostics { #expect(one.span.end.column <= text.unicodeScalars.count + 1, "\(text)") }
    }
  }
}
