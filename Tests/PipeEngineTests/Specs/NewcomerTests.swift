import PipeEngine
import PipeSpec
import PipeStages
import Testing

/// Specs as people write them who come from another tool, wrong in natural ways, and what each of them is told.
@Suite("Specs of newcomers")
struct NewcomerTests {
  static let start = "version: 1\nsources: [{urls: [https://a.test/]}]\n"
  static let end = "extract: [url, status]\nsinks: [{csv: a.csv}]\n"

  static func whole(_ part: String) -> String { start + part + end }

  /// Where the person comes from, the spec, and of each finding its code and a distinctive part of its hint.
  typealias Case = (from: String, spec: String, findings: [(code: String, hint: String)])

  static let cases = ofTools + ofLanguages

  @Test("each is told what to write instead, in few findings", arguments: cases.indices)
  func told(_ index: Int) {
    let (name, spec, expected) = Self.cases[index]
    let found = Pipeline(testing: spec).diagnostics
    #expect(found.map(\.code.rawValue) == expected.map(\.code), "\(name): \(found.map(\.message))")
    for (diagnostic, expected) in zip(found, expected) where !expected.hint.isEmpty {
      #expect(diagnostic.hint?.contains(expected.hint) == true, "\(name): \(diagnostic.hint ?? "-")")
    }
  }

  /// What the hints say to write, and the condition that is right.
  @Test(
    "what a hint says to write is accepted",
    arguments: [
      "status in 200..299", "title contains 'a' or title contains 'b'", "status in [200, 404]", "http_version == '2'",
      "length > 1000", "error starts_with 'timeout'", "fetched_at > '2026-01-31'", "charset == 'UTF-8'",
      "title not contains 'a' and title not contains 'b'", "status >= 200 and status < 300", "error == null", "ok",
    ])
  func accepted(condition: String) {
    let spec = Self.start + "where: \"\(condition)\"\n" + Self.end
    #expect(Pipeline(testing: spec).diagnostics.isEmpty)
  }

  @Test(
    "a path alone is a sink of the format that its ending names",
    arguments: [
      ("o.csv", "csv"), ("out/o.csv.gz", "csv"), ("O.JSONL", "jsonl"), ("o.ndjson.zst", "jsonl"), ("${d}/o.csv", "csv"),
    ])
  func pathAlone(path: String, name: String) throws {
    let pipeline = Pipeline(testing: Self.start + "vars: {d: x}\nname: \"${d}\"\nextract: [url]\nsinks: [\"\(path)\"]")
    let plan = try #require(pipeline.plan, "\(pipeline.diagnostics.map(\.message))")
    #expect(plan.sinks.map(\.name) == [name])
    #expect(
      plan.sinks.map(\.shown) == [
        path.split(separator: "${d}", omittingEmptySubsequences: false).joined(separator: "x")
      ])
  }

  @Test("a regular expression that a secret breaks is told as such, not by its mask")
  func secretPattern() {
    let spec = Self.start + "where: \"url matches /${secret:env:TOK}/\"\n" + Self.end
    let pipeline = Pipeline(
      SourceFile(name: "spec.yaml", text: spec), language: Language(.standard), folder: SourceFolder(""),
      variables: Variables(environment: ["TOK": "hunter2("]), processors: 1)
    #expect(pipeline.diagnostics.map(\.code) == [.badRegex])
    #expect(pipeline.diagnostics.map(\.message) == ["the value that a secret gives here is not a regular expression"])
  }
}
