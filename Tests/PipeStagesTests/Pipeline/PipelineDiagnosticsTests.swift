import PipeEngine
import PipeSpec
import PipeTesting
import Testing

/// What a spec is told about itself, and where: one case a line.
@Suite("Pipeline, diagnostics")
struct PipelineDiagnosticsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let spec: String
    let findings: [String]
    var testDescription: String { spec }

    init(_ spec: String, _ findings: String...) { self.init(spec, findings) }

    init(_ spec: String, _ findings: [String]) {
      self.spec = spec
      self.findings = findings
    }
  }

  private static let documents: [Case] = [
    Case("", "missing-key 1:1"),
    Case("# only a comment\n", "missing-key 1:1"),
    Case("version: 1\nsources: [\n", "yaml-syntax 2:11"),
    Case("version: 1\nversion: 1\nsources: [stdin]\nextract: [url]\nsinks: [csv: a.csv]", "duplicate-key 2:1"),
    Case("- a\n- b\n", "wrong-type 1:1"),
    Case("version: 1\n", "missing-key 1:1", "missing-key 1:1", "missing-key 1:1"),
    Case("version: 2\nsources: [stdin]\nextract: [url]\nsinks: [csv: a.csv]", "out-of-range 1:10"),
  ]

  private static let keys: [Case] = [
    Case("fetch: {timout: 10s}", "unknown-key 1:9"),
    Case("nme: x", "unknown-key 1:1"),
    Case("outputs: []", "unknown-key 1:1"),
    Case("fetch:\n  per_host:\n    concurency: 1", "unknown-key 3:5"),
    Case("sinks: [csv: {path: a.csv, delimeter: ;}]", "unknown-key 1:28"),
    Case("sinks:\n  - csv: {delimiter: ;}", "missing-key 2:10"),
    Case("sinks: []", "out-of-range 1:8"),
    Case("sources: [stdin: {delimiter: ;}]", "conflict 1:19"), Case("sources: [stdin: {quote: none}]", "conflict 1:19"),
    Case("sources: [stdin: {format: csv, quote: ab}]", "bad-value 1:39"),
    Case("sources: [stdin: {format: csv, encoding: utf8x}]", "bad-value 1:42"),
    Case("sources: [stdin: {format: csv, encoding: iso-2022-jp}]", "bad-value 1:42"),
    Case("sources: [stdin: {format: csv, delimiter: ;, quote: ;}]", "conflict 1:43"),
    Case("sources: [stdin: {format: csv, delimiter: \"|\", encoding: sjis}]", "conflict 1:43"),
    Case("sources: [stdin: {format: csv, quote: \"|\", encoding: big5}]", "conflict 1:39"),
    Case("sources: [stdin: {format: csv, delimiter: \"|\", encoding: euc-jp}]"),
    Case("sources: [{stdin: csv, encoding: latin1}]"), Case("sources: [{stdin: , format: csv, quote: none}]"),
    Case("sources: []", "out-of-range 1:10"),
    Case("extract: {}", "out-of-range 1:10"),
    Case("extract: []", "out-of-range 1:10"),
    Case("sources: {urls: http://a.example/}", "wrong-type 1:10"),
    Case("fetch: [1]", "wrong-type 1:8"),
    Case("extract: [url, url]", "duplicate-key 1:16"),
    Case("extract: {\"\": url}", "bad-value 1:11"),
    Case("extract: {\" \": url, t: title}", "bad-value 1:11"),
    Case("extract: {~: url, t: title}", "bad-value 1:11"),
    Case("sinks: [csv: {path: a.csv, fields: [url, url]}]", "duplicate-key 1:42"),
    Case("sinks: [jsonl: {path: a.jsonl, fields: [url, title, url, url]}]", "duplicate-key 1:53", "duplicate-key 1:58"),
    Case("sinks: [csv: {path: a.csv, fields: [url, \"\"]}]", "bad-value 1:42"),
    Case("sinks: [csv: {path: a.csv, fields: [url, \" \"]}]", "bad-value 1:42"),
  ]

  private static let values: [Case] = [
    Case("fetch: {concurrency: many}", "wrong-type 1:22"),
    Case("fetch: {concurrency: 0}", "out-of-range 1:22"),
    Case("fetch: {concurrency: \"5\"}", "wrong-type 1:22"),
    Case("fetch: {timeout: 10}", "bad-value 1:18"),
    Case("fetch: {timeout: 10 parsecs}", "bad-value 1:21"),
    Case("fetch: {timeout: 0s}", "out-of-range 1:18"),
    Case("fetch: {timeout: {total: 1s, connect: 0s}}", "out-of-range 1:39"),
    Case("fetch: {max_body: 10}", "bad-value 1:19"),
    Case("fetch: {max_body: 10mib}", "bad-value 1:21"),
    Case("fetch: {per_host: {rate: 5}}", "bad-value 1:26"),
    Case("fetch: {per_host: {rate: 0/s}}", "out-of-range 1:26"),
    Case("fetch: {method: BREW}", "bad-value 1:17"),
    Case("fetch: {http: 1.1}"), Case("fetch: {http: 2}"), Case("fetch: {http: 3}", "bad-value 1:15"),
    Case("fetch: {redirects: 51}", "out-of-range 1:20"),
    Case("fetch: {headers: {\"a b\": x}}", "bad-value 1:19"),
    Case("fetch: {headers: {A: \"x\\ny\"}}", "bad-value 1:22"),
    Case("fetch: {allow_private: [127.0.0.1, nonsense/99]}", "bad-value 1:36"),
    Case("fetch: {allow_private: true}"), Case("fetch: {allow_private: [10.0.0.0/8, localhost]}"),
    Case("sinks: [csv: {path: a.csv, header: yes}]", "wrong-type 1:36"),
    Case("sinks: [csv: {path: a.csv, delimiter: ab}]", "bad-value 1:39"),
    Case("sinks: [csv: {path: a.csv, delimiter: \"\\n\"}]", "bad-value 1:39"),
    Case("sinks: [csv: {path: a.csv, mode: overwrite}]", "bad-value 1:34"),
    Case("sinks: [csv: ]", "missing-key 1:9"),
  ]

  private static let components: [Case] = [
    Case("sources: [url: http://a.example/]", "unknown-component 1:11"),
    Case("extract: {x: titel}", "unknown-component 1:14"),
    Case("extract: [url, titel]", "unknown-component 1:16"),
    Case("sinks: [excel: a.xls]", "unknown-component 1:9"),
    Case("sources:\n  - urls: http://a.example/\n    file: b.txt", "wrong-type 3:5"),
    Case("sources: [urls: ftp://a.example/]", "bad-url 1:17"),
    Case("sources: [urls: [http://a.example/, example.com]]", "bad-url 1:37"),
    Case("sources: [urls: [\"http://[bad/\"]]", "bad-url 1:18"),
    Case("sources: [range: {url: http://a.example/, to: 3}]", "bad-value 1:24"),
    Case("sources: [range: {url: \"ftp://a/{n}\", to: 3}]", "bad-url 1:24"),
    Case("sources: [range: {url: \"http://a/{n}\", from: 5, to: 3}]", "out-of-range 1:53"),
    Case("sources: [range: {url: \"http://a/{n}\", to: 3, step: -1}]", "out-of-range 1:44"),
    Case("sources: [range: {url: \"http://a/{n}\", to: 3, step: 0}]", "out-of-range 1:53"),
    Case("sources: [file: missing.txt]", "unreadable-file 1:17"),
    Case("sources: [file: https://a.test/list]", "bad-value 1:17"),
    Case("sinks: [csv: s3://b/x.csv]", "bad-value 1:14"), Case("sinks: [csv: file:///tmp/x.csv]", "bad-value 1:14"),
    Case("sources: [file: /tmp]", "unreadable-file 1:17"), Case("sources: [file: /]", "bad-value 1:17"),
    Case("sources: [stdin: {format: lines, column: x}]", "conflict 1:34"),
    Case("sources: [stdin: {format: csv, field: x}]", "conflict 1:32"),
    Case("sinks: [csv: a.csv, jsonl: ./a.csv]", "conflict 1:28"),
    Case("sinks: [csv: x/../a.csv, csv: a.csv]", "conflict 1:31"),
    Case("sinks: [csv: \"-\", jsonl: \"-\"]", "conflict 1:26"),
  ]

  private static let expressions: [Case] = [
    Case("where: status >= 400 or error != null"), Case("where: ok"),
    Case("where: status >=", "bad-expression 1:15"),
    Case("where: statsu == 200", "unknown-field 1:8"),
    Case("where: status == '200'", "type-mismatch 1:18"),
    Case("where: url == null", "type-mismatch 1:8"),
    Case("where: \"status == 'x'\"", "type-mismatch 1:19"),
    Case("where: url matches /[/", "bad-regex 1:21"),
    Case("sinks: [csv: {path: a.csv, when: nope}]", "unknown-field 1:34"),
    Case("sinks: [csv: {path: a.csv, fields: [url, titel]}]", "unknown-field 1:42"),
    Case("sinks: [csv: {path: a.csv, fields: []}]", "out-of-range 1:36"),
    Case("sinks: [csv: {path: a.csv, fields: [url, title, status]}]"),
  ]

  private static let variables: [Case] = [
    Case("name: ${missing}", "unresolved-variable 1:7"),
    // The variable that was meant is used all the same.
    Case("vars: {out: x}\nname: a-${uot}", "unresolved-variable 2:9"),
    Case("vars: {out: x}", "unused-variable 1:8"),
    Case("name: ${env:NO_SUCH_NAME}", "unresolved-variable 1:7"),
    Case("name: ${env:NO_SUCH_NAME:-fallback}"),
    Case("name: ${secret:env:NO_SUCH_NAME}", "unresolved-variable 1:7"),
    Case("name: ${secret:file:/none}", "unreadable-file 1:7"),
    Case("name: ${open", "bad-value 1:7"),
    Case("name: ${a:b}", "bad-value 1:7"),
    Case("name: $${literal}"), Case("name: 5$ and $HOME"),
    Case("vars: {1x: a}", "bad-value 1:8"),
    Case("vars: [a]", "wrong-type 1:7"),
    Case("vars:\n  a: ${b}\n  b: x", "unresolved-variable 2:6"),
  ]

  @Test("documents that are no spec at all", arguments: documents)
  func noSpec(_ test: Case) { #expect(Pipeline(whole: test.spec).brief == test.findings) }

  @Test("every fault has its code and its place", arguments: keys + values + components + expressions + variables)
  func findings(_ test: Case) throws {
    let folder = try TemporaryFolder()
    let pipeline = Pipeline(spec: test.spec, folder: folder.path)
    #expect(pipeline.brief == test.findings, "\(pipeline.diagnostics.map(\.message))")
    #expect((pipeline.plan != nil) == !pipeline.diagnostics.contains { $0.severity == .error })
  }

  @Test("all faults are reported at once, by place, and none that follows from another")
  func allAtOnce() throws {
    let folder = try TemporaryFolder()
    try folder.write("urls.txt", [])
    let pipeline = Pipeline(
      whole: """
        version: 1
        nam: x
        sources:
          - urls: example.com
          - fil: urls.txt
        fetch: {timeout: 10, concurrency: 0}
        extract: {page: url, bad: titel}
        where: nope == 1
        sinks:
          - csv: ${missing}/a.csv
        """, folder: folder.path)
    #expect(
      pipeline.brief == [
        "unknown-key 2:1", "bad-url 4:11", "unknown-component 5:5", "bad-value 6:18", "out-of-range 6:35",
        "unknown-component 7:27", "unknown-field 8:8", "unresolved-variable 10:10",
      ])
  }

  @Test(
    "a hint says what to write",
    arguments: [
      ("fetch: {timout: 1s}", "did you mean 'timeout'?"), ("fetch: {timeout: 10}", "did you mean 10s?"),
      ("fetch: {max_body: 5mib}", "did you mean 5MiB?"), ("outputs: []", "did you mean 'sinks'?"),
      ("extract: [titel]", "did you mean 'title'?"), ("sinks: [csv: {path: a, header: yes}]", "write true"),
      ("sources: [urls: example.com]", "did you mean https://example.com?"),
      ("vars: {out: x}\nname: ${uot}${out}", "did you mean '${out}'?"),
      ("sinks: [csv: {path: a.csv, fields: [urll]}]", "did you mean 'url'?"),
    ])
  func hints(spec: String, hint: String) { #expect(Pipeline(spec: spec).diagnostics.first?.hint == hint) }

  @Test("a conflict names both places")
  func conflictNotes() {
    let pipeline = Pipeline(spec: "sinks: [csv: a.csv, jsonl: a.csv]")
    #expect(pipeline.diagnostics.first?.notes.map(\.span.start.column) == [14])
  }

  @Test("the same text has the same findings in the same order")
  func determinism() {
    let spec = (Self.values + Self.components).map(\.spec).filter { !$0.contains("sinks") }.joined(separator: "\n")
    let first = Pipeline(spec: spec).diagnostics
    for _ in 0..<5 { #expect(Pipeline(spec: spec).diagnostics == first) }
  }
}
