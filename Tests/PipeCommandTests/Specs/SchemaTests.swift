import FoundationEssentials
import PipeTesting
import Testing

/// An independent validator: check-jsonschema of PyPI (Tests/requirements.txt), which Tests/install-tools installs.
enum SchemaClient {
  static let path = Program.path("check-jsonschema")
  /// In CI a missing tool is a failure.
  static let isWanted = path != nil || ProcessInfo.processInfo.environment["CI"] != nil
}

@Suite(
  "The JSON Schema", .timeLimit(.minutes(20)),
  .enabled(if: SchemaClient.isWanted, "check-jsonschema is missing: run Tests/install-tools"))
struct SchemaTests {
  private func check(_ arguments: [String]) async throws -> RunningCommand.Outcome {
    let client = try #require(SchemaClient.path, "check-jsonschema is missing: run Tests/install-tools")
    return await (try RunningCommand(client, arguments, folder: Project.root, limit: .seconds(110))).outcome()
  }

  @Test("it is a JSON Schema of draft 2020-12")
  func isSchema() async throws {
    let outcome = try await check(["--check-metaschema", "schemas/pipeline.schema.json"])
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
  }

  @Test("every pipeline and every template is accepted")
  func valid() async throws {
    let folder = try TemporaryFolder()
    for template in ["list", "monitor"] { _ = try await pipe("init", template, folder: folder.path) }
    let specs = try Project.files("pipelines", ".yaml") + ["list", "monitor"].map { folder.path("\($0).pipe.yaml") }
    let outcome = try await check(["--schemafile", "schemas/pipeline.schema.json"] + specs)
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
  }

  @Test("what may be written in several ways is accepted in all of them")
  func ways() async throws {
    let folder = try TemporaryFolder()
    let specs = [
      "{version: 1, sources: [{urls: https://a.example/}, stdin], extract: [url, title], sinks: [{csv: '-'}]}",
      "{version: 1, sources: [{stdin: csv}], extract: {t: title, n: {const: 5}, l: {length: characters}, m: {length: {}}}, sinks: [{jsonl: {path: a}}]}",
      "{version: 1, vars: {n: 5, w: 10s}, sources: [{file: '${w}'}], fetch: {concurrency: '${n}', timeout: '${w}', http: 1.1, per_host: null}, extract: [url], sinks: [{csv: {path: a, header: '${h}'}}]}",
      "{version: 1, sources: [{urls: [https://a.example/]}], fetch: {http: '2', timeout: {total: 1m}, allow_private: true, headers: {X-A: 5}}, extract: [url], where: ok, sinks: [{csv: 5}]}",
      "{version: 1, sources: [{stdin: , format: csv, quote: none}, {file: a.csv, column: link}], extract: {a: {css: a, attribute: href, as: url}, b: {json: $.x, default: 0}, c: {title: , trim: true}, d: {css: {selector: a}, all: true}}, sinks: [{csv: a, when: ok}, out/a.tsv.GZ]}",
      "{version: 1, sources: [{urls: [https://a.example/]}], fetch: {allow_private: 10.0.0.0/8, per_host: {delay: 250 ms, rate: 30/m}}, extract: {url: url}, sinks: [{csv: a, }]}",
      "{version: 1, sources: [{file: a.csv, url: 'http://h/{a b}?{{x}}={+c}', params: {a: 5, b: '{n}', c: true}, headers: {X: 5, Y: '{é}'}, method: PUT}], extract: [url], sinks: [a.csv]}",
      "{version: 1, sources: [{file: a.jsonl, requests: true, body: {json: {a: '{b}', c: [1, null, '{+d}', {}, [], true], e: 1.5}}}, {stdin: jsonl, body: {form: {a: '{b}', c: 5}}}], extract: [url], sinks: [a.csv]}",
      "{version: 1, sources: [{file: a.csv, url: '${b}{c}', body: {file: a.xml}}, {file: b.csv, body: 'a {b}'}, {file: c.csv, body: 5}, {file: d.csv, body: {json: '{a}'}}, {file: e.csv, body: {json: }}], extract: [url], sinks: [a.csv]}",
      "{version: 1, sources: [{urls: [{url: http://a.example/, n: 5, o: null, p: true}, http://b.example/]}, {urls: [{c: a}], url: 'http://h/{c}'}, {range: {url: 'http://h/', to: 3}, params: {n: '{n}'}}], extract: [url], sinks: [a.csv]}",
    ]
    var paths: [String] = []
    for (index, spec) in specs.enumerated() {
      paths.append(try folder.write("\(index).yaml", (spec + "\n").utf8))
      let outcome = try await pipe("validate", "\(index).yaml", "--format", "json", folder: folder.path)
      // Only what the schema cannot tell may be wrong here: files and variables.
      #expect(!outcome.output.contains("wrong-type") && !outcome.output.contains("unknown-key"), "\(outcome.output)")
    }
    let outcome = try await check(["--schemafile", "schemas/pipeline.schema.json"] + paths)
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
  }

  @Test(
    "what may not stand beside a component's name is refused",
    arguments: [
      "sources: [{urls: a, format: csv}]", "sources: [{format: csv}]", "extract: {a: {css: a, in: body}}",
      "extract: {a: {as: number}}", "extract: {a: {css: a, as: numbr}}",
      "extract: {a: {css: {attribute: b}, selector: a}}",
      "extract: {a: {css: , attribute: b}}", "extract: {a: {css: a, title: }}", "sinks: [{jsonl: a, delimiter: ;}]",
      "sinks: [{jsonl: a, mode: none}]", "sources: [{stdin: csv, discover: a}]",
      "sources: [{file: a.csv, url: 'http://h/{a'}]", "sources: [{file: a.csv, url: 'http://h/{?a}'}]",
      "sources: [{file: a.csv, url: 'http://h/a}'}]", "sources: [{file: a.csv, params: {a: '{a,b}'}}]",
      "sources: [{file: a.csv, params: {}}]", "sources: [{file: a.csv, params: [a]}]",
      "sources: [{file: a.csv, body: {json: {a: [{b: '{'}]}}}]", "sources: [{file: a.csv, body: {form: {a: {b: c}}}}]",
      "sources: [{file: a.csv, body: {form: {a: b}, json: {}}}]", "sources: [{file: a.csv, body: {}}]",
      "sources: [{file: a.csv, body: {jsno: {}}}]", "sources: [{file: a.csv, body: [a]}]",
      "sources: [{file: a.csv, headers: {a b: c}}]", "sources: [{file: a.csv, headers: {a: ['{b}']}}]",
      "sources: [{file: a.csv, method: SEND}]", "sources: [{file: a.csv, requests: yes please}]",
      "sources: [{urls: [{}]}]", "sources: [{urls: [{a: [b]}]}]",
    ])
  func refused(part: String) async throws {
    let folder = try TemporaryFolder()
    let parts = ["sources: [stdin]", "extract: [url]", "sinks: [a.csv]"].filter { !part.hasPrefix($0.prefix(5)) }
    try folder.write("a.yaml", "{version: 1, \((parts + [part]).joined(separator: ", "))}\n".utf8)
    let outcome = try await check(["--schemafile", "schemas/pipeline.schema.json", folder.path("a.yaml")])
    #expect(outcome.status == 1, "\(outcome.output)\(outcome.errors)")
    let decoded = try await pipe("validate", "a.yaml", folder: folder.path)
    #expect(decoded.status == 2)
  }

  /// Codes of findings that a schema can tell as well.
  private static let telling: Set<String> = [
    "unknown-key", "missing-key", "wrong-type", "unknown-component",
  ]

  @Test("a broken spec is refused where a schema can tell")
  func invalid() async throws {
    let specs = try Project.files("Tests/PipeEngineTests/Specs/broken", ".yaml").filter { path in
      let findings = try String(
        decoding: Data(contentsOf: URL(fileURLWithPath: path.dropLast(5) + ".expected")), as: UTF8.self)
      let codes = findings.split(separator: "\n").compactMap { $0.split(separator: " ").last.map(String.init) }
      return codes.contains(where: Self.telling.contains) && !codes.contains("yaml-syntax")
    }
    #expect(specs.count >= 40)
    let outcome = try await check(["--schemafile", "schemas/pipeline.schema.json", "-o", "json"] + specs)
    struct Report: Decodable {
      struct Finding: Decodable { let filename: String }
      let errors: [Finding]?
      let parse_errors: [Finding]?
    }
    let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
    let refused = Set(((report.errors ?? []) + (report.parse_errors ?? [])).map(\.filename))
    #expect(specs.filter { !refused.contains($0) && !Self.excepted.contains(Self.name($0)) }.map(Self.name) == [])
    #expect(specs.filter { refused.contains($0) && Self.excepted.contains(Self.name($0)) }.map(Self.name) == [])
  }

  private static func name(_ path: String) -> String {
    String((path.split(separator: "/").last ?? "").dropLast(5))
  }

  /// What a schema cannot tell, though the finding's code is one that it often can.
  private static let excepted: Set<String> = []
}
