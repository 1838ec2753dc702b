import PipeEngine
import PipeSpec
import PipeStages
import Testing

/// The words that help: read as the person who made the mistake.
@Suite("Hints about specs")
struct HintTests {
  private static let start = "version: 1\nsources: [{urls: [https://example.com/]}]\n"
  private static let end = "\nextract: [url, status]\nsinks: [{csv: a.csv}]"

  /// What is wrong, the finding's message, its hint.
  static let faults: [(String, String, String?)] = [
    ("concurrency: 5", "unknown key 'concurrency' in the pipeline", "put it under 'fetch'"),
    ("fetch: {delay: 1s}", "unknown key 'delay' in fetch", "put it under 'per_host'"),
    ("fetch: {download_delay: 1s}", "unknown key 'download_delay' in fetch", "did you mean 'delay' under 'per_host'?"),
    ("fetch: {max_concurrency: 1}", "unknown key 'max_concurrency' in fetch", "did you mean 'concurrency'?"),
    ("fetch: {timeout: 10}", "fetch.timeout needs a unit", "did you mean 10s?"),
    ("fetch: {timeout: 10 seconds}", "fetch.timeout has an unknown unit 'seconds'", "did you mean 10s?"),
    ("fetch: {max_body: 10mb}", "fetch.max_body has an unknown unit 'mb'", "did you mean 10MB?"),
    ("fetch: {per_host: {rate: 5/sec}}", "fetch.per_host.rate has an unknown unit '/sec'", "did you mean 5/s?"),
    ("fetch: {concurrency: '5'}", "fetch.concurrency must be a whole number, not '5'", "write it without quotes"),
    (
      "fetch:\n  - timeout: 1s", "fetch must be a map, not a list", "for example: fetch: {concurrency: 5, timeout: 10s}"
    ),
    ("where: statsu == 200", "unknown field 'statsu'", "did you mean 'status'?"),
    ("when: ok", "unknown key 'when' in the pipeline", "it is an option of a sink: write it there, under 'sinks'"),
    (
      "jsonl: out.jsonl", "unknown key 'jsonl' in the pipeline",
      "'jsonl' is a sink: write it as an element of 'sinks'"
    ),
    (
      "vars: {wait: 5}\nfetch: {timeout: '${wait}'}", "fetch.timeout needs a unit: the value of ${wait} is '5'",
      "did you mean 5s?"
    ),
  ]

  @Test("a fault is told with what to do about it", arguments: faults)
  func hint(spec: String, message: String, hint: String?) {
    let diagnostics = Pipeline(testing: Self.start + spec + Self.end).diagnostics
    #expect(diagnostics.map(\.message) == [message])
    #expect(diagnostics.map(\.hint) == [hint])
  }

  static let components: [(String, String)] = [
    ("- csv: a.csv\n    when: ok", "indent the options under 'csv:'"),
    ("- csv: a.csv\n    jsonl: b.jsonl", "begin another element with '- '"),
    ("- csv:", "write csv: out/pages.csv"),
    ("- path: a.csv", "'path' is an option: write csv: {path: …}"),
    ("- cvs: a.csv", "did you mean 'csv'?"),
    ("- excel: a.xlsx", "did you mean 'csv'?"),
  ]

  @Test("a sink that is written wrongly is told how it is written", arguments: components)
  func component(sinks: String, hint: String) {
    let spec = Self.start + "extract: [url, status]\nsinks:\n  \(sinks)\n"
    #expect(Pipeline(testing: spec).diagnostics.map(\.hint) == [hint])
  }

  @Test("variables of variables that grow are refused where they become too much")
  func growingVariables() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]
    let growing = zip(names, names.dropFirst()).map { "  \($1): \"" + String(repeating: "${\($0)}", count: 10) + "\"" }
    let spec =
      "vars:\n  a: \"0123456789\"\n" + growing.joined(separator: "\n") + "\nname: \"${j}\"\n" + Self.start + Self.end
    let diagnostics = Pipeline(testing: spec).diagnostics
    #expect(
      diagnostics.map(\.message) == ["the ${…} up to here bring more than 16 MiB into the spec"])
    #expect(diagnostics.map(\.note) == ["9:7 out-of-range"])
    #expect(diagnostics.map(\.hint) == ["do not make variables of variables that grow with each"])
  }

  @Test("a secret in a message is not shown")
  func secrets() {
    let spec = Self.start + "fetch: {timeout: '${secret:env:TOKEN}'}" + Self.end
    let pipeline = Pipeline(
      SourceFile(name: "spec.yaml", text: spec), catalogue: .standard, folder: SourceFolder(""),
      variables: Variables(environment: ["TOKEN": "s3cr3t-value"]), processors: 1)
    let reports = [DiagnosticReport(pipeline.file, pipeline.diagnostics)]
    let renderers: [any DiagnosticRenderer] = [
      TextDiagnosticRenderer(colour: true), JSONDiagnosticRenderer(), SARIFDiagnosticRenderer(version: "1"),
      GitHubDiagnosticRenderer(),
    ]
    #expect(!pipeline.diagnostics.isEmpty)
    for renderer in renderers {
      let text = renderer.render(reports)
      #expect(!text.contains("s3cr3t-value"))
      #expect(text.contains("***"))
    }
  }
}
